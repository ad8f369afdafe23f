import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import type { Round } from '../jobs.mts';

/** As the node does it: smaller images are read at once, larger ones chunk by chunk. */
const SMALL_FILE_BYTES = 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/**
 * Reads two images for each item and throws them away: the memory of every step that reads
 * images from disk, before it does anything with them.
 *
 * @returns how many items were read
 */
export async function readImages(image: Buffer, round: Round): Promise<number> {
	const folder = await mkdtemp(join(tmpdir(), 'kairos-benchmark-reading-'));
	const path = join(folder, 'image.jpg');
	await writeFile(path, image);
	const { items, concurrency, delayMs } = round;
	const readPair = async () => {
		for (let count = 0; count < 2; count++) await readAway(path, image.length);
		await sleep(delayMs);
	};
	await pMap(Array.from({ length: items }), readPair, { concurrency });
	await rm(folder, { recursive: true });
	return items;
}

async function readAway(path: string, length: number): Promise<void> {
	if (length <= SMALL_FILE_BYTES) {
		await readFile(path);
		return;
	}
	const chunks = createReadStream(path, { highWaterMark: CHUNK_BYTES });
	// Taken one by one, and each forgotten at once.
	for await (const chunk of chunks) void chunk;
}
