import type { Face } from './faceEngine.mts';

/**
 * Cosine of two embeddings -> face match score. Measured: two images of one person have 0.67 and
 * up, of two persons 0.617 at most; so the band between, where the engine cannot tell, is laid over
 * Kairos's review band of 0.4 to 0.56.
 */
const scoreOfCosine = [
	{ cosine: 0, score: 0 },
	{ cosine: 0.55, score: 0.4 },
	{ cosine: 0.67, score: 0.56 },
	{ cosine: 1, score: 1 },
] as const;

/** Plain cosine, -1..1, of two embeddings of the same length. */
export function cosine(a: Float32Array, b: Float32Array): number {
	let dot = 0;
	let aa = 0;
	let bb = 0;
	a.forEach((value, index) => {
		const other = b[index] ?? 0;
		dot += value * other;
		aa += value * value;
		bb += other * other;
	});
	return dot / Math.sqrt(aa * bb);
}

/** The face match score, 0..1, that the sandbox gives for a cosine; it never falls as that grows. */
export function toMatchScore(cosineOfFaces: number): number {
	let below: { cosine: number; score: number } = scoreOfCosine[0];
	if (cosineOfFaces <= below.cosine) return below.score;
	for (const above of scoreOfCosine) {
		if (cosineOfFaces < above.cosine) {
			const part = (cosineOfFaces - below.cosine) / (above.cosine - below.cosine);
			return below.score + part * (above.score - below.score);
		}
		below = above;
	}
	return below.score;
}

/**
 * Compares the first face of the selfie with the photo's first, or with each of the photo's.
 * @param selfie and photo the faces of each image, the largest first
 * @param multiface true: the best match among all the photo's faces
 * @returns 0..1, or null when an image shows no face
 */
export function compareFaces(
	selfie: readonly Face[],
	photo: readonly Face[],
	multiface: boolean,
): number | null {
	const [selfieFace] = selfie;
	if (!selfieFace || photo.length === 0) return null;
	const candidates = multiface ? photo : photo.slice(0, 1);
	const cosines = candidates.map((face) => cosine(selfieFace.embedding, face.embedding));
	return toMatchScore(Math.max(...cosines));
}
