import type { Thresholds } from '../kairos/response';

/** What is checked; everything Kairos finds that is none of the first three is `other`. */
export type Check = 'faceMatch' | 'liveness' | 'faceDetection' | 'other';

/** The checks that have a score of their own. */
export type ScoredCheck = 'faceMatch' | 'liveness';

/** From mild to severe. */
export const SEVERITIES = ['warning', 'review', 'reject'] as const;

/** How severe a finding is. */
export type Severity = (typeof SEVERITIES)[number];

/** What happens to the person; a warning alone still approves. */
export type Decision = 'approve' | 'review' | 'reject';

export type CheckStatus = 'pass' | Severity | 'notChecked';

/** A check that has a score, and the thresholds that Kairos named with it. */
export interface ScoredResult extends Partial<Thresholds> {
	status: CheckStatus;
	/** 0..1; null where Kairos gave none. */
	score: number | null;
}

/** A reason not to approve, from Kairos or from this node. */
export interface Finding {
	check: Check;
	code: string;
	decision: Severity;
	/** 0..1 as Kairos gave it; null where it gave none, and for the node's own findings. */
	confidence: number | null;
	/** In the node's own findings, the first sentence says what was found. */
	description: string;
	source: 'kairos' | 'node';
}

/** What happens to a person when an image has several faces. */
export type MultipleFaces = 'review' | 'reject' | 'ignore';

/** What the builder set about judging a response. */
export interface Rules {
	/** The builder's own thresholds, each 0..1, 0 for none. They only tighten what Kairos decides. */
	faceMatchRejectBelow: number;
	faceMatchReviewBelow: number;
	livenessRejectBelow: number;
	livenessReviewBelow: number;
	multipleFacesInSelfie: MultipleFaces;
	/** With `matchAny`, whoever is in the photo matches. */
	multipleFacesInPhoto: MultipleFaces | 'matchAny';
	/** What a warning does when there is nothing more severe. */
	kairosWarning: 'approve' | 'review';
}

/** A finding of the node's own; for review unless said otherwise. */
export function nodeFinding(
	check: Check,
	code: string,
	description: string,
	decision: Severity = 'review',
): Finding {
	return { check, code, decision, confidence: null, description, source: 'node' };
}

/** Whether one severity is at least another one. */
export function isAtLeast(severity: Severity, other: Severity): boolean {
	return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(other);
}

/** The most severe decision among findings; undefined when there are none. */
export function mostSevere(findings: readonly Finding[]): Severity | undefined {
	return SEVERITIES.findLast((severity) => findings.some(({ decision }) => decision === severity));
}
