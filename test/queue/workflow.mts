import { NODE_TYPE } from '../../scripts/n8n/package.mts';
import type { Workflow, WorkflowNode } from '../../scripts/n8n/rest.mts';
import { node, to } from '../../scripts/n8n/workflow.mts';

/** The workflow's production webhook. */
export const WEBHOOK = 'webhook/queue-mode-pair';

/** The output of Biometric Verify for each decision. */
export const BRANCHES = { review: 'Review', reject: 'Rejected', approve: 'Approved' } as const;

const VERIFY = 'Biometric Verify';
const TRIGGER = 'A pair is posted';

/**
 * A workflow that takes a selfie and a photo by webhook and tells the caller the verdict. Behind
 * each output is a node of the output's name, which does what only that decision may cause.
 */
export function pairOverWebhook(credentialId: string): Workflow {
	// In the order that Branches "Decision" gives them.
	const answers = [
		...Object.values(BRANCHES).map((branch) =>
			answerNode(branch, 200, `={{ { branch: '${branch}', ...$json.verification } }}`),
		),
		answerNode('Failed', 502, '={{ { error: $json.error } }}'),
	];
	const webhook = node(TRIGGER, 'n8n-nodes-base.webhook', 2.1, {
		httpMethod: 'POST',
		path: WEBHOOK.slice('webhook/'.length),
		responseMode: 'responseNode',
		options: {},
	});
	const verify = node(VERIFY, NODE_TYPE, 1, {
		selfieField: 'selfie',
		photoField: 'photo',
		branches: 'decision',
	});
	return {
		id: 'kairosQueueMode',
		name: 'A pair over a webhook',
		nodes: [
			// Only a webhook with an id of its own is called by its bare path.
			{ ...webhook, webhookId: WEBHOOK },
			{
				...verify,
				credentials: { kairosApi: { id: credentialId, name: 'Kairos API' } },
				onError: 'continueErrorOutput',
			},
			...answers,
		],
		connections: {
			[TRIGGER]: { main: [[to(VERIFY)]] },
			[VERIFY]: { main: answers.map(({ name }) => [to(name)]) },
		},
		settings: { executionOrder: 'v1' },
	};
}

function answerNode(name: string, responseCode: number, responseBody: string): WorkflowNode {
	return node(name, 'n8n-nodes-base.respondToWebhook', 1.4, {
		respondWith: 'json',
		responseBody,
		options: { responseCode },
	});
}
