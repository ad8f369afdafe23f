import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { documentedBody } from '../../scripts/fixtures.mts';
import { type Figures, imageOf } from '../jobs.mts';

const RESPONSES = 20_000;
const HASHED_ITEMS = 100;

/** As the node gets a large file from n8n's disk. */
const CHUNK_BYTES = 256 * 1024;

const load = createRequire(import.meta.url);

/** How long a built node takes to load in a process that has loaded what n8n has in any case. */
export function measureLoad(node: 'biometricVerify' | 'httpRequest', dist: string): Figures {
	load('n8n-core');
	const path = {
		biometricVerify: join(dist, 'nodes', 'BiometricVerify', 'BiometricVerify.node.js'),
		httpRequest: 'n8n-nodes-base/dist/nodes/HttpRequest/HttpRequest.node.js',
	}[node];
	const startedAt = performance.now();
	load(path);
	return { loadMs: performance.now() - startedAt };
}

/** What it takes to hash both images of an item, chunk by chunk, as the node does on their way out. */
export function measureHash(imageBytes: number): Figures {
	const images = [imageOf('selfie', imageBytes), imageOf('photo', imageBytes)];
	const pass = () => {
		for (const image of images) {
			const hash = createHash('sha256');
			for (let at = 0; at < imageBytes; at += CHUNK_BYTES) {
				hash.update(image.subarray(at, at + CHUNK_BYTES));
			}
			hash.digest('hex');
		}
	};
	pass();
	const before = process.cpuUsage();
	for (let count = 0; count < HASHED_ITEMS; count++) pass();
	const { user, system } = process.cpuUsage(before);
	return { cpuMsPerItem: (user + system) / 1000 / HASHED_ITEMS };
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
