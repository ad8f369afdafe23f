import type { Face, ImageReport, ImageSize, KairosResponse } from '../kairos/response';
import { knownSize } from '../kairos/response';
import type { Finding } from './finding';
import { nodeFinding } from './finding';
import type { MultipleFaces, Rules } from './rules';

/** Each of the two images must show a face that can be one, and no more than the rules allow. */
export function faceFindings({ selfie, photo }: KairosResponse, rules: Rules): Finding[] {
	return [
		...findingsOf(selfie, 'selfie', rules.multipleFacesInSelfie),
		...findingsOf(photo, 'photo', rules.multipleFacesInPhoto),
	];
}

function findingsOf(
	report: ImageReport,
	image: 'selfie' | 'photo',
	multipleFaces: MultipleFaces,
): Finding[] {
	const IMAGE = image.toUpperCase();
	const finding = (code: string, description: string, decision?: 'review' | 'reject') =>
		nodeFinding('faceDetection', code, description, decision);
	const { faces } = report;
	const findings: Finding[] = [];
	if (report.size === 'invalid') {
		findings.push(
			finding(
				`INVALID_${IMAGE}_SIZE`,
				`Kairos returned an impossible image size for the ${image}.`,
			),
		);
	}
	if (faces === null) {
		findings.push(
			finding(`NO_${IMAGE}_FACES`, `Kairos did not say which faces are in the ${image}.`),
		);
		return findings;
	}
	const size = knownSize(report);
	const credible = faces.filter((face) => isCredible(face, size));
	if (credible.length < faces.length) {
		findings.push(
			finding(`IMPOSSIBLE_FACE_IN_${IMAGE}`, `Kairos returned an impossible face in the ${image}.`),
		);
	}
	if (credible.length === 0) {
		findings.push(finding(`NO_FACE_IN_${IMAGE}`, `No face in the ${image}.`));
	}
	if (credible.length > 1 && multipleFaces !== 'ignore') {
		findings.push(
			finding(
				`MULTIPLE_FACES_IN_${IMAGE}`,
				`${credible.length} faces in the ${image}.`,
				multipleFaces,
			),
		);
	}
	return findings;
}

/** The smallest side of a face, in pixels; Kairos gives fractions of them. */
const SMALLEST_FACE = 1;

/** How many times as wide or high as its image a face can be: its box may go beyond the edges. */
const LARGEST_FACE = 2;

/** A face has an area, some confidence, and some part of it inside its image, which it can fit. */
function isCredible({ x, y, width, height, confidence }: Face, size: ImageSize | null): boolean {
	if (!(width >= SMALLEST_FACE && height >= SMALLEST_FACE && confidence > 0)) return false;
	if (size === null) return true;
	if (width > LARGEST_FACE * size.width || height > LARGEST_FACE * size.height) return false;
	return x < size.width && y < size.height && x + width > 0 && y + height > 0;
}
