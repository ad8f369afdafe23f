import type { Thresholds } from '../kairos/response';

/** What is checked; `other` is everything else that Kairos finds. */
export type Check = 'faceMatch' | 'liveness' | 'faceDetection' | 'other';

/** The checks with a score. */
export type ScoredCheck = 'faceMatch' | 'liveness';

/** From mild to severe. */
export const SEVERITIES = ['warning', 'review', 'reject'] as const;

/** How severe a finding is. */
export type Severity = (typeof SEVERITIES)[number];

/** What happens to the person; a warning alone approves. */
export type Decision = 'approve' | 'review' | 'reject';

export type CheckStatus = 'pass' | Severity | 'notChecked';

/** The result of a check with a score, and the thresholds that Kairos named. */
export interface ScoredResult extends Partial<Thresholds> {
	status: CheckStatus;
	/** 0..1; null if missing. */
	score: number | null;
}

/** A reason not to approve, from Kairos or from this node. */
export interface Finding {
	check: Check;
	code: string;
	decision: Severity;
	/** 0..1 from Kairos; null if missing, and for the node's own findings. */
	confidence: number | null;
	/** The first sentence of the node's own findings says what was found. */
	description: string;
	source: 'kairos' | 'node';
}

/** What happens if an image shows several faces. */
export type MultipleFaces = 'review' | 'reject' | 'ignore';

/** The builder's settings for judging a response. */
export interface Rules {
	/**
	 * The builder's own thresholds, each 0..1, 0 for none. They only tighten what Kairos decides.
	 */
	faceMatchRejectBelow: number;
	faceMatchReviewBelow: number;
	livenessRejectBelow: number;
	livenessReviewBelow: number;
	multipleFacesInSelfie: MultipleFaces;
	/** With `matchAny`, anyone in the photo can match. */
	multipleFacesInPhoto: MultipleFaces | 'matchAny';
	/** What a warning does if there is nothing more severe. */
	kairosWarning: 'approve' | 'review';
}

/** A finding of the node's own; for review by default. */
export function nodeFinding(
	check: Check,
	code: string,
	description: string,
	decision: Severity = 'review',
): Finding {
	return { check, code, decision, confidence: null, description, source: 'node' };
}

/** Whether one severity is at least as severe as another. */
export function isAtLeast(severity: Severity, other: Severity): boolean {
	return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(other);
}

/** The most severe decision among findings; undefined if there are none. */
export function mostSevere(findings: readonly Finding[]): Severity | undefined {
	return SEVERITIES.findLast((severity) => findings.some(({ decision }) => decision === severity));
}
