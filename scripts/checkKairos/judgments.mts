import { type AssumptionId, assumptions, type ProbeName } from '../../sandbox/assumptions.mts';
import { type ReceivedResponse, SEVERITIES, type Verdict } from './builtNode.mts';
import type { Exchange } from './exchange.mts';
import type { TestImages } from './images.mts';
import { plan } from './plan.mts';
import { type ApiVersion, credentialTestMessage } from './probes.mts';

/** What the check saw of Kairos. */
export interface Seen {
	apiVersion: ApiVersion;
	images: TestImages;
	exchanges: Partial<Record<ProbeName, Exchange>>;
}

/** Whether an assumption held, and what came, for people. */
export interface Result {
	outcome: 'held' | 'differs' | 'not tested';
	/** What came, or why it was not tested. */
	came: string;
}

interface SeenVerification {
	probe: ProbeName;
	response: ReceivedResponse;
	verdict: Verdict;
}

/** Probes in which a face was there to be found in each image. */
const ORDINARY = [
	'samePerson',
	'differentPeople',
	'severalFaces',
	'severalFacesMatchAll',
	'smallImage',
	'largeImage',
] as const satisfies readonly ProbeName[];

/** Probes whose responses are judged together. */
const COMPARABLE = [...ORDINARY, 'noFace'] as const;

const REFUSED: ReadonlySet<number | undefined> = new Set([401, 403]);
const BUSY: ReadonlySet<number | undefined> = new Set([402, 429, 503]);

/** The documented score below which Kairos rejects. */
const REJECT_BELOW = 0.4;

const held = (came = ''): Result => ({ outcome: 'held', came });
const differs = (came: string): Result => ({ outcome: 'differs', came });
const notTested = (came: string): Result => ({ outcome: 'not tested', came });

const NOT_SENT = notTested('not sent');
const NOTHING_READABLE = notTested('no verification came that can be read');
const CANNOT_BE_PROVOKED = notTested('did not occur');

/** A service that refuses or is busy says nothing about what was sent. */
function isUnavailable(status: number): boolean {
	return REFUSED.has(status) || BUSY.has(status);
}

/** Looks at the status of a probe, where there is one that tells something. */
function byStatus(seen: Seen, probe: ProbeName, isAsAssumed: (status: number) => boolean): Result {
	const status = statusOf(seen, probe);
	if (status === undefined) return NOT_SENT;
	if (isUnavailable(status)) return notTested(`HTTP ${status}`);
	return isAsAssumed(status) ? held(said(seen, probe)) : differs(said(seen, probe));
}

/** Looks at every verification of some probes: one that is not as assumed is enough. */
function byVerification(
	seen: Seen,
	problemIn: (verification: SeenVerification) => string | undefined,
	probes: readonly ProbeName[] = ORDINARY,
): Result {
	const verifications = verificationsOf(seen, probes);
	if (verifications.length === 0) return NOTHING_READABLE;
	for (const verification of verifications) {
		const problem = problemIn(verification);
		if (problem !== undefined) return differs(`${problem} (${plan[verification.probe].title})`);
	}
	return held();
}

/** Looks at every detail of Kairos's decisions. */
function byDetail(
	seen: Seen,
	problemIn: (detail: Detail) => string | undefined,
	isConcerned: (detail: Detail) => boolean,
): Result {
	const details = verificationsOf(seen, COMPARABLE)
		.flatMap(({ response }) => response.decision?.details ?? [])
		.filter(isConcerned);
	if (details.length === 0) return notTested('no such detail came');
	const problems = details.map(problemIn).filter((problem) => problem !== undefined);
	return problems.length === 0 ? held() : differs([...new Set(problems)].join(', '));
}

type Detail = NonNullable<NonNullable<ReceivedResponse['decision']>['details']>[number];

/** The verifications that came, in the order of their probes. */
export function verificationsOf(seen: Seen, probes: readonly ProbeName[]): SeenVerification[] {
	return probes.flatMap((probe) => {
		const verification = seen.exchanges[probe]?.verification;
		return verification === undefined ? [] : [{ probe, ...verification }];
	});
}

export function statusOf({ exchanges }: Seen, probe: ProbeName): number | undefined {
	return exchanges[probe]?.received?.status;
}

/** What came of a probe, in a few words. */
function said(seen: Seen, probe: ProbeName): string {
	const { received, verification, error } = seen.exchanges[probe] ?? {};
	if (verification) return `verified: ${verification.verdict.decision}`;
	const [, words] = / Kairos says: (.*)$/s.exec(error?.description ?? '') ?? [];
	const status = received ? `HTTP ${received.status}` : 'no response';
	return words === undefined ? status : `${status}: ${words}`;
}

/** Whether right and wrong keys get different statuses even without images. */
function tellsKeysApart(seen: Seen): boolean {
	return REFUSED.has(statusOf(seen, 'wrongKeyNoImages'));
}

/** Whether a spelling of the keys was taken; undefined where that cannot be told. */
export function isTaken(seen: Seen, probe: ProbeName): boolean | undefined {
	const status = statusOf(seen, probe);
	if (status === undefined || !tellsKeysApart(seen)) return undefined;
	return !REFUSED.has(status);
}

const SPELLING_PROBES = [
	'v01Underscores',
	'v01Hyphens',
	'v02Underscores',
	'v02Hyphens',
	'v02Both',
] as const satisfies readonly ProbeName[];

/** Whether Kairos took the keys in no spelling and no version: they are wrong, or locked. */
export function areKeysRefused(seen: Seen): boolean {
	return (
		tellsKeysApart(seen) &&
		SPELLING_PROBES.every((probe) => isTaken(seen, probe) === false) &&
		REFUSED.has(statusOf(seen, 'credentialTest'))
	);
}

/** Whether a version takes the keys as the credential spells them. */
function takesKeys(seen: Seen, version: ApiVersion): boolean | undefined {
	if (verifiedBy(seen, version)) return true;
	return isTaken(seen, version === 'v0.1' ? 'v01Underscores' : 'v02Both');
}

/** Whether the credential's own spelling is what the checked version takes. */
export function takesOwnSpelling(seen: Seen): boolean {
	return takesKeys(seen, seen.apiVersion) ?? true;
}

function verifiedBy(seen: Seen, version: ApiVersion): boolean {
	const probe = version === seen.apiVersion ? 'samePerson' : 'otherVersion';
	const isOwnSpelling =
		version !== seen.apiVersion ||
		isTaken(seen, version === 'v0.1' ? 'v01Underscores' : 'v02Both') !== false;
	return isOwnSpelling && seen.exchanges[probe]?.verification !== undefined;
}

function spellings(seen: Seen, names: Partial<Record<ProbeName, string>>): string {
	return Object.entries(names)
		.map(([probe, name]) => `${name}: HTTP ${statusOf(seen, probe as ProbeName) ?? '-'}`)
		.join(', ');
}

function byTaken(isHeld: boolean | undefined, came: string): Result {
	if (isHeld === undefined) {
		return notTested('without images, right and wrong keys cannot be told apart');
	}
	return isHeld ? held(came) : differs(came);
}

function matchOf(seen: Seen, probe: ProbeName): number | null {
	return seen.exchanges[probe]?.verification?.response.faceMatchScore ?? null;
}

function valueAt(response: ReceivedResponse, field: string): string {
	return `\`${field}\` is ${JSON.stringify(response.raw[field]) ?? 'missing'}`;
}

const isServerError = (status: number) => status >= 500;
const isClientError = (status: number) => status >= 400 && status < 500;

/** Words that the node knows for the decision of a detail. */
export function isKnownDecision(word: string | null): boolean {
	return SEVERITIES.some((severity) => severity === word);
}

/** What of a response cannot be read, by the names of the fields. */
function unreadableIn({ response }: SeenVerification): string[] {
	const { faceMatchScore, livenessScore, selfie, photo, decision } = response;
	const values: Record<string, unknown> = {
		'face match': faceMatchScore,
		liveness: livenessScore,
		'faces of the selfie': selfie.faces,
		'faces of the photo': photo.faces,
		'size of the selfie': selfie.size,
		'size of the photo': photo.size,
		details: decision?.details,
		reject_score: decision?.rejectScore,
		review_score: decision?.reviewScore,
		warning_score: decision?.warningScore,
		api_req_uid: response.requestId,
		requested_at: response.requestedAt,
		processed_at: response.processedAt,
	};
	return Object.entries(values).flatMap(([name, value]) =>
		(value ?? null) === null ? [name] : [],
	);
}

function sizeProblem(
	name: string,
	size: ReceivedResponse['selfie']['size'],
	sent: { width: number; height: number },
): string | undefined {
	if (size === null) return `\`img\` of the ${name} is missing`;
	if (size === 'invalid') return `\`img\` of the ${name} is no size`;
	if (size.width === sent.width && size.height === sent.height) return undefined;
	return `${name} of ${sent.width} x ${sent.height}, \`img\` is ${size.width} x ${size.height}`;
}

/** The codes of a verification's details that the node does not know. */
export function unknownCodes({ response }: Pick<SeenVerification, 'response'>): string[] {
	return (response.decision?.details ?? [])
		.filter(({ score }) => score === null)
		.map(({ code }) => code ?? '(none)');
}

/** Scores below the documented threshold about which no detail speaks. */
function silentScores({ response }: SeenVerification): string[] {
	const details = response.decision?.details ?? [];
	const isSilent = (name: Detail['score'], score: number | null) =>
		score !== null && score < REJECT_BELOW && !details.some((detail) => detail.score === name);
	return [
		...(isSilent('faceMatch', response.faceMatchScore)
			? [`face match ${response.faceMatchScore}`]
			: []),
		...(isSilent('liveness', response.livenessScore) ? [`liveness ${response.livenessScore}`] : []),
	];
}

const judgments: Record<AssumptionId, (seen: Seen) => Result> = {
	'v0.1-headers': (seen) =>
		byTaken(
			takesKeys(seen, 'v0.1'),
			spellings(seen, { v01Underscores: 'app_id', v01Hyphens: 'app-id' }),
		),
	'v0.2-both-spellings': (seen) =>
		byTaken(takesKeys(seen, 'v0.2'), spellings(seen, { v02Both: 'both' })),
	'v0.2-either-spelling': (seen) => {
		const underscores = isTaken(seen, 'v02Underscores');
		const hyphens = isTaken(seen, 'v02Hyphens');
		return byTaken(
			underscores === undefined || hyphens === undefined ? undefined : underscores && hyphens,
			spellings(seen, { v02Underscores: 'app_id', v02Hyphens: 'app-id' }),
		);
	},
	'wrong-key-status': (seen) => {
		const status = statusOf(seen, 'wrongKey');
		if (status === undefined) return NOT_SENT;
		const came = said(seen, 'wrongKey');
		return REFUSED.has(status) ? held(came) : differs(came);
	},
	'keys-before-images': (seen) => {
		const [without, withImages] = [statusOf(seen, 'wrongKeyNoImages'), statusOf(seen, 'wrongKey')];
		if (without === undefined || withImages === undefined) return NOT_SENT;
		if (!REFUSED.has(withImages)) return notTested('wrong keys cannot be told by their status');
		const came = `with images HTTP ${withImages}, without HTTP ${without}`;
		return REFUSED.has(without) ? held(came) : differs(came);
	},
	'credential-test': (seen) => {
		const status = statusOf(seen, 'credentialTest');
		if (status === undefined) return NOT_SENT;
		if (!takesOwnSpelling(seen)) return notTested('the headers are not the right ones');
		const message = credentialTestMessage(status);
		return message === undefined ? held(`HTTP ${status}`) : differs(`HTTP ${status}: "${message}"`);
	},
	'missing-part': (seen) => byStatus(seen, 'missingPart', (status) => status === 400),
	'part-file-name': (seen) => byStatus(seen, 'noFileName', isClientError),
	'broken-image': (seen) => byStatus(seen, 'brokenImage', isClientError),
	'small-image': (seen) => byStatus(seen, 'smallImage', (status) => !isServerError(status)),
	'large-image': (seen) => byStatus(seen, 'largeImage', (status) => !isServerError(status)),
	'error-message': (seen) => {
		const errors = Object.values(seen.exchanges).filter(
			({ error, received }) => error !== undefined && (received?.status ?? 0) >= 400,
		);
		if (errors.length === 0) return notTested('no error came');
		const silent = errors.find(({ error }) => !error?.description.includes('Kairos says: '));
		if (silent === undefined) return held();
		return differs(`HTTP ${silent.received?.status} came without words that can be read`);
	},
	'rate-limit': ({ exchanges }) => {
		const isLimited = Object.values(exchanges).some(({ received }) => received?.status === 429);
		return isLimited ? held('HTTP 429') : CANNOT_BE_PROVOKED;
	},
	'retry-after': ({ exchanges }) => {
		const asking = Object.values(exchanges).find(
			({ received, error }) =>
				error !== undefined && received?.headers['retry-after'] !== undefined,
		);
		if (asking === undefined) return CANNOT_BE_PROVOKED;
		const came = `Retry-After: ${asking.received?.headers['retry-after']}`;
		return asking.error?.retryAfterMs === undefined ? differs(came) : held(came);
	},
	'success-status': (seen) => {
		for (const probe of ['samePerson', 'differentPeople'] as const) {
			const { verification, received, error } = seen.exchanges[probe] ?? {};
			if (received === undefined || isUnavailable(received.status)) continue;
			if (verification === undefined) return differs(`HTTP ${received.status}. ${error?.message}`);
			return held();
		}
		return NOT_SENT;
	},
	'response-code': (seen) =>
		byVerification(seen, ({ response }) =>
			response.hasDocumentedCode ? undefined : valueAt(response, 'response_code'),
		),
	'request-id': (seen) => {
		const ids = new Set<string>();
		return byVerification(seen, ({ response: { requestId } }) => {
			if (requestId === null) return '`api_req_uid` is missing or no text';
			if (ids.has(requestId)) return '`api_req_uid` is the same as in another response';
			ids.add(requestId);
			return undefined;
		});
	},
	times: (seen) =>
		byVerification(seen, ({ response: { requestedAt, processedAt } }) => {
			const other = [requestedAt, processedAt].find(
				(time) => !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(time ?? ''),
			);
			if (other === undefined) return undefined;
			return `a time is ${other === null ? 'missing' : other.replace(/\d/g, '0')}`;
		}),
	'score-range': (seen) =>
		byVerification(seen, ({ response: { faceMatchScore, livenessScore } }) => {
			const missing = [
				...(faceMatchScore === null ? ['face match'] : []),
				...(livenessScore === null ? ['liveness'] : []),
			];
			return missing.length === 0 ? undefined : `${missing.join(' and ')}: no number from 0 to 1`;
		}),
	'higher-is-better': (seen) => {
		const [same, different] = [matchOf(seen, 'samePerson'), matchOf(seen, 'differentPeople')];
		if (same === null || different === null) return notTested('no scores to compare');
		const came = `same person ${same}, different people ${different}`;
		return same > different ? held(came) : differs(came);
	},
	'image-size': (seen) =>
		byVerification(seen, ({ probe, response }) => {
			const sent = plan[probe].pair?.(seen.images);
			if (sent === undefined) return undefined;
			return (
				sizeProblem('selfie', response.selfie.size, sent.selfie) ??
				sizeProblem('photo', response.photo.size, sent.photo)
			);
		}),
	'face-fields': (seen) =>
		byVerification(seen, ({ response: { selfie, photo } }) =>
			selfie.faces === null || photo.faces === null
				? '`faces_predicted` cannot be read'
				: undefined,
		),
	'boxes-in-pixels': (seen) => {
		const faces = verificationsOf(seen, ORDINARY).flatMap(({ response }) => [
			...(response.selfie.faces ?? []),
			...(response.photo.faces ?? []),
		]);
		if (faces.length === 0) return notTested('no faces that can be read');
		const tiny = faces.find(({ width, height }) => width <= 1 && height <= 1);
		return tiny === undefined ? held() : differs(`a face of ${tiny.width} x ${tiny.height}`);
	},
	'decision-fields': (seen) =>
		byVerification(seen, (verification) => {
			const { decision } = verification.response;
			if (decision === null) return '`decision` is missing';
			const missing = unreadableIn(verification).filter((name) => /^details$|_score$/.test(name));
			return missing.length === 0 ? undefined : `missing or no number: ${missing.join(', ')}`;
		}),
	'detail-codes': (seen) => {
		const known = verificationsOf(seen, COMPARABLE)
			.flatMap(({ response }) => response.decision?.details ?? [])
			.filter(({ score }) => score !== null);
		const foreign = verificationsOf(seen, ORDINARY).find(
			(verification) =>
				silentScores(verification).length > 0 && unknownCodes(verification).length > 0,
		);
		if (foreign !== undefined) {
			return differs(`${silentScores(foreign).join(', ')}: ${unknownCodes(foreign).join(', ')}`);
		}
		if (known.length === 0) return notTested('no such detail came');
		return held([...new Set(known.map(({ code }) => code))].join(', '));
	},
	'detail-decisions': (seen) =>
		byDetail(
			seen,
			({ decision }) => (isKnownDecision(decision) ? undefined : (decision ?? '(none)')),
			() => true,
		),
	'thresholds-in-text': (seen) =>
		byDetail(
			seen,
			({ thresholds, description }) => (thresholds === null ? `"${description}"` : undefined),
			({ score }) => score !== null,
		),
	'threshold-values': (seen) =>
		byDetail(
			seen,
			({ score, thresholds }) =>
				thresholds?.rejectBelow === REJECT_BELOW
					? undefined
					: `${score}: ${thresholds?.rejectBelow}`,
			({ score, thresholds }) => score !== null && thresholds !== null,
		),
	'scores-explained': (seen) =>
		byVerification(seen, ({ response, verdict }) => {
			const details = response.decision?.details ?? [];
			if (!details.every(({ decision }) => isKnownDecision(decision))) return undefined;
			const unexplained = verdict.findings.find(({ code }) => code.startsWith('UNEXPLAINED_'));
			return unexplained && `${unexplained.description} ${JSON.stringify(verdict.scores)}`;
		}),
	'low-scores-explained': (seen) => {
		const low = verificationsOf(seen, ORDINARY).filter(
			(verification) => unknownCodes(verification).length === 0,
		);
		const silent = low.flatMap((verification) =>
			silentScores(verification).map((score) => `${score} (${plan[verification.probe].title})`),
		);
		if (silent.length > 0) return differs(silent.join(', '));
		const isLow = ({ response: { faceMatchScore, livenessScore } }: SeenVerification) =>
			[faceMatchScore, livenessScore].some((score) => score !== null && score < REJECT_BELOW);
		return low.some(isLow) ? held() : notTested('no score below 0.4 came');
	},
	warning: (seen) => {
		const decisions = verificationsOf(seen, COMPARABLE).flatMap(({ response }) =>
			response.decision === null ? [] : [response.decision],
		);
		const isWarned = decisions.some((decision) =>
			decision.details?.some((detail) => detail.decision === 'warning'),
		);
		if (isWarned) return held();
		const scored = decisions.find(({ warningScore }) => (warningScore ?? 0) > 0);
		if (scored === undefined) return CANNOT_BE_PROVOKED;
		return differs(`\`warning_score\` is ${scored.warningScore}, and no detail is a warning`);
	},
	'no-error-with-200': (seen) =>
		byVerification(seen, ({ response }) =>
			response.reportsError ? 'an error came along with the verification' : undefined,
		),
	'no-face': (seen) => {
		const verification = seen.exchanges.noFace?.verification;
		if (verification === undefined) {
			const result = byStatus(seen, 'noFace', (status) => status < 400);
			return result.outcome === 'held' ? NOTHING_READABLE : result;
		}
		const { faceDetection, decision } = verification.verdict;
		return faceDetection.status === 'pass'
			? differs(`a face was found: ${decision}`)
			: held(said(seen, 'noFace'));
	},
	'all-faces-listed': (seen) => {
		const faces = seen.exchanges.severalFaces?.verification?.response.photo.faces;
		if (faces === undefined || faces === null) return NOTHING_READABLE;
		const came = `${faces.length} of 2 faces`;
		return faces.length >= 2 ? held(came) : differs(came);
	},
	'multiface-value': (seen) => {
		if (seen.exchanges.severalFaces?.verification === undefined) return NOTHING_READABLE;
		return byStatus(seen, 'severalFacesMatchAll', (status) => status === 200);
	},
	'multiface-matches-any': (seen) => {
		const alone = seen.exchanges.samePerson?.verification?.verdict.faceMatch;
		const among = seen.exchanges.severalFacesMatchAll?.verification?.verdict.faceMatch;
		if (alone === undefined || among === undefined) return NOTHING_READABLE;
		if (alone.status !== 'pass') return notTested('the pair does not match on its own');
		const came = `face match ${among.score}, on its own ${alone.score}`;
		return among.status === 'pass' ? held(came) : differs(came);
	},
	'other-version': (seen) => {
		const [one] = verificationsOf(seen, ['samePerson']);
		const [other] = verificationsOf(seen, ['otherVersion']);
		if (one === undefined) return NOTHING_READABLE;
		if (other === undefined) return byStatus(seen, 'otherVersion', () => false);
		const missing = unreadableIn(other).filter((name) => !unreadableIn(one).includes(name));
		if (missing.length > 0) return differs(`cannot be read: ${missing.join(', ')}`);
		return held();
	},
};

/** Judges every assumption by what was seen. */
export function judgeAssumptions(seen: Seen): Array<{ id: AssumptionId } & Result> {
	return assumptions.map(({ id }) => ({ id, ...judgments[id](seen) }));
}
