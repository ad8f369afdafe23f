import type { DecisionBlock } from '../kairos/response';
import type { Finding } from './finding';
import { nodeFinding } from './finding';
import type { Evidence } from './evidence';
import { warningSeverity } from './kairosFindings';
import type { Rules } from './rules';

/** What does not fit together in a response that is complete. */
export function contradictions(
	{ response, isRequestIdRepeated }: Evidence,
	rules: Rules,
): Finding[] {
	const findings: Finding[] = [];
	if (!response.hasDocumentedCode) {
		findings.push(
			nodeFinding(
				'other',
				'UNEXPECTED_RESPONSE_CODE',
				'The response code is not the one that Kairos documents.',
			),
		);
	}
	if (response.reportsError) {
		findings.push(
			nodeFinding('other', 'RESPONSE_ERROR', 'Kairos reported an error along with its decision.'),
		);
	}
	if (isRequestIdRepeated) {
		findings.push(
			nodeFinding(
				'other',
				'REPEATED_REQUEST_ID',
				'Kairos returned the same request ID for another item of this run.',
			),
		);
	}
	return [...findings, ...unexplainedScores(response.decision, rules)];
}

/** A score of the decision above 0 must have a reason among the details. */
function unexplainedScores(decision: DecisionBlock | null, rules: Rules): Finding[] {
	if (decision === null) return [];
	const details = decision.details ?? [];
	const findings: Finding[] = [];
	if (
		isAboveZero(decision.rejectScore) &&
		!details.some((detail) => detail.decision === 'reject')
	) {
		findings.push(
			nodeFinding(
				'other',
				'UNEXPLAINED_REJECT_SCORE',
				'Kairos returned a reject score without a reason.',
				'reject',
			),
		);
	}
	if (
		isAboveZero(decision.reviewScore) &&
		!details.some((detail) => detail.decision !== 'warning')
	) {
		findings.push(
			nodeFinding(
				'other',
				'UNEXPLAINED_REVIEW_SCORE',
				'Kairos returned a review score without a reason.',
			),
		);
	}
	if (isAboveZero(decision.warningScore) && details.length === 0) {
		findings.push(
			nodeFinding(
				'other',
				'UNEXPLAINED_WARNING_SCORE',
				'Kairos returned a warning score without a reason.',
				warningSeverity(rules),
			),
		);
	}
	return findings;
}

function isAboveZero(score: number | null): boolean {
	return (score ?? 0) > 0;
}
