import type { DecisionBlock, Detail, KairosAnswer } from './kairos/answer';

/** What is checked; everything Kairos finds that is none of the first three is `other`. */
export type Check = 'faceMatch' | 'liveness' | 'faceDetection' | 'other';

/** How grave a finding is. */
export type Gravity = 'warning' | 'review' | 'reject';

/** A reason that speaks against the person, from Kairos or from this node. */
export interface Finding {
	check: Check;
	code: string;
	decision: Gravity;
	/** 0..1 as Kairos gave it; null where it gave none, and for the node's own findings. */
	confidence: number | null;
	description: string;
	source: 'kairos' | 'node';
}

/** The builder's own limits, each 0..1, 0 for none. They add to Kairos's: the stricter one wins. */
export interface Thresholds {
	faceMatchReviewBelow: number;
	faceMatchRejectBelow: number;
	livenessReviewBelow: number;
	livenessRejectBelow: number;
}

/** What the builder set about judging an answer. */
export interface Rules {
	severalFacesInSelfie: 'review' | 'reject' | 'ignore';
	warnings: 'approve' | 'review';
	thresholds: Thresholds;
}

/** The limits of a score as Kairos writes them into a description; both 0..1. */
export interface Limits {
	reviewBelow: number;
	rejectBelow: number;
}

const CHECK_OF_CODE: ReadonlyMap<string, Check> = new Map([
	['FAILED_FACE_MATCH', 'faceMatch'],
	['FAILED_SELFIE_LIVENESS', 'liveness'],
]);

const NUMBER = '(\\d+(?:\\.\\d+)?)';
const LIMITS = new RegExp(`${NUMBER} < -?${NUMBER} \\(actual\\) < ${NUMBER}`);

/** Every reason that speaks against approving, the gravest first. */
export function findingsOf(answer: KairosAnswer, rules: Rules): Finding[] {
	return [
		...kairosFindings(answer, rules),
		...gapFindings(answer, rules),
		...faceFindings(answer, rules),
		...thresholdFindings(answer, rules.thresholds),
	].sort((one, other) => GRAVITIES.indexOf(other.decision) - GRAVITIES.indexOf(one.decision));
}

/** From mild to grave. */
export const GRAVITIES: readonly Gravity[] = ['warning', 'review', 'reject'];

/**
 * Reads the limits out of a description such as `Selfie liveness threshold failed:
 * 0.4 < 0.0026 (actual) < 0.6` (from the documented answer); undefined where there are none.
 */
export function limitsIn(description: string): Limits | undefined {
	const [, rejectBelow, , reviewBelow] = LIMITS.exec(description) ?? [];
	if (rejectBelow === undefined || reviewBelow === undefined) return undefined;
	return { reviewBelow: Number(reviewBelow), rejectBelow: Number(rejectBelow) };
}

function kairosFindings({ decision }: KairosAnswer, rules: Rules): Finding[] {
	return (decision?.details ?? []).map((detail) => ({
		check: CHECK_OF_CODE.get(detail.code ?? '') ?? 'other',
		code: detail.code ?? 'NO_CODE',
		decision: gravityOf(detail, rules),
		confidence: detail.confidence,
		description: detail.description,
		source: 'kairos',
	}));
}

function gravityOf({ decision }: Detail, rules: Rules): Gravity {
	if (decision === 'reject') return 'reject';
	if (decision === 'warning') return warningGravity(rules);
	return 'review';
}

function warningGravity(rules: Rules): Gravity {
	return rules.warnings === 'review' ? 'review' : 'warning';
}

/** An answer with something missing is not complete, so it cannot approve anyone. */
function gapFindings(answer: KairosAnswer, rules: Rules): Finding[] {
	const gaps: Finding[] = [];
	if (answer.faceMatchScore === null) {
		gaps.push(
			nodeFinding('faceMatch', 'NO_FACE_MATCH_SCORE', 'Kairos gave no usable face match score.'),
		);
	}
	if (answer.livenessScore === null) {
		gaps.push(
			nodeFinding('liveness', 'NO_LIVENESS_SCORE', 'Kairos gave no usable liveness score.'),
		);
	}
	if (answer.decision === null) {
		gaps.push(nodeFinding('other', 'NO_DECISION', 'Kairos gave no decision.'));
		return gaps;
	}

	return [...gaps, ...scoreFindings(answer.decision, rules)];
}

/** Kairos's three scores must be there, and one above 0 must have a reason among the details. */
function scoreFindings(decision: DecisionBlock, rules: Rules): Finding[] {
	const { rejectScore, reviewScore, warningScore } = decision;
	const details = decision.details ?? [];
	const findings: Finding[] = [];
	if (decision.details === null) {
		findings.push(nodeFinding('other', 'NO_DECISION', 'Kairos gave no reasons with its decision.'));
	}
	if (rejectScore === null || reviewScore === null || warningScore === null) {
		findings.push(
			nodeFinding('other', 'NO_DECISION_SCORE', 'Kairos left out a score of its decision.'),
		);
	}
	if (isAboveZero(rejectScore) && !details.some((detail) => detail.decision === 'reject')) {
		const description = 'Kairos leans towards a rejection and gives no reason.';
		findings.push(nodeFinding('other', 'UNEXPLAINED_REJECT_SCORE', description, 'reject'));
	}
	if (isAboveZero(reviewScore) && !details.some((detail) => detail.decision !== 'warning')) {
		const description = 'Kairos leans towards a review and gives no reason.';
		findings.push(nodeFinding('other', 'UNEXPLAINED_REVIEW_SCORE', description));
	}
	if (isAboveZero(warningScore) && details.length === 0) {
		const description = 'Kairos gives a warning and no reason.';
		findings.push(
			nodeFinding('other', 'UNEXPLAINED_WARNING_SCORE', description, warningGravity(rules)),
		);
	}
	return findings;
}

function isAboveZero(score: number | null): boolean {
	return score !== null && score > 0;
}

function faceFindings(answer: KairosAnswer, rules: Rules): Finding[] {
	const findings: Finding[] = [];
	const { selfieFaces, photoFaces } = answer;
	if (selfieFaces === null) {
		findings.push(
			nodeFinding(
				'faceDetection',
				'NO_SELFIE_FACES',
				'Kairos did not say which faces the selfie shows.',
			),
		);
	} else if (selfieFaces.length === 0) {
		findings.push(nodeFinding('faceDetection', 'NO_FACE_IN_SELFIE', 'No face in the selfie.'));
	} else if (selfieFaces.length > 1 && rules.severalFacesInSelfie !== 'ignore') {
		findings.push(
			nodeFinding(
				'faceDetection',
				'SEVERAL_FACES_IN_SELFIE',
				`${selfieFaces.length} faces in the selfie.`,
				rules.severalFacesInSelfie,
			),
		);
	}
	if (photoFaces === null) {
		findings.push(
			nodeFinding(
				'faceDetection',
				'NO_PHOTO_FACES',
				'Kairos did not say which faces the photo shows.',
			),
		);
	} else if (photoFaces.length === 0) {
		findings.push(nodeFinding('faceDetection', 'NO_FACE_IN_PHOTO', 'No face in the photo.'));
	}
	return findings;
}

function thresholdFindings(answer: KairosAnswer, thresholds: Thresholds): Finding[] {
	return [
		...belowFinding(
			'faceMatch',
			'FACE_MATCH_BELOW_OWN_LIMIT',
			`Face match ${answer.faceMatchScore}`,
			answer.faceMatchScore,
			thresholds.faceMatchReviewBelow,
			thresholds.faceMatchRejectBelow,
		),
		...belowFinding(
			'liveness',
			'LIVENESS_BELOW_OWN_LIMIT',
			`Liveness ${answer.livenessScore}`,
			answer.livenessScore,
			thresholds.livenessReviewBelow,
			thresholds.livenessRejectBelow,
		),
	];
}

function belowFinding(
	check: Check,
	code: string,
	scoreInWords: string,
	score: number | null,
	reviewBelow: number,
	rejectBelow: number,
): Finding[] {
	if (score === null) return [];
	if (score < rejectBelow) {
		const description = `${scoreInWords} is below ${rejectBelow}, the limit set in this node.`;
		return [nodeFinding(check, code, description, 'reject')];
	}
	if (score < reviewBelow) {
		const description = `${scoreInWords} is below ${reviewBelow}, the limit set in this node.`;
		return [nodeFinding(check, code, description)];
	}
	return [];
}

function nodeFinding(
	check: Check,
	code: string,
	description: string,
	decision: Gravity = 'review',
): Finding {
	return { check, code, decision, confidence: null, description, source: 'node' };
}
