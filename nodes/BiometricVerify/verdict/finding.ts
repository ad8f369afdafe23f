/** What is checked; everything Kairos finds that is none of the first three is `other`. */
export type Check = 'faceMatch' | 'liveness' | 'faceDetection' | 'other';

/** From mild to severe. */
export const SEVERITIES = ['warning', 'review', 'reject'] as const;

/** How severe a finding is. */
export type Severity = (typeof SEVERITIES)[number];

/** A reason not to approve, from Kairos or from this node. */
export interface Finding {
	check: Check;
	code: string;
	decision: Severity;
	/** 0..1 as Kairos gave it; null where it gave none, and for the node's own findings. */
	confidence: number | null;
	description: string;
	source: 'kairos' | 'node';
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

/** The most severe decision among findings; undefined when there are none. */
export function mostSevere(findings: readonly Finding[]): Severity | undefined {
	return SEVERITIES.findLast((severity) => findings.some(({ decision }) => decision === severity));
}
