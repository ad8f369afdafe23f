import type { PredictedFace, Verification } from './response.mts';
import type { Face, FaceEngine } from './faceEngine.mts';
import { compareFaces } from './faceMatch.mts';
import { decodeImage } from './image.mts';
import type { Steering } from './steering.mts';
import type { Upload } from './upload.mts';

/**
 * How far down invented faces are, as a fraction of the height. It differs: where both images have
 * one size and the same boxes, the node takes them for the same image.
 */
const topOfInvented = { selfie: 0.25, photo: 0.3 };

/** Faces side by side, for a name that steers to more faces than the image shows. */
function inventFace(index: number, count: number, top: number): PredictedFace {
	const column = 1 / count;
	const box = { left: (index + 0.2) * column, top, width: 0.6 * column, height: 0.5 };
	return { box, confidence: 0.99 };
}

function steerFaces(
	found: readonly Face[],
	count: number | undefined,
	top: number,
): PredictedFace[] {
	if (count === undefined) return [...found];
	return Array.from({ length: count }, (_, index) => found[index] ?? inventFace(index, count, top));
}

/**
 * Verifies an upload: by its steering where that says something, by the face engine for the rest.
 * The engine is not asked at all when the steering says everything.
 * @param photoFaces the steered number of faces in the photo, if it is steered
 * @throws Refusal 400 when a file is no image; Error when the engine breaks down
 */
export async function verify(
	upload: Upload,
	steering: Steering,
	photoFaces: number | undefined,
	engine: FaceEngine,
	signal: AbortSignal,
): Promise<Verification> {
	const selfie = await decodeImage('selfie', upload.selfie.bytes);
	const photo = await decodeImage('image', upload.image.bytes);

	const noSelfieFace = steering.faces === 0;
	const asksMatch = steering.match === undefined && !noSelfieFace && photoFaces !== 0;
	const asksLiveness = steering.liveness === undefined && !noSelfieFace;
	const asksSelfie = asksMatch || asksLiveness || steering.faces === undefined;
	const asksPhoto = asksMatch || photoFaces === undefined;

	const [inSelfie, inPhoto] = await Promise.all([
		asksSelfie ? engine.analyze(selfie.pixels, signal) : [],
		asksPhoto ? engine.analyze(photo.pixels, signal) : [],
	]);
	// Faces of the photo beyond the steered number are not in the response, nor compared.
	const comparedInPhoto = inPhoto.slice(0, photoFaces);

	return {
		faceMatch:
			steering.match === undefined
				? compareFaces(inSelfie, comparedInPhoto, upload.multiface)
				: steering.match,
		liveness: steering.liveness === undefined ? (inSelfie[0]?.live ?? null) : steering.liveness,
		selfie: {
			width: selfie.width,
			height: selfie.height,
			faces: steerFaces(inSelfie, steering.faces, topOfInvented.selfie),
		},
		photo: {
			width: photo.width,
			height: photo.height,
			faces: steerFaces(inPhoto, photoFaces, topOfInvented.photo),
		},
	};
}
