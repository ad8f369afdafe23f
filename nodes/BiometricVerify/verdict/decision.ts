import type { Detail, KairosResponse } from '../kairos/response';
import type { Finding, Rules, ScoredCheck, Severity } from './findings';
import { nodeFinding } from './findings';

/** The documented codes, and the check that each belongs to. */
const CHECK_OF_CODE: ReadonlyMap<string | null, ScoredCheck> = new Map([
	['FAILED_FACE_MATCH', 'faceMatch'],
	['FAILED_SELFIE_LIVENESS', 'liveness'],
]);

/** What is known of other items besides the response. */
export interface Repeats {
	/** Whether Kairos gave another item the same request ID. */
	isRequestIdRepeated: boolean;
	/** Whether another item has the same selfie and the same photo, in files of its own. */
	isPairRepeated: boolean;
}

/** The details of Kairos's decision that belong to a check. */
export function detailsAbout(check: ScoredCheck, { decision }: KairosResponse): Detail[] {
	return (decision?.details ?? []).filter(({ code }) => CHECK_OF_CODE.get(code) === check);
}

/** Every detail of Kairos's decision is a reason not to approve. */
export function kairosFindings({ decision }: KairosResponse, rules: Rules): Finding[] {
	return (decision?.details ?? []).map((detail) => ({
		check: CHECK_OF_CODE.get(detail.code) ?? 'other',
		code: detail.code ?? 'NO_CODE',
		decision: severityOf(detail, rules),
		confidence: detail.confidence,
		description: detail.description,
		source: 'kairos',
	}));
}

/** What is missing in a response, or contradicts itself. */
export function contradictions(
	{ decision, hasExpectedCode, reportedFailures }: KairosResponse,
	{ isRequestIdRepeated, isPairRepeated }: Repeats,
	rules: Rules,
): Finding[] {
	const findings: Finding[] = [];
	const add = (code: string, description: string, severity?: Severity) =>
		findings.push(nodeFinding('other', code, description, severity));

	if (decision === null || decision.details === null) {
		add('NO_DECISION', 'Kairos returned no decision.');
	}
	if (
		decision !== null &&
		[decision.rejectScore, decision.reviewScore, decision.warningScore].includes(null)
	) {
		add('NO_DECISION_SCORE', 'Kairos returned a decision without all of its scores.');
	}
	if (!hasExpectedCode) {
		add('UNEXPECTED_RESPONSE_CODE', 'Kairos returned a response code that is not known.');
	}
	if (reportedFailures.length > 0) {
		const fields = reportedFailures.map(({ field, value }) => `${field} is ${value}`);
		add('REPORTED_FAILURE', `Kairos reported a failure: ${fields.join(', ')}.`);
	}
	if (isRequestIdRepeated) {
		add('REPEATED_REQUEST_ID', 'Kairos returned the same request ID for another item.');
	}
	if (isPairRepeated) {
		add('REPEATED_PAIR', 'Another item has the same selfie and the same photo.');
	}
	const words = (decision?.details ?? []).map(wordOf);
	const scores = [
		['reject', words.includes('reject'), 'reject'],
		['review', words.some((word) => word !== 'warning'), 'review'],
		['warning', words.length > 0, severityOfWarning(rules)],
	] as const;
	for (const [name, hasReason, severity] of scores) {
		if (hasReason || (decision?.[`${name}Score`] ?? 0) <= 0) continue;
		const description = `Kairos returned a ${name} score without a reason.`;
		add(`UNEXPLAINED_${name.toUpperCase()}_SCORE`, description, severity);
	}
	return findings;
}

/** An undocumented word costs a review. */
function severityOf(detail: Detail, rules: Rules): Severity {
	const word = wordOf(detail);
	if (word === 'reject') return 'reject';
	return word === 'warning' ? severityOfWarning(rules) : 'review';
}

function wordOf({ decision }: Detail): string | undefined {
	return decision?.toLowerCase();
}

function severityOfWarning({ kairosWarning }: Rules): Severity {
	return kairosWarning === 'approve' ? 'warning' : 'review';
}
