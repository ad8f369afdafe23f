import type { Face, Pixels } from './faceEngine.mts';
import type { DecodedImage } from './image.mts';
import type { PredictedFace, Verification } from './response.mts';
import type { Steering } from './steering.mts';

/** What is steered about a verification; the face engine must find out the rest. */
interface Steered extends Pick<Steering, 'match' | 'liveness'> {
	selfieFaces?: number | undefined;
	photoFaces?: number | undefined;
}

interface Pair {
	selfie: DecodedImage;
	photo: DecodedImage;
	/** Whether all the photo's faces are compared with the selfie. */
	multiface: boolean;
}

/**
 * Cosine of two embeddings -> face match score. Measured: two images of one person have 0.67 and
 * up, of two persons 0.617 at most; so the band between, where the engine cannot tell, is laid over
 * Kairos's review band of 0.4 to 0.56.
 */
const SCORE_OF_COSINE = [
	{ cosine: 0, score: 0 },
	{ cosine: 0.55, score: 0.4 },
	{ cosine: 0.67, score: 0.56 },
	{ cosine: 1, score: 1 },
];

/**
 * How far down invented faces are, as a fraction of the height. It differs: where both images have
 * one size and the same boxes, the node takes them for the same image.
 */
const TOP_OF_INVENTED = { selfie: 0.25, photo: 0.3 };

/**
 * Decides the scores and the faces of a verification: by its steering where that says something, by
 * the face engine for the rest. The engine is not asked when the steering says everything.
 * @throws Error when the engine fails
 */
export async function scoresOf(
	{ selfie, photo, multiface }: Pair,
	{ match, liveness, selfieFaces, photoFaces }: Steered,
	findFaces: (image: Pixels) => Promise<Face[]>,
): Promise<Verification> {
	const asksMatch = match === undefined && selfieFaces !== 0 && photoFaces !== 0;
	const asksLiveness = liveness === undefined && selfieFaces !== 0;
	const asksSelfie = asksMatch || asksLiveness || selfieFaces === undefined;
	const asksPhoto = asksMatch || photoFaces === undefined;

	const [inSelfie, inPhoto] = await Promise.all([
		asksSelfie ? findFaces(selfie.pixels) : [],
		asksPhoto ? findFaces(photo.pixels) : [],
	]);
	// Faces of the photo beyond the steered number are not in the response, nor compared.
	const compared = inPhoto.slice(0, photoFaces);
	return {
		faceMatch: match === undefined ? faceMatch(inSelfie, compared, multiface) : match,
		// The engine's number tells nothing about life: a placeholder.
		liveness: liveness === undefined ? (inSelfie[0]?.live ?? null) : liveness,
		selfie: { ...selfie, faces: steerFaces(inSelfie, selfieFaces, TOP_OF_INVENTED.selfie) },
		photo: { ...photo, faces: steerFaces(inPhoto, photoFaces, TOP_OF_INVENTED.photo) },
	};
}

/**
 * The selfie's largest face against the photo's largest, or against each of the photo's, of which
 * the best match counts. Null when an image shows no face.
 */
function faceMatch([face]: Face[], photo: Face[], multiface: boolean): number | null {
	if (!face || photo.length === 0) return null;
	const candidates = multiface ? photo : photo.slice(0, 1);
	const cosines = candidates.map(({ embedding }) => cosine(face.embedding, embedding));
	return toMatchScore(Math.max(...cosines));
}

function cosine(a: Float32Array, b: Float32Array): number {
	const dot = (x: Float32Array, y: Float32Array) =>
		x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
	return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** 0..1, along straight lines between the measured points. */
function toMatchScore(cosineOfFaces: number): number {
	const index = SCORE_OF_COSINE.findIndex((point) => cosineOfFaces < point.cosine);
	if (index === 0) return 0;
	const [below, above] = [SCORE_OF_COSINE.at(index - 1), SCORE_OF_COSINE[index]];
	if (!below || !above) return 1;
	const part = (cosineOfFaces - below.cosine) / (above.cosine - below.cosine);
	return below.score + part * (above.score - below.score);
}

function steerFaces(found: Face[], count: number | undefined, top: number): PredictedFace[] {
	if (count === undefined) return found;
	return Array.from({ length: count }, (_, index) => found[index] ?? inventFace(index, count, top));
}

/** Faces side by side, where more are steered than the image shows. */
function inventFace(index: number, count: number, top: number): PredictedFace {
	const column = 1 / count;
	const box = { left: (index + 0.2) * column, top, width: 0.6 * column, height: 0.5 };
	return { box, confidence: 0.99 };
}
