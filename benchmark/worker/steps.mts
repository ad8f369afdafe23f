import {
	BIOMETRIC_VERIFY,
	ITEMS,
	type Step,
	type TestWorkflow,
} from '../../scripts/n8n/engine.mts';
import type { Round, RoundsJob } from '../jobs.mts';
import { HAND_OVER } from './handOver.mts';

/** The name of the step that every contestant ends with. */
export const LAST_STEP = 'Last';

/**
 * The workflow by which a contestant sends the items of a round: a chain, in which each step is
 * connected to the next by its first output.
 *
 * @param url the stub's address for the round, without the API's own path
 */
export function workflowOf(job: RoundsJob, round: Round, url: string): TestWorkflow {
	const nodes = [{ name: 'Items', type: ITEMS }, ...stepsOf(job, round, url)];
	const connections = nodes
		.slice(1)
		.map(({ name }, index) => [
			nodes[index]?.name,
			{ main: [[{ node: name, type: 'main', index: 0 }]] },
		]);
	return { nodes, connections: Object.fromEntries(connections) as TestWorkflow['connections'] };
}

function stepsOf(job: RoundsJob, { concurrency }: Round, url: string): Step[] {
	if (job.contestant === 'node') return [biometricVerify(job, concurrency)];
	if (job.contestant === 'chain') return [httpRequest(job, url), switchByDecision()];
	return [
		{
			name: LAST_STEP,
			type: HAND_OVER,
			typeVersion: 1,
			parameters: { url: apiUrl(url), concurrency },
		},
	];
}

/** The path of the API, as Biometric Verify appends it to the credential's Base URL. */
export function apiUrl(url: string): string {
	return `${url}/v0.1/biometric-verification`;
}

function biometricVerify({ timeoutSeconds }: RoundsJob, maxConcurrentRequests: number): Step {
	return {
		name: LAST_STEP,
		type: BIOMETRIC_VERIFY,
		typeVersion: 1,
		onError: 'continueErrorOutput',
		parameters: {
			inputMode: 'oneInput',
			selfieField: 'selfie',
			photoField: 'photo',
			branches: 'decisionAndChecks',
			options: { maxConcurrentRequests, ...(timeoutSeconds && { timeout: timeoutSeconds }) },
		},
	};
}

function httpRequest({ batching, retryOnFail }: RoundsJob, url: string): Step {
	return {
		name: 'HTTP Request',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.5,
		...(retryOnFail && { retryOnFail, maxTries: 5, waitBetweenTries: 1000 }),
		parameters: {
			method: 'POST',
			url: apiUrl(url),
			sendHeaders: true,
			headerParameters: {
				parameters: [
					{ name: 'app_id', value: 'benchmark' },
					{ name: 'app_key', value: 'benchmark' },
				],
			},
			sendBody: true,
			contentType: 'multipart-form-data',
			bodyParameters: {
				parameters: [
					{ parameterType: 'formBinaryData', name: 'selfie', inputDataFieldName: 'selfie' },
					{ parameterType: 'formBinaryData', name: 'image', inputDataFieldName: 'photo' },
				],
			},
			options: batching
				? { batching: { batch: { batchSize: batching.size, batchInterval: batching.intervalMs } } }
				: {},
		},
	};
}

/** As a builder does it: rejected, for review, else approved. */
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
					rule('Rejected', score('reject_score'), 'gt'),
					rule('Review', score('review_score'), 'gt'),
					rule('Approved', score('review_score'), 'equals'),
				],
			},
			options: {},
		},
	};
}

function rule(outputKey: string, leftValue: string, operation: string) {
	return {
		renameOutput: true,
		outputKey,
		conditions: {
			options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 3 },
			combinator: 'and',
			conditions: [
				{ id: outputKey, leftValue, rightValue: 0, operator: { type: 'number', operation } },
			],
		},
	};
}
