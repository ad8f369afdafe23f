import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Figures, imageOf } from '../jobs.mts';

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
