import {
	BIOMETRIC_VERIFY,
	ITEMS,
	type Step,
	type TestWorkflow,
} from '../../scripts/n8n/engine.mts';
import type { Variant, Workload } from '../scenarios.mts';

/** The name of the node that every variant ends with. */
export const LAST_STEP = 'Last';

const FIRST: Step = { name: 'Items', type: ITEMS };

export const itemsOnly: TestWorkflow = { nodes: [FIRST], connections: {} };

/** A line of nodes, each connected to the next by its first output. */
export function workflowOf(variant: Variant, workload: Workload, baseUrl: string): TestWorkflow {
	const steps =
		variant === 'node'
			? [biometricVerify(workload)]
			: [httpRequest(workload, baseUrl), switchByDecision()];
	const nodes = [FIRST, ...steps];
	const connections = steps.map(({ name }, index) => [
		nodes[index]?.name,
		{ main: [[{ node: name, type: 'main', index: 0 }]] },
	]);
	return { nodes, connections: Object.fromEntries(connections) as TestWorkflow['connections'] };
}

function biometricVerify({ concurrency }: Workload): Step {
	return {
		name: LAST_STEP,
		type: BIOMETRIC_VERIFY,
		onError: 'continueErrorOutput',
		parameters: { options: { limits: { values: { maxConcurrentRequests: concurrency } } } },
	};
}

function httpRequest({ batches, retryOnFail }: Workload, baseUrl: string): Step {
	return {
		name: 'HTTP Request',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.5,
		...(retryOnFail && { retryOnFail, maxTries: 5, waitBetweenTries: 1000 }),
		parameters: {
			method: 'POST',
			url: `${baseUrl}/v0.1/biometric-verification`,
			sendHeaders: true,
			headerParameters: {
				parameters: ['app_id', 'app_key'].map((name) => ({ name, value: 'benchmark' })),
			},
			sendBody: true,
			contentType: 'multipart-form-data',
			bodyParameters: {
				parameters: [
					{ parameterType: 'formBinaryData', name: 'selfie', inputDataFieldName: 'selfie' },
					{ parameterType: 'formBinaryData', name: 'image', inputDataFieldName: 'photo' },
				],
			},
			options: batches && {
				batching: { batch: { batchSize: batches.size, batchInterval: batches.intervalMs } },
			},
		},
	};
}

/** As people build it: rejected, for review, else approved. */
function switchByDecision(): Step {
	const score = (name: string) => `={{ $json.response_data.decision.${name} }}`;
	return {
		name: LAST_STEP,
		type: 'n8n-nodes-base.switch',
		typeVersion: 3.4,
		parameters: {
			mode: 'rules',
			rules: {
				values: [
					rule(score('reject_score'), 'gt'),
					rule(score('review_score'), 'gt'),
					rule(score('review_score'), 'equals'),
				],
			},
		},
	};
}

/** What holds when the score is above 0, or when it is 0. */
function rule(leftValue: string, operation: 'gt' | 'equals') {
	return {
		conditions: {
			options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 3 },
			combinator: 'and',
			conditions: [{ leftValue, rightValue: 0, operator: { type: 'number', operation } }],
		},
	};
}
