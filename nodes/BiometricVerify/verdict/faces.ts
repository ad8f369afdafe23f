import type { Face, ImageReport, ImageSize, KairosResponse } from '../kairos/response';
import { validSize } from '../kairos/response';
import type { Finding, Rules } from './findings';
import { nodeFinding } from './findings';

/** The shortest side of a face, in pixels; Kairos returns fractions of pixels. */
const MIN_FACE_SIDE = 1;

/** How many times as wide or high as its image a face can be: its box may exceed the edges. */
const MAX_FACE_RATIO = 2;

/** How much two boxes of the same face can differ, as a fraction of the sides of their images. */
const PLACE_TOLERANCE = 0.02;

/** From this score on, two faces in the same place are the same image. */
const SAME_IMAGE_SCORE = 0.95;

/** Each image must show at least one plausible face, and no more than the rules allow. */
export function faceFindings({ selfie, photo }: KairosResponse, rules: Rules): Finding[] {
	return [
		...findingsIn(selfie, 'selfie', rules.multipleFacesInSelfie),
		...findingsIn(photo, 'photo', rules.multipleFacesInPhoto),
	];
}

/** Whether Kairos lists the faces in an image, and none of them is plausible. */
export function hasNoFace(report: ImageReport): boolean {
	return report.faces !== null && plausibleFaces(report).length === 0;
}

/** An image that is matched against itself proves nothing. */
export function sameImageFindings(response: KairosResponse): Finding[] {
	const { selfieSha256, photoSha256 } = response;
	if (selfieSha256 !== photoSha256 && !hasSameFaces(response)) return [];
	return [nodeFinding('other', 'SAME_IMAGE', 'The selfie and the photo are the same image.')];
}

function findingsIn(
	report: ImageReport,
	image: 'selfie' | 'photo',
	multipleFaces: Rules['multipleFacesInPhoto'],
): Finding[] {
	const IMAGE = image.toUpperCase();
	const findings: Finding[] = [];
	const add = (code: string, description: string, severity?: 'review' | 'reject') =>
		findings.push(nodeFinding('faceDetection', code, description, severity));

	if (hasNoFace(report)) {
		add(
			`NO_FACE_IN_${IMAGE}`,
			`No face in the ${image}. Phones often store portraits rotated and very large: turn and shrink the image before this node.`,
		);
	}
	if (report.size === 'invalid') {
		add(`INVALID_${IMAGE}_SIZE`, `Kairos returned a size for the ${image} that no image has.`);
	}
	if (report.faces === null) {
		add(`NO_${IMAGE}_FACES`, `Kairos did not say which faces are in the ${image}.`);
		return findings;
	}
	const { length: count } = plausibleFaces(report);
	if (count < report.faces.length) {
		add(
			`IMPOSSIBLE_FACE_IN_${IMAGE}`,
			`Kairos returned a face in the ${image} without area or confidence, or outside the image.`,
		);
	}
	if (count > 1 && (multipleFaces === 'review' || multipleFaces === 'reject')) {
		add(`MULTIPLE_FACES_IN_${IMAGE}`, `${count} faces in the ${image}.`, multipleFaces);
	}
	return findings;
}

function plausibleFaces(report: ImageReport): Face[] {
	const size = validSize(report);
	return (report.faces ?? []).filter((face) => isPlausible(face, size));
}

/** A face has an area and some confidence, overlaps its image, and is not much larger than it. */
function isPlausible({ x, y, width, height, confidence }: Face, size: ImageSize | null): boolean {
	if (!(width >= MIN_FACE_SIDE && height >= MIN_FACE_SIDE && confidence > 0)) return false;
	if (x + width <= 0 || y + height <= 0) return false;
	if (size === null) return true;
	if (width > MAX_FACE_RATIO * size.width || height > MAX_FACE_RATIO * size.height) return false;
	return x < size.width && y < size.height;
}

/**
 * Whether Kairos saw the same faces in both. If a file was only saved again, e.g. with other
 * metadata, the images have one size and each face has the same box to a fraction of a pixel. In
 * another size it is nearly in the same place, but so are two faces behind the overlay of a capture
 * page: there only a very high score proves the same image.
 */
function hasSameFaces({ selfie, photo, faceMatchScore }: KairosResponse): boolean {
	const [faces, others] = [selfie.faces ?? [], photo.faces ?? []];
	const [size, otherSize] = [validSize(selfie), validSize(photo)];
	if (size === null || otherSize === null) return areAlike(faces, others, 0);
	const isOneSize = size.width === otherSize.width && size.height === otherSize.height;
	if (isOneSize && areAlike(faces, others, 0)) return true;
	return (
		(faceMatchScore ?? 0) >= SAME_IMAGE_SCORE &&
		areAlike(relativeTo(size, faces), relativeTo(otherSize, others), PLACE_TOLERANCE)
	);
}

/** Whether each face has a similar one among the others, in any order. */
function areAlike(faces: Face[], others: Face[], tolerance: number): boolean {
	if (faces.length === 0 || faces.length !== others.length) return false;
	const isLike = (face: Face, other: Face) =>
		(['x', 'y', 'width', 'height'] as const).every(
			(side) => Math.abs(face[side] - other[side]) <= tolerance,
		);
	return (
		faces.every((face) => others.some((other) => isLike(face, other))) &&
		others.every((other) => faces.some((face) => isLike(face, other)))
	);
}

function relativeTo({ width, height }: ImageSize, faces: Face[]): Face[] {
	return faces.map((face) => ({
		...face,
		x: face.x / width,
		y: face.y / height,
		width: face.width / width,
		height: face.height / height,
	}));
}
