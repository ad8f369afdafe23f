import type { KairosResponse } from '../kairos/response';
import type { Finding, Severity } from './finding';
import { SEVERITIES, nodeFinding } from './finding';
import type { OwnThresholds } from './rules';

interface Score {
	check: 'faceMatch' | 'liveness';
	name: string;
	code: string;
	score: number | null;
	reviewBelow: number;
	rejectBelow: number;
}

/**
 * Scores below the builder's own thresholds, where Kairos did not decide as severely itself.
 *
 * @param fromKairos what Kairos found.
 */
export function thresholdFindings(
	{ faceMatchScore, livenessScore }: KairosResponse,
	thresholds: OwnThresholds,
	fromKairos: readonly Finding[],
): Finding[] {
	const scores: Score[] = [
		{
			check: 'faceMatch',
			name: 'Face match',
			code: 'FACE_MATCH_BELOW_THRESHOLD',
			score: faceMatchScore,
			reviewBelow: thresholds.faceMatchReviewBelow,
			rejectBelow: thresholds.faceMatchRejectBelow,
		},
		{
			check: 'liveness',
			name: 'Liveness',
			code: 'LIVENESS_BELOW_THRESHOLD',
			score: livenessScore,
			reviewBelow: thresholds.livenessReviewBelow,
			rejectBelow: thresholds.livenessRejectBelow,
		},
	];
	return scores.flatMap((score) => belowThreshold(score, fromKairos));
}

function belowThreshold(
	{ check, name, code, score, reviewBelow, rejectBelow }: Score,
	fromKairos: readonly Finding[],
): Finding[] {
	if (score === null || score >= Math.max(reviewBelow, rejectBelow)) return [];
	const decision: Severity = score < rejectBelow ? 'reject' : 'review';
	const ofCheck = fromKairos.filter((finding) => finding.check === check);
	if (ofCheck.some((finding) => isAtLeast(finding.decision, decision))) return [];
	const threshold = decision === 'reject' ? rejectBelow : reviewBelow;
	const kairos = ofCheck.length === 0 ? ', but Kairos did not flag it' : '';
	return [
		nodeFinding(
			check,
			code,
			`${name} ${score} is below ${threshold}, the threshold in this node${kairos}.`,
			decision,
		),
	];
}

function isAtLeast(severity: Severity, other: Severity): boolean {
	return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(other);
}
