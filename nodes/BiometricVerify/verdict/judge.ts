import type { Face, ImageReport } from '../kairos/response';
import { knownSize } from '../kairos/response';
import type { Check, Finding, Severity } from './finding';
import { mostSevere } from './finding';
import type { Evidence } from './evidence';
import { findingsIn } from './findings';
import type { Rules } from './rules';
import type { Decision, Score } from './summary';
import { summarize } from './summary';

export type CheckStatus = 'pass' | Severity;

/** A check that has a score. */
export interface ScoredCheck extends Score {
	status: CheckStatus;
}

/** Which image was checked, and what Kairos saw in it. */
export interface CheckedImage {
	/** In pixels; null where Kairos gave no size. */
	width: number | null;
	height: number | null;
	faces: Face[];
	/** Of the bytes that were sent, in hexadecimal. */
	sha256: string;
}

/** What the node adds to an item: the decision, why, and what it rests on. */
export interface Verdict {
	decision: Decision;
	/** The decision and its reasons in a sentence or two, for a person to read. */
	summary: string;
	faceMatch: ScoredCheck;
	liveness: ScoredCheck;
	faceDetection: { status: CheckStatus };
	selfie: CheckedImage;
	photo: CheckedImage;
	findings: Finding[];
	/** Kairos's own scores, as given; their scale is not documented. */
	scores: Record<'reject' | 'review' | 'warning', number | null>;
	requestId: string | null;
	/** `YYYY-MM-DD HH:MM:SS`; Kairos gives no time zone. */
	requestedAt: string | null;
	processedAt: string | null;
}

/**
 * Judges a response. It approves only when the response is complete and makes sense, and no finding
 * is more severe than a warning; everything else is for review or rejected.
 */
export function judge(evidence: Evidence, rules: Rules): Verdict {
	const { response } = evidence;
	const findings = findingsIn(evidence, rules);
	const decision = decisionOf(findings);
	const faceMatch = scoredCheck('faceMatch', response.faceMatchScore, evidence, findings);
	const liveness = scoredCheck('liveness', response.livenessScore, evidence, findings);
	return {
		decision,
		summary: summarize(decision, findings, { faceMatch, liveness }),
		faceMatch,
		liveness,
		faceDetection: { status: statusOf('faceDetection', findings) },
		selfie: checkedImage(response.selfie, evidence.selfieSha256),
		photo: checkedImage(response.photo, evidence.photoSha256),
		findings,
		scores: {
			reject: response.decision?.rejectScore ?? null,
			review: response.decision?.reviewScore ?? null,
			warning: response.decision?.warningScore ?? null,
		},
		requestId: response.requestId,
		requestedAt: response.requestedAt,
		processedAt: response.processedAt,
	};
}

/** The checks that keep an item from being approved; a warning does not. */
export function failedChecks({ findings }: Pick<Verdict, 'findings'>): ReadonlySet<Check> {
	return new Set(
		findings.filter(({ decision }) => decision !== 'warning').map(({ check }) => check),
	);
}

function decisionOf(findings: Finding[]): Decision {
	const severity = mostSevere(findings);
	return severity === 'reject' || severity === 'review' ? severity : 'approve';
}

function statusOf(check: Check, findings: Finding[]): CheckStatus {
	return mostSevere(findings.filter((finding) => finding.check === check)) ?? 'pass';
}

function scoredCheck(
	check: 'faceMatch' | 'liveness',
	score: number | null,
	{ response }: Evidence,
	findings: Finding[],
): ScoredCheck {
	const thresholds = response.decision?.details
		?.filter((detail) => detail.score === check)
		.find((detail) => detail.thresholds !== null)?.thresholds;
	return { status: statusOf(check, findings), score, ...thresholds };
}

function checkedImage(report: ImageReport, sha256: string): CheckedImage {
	const { width, height } = knownSize(report) ?? { width: null, height: null };
	return { width, height, faces: report.faces ?? [], sha256 };
}
