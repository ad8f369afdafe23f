import type { Rules } from '../../nodes/BiometricVerify/findings';

type Json = Record<string, unknown>;

/**
 * Whether an answer may approve under some rules, told a second time from the documentation and
 * without the node's code: everything is there, and nothing speaks against the person.
 */
export function mayApprove(body: string, rules: Rules): boolean {
	const { biometric, decision } = at(at(parsed(body)).response_data);
	const { face_match_confidence: match, selfie, image } = at(biometric);
	const { faces_liveness: liveness, faces_predicted: selfieFaces } = at(selfie);
	const { faces_predicted: photoFaces } = at(image);
	const {
		details,
		reject_score: reject,
		review_score: review,
		warning_score: warning,
	} = at(decision);
	const { thresholds, warnings, severalFacesInSelfie } = rules;
	return (
		isBetween(match, thresholds.faceMatchReviewBelow, 1) &&
		isBetween(match, thresholds.faceMatchRejectBelow, 1) &&
		isBetween(liveness, thresholds.livenessReviewBelow, 1) &&
		isBetween(liveness, thresholds.livenessRejectBelow, 1) &&
		areFaces(selfieFaces) &&
		areFaces(photoFaces) &&
		(selfieFaces.length === 1 || severalFacesInSelfie === 'ignore') &&
		Array.isArray(details) &&
		details.every((detail) => isWarning(at(detail).decision)) &&
		(details.length === 0 || warnings === 'approve') &&
		reject === 0 &&
		review === 0 &&
		isBetween(warning, 0, warnings === 'approve' ? Number.MAX_VALUE : 0)
	);
}

function parsed(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

function at(value: unknown): Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as Json)
		: {};
}

function isBetween(value: unknown, least: number, most: number): boolean {
	return typeof value === 'number' && value >= Math.max(0, least) && value <= most;
}

function isWarning(word: unknown): boolean {
	return typeof word === 'string' && word.trim().toLowerCase() === 'warning';
}

function areFaces(faces: unknown): faces is unknown[] {
	return Array.isArray(faces) && faces.length > 0 && faces.every(isFace);
}

function isFace(face: unknown): boolean {
	const { confidence, top_left: corner, delta } = at(face);
	const sides = [at(corner).x, at(corner).y, at(delta).x, at(delta).y];
	return isBetween(confidence, 0, 1) && sides.every((side) => Number.isFinite(side));
}
