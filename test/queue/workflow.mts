import { sandboxCredential } from '../../scripts/demo/setUp.mts';
import { NODE_TYPE } from '../../scripts/n8n/package.mts';
import type { Workflow, WorkflowNode } from '../../scripts/n8n/rest.mts';
import { node, to } from '../../scripts/n8n/workflow.mts';

/** The workflow's production webhook. */
export const WEBHOOK = 'webhook/queue-mode-pair';

/** The production webhook of the workflow that verifies its pair many times over. */
export const BATCH_WEBHOOK = 'webhook/queue-mode-batch';

/** The name of the node that does what only an approved person may cause. */
export const APPROVED = 'Approved';

/** What a caller is told. */
export interface Told {
	/** The output by which the pair left. */
	branch: string;
	decision: string;
	match: number;
	liveness: number;
	/** Pixels, as Kairos saw the images. */
	selfie: { width: number; height: number };
	photo: { width: number; height: number };
}

/** The outputs of Biometric Verify in the order that Branches "Decision" gives them. */
const OUTPUTS = ['Review', 'Rejected', APPROVED];
const VERIFY = 'Biometric Verify';
const TRIGGER = 'A pair is posted';
const FAILED = 'Failed';

/** A workflow that takes a selfie and a photo by webhook and tells the caller the verdict. */
export function pairOverWebhook(credentialId: string): Workflow {
	const answers = [
		...OUTPUTS.map((branch) => answerNode(branch, 200, verdictFrom(branch))),
		answerNode(FAILED, 502, '={{ { error: $json.error } }}'),
	];
	// The whole answer, as it says what size the images had.
	const verify = verifyNode(credentialId, {
		branches: 'decision',
		options: { includeRawResponse: true },
	});
	return {
		id: 'kairosQueueMode',
		name: 'A pair over a webhook',
		nodes: [
			webhookNode(WEBHOOK, 'responseNode'),
			{ ...verify, onError: 'continueErrorOutput' },
			...answers,
		],
		connections: {
			[TRIGGER]: { main: [[to(VERIFY)]] },
			[VERIFY]: { main: answers.map(({ name }) => [to(name)]) },
		},
		settings: { executionOrder: 'v1' },
	};
}

/** A workflow that verifies the pair that it is sent as so many items of one execution. */
export function batchOverWebhook(
	credentialId: string,
	{ items, maxConcurrentRequests }: { items: number; maxConcurrentRequests: number },
): Workflow {
	const list = 'A list';
	const split = 'As many items';
	const numbers = `={{ { number: Array.from({ length: ${items} }, (_, index) => index) } }}`;
	return {
		id: 'kairosQueueModeBatch',
		name: 'Many pairs in one execution',
		nodes: [
			webhookNode(BATCH_WEBHOOK, 'lastNode'),
			node(list, 'n8n-nodes-base.set', 3.4, {
				mode: 'raw',
				jsonOutput: numbers,
				// The files come along with them.
				includeOtherFields: true,
				options: { stripBinary: false },
			}),
			node(split, 'n8n-nodes-base.splitOut', 1, {
				fieldToSplitOut: 'number',
				options: { includeBinary: true },
			}),
			verifyNode(credentialId, {
				branches: 'single',
				options: { limits: { values: { maxConcurrentRequests } } },
			}),
		],
		connections: {
			[TRIGGER]: { main: [[to(list)]] },
			[list]: { main: [[to(split)]] },
			[split]: { main: [[to(VERIFY)]] },
		},
		settings: { executionOrder: 'v1' },
	};
}

function verdictFrom(branch: string): string {
	const fields = [
		`branch: '${branch}'`,
		'decision: $json.verification.decision',
		'match: $json.verification.faceMatch.score',
		'liveness: $json.verification.liveness.score',
		'selfie: $json.verification.response.response_data.biometric.selfie.img',
		'photo: $json.verification.response.response_data.biometric.image.img',
	];
	return `={{ { ${fields.join(', ')} } }}`;
}

function answerNode(name: string, responseCode: number, responseBody: string): WorkflowNode {
	return node(name, 'n8n-nodes-base.respondToWebhook', 1.4, {
		respondWith: 'json',
		responseBody,
		options: { responseCode },
	});
}

function webhookNode(path: string, responseMode: 'responseNode' | 'lastNode'): WorkflowNode {
	const parameters = {
		httpMethod: 'POST',
		path: path.slice('webhook/'.length),
		responseMode,
		responseData: 'allEntries',
		options: {},
	};
	// Only a webhook with an id of its own is called by its bare path.
	return { ...node(TRIGGER, 'n8n-nodes-base.webhook', 2.1, parameters), webhookId: path };
}

function verifyNode(credentialId: string, parameters: Record<string, unknown>): WorkflowNode {
	const { name } = sandboxCredential('');
	return {
		...node(VERIFY, NODE_TYPE, 1, { selfieField: 'selfie', photoField: 'photo', ...parameters }),
		credentials: { kairosApi: { id: credentialId, name } },
	};
}
