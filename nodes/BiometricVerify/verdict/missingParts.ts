import type { KairosResponse } from '../kairos/response';
import type { Finding } from './finding';
import { nodeFinding } from './finding';

/** A response that lacks something is not complete, so it cannot approve anyone. */
export function missingParts({
	faceMatchScore,
	livenessScore,
	decision,
}: KairosResponse): Finding[] {
	const findings: Finding[] = [];
	if (faceMatchScore === null) {
		findings.push(
			nodeFinding('faceMatch', 'NO_FACE_MATCH_SCORE', 'Kairos returned no valid face match score.'),
		);
	}
	if (livenessScore === null) {
		findings.push(
			nodeFinding('liveness', 'NO_LIVENESS_SCORE', 'Kairos returned no valid liveness score.'),
		);
	}
	if (decision === null || decision.details === null) {
		findings.push(nodeFinding('other', 'NO_DECISION', 'Kairos returned no decision.'));
	}
	if (
		decision !== null &&
		[decision.rejectScore, decision.reviewScore, decision.warningScore].includes(null)
	) {
		findings.push(
			nodeFinding(
				'other',
				'NO_DECISION_SCORE',
				'Kairos returned a decision without all of its scores.',
			),
		);
	}
	return findings;
}
