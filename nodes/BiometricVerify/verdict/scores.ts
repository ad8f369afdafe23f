import type { KairosResponse } from '../kairos/response';
import { detailsAbout } from './decision';
import { hasNoFace } from './faces';
import type { Finding, Rules, ScoredCheck, Severity } from './findings';
import { isAtLeast, nodeFinding } from './findings';

const NAMES: Record<ScoredCheck, { inText: string; inCode: string }> = {
	faceMatch: { inText: 'face match', inCode: 'FACE_MATCH' },
	liveness: { inText: 'liveness', inCode: 'LIVENESS' },
};

/** What people call a score. */
export function nameOfScore(check: ScoredCheck): string {
	return NAMES[check].inText;
}

/** The score of a check, 0..1; null if missing. */
export function scoreOf(
	check: ScoredCheck,
	{ faceMatchScore, livenessScore }: KairosResponse,
): number | null {
	return check === 'faceMatch' ? faceMatchScore : livenessScore;
}

/**
 * Whether a check was made. Without a face there is nothing to compare: a score that is missing or
 * exactly 0, and has no detail of Kairos's, then speaks neither for nor against the person.
 */
export function wasChecked(check: ScoredCheck, response: KairosResponse): boolean {
	const hasNoFaces =
		hasNoFace(response.selfie) || (check === 'faceMatch' && hasNoFace(response.photo));
	const hasNoScore = [null, 0].includes(scoreOf(check, response));
	return !(hasNoFaces && hasNoScore && detailsAbout(check, response).length === 0);
}

/**
 * A score that is missing, or that is below the builder's own thresholds while Kairos decided less
 * severely.
 *
 * @param fromKairos Kairos's findings.
 */
export function scoreFindings(
	check: ScoredCheck,
	response: KairosResponse,
	rules: Rules,
	fromKairos: readonly Finding[],
): Finding[] {
	if (!wasChecked(check, response)) return [];
	const { inText, inCode } = NAMES[check];
	const score = scoreOf(check, response);
	if (score === null) {
		return [nodeFinding(check, `NO_${inCode}_SCORE`, `Kairos returned no valid ${inText} score.`)];
	}
	const { [`${check}RejectBelow` as const]: rejectBelow } = rules;
	const { [`${check}ReviewBelow` as const]: reviewBelow } = rules;
	if (score >= Math.max(reviewBelow, rejectBelow)) return [];
	const decision: Severity = score < rejectBelow ? 'reject' : 'review';
	const ofCheck = fromKairos.filter((finding) => finding.check === check);
	if (ofCheck.some((finding) => isAtLeast(finding.decision, decision))) return [];
	const threshold = decision === 'reject' ? rejectBelow : reviewBelow;
	const name = inText.charAt(0).toUpperCase() + inText.slice(1);
	const kairos = ofCheck.length === 0 ? ', but Kairos did not flag it' : '';
	return [
		nodeFinding(
			check,
			`${inCode}_BELOW_THRESHOLD`,
			`${name} ${score} is below ${threshold}, the threshold in this node${kairos}.`,
			decision,
		),
	];
}
