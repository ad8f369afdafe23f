import { createRequire } from 'node:module';
import { join } from 'node:path';
import { documentedBody } from '../../scripts/fixtures.mts';
import type { Figures } from '../jobs.mts';

const RESPONSES = 20_000;

const load = createRequire(import.meta.url);

/** How long the built node takes to load in a process that has n8n-workflow, as n8n's has. */
export function measureLoad(dist: string): Figures {
	load('n8n-workflow');
	const startedAt = performance.now();
	load(join(dist, 'nodes', 'BiometricVerify', 'BiometricVerify.node.js'));
	return { loadMs: performance.now() - startedAt };
}

/** How long it takes from the text of a response to the outputs of its item. */
export function measureVerdict(dist: string): Figures {
	type Response = typeof import('../../nodes/BiometricVerify/kairos/response.ts');
	type Verdict = typeof import('../../nodes/BiometricVerify/verdict/judge.ts');
	type Branches = typeof import('../../nodes/BiometricVerify/branches.ts');
	const folder = join(dist, 'nodes', 'BiometricVerify');
	const { readResponse } = load(join(folder, 'kairos', 'response.js')) as Response;
	const { judge } = load(join(folder, 'verdict', 'judge.js')) as Verdict;
	const { outputsOf } = load(join(folder, 'branches.js')) as Branches;
	const rules: Parameters<typeof judge>[1] = {
		multipleFacesInSelfie: 'review',
		multipleFacesInPhoto: 'review',
		kairosWarning: 'review',
		thresholds: {
			faceMatchReviewBelow: 0.4,
			faceMatchRejectBelow: 0,
			livenessReviewBelow: 0.4,
			livenessRejectBelow: 0,
		},
	};
	const rest = {
		selfieSha256: 'of the selfie',
		photoSha256: 'of the photo',
		isRequestIdRepeated: false,
	};
	let outputs = 0;
	const pass = () => {
		for (let count = 0; count < RESPONSES; count++) {
			const verdict = judge({ response: readResponse(documentedBody), ...rest }, rules);
			outputs += outputsOf(verdict, 'decisionAndChecks').length;
		}
	};
	pass();
	const startedAt = performance.now();
	pass();
	const verdictUs = ((performance.now() - startedAt) * 1000) / RESPONSES;
	// Three outputs for each: used, so that no engine may leave the work out.
	if (outputs !== 2 * RESPONSES * 3) throw new Error('The documented response has other outputs');
	return { verdictUs };
}
