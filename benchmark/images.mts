const FILLER = Buffer.alloc(64 * 1024, 'filler');
const ITEM = /benchmark-selfie-(\d+);/;

/**
 * An image in chunks: it begins as a JPEG does, and no two of an execution are equal.
 *
 * @param length in bytes, at least 100
 */
export function* imageChunks(kind: 'selfie' | 'photo', item: number, length: number) {
	const start = Buffer.from(`\xff\xd8\xffbenchmark-${kind}-${item};`, 'latin1');
	yield start;
	for (let left = length - start.length; left > 0; left -= FILLER.length) {
		yield FILLER.subarray(0, left);
	}
}

/** The item whose selfie begins in this part of a request's body; NaN where none does. */
export function itemIn(part: Buffer): number {
	return Number(ITEM.exec(part.toString('latin1'))?.[1]);
}
