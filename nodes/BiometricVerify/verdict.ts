import type { Face, KairosAnswer } from './kairos/answer';
import type { Check, Finding, Gravity, Limits, Rules } from './findings';
import { GRAVITIES, findingsOf, limitsIn } from './findings';
import { summarize } from './summary';

/** What happens to the person; a warning alone still approves. */
export type Decision = 'approve' | 'review' | 'reject';

export type CheckStatus = 'pass' | Gravity;

/** A check that has a score in 0..1, null where Kairos gave none that can be used. */
export interface ScoredCheck extends Partial<Limits> {
	status: CheckStatus;
	score: number | null;
}

/** What the node adds to an item: the decision, why, and what it rests on. */
export interface Verdict {
	decision: Decision;
	/** The decision and its reasons in a sentence or two, for a person to read. */
	summary: string;
	faceMatch: ScoredCheck;
	liveness: ScoredCheck;
	faceDetection: { status: CheckStatus; selfie: Face[]; photo: Face[] };
	findings: Finding[];
	/** Kairos's own scores, as given; their scale is not documented. */
	scores: { reject: number | null; review: number | null; warning: number | null };
	requestId: string | null;
	/** `YYYY-MM-DD HH:MM:SS`; Kairos gives no time zone. */
	requestedAt: string | null;
	processedAt: string | null;
}

/**
 * Judges an answer. It approves only when the answer is complete and no finding is graver than a
 * warning; everything else is for review or rejected.
 */
export function judge(answer: KairosAnswer, rules: Rules): Verdict {
	const findings = findingsOf(answer, rules);
	const decision = decisionOf(findings);
	const { faceMatchScore, livenessScore } = answer;
	return {
		decision,
		summary: summarize(decision, findings, { faceMatch: faceMatchScore, liveness: livenessScore }),
		faceMatch: scoredCheck('faceMatch', faceMatchScore, findings),
		liveness: scoredCheck('liveness', livenessScore, findings),
		faceDetection: {
			status: statusOf('faceDetection', findings),
			selfie: answer.selfieFaces ?? [],
			photo: answer.photoFaces ?? [],
		},
		findings,
		scores: {
			reject: answer.decision?.rejectScore ?? null,
			review: answer.decision?.reviewScore ?? null,
			warning: answer.decision?.warningScore ?? null,
		},
		requestId: answer.requestId,
		requestedAt: answer.requestedAt,
		processedAt: answer.processedAt,
	};
}

/** The checks that keep an item from being approved; a warning does not. */
export function failedChecks({ findings }: Pick<Verdict, 'findings'>): ReadonlySet<Check> {
	return new Set(
		findings.filter(({ decision }) => decision !== 'warning').map(({ check }) => check),
	);
}

function decisionOf(findings: Finding[]): Decision {
	const gravest = gravestOf(findings);
	return gravest === 'reject' || gravest === 'review' ? gravest : 'approve';
}

function statusOf(check: Check, findings: Finding[]): CheckStatus {
	return gravestOf(findings.filter((finding) => finding.check === check)) ?? 'pass';
}

function gravestOf(findings: Finding[]): Gravity | undefined {
	return [...GRAVITIES]
		.reverse()
		.find((gravity) => findings.some(({ decision }) => decision === gravity));
}

function scoredCheck(check: Check, score: number | null, findings: Finding[]): ScoredCheck {
	const limits = findings
		.filter((finding) => finding.check === check && finding.source === 'kairos')
		.map(({ description }) => limitsIn(description))
		.find((found) => found !== undefined);
	return { status: statusOf(check, findings), score, ...limits };
}
