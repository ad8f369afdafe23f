import type { Decision, Finding, ScoredCheck, ScoredResult, Severity } from './findings';
import { nameOfScore } from './scores';

type Scores = Record<ScoredCheck, ScoredResult>;

const OPENING: Record<Decision, string> = {
	approve: 'Approved',
	review: 'For review',
	reject: 'Rejected',
};

const FURTHER_OPENING: Record<Exclude<Severity, 'reject'>, string> = {
	review: 'Also for review',
	warning: 'Warning',
};

/** The decision in sentences for a person, with every reason, the most severe first. */
export function summarize(
	decision: Decision,
	findings: readonly Finding[],
	scores: Scores,
): string {
	const reasons = (severity: Severity) =>
		findings
			.filter((finding) => finding.decision === severity)
			.map((finding) => reasonOf(finding, scores));
	const further = (severity: keyof typeof FURTHER_OPENING) =>
		severity === decision ? [] : sentence(FURTHER_OPENING[severity], reasons(severity));

	const main =
		decision === 'approve'
			? [`face match ${scores.faceMatch.score}`, `liveness ${scores.liveness.score}`]
			: reasons(decision);
	return [...sentence(OPENING[decision], main), ...further('review'), ...further('warning')].join(
		' ',
	);
}

function sentence(opening: string, parts: string[]): string[] {
	return parts.length === 0 ? [] : [`${opening}: ${[...new Set(parts)].join(', ')}.`];
}

function reasonOf(finding: Finding, scores: Scores): string {
	// Drop the second sentence, which says what the builder can do, but no quoted text.
	if (finding.source === 'node') return asClause(finding.description.replace(/\. [^"]*$/, ''));
	const belowThreshold = scoreReason(finding, scores);
	if (belowThreshold !== undefined) return belowThreshold;
	const reason = asClause(finding.description);
	return reason === ''
		? `Kairos reported ${finding.code} without a reason`
		: `${reason} (${finding.code})`;
}

/** "liveness 0.0026 is below 0.4", if Kairos's thresholds explain the finding. */
function scoreReason({ check, decision }: Finding, scores: Scores): string | undefined {
	if (check !== 'faceMatch' && check !== 'liveness') return undefined;
	const { score, rejectBelow, reviewBelow } = scores[check];
	const threshold = decision === 'reject' ? rejectBelow : reviewBelow;
	if (score === null || threshold === undefined || score >= threshold) return undefined;
	return `${nameOfScore(check)} ${score} is below ${threshold}`;
}

function asClause(description: string): string {
	const words = description.replace(/[.\s]+$/, '');
	const isProper = words.startsWith('Kairos') || /^\p{Lu}[\p{Lu}\d]/u.test(words);
	return isProper ? words : words.charAt(0).toLowerCase() + words.slice(1);
}
