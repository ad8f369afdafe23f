import { createRequire } from 'node:module';
import { join } from 'node:path';
import { documentedBody } from '../../scripts/fixtures.mts';
import type { Figures } from '../jobs.mts';

const ANSWERS = 20_000;

const load = createRequire(import.meta.url);

/** How long the built node takes to load in a process that has n8n-workflow, as n8n's has. */
export function measureLoad(dist: string): Figures {
	load('n8n-workflow');
	const startedAt = performance.now();
	load(join(dist, 'nodes', 'BiometricVerify', 'BiometricVerify.node.js'));
	return { loadMs: performance.now() - startedAt };
}

/** How long it takes from the text of an answer to the outputs of its item. */
export function measureVerdict(dist: string): Figures {
	type Answer = typeof import('../../nodes/BiometricVerify/kairos/answer.ts');
	type Verdict = typeof import('../../nodes/BiometricVerify/verdict.ts');
	type Branches = typeof import('../../nodes/BiometricVerify/branches.ts');
	const folder = join(dist, 'nodes', 'BiometricVerify');
	const { readAnswer } = load(join(folder, 'kairos', 'answer.js')) as Answer;
	const { judge } = load(join(folder, 'verdict.js')) as Verdict;
	const { outputsOf } = load(join(folder, 'branches.js')) as Branches;
	const rules: Parameters<typeof judge>[1] = {
		severalFacesInSelfie: 'review',
		warnings: 'approve',
		thresholds: {
			faceMatchReviewBelow: 0,
			faceMatchRejectBelow: 0,
			livenessReviewBelow: 0,
			livenessRejectBelow: 0,
		},
	};
	let outputs = 0;
	const pass = () => {
		for (let count = 0; count < ANSWERS; count++) {
			outputs += outputsOf(judge(readAnswer(documentedBody), rules), 'decisionAndChecks').length;
		}
	};
	pass();
	const startedAt = performance.now();
	pass();
	const verdictUs = ((performance.now() - startedAt) * 1000) / ANSWERS;
	// Three outputs for each: used, so that no engine may leave the work out.
	if (outputs !== 2 * ANSWERS * 3) throw new Error('The documented answer has other outputs');
	return { verdictUs };
}
