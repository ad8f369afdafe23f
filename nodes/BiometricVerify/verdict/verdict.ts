import type { KairosResponse } from '../kairos/response';
import type { Repeats } from './decision';
import { contradictions, detailsAbout, kairosFindings } from './decision';
import { faceFindings, sameImageFindings } from './faces';
import type {
	Check,
	CheckStatus,
	Decision,
	Finding,
	Rules,
	ScoredCheck,
	ScoredResult,
} from './findings';
import { SEVERITIES, mostSevere } from './findings';
import { scoreFindings, scoreOf, wasChecked } from './scores';
import { summarize } from './summary';

/** The node's judgment of a response. */
export interface Verdict {
	decision: Decision;
	/** The decision and its reasons in a sentence or two, for a person. */
	summary: string;
	/** The codes of the findings, in order, each once. */
	codes: string[];
	/** The image that a person may be asked to take again, if nothing else speaks against them. */
	retake: 'selfie' | 'photo' | 'both' | null;
	faceMatch: ScoredResult;
	liveness: ScoredResult;
	faceDetection: { status: CheckStatus };
	/** Every reason not to approve, the most severe first. */
	findings: Finding[];
}

/** The findings that a new image can resolve, and which image that is. */
const RESOLVED_BY: ReadonlyMap<string, 'selfie' | 'photo'> = new Map([
	['NO_FACE_IN_SELFIE', 'selfie'],
	['MULTIPLE_FACES_IN_SELFIE', 'selfie'],
	['NO_FACE_IN_PHOTO', 'photo'],
]);

/**
 * Judges a response. Approves only if the response is complete and plausible, and no finding is
 * more severe than a warning; everything else is for review or rejected.
 */
export function judge(response: KairosResponse, repeats: Repeats, rules: Rules): Verdict {
	const findings = findingsIn(response, repeats, rules);
	const severity = mostSevere(findings);
	const decision = severity === 'reject' || severity === 'review' ? severity : 'approve';
	const faceMatch = scoredResult('faceMatch', response, findings);
	const liveness = scoredResult('liveness', response, findings);
	return {
		decision,
		summary: summarize(decision, findings, { faceMatch, liveness }),
		codes: [...new Set(findings.map(({ code }) => code))],
		retake: decision === 'review' ? retakeOf(findings) : null,
		faceMatch,
		liveness,
		faceDetection: { status: statusOf('faceDetection', findings) },
		findings,
	};
}

/** The checks that prevent an approval; a warning does not. */
export function failedChecks({ findings }: Pick<Verdict, 'findings'>): ReadonlySet<Check> {
	return new Set(
		findings.filter(({ decision }) => decision !== 'warning').map(({ check }) => check),
	);
}

function findingsIn(response: KairosResponse, repeats: Repeats, rules: Rules): Finding[] {
	const fromKairos = kairosFindings(response, rules);
	const faces = faceFindings(response, rules);
	// A missing face explains all the rest.
	const isFirst = ({ code }: Finding) => code.startsWith('NO_FACE_IN_');
	return [
		...faces.filter(isFirst),
		...fromKairos,
		...scoreFindings('faceMatch', response, rules, fromKairos),
		...scoreFindings('liveness', response, rules, fromKairos),
		...contradictions(response, repeats, rules),
		...faces.filter((finding) => !isFirst(finding)),
		...sameImageFindings(response),
	].sort((one, other) => SEVERITIES.indexOf(other.decision) - SEVERITIES.indexOf(one.decision));
}

function statusOf(check: Check, findings: readonly Finding[]): CheckStatus {
	return mostSevere(findings.filter((finding) => finding.check === check)) ?? 'pass';
}

function scoredResult(
	check: ScoredCheck,
	response: KairosResponse,
	findings: readonly Finding[],
): ScoredResult {
	const thresholds = detailsAbout(check, response).find((detail) => detail.thresholds !== null);
	return {
		status: wasChecked(check, response) ? statusOf(check, findings) : 'notChecked',
		score: scoreOf(check, response),
		...thresholds?.thresholds,
	};
}

function retakeOf(findings: readonly Finding[]): Verdict['retake'] {
	const images = new Set(findings.map(({ code }) => RESOLVED_BY.get(code)));
	if (images.has(undefined)) return null;
	return images.size === 2 ? 'both' : ([...images][0] ?? null);
}
