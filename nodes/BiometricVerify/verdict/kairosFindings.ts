import type { Detail, KairosResponse } from '../kairos/response';
import type { Finding, Severity } from './finding';
import type { Rules } from './rules';

/** Every detail of Kairos's decision is a reason not to approve. */
export function kairosFindings({ decision }: KairosResponse, rules: Rules): Finding[] {
	return (decision?.details ?? []).map((detail) => ({
		check: detail.score ?? 'other',
		code: detail.code ?? 'NO_CODE',
		decision: severityOf(detail, rules),
		confidence: detail.confidence,
		description: detail.description,
		source: 'kairos',
	}));
}

/** A word that is not documented is for review. */
function severityOf({ decision }: Detail, rules: Rules): Severity {
	if (decision === 'reject') return 'reject';
	if (decision === 'warning') return warningSeverity(rules);
	return 'review';
}

/** What a warning of Kairos's means, as the builder set it. */
export function warningSeverity({ kairosWarning }: Rules): Severity {
	return kairosWarning === 'approve' ? 'warning' : 'review';
}
