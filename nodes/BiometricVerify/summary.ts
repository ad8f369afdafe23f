import type { Finding, Gravity } from './findings';
import { limitsIn } from './findings';
import type { Decision } from './verdict';

/** The scores that a summary names; 0..1, null where Kairos gave none. */
export interface Scores {
	faceMatch: number | null;
	liveness: number | null;
}

const VERDICT_WORDS: Record<Decision, string> = {
	approve: 'Approved',
	review: 'For review',
	reject: 'Rejected',
};

const FURTHER_WORDS: Record<Gravity, string> = {
	reject: 'Also rejected',
	review: 'Also for review',
	warning: 'Warning',
};

/** One or more sentences for a person: the decision, then every reason for it, gravest first. */
export function summarize(decision: Decision, findings: Finding[], scores: Scores): string {
	const reasons = (gravity: Gravity) =>
		findings
			.filter((finding) => finding.decision === gravity)
			.map((finding) => phrase(finding, scores));
	const further = (gravity: Gravity) =>
		gravity === decision ? [] : sentence(FURTHER_WORDS[gravity], reasons(gravity));

	const main =
		decision === 'approve'
			? [`face match ${scores.faceMatch}`, `liveness ${scores.liveness}`]
			: reasons(decision);
	return [
		...sentence(VERDICT_WORDS[decision], main),
		...further('review'),
		...further('warning'),
	].join(' ');
}

function sentence(opening: string, parts: string[]): string[] {
	return parts.length === 0 ? [] : [`${opening}: ${[...new Set(parts)].join(', ')}.`];
}

function phrase(finding: Finding, scores: Scores): string {
	if (finding.source === 'node') return inMidSentence(finding.description);
	const limits = limitsIn(finding.description);
	const limit = finding.decision === 'reject' ? limits?.rejectBelow : limits?.reviewBelow;
	const score =
		finding.check === 'faceMatch' || finding.check === 'liveness' ? scores[finding.check] : null;
	if (limit !== undefined && score !== null && score < limit) {
		const name = finding.check === 'faceMatch' ? 'face match' : 'liveness';
		return `${name} ${score} is below ${limit}`;
	}
	const reason = inMidSentence(finding.description);
	return reason === '' ? finding.code : `${reason} (${finding.code})`;
}

function inMidSentence(description: string): string {
	const words = description.replace(/\.$/, '');
	const isProper = words.startsWith('Kairos') || /^\p{Lu}[\p{Lu}\d]/u.test(words);
	return isProper ? words : words.charAt(0).toLowerCase() + words.slice(1);
}
