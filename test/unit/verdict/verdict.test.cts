import type { Check, Rules } from '../../../nodes/BiometricVerify/verdict/findings';
import { failedChecks, judge } from '../../../nodes/BiometricVerify/verdict/verdict';
import {
	type Changes,
	DECISION,
	DETAILS,
	LIVENESS,
	MATCH,
	MISSING,
	PHOTO_FACES,
	PHOTO_SIZE,
	REJECT_SCORE,
	RESPONSE_CODE,
	REVIEW_SCORE,
	SELFIE_FACES,
	SELFIE_SIZE,
	WARNING_SCORE,
	defaultRules,
	detail,
	documentedBody,
	face,
	noRepeats,
	responseWith,
	verdictOn,
} from '../../support/answers.cts';
import documented from '../../fixtures/responses/documented.json';

type Row = [what: string, changes: Changes, findings: string[], rules?: Partial<Rules>];

/** The node's own findings: what each is about, and the beginning of what it says. */
const OWN: Record<string, [check: Check, description: string]> = {
	NO_FACE_MATCH_SCORE: ['faceMatch', 'Kairos returned no valid face match score.'],
	FACE_MATCH_BELOW_THRESHOLD: ['faceMatch', 'Face match 0'],
	NO_LIVENESS_SCORE: ['liveness', 'Kairos returned no valid liveness score.'],
	LIVENESS_BELOW_THRESHOLD: ['liveness', 'Liveness 0'],
	...ofImage('selfie'),
	...ofImage('photo'),
	NO_DECISION: ['other', 'Kairos returned no decision.'],
	NO_DECISION_SCORE: ['other', 'Kairos returned a decision without all of its scores.'],
	UNEXPECTED_RESPONSE_CODE: ['other', 'Kairos returned a response code that is not known.'],
	REPORTED_FAILURE: ['other', 'Kairos reported a failure: '],
	REPEATED_REQUEST_ID: ['other', 'Kairos returned the same request ID for another item.'],
	REPEATED_PAIR: ['other', 'Another item has the same selfie and the same photo.'],
	UNEXPLAINED_REJECT_SCORE: ['other', 'Kairos returned a reject score without a reason.'],
	UNEXPLAINED_REVIEW_SCORE: ['other', 'Kairos returned a review score without a reason.'],
	UNEXPLAINED_WARNING_SCORE: ['other', 'Kairos returned a warning score without a reason.'],
	SAME_IMAGE: ['other', 'The selfie and the photo are the same image.'],
};

function ofImage(image: string): typeof OWN {
	const IMAGE = image.toUpperCase();
	const phones =
		'Phones often store portraits rotated and very large: turn and shrink the image before this node.';
	const says = {
		[`NO_FACE_IN_${IMAGE}`]: `No face in the ${image}. ${phones}`,
		[`INVALID_${IMAGE}_SIZE`]: `Kairos returned a size for the ${image} that no image has.`,
		[`NO_${IMAGE}_FACES`]: `Kairos did not say which faces are in the ${image}.`,
		[`IMPOSSIBLE_FACE_IN_${IMAGE}`]: `Kairos returned a face in the ${image} without area or`,
		[`MULTIPLE_FACES_IN_${IMAGE}`]: `2 faces in the ${image}.`,
	};
	return Object.fromEntries(
		Object.entries(says).map(([code, description]) => [code, ['faceDetection', description]]),
	);
}

const CHECK_OF_CODE = new Map([
	['FAILED_FACE_MATCH', 'faceMatch'],
	['FAILED_SELFIE_LIVENESS', 'liveness'],
]);

/** The findings of a verdict, e.g. `review NO_LIVENESS_SCORE`; what follows from them must fit. */
function found(verdict: ReturnType<typeof verdictOn>): string[] {
	const { decision, codes, findings } = verdict;
	for (const { code, check, source, confidence, description } of findings) {
		const [ownCheck, says] = Object.hasOwn(OWN, code) ? (OWN[code] ?? []) : [];
		expect(check).toBe(ownCheck ?? CHECK_OF_CODE.get(code) ?? 'other');
		expect(source).toBe(says === undefined ? 'kairos' : 'node');
		if (says === undefined) continue;
		expect(confidence).toBeNull();
		expect(description.slice(0, says.length)).toBe(says);
	}
	const words = findings.map((finding) => finding.decision);
	const worst = ['reject', 'review'].find((word) => words.some((other) => other === word));
	expect(decision).toBe(worst ?? 'approve');
	expect(codes).toEqual([...new Set(findings.map(({ code }) => code))]);
	const failed = findings.filter((finding) => finding.decision !== 'warning');
	expect(failedChecks(verdict)).toEqual(new Set(failed.map(({ check }) => check)));
	return findings.map((finding) => `${finding.decision} ${finding.code}`);
}

function judges(subject: string, rows: Row[]) {
	test.each(rows)(`${subject} %s`, (_what, changes, findings, rules = {}) => {
		expect(found(verdictOn(changes, rules))).toEqual(findings);
	});
}

const APPROVES_WARNINGS: Partial<Rules> = { kairosWarning: 'approve' };

test('The documented response is rejected for liveness, with the face match for review', () => {
	const [match, live] = documented.body.response_data.decision.details;
	const verdict = judge(responseWith(documentedBody), noRepeats, defaultRules);
	expect(verdict).toStrictEqual({
		decision: 'reject',
		summary:
			'Rejected: liveness 0.0026 is below 0.4. Also for review: face match 0.4803 is below 0.56.',
		codes: ['FAILED_SELFIE_LIVENESS', 'FAILED_FACE_MATCH'],
		retake: null,
		faceMatch: { status: 'review', score: 0.4803, reviewBelow: 0.56, rejectBelow: 0.4 },
		liveness: { status: 'reject', score: 0.0026, reviewBelow: 0.6, rejectBelow: 0.4 },
		faceDetection: { status: 'pass' },
		findings: [
			{ ...live, check: 'liveness', source: 'kairos' },
			{ ...match, check: 'faceMatch', source: 'kairos' },
		],
	});
});

judges('A complete response is approved', [
	['with nothing against it', {}, []],
	['with scores of 1', { [MATCH]: 1, [LIVENESS]: 1 }, []],
	['without a request ID or times', { api_req_uid: MISSING, requested_at: null }, []],
	['without sizes of the images', { [SELFIE_SIZE]: MISSING, [PHOTO_SIZE]: null }, []],
	['with fields that are not documented', { 'response_data.biometric.age': 30, x: [{}] }, []],
	['with the response code 0', { [RESPONSE_CODE]: 0 }, []],
	['with the response code 2', { [RESPONSE_CODE]: 2 }, []],
	['without details where all scores are 0', { [DETAILS]: MISSING }, []],
	['with null as details where all scores are 0', { [DETAILS]: null }, []],
]);

const saying = (...words: unknown[]) => ({
	[DETAILS]: words.map((word, at) => detail('ABCD'.charAt(at), word)),
});
const about = (...codes: unknown[]) => ({
	[DETAILS]: codes.map((code) => detail(code, 'reject')),
});
const TWO_CODES = ['FAILED_FACE_MATCH', 'FAILED_SELFIE_LIVENESS', 'FAILED_FACE'];
const SORTED = ['reject B', 'reject D', 'review A', 'warning C'];
judges('The details of Kairos', [
	['reject in any case, and in white space', saying(' \nREJECT\t'), ['reject A']],
	['ask for a review', saying('review'), ['review A']],
	['warn, which is for review', saying('warning'), ['review A']],
	['warn, which the builder approves', saying('\tWarning'), ['warning A'], APPROVES_WARNINGS],
	['say a word nobody knows', saying('escalate', 'warnings'), ['review A', 'review B']],
	['say approve', saying('approve'), ['review A'], APPROVES_WARNINGS],
	['say nothing', saying('', null, 0), ['review A', 'review B', 'review C']],
	['lack all', { [DETAILS]: [{}, null, ''] }, Array<string>(3).fill('review NO_CODE')],
	['lack a code', about(' '), ['reject NO_CODE']],
	['name a property of objects', about('__proto__'), ['reject __proto__']],
	['are sorted', saying('review', 'reject', 'warning', 'reject'), SORTED, APPROVES_WARNINGS],
	['are about scores by two codes', about(...TWO_CODES), TWO_CODES.map((code) => `reject ${code}`)],
]);

const NO_DECISION = 'review NO_DECISION';
const NO_SCORE = 'review NO_DECISION_SCORE';
const REJECT = 'reject UNEXPLAINED_REJECT_SCORE';
const REVIEW = 'review UNEXPLAINED_REVIEW_SCORE';
judges('A decision that is not complete is for review', [
	['without its block', { [DECISION]: MISSING }, [NO_DECISION]],
	['with null as its block', { [DECISION]: null }, [NO_DECISION]],
	['with an object as details', { [DETAILS]: {} }, [NO_DECISION]],
	['without its reject score', { [REJECT_SCORE]: MISSING }, [NO_SCORE]],
	['without its review score', { [REVIEW_SCORE]: null }, [NO_SCORE]],
	['without its warning score', { [WARNING_SCORE]: '0' }, [NO_SCORE]],
	['without both', { [DETAILS]: null, [REVIEW_SCORE]: null }, [NO_DECISION, NO_SCORE]],
	['without details', { [DETAILS]: null, [REVIEW_SCORE]: 0.01 }, [NO_DECISION, REVIEW]],
]);

const beside = (word: string, path: string) => ({ ...saying(word), [path]: 1 });
const WARNS = ['warning UNEXPLAINED_WARNING_SCORE'];
judges('A score of the decision without a reason', [
	['rejects', { [REJECT_SCORE]: 0.1 }, [REJECT]],
	['rejects on any scale', { [REJECT_SCORE]: 250 }, [REJECT]],
	['rejects beside one for review', beside('review', REJECT_SCORE), [REJECT, 'review A']],
	['is one with a reason to reject', beside('Reject', REJECT_SCORE), ['reject A']],
	['is for review', { [REVIEW_SCORE]: 1e-4 }, [REVIEW]],
	['is for review beside a warning', beside('warning', REVIEW_SCORE), ['review A', REVIEW]],
	['is one with a reason to review', beside('x', REVIEW_SCORE), ['review A']],
	['warns, which is for review', { [WARNING_SCORE]: 1 }, ['review UNEXPLAINED_WARNING_SCORE']],
	['warns with approval', { [WARNING_SCORE]: 1 }, WARNS, APPROVES_WARNINGS],
	['is one with a reason to warn', beside('warning', WARNING_SCORE), ['review A']],
]);

judges('A response that makes no sense is for review', [
	...[3, '1', MISSING].map((code): Row => [
		`with the response code ${String(code)}`,
		{ [RESPONSE_CODE]: code },
		['review UNEXPECTED_RESPONSE_CODE'],
	]),
	['with a failure', { error: 'bad' }, ['review REPORTED_FAILURE']],
]);

test('A response is for review if it shares its request ID or its images with another item', () => {
	const repeats = { isRequestIdRepeated: true, isPairRepeated: true };
	expect(found(judge(responseWith(), repeats, defaultRules))).toEqual([
		'review REPEATED_REQUEST_ID',
		'review REPEATED_PAIR',
	]);
});

const LOW_MATCH = 'review FACE_MATCH_BELOW_THRESHOLD';
const TOO_LOW = 'reject FACE_MATCH_BELOW_THRESHOLD';
const LOW_LIVENESS = 'review LIVENESS_BELOW_THRESHOLD';
const NOT_LIVE = 'reject LIVENESS_BELOW_THRESHOLD';
const LIVE: Partial<Rules> = { livenessReviewBelow: 0.5, livenessRejectBelow: 0.3 };
const LIVE_WITH_WARNINGS = { ...LIVE, ...APPROVES_WARNINGS };
const spoof = (word: string, liveness: number) => ({
	[LIVENESS]: liveness,
	[DETAILS]: [detail('FAILED_SELFIE_LIVENESS', word)],
});
const [REJECTED, REVIEWED, WARNED] = ['reject', 'review', 'warning'].map(
	(word) => `${word} FAILED_SELFIE_LIVENESS`,
) as [string, string, string];
judges('A score', [
	['of face match that is missing', { [MATCH]: MISSING }, ['review NO_FACE_MATCH_SCORE']],
	['of liveness that is missing', { [LIVENESS]: null }, ['review NO_LIVENESS_SCORE']],
	['of face match at 0.4', { [MATCH]: 0.4 }, []],
	['of face match just below 0.4', { [MATCH]: 0.3999 }, [LOW_MATCH]],
	['of liveness at 0.4', { [LIVENESS]: 0.4 }, []],
	['of liveness just below 0.4', { [LIVENESS]: 0.3999 }, [LOW_LIVENESS]],
	['with no threshold', { [MATCH]: 0 }, [], { faceMatchReviewBelow: 0 }],
	['at the own review threshold', { [LIVENESS]: 0.5 }, [], LIVE],
	['below the own review threshold', { [LIVENESS]: 0.49 }, [LOW_LIVENESS], LIVE],
	['at the own reject threshold', { [LIVENESS]: 0.3 }, [LOW_LIVENESS], LIVE],
	['below the own reject threshold', { [LIVENESS]: 0.29 }, [NOT_LIVE], LIVE],
	['below reject above review', { [MATCH]: 0.8 }, [TOO_LOW], { faceMatchRejectBelow: 0.9 }],
	['that Kairos judges as severely', spoof('reject', 0.2), [REJECTED], LIVE],
	['that Kairos judges less severely', spoof('review', 0.2), [NOT_LIVE, REVIEWED], LIVE],
	['that Kairos warns of', spoof('warning', 0.4), [LOW_LIVENESS, WARNED], LIVE_WITH_WARNINGS],
	['beside another', { ...spoof('review', 0.9), [MATCH]: 0.2 }, [REVIEWED, LOW_MATCH]],
]);

test('A score has the status of its own findings, and the thresholds of the first that names them', () => {
	const verdict = verdictOn({
		[DETAILS]: [
			detail('FAILED_FACE_MATCH', 'reject', 'Nothing named'),
			detail('FAILED_FACE_MATCH', 'review', 'failed: 0.4 < 0.48 (actual) < 0.56'),
			detail('C', 'review', '0.1 < 0.2 (actual) < 0.3'),
		],
	});
	expect(verdict.faceMatch).toStrictEqual({
		status: 'reject',
		score: 0.93,
		reviewBelow: 0.56,
		rejectBelow: 0.4,
	});
	expect(verdict.liveness).toStrictEqual({ status: 'pass', score: 0.97 });
	const { faceMatch } = verdictOn({}, { faceMatchReviewBelow: 0.95 });
	expect(faceMatch).toStrictEqual({ status: 'review', score: 0.93 });
});

const NO_SELFIE = 'review NO_FACE_IN_SELFIE';
const NO_PHOTO = 'review NO_FACE_IN_PHOTO';
const NO_SELFIE_FACES = 'review NO_SELFIE_FACES';
const noSelfie = { [SELFIE_FACES]: [], [MATCH]: MISSING, [LIVENESS]: 0 };
const noPhoto = { [PHOTO_FACES]: [], [MATCH]: 0 };
const low = { [MATCH]: 0.1, [LIVENESS]: 0.1 };
const failed = { [DETAILS]: [detail('FAILED_FACE_MATCH', 'review')] };
const FAILED = ['review FAILED_FACE_MATCH', 'review NO_FACE_MATCH_SCORE'];
judges('An image without a face', [
	['explains a selfie without scores', noSelfie, [NO_SELFIE]],
	['explains no low score', { ...noSelfie, ...low }, [NO_SELFIE, LOW_MATCH, LOW_LIVENESS]],
	['explains a photo without a face match', noPhoto, [NO_PHOTO]],
	['explains no liveness in the photo', { ...noPhoto, [LIVENESS]: 0 }, [NO_PHOTO, LOW_LIVENESS]],
	['explains no score that Kairos speaks of', { ...noSelfie, ...failed }, [NO_SELFIE, ...FAILED]],
	['comes first of what is as severe', { ...noSelfie, ...saying('x') }, [NO_SELFIE, 'review A']],
	['comes after a rejection', { ...noSelfie, ...saying('reject') }, ['reject A', NO_SELFIE]],
	['is no image like another', { ...noSelfie, [PHOTO_FACES]: [] }, [NO_SELFIE, NO_PHOTO]],
	['is no missing list', { [SELFIE_FACES]: MISSING, [MATCH]: 0 }, [LOW_MATCH, NO_SELFIE_FACES]],
]);

test.each<[changes: Changes, faceMatch: string, liveness: string]>([
	[noSelfie, 'notChecked', 'notChecked'],
	[{ ...noPhoto, [LIVENESS]: 0 }, 'notChecked', 'review'],
	[{ ...noSelfie, ...low }, 'review', 'review'],
	[{ [SELFIE_FACES]: [] }, 'pass', 'pass'],
])('An image without a face leaves checks unmade: %j', (changes, faceMatch, liveness) => {
	const verdict = verdictOn(changes);
	expect(verdict.faceMatch.status).toBe(faceMatch);
	expect(verdict.liveness.status).toBe(liveness);
	expect(verdict.faceDetection.status).toBe('review');
});

const box = (x: number, y: number, width: number, height: number, confidence = 0.99) => ({
	confidence,
	top_left: { x, y },
	delta: { x: width, y: height },
});
const IMPOSSIBLE = [
	...[box(10, 10, 0, 40), box(10, 10, 40, 0), box(40, 40, -30, -30), box(10, 10, 40, 40, 0)],
	...[box(-40, 10, 40, 40), box(10, -40, 40, 40), box(100, 10, 40, 40), box(10, 200, 40, 40)],
	...[box(10, 10, 0.999, 40), box(10, 10, 40, 0.999)],
	...[box(-50, 10, 200.1, 40), box(10, -50, 40, 400.1)],
];
const POSSIBLE = [
	...[box(0, 0, 100, 200), box(-10, -10, 200, 400), box(1, 1, 1, 1, 1e-9)],
	...[box(-39.9, 10, 40, 40), box(10, -39.9, 40, 40)],
	...[box(99.9, 10, 40, 40), box(10, 199.9, 40, 40)],
];

describe.each([
	['SELFIE', SELFIE_FACES, SELFIE_SIZE, 'multipleFacesInSelfie', 'multipleFacesInPhoto'],
	['PHOTO', PHOTO_FACES, PHOTO_SIZE, 'multipleFacesInPhoto', 'multipleFacesInSelfie'],
] as const)('the faces in the %s', (IMAGE, FACES, SIZE, option, otherOption) => {
	const impossible = `review IMPOSSIBLE_FACE_IN_${IMAGE}`;
	const noFace = `review NO_FACE_IN_${IMAGE}`;
	const invalid = `review INVALID_${IMAGE}_SIZE`;
	const inImage = (one: unknown) => ({ [FACES]: [one], [SIZE]: { width: 100, height: 200 } });
	const unsized = (one: unknown) => ({ [FACES]: [one], [SIZE]: MISSING });
	const two = { [FACES]: [face(1), face(2)] };
	const oneAndNone = { [FACES]: [face(1), box(5, 5, 0, 0)] };
	const multiple = (word: string) => [`${word} MULTIPLE_FACES_IN_${IMAGE}`];
	const rows = (what: string, faces: object[], findings: string[]) =>
		faces.map((one): Row => [`${what} ${JSON.stringify(one)}`, inImage(one), findings]);
	judges(`The faces in the ${IMAGE}`, [
		...rows('cannot be', IMPOSSIBLE, [noFace, impossible]),
		...rows('can be', POSSIBLE, []),
		['may be far away without a size', unsized(box(1e9, 1e9, 9, 9)), []],
		[
			'must not end before the image without a size',
			unsized(box(1, -9, 9, 9)),
			[noFace, impossible],
		],
		['must have an area without a size', unsized(box(1, 1, 0, 9)), [noFace, impossible]],
		['may be several, for review', two, multiple('review')],
		['may be several, rejected', two, multiple('reject'), { [option]: 'reject' }],
		['may be several, ignored', two, [], { [option]: 'ignore' }],
		['follow only their own option', two, multiple('review'), { [otherOption]: 'reject' }],
		['may be one whatever the option', {}, [], { [option]: 'reject' }],
		['must be one even if several are ignored', { [FACES]: [] }, [noFace], { [option]: 'ignore' }],
		['are counted without what is none', oneAndNone, [impossible], { [option]: 'reject' }],
		['cannot be read', { [FACES]: MISSING }, [`review NO_${IMAGE}_FACES`]],
		['cannot be read in part', { [FACES]: [face(), null] }, [`review NO_${IMAGE}_FACES`]],
		['have an image of no size', { [SIZE]: '' }, [invalid]],
		['have an image without width', { [SIZE]: { width: 0, height: 1 } }, [invalid]],
	]);
});

const crowdInPhoto = { [PHOTO_FACES]: [face(1), face(2)] };
judges('Several faces in the photo', [
	['match whoever is there', crowdInPhoto, [], { multipleFacesInPhoto: 'matchAny' }],
]);

const SAME = ['review SAME_IMAGE'];
const [small, large] = [
	{ width: 100, height: 200 },
	{ width: 1000, height: 2000 },
];
const seen = (selfie: unknown[], photo: unknown[], photoSize: unknown = small, score = 0.93) => ({
	[SELFIE_FACES]: selfie,
	[SELFIE_SIZE]: small,
	[MATCH]: score,
	[PHOTO_FACES]: photo,
	[PHOTO_SIZE]: photoSize,
});
const one = box(10, 20, 30, 40);
/** The same selfie, and a photo ten times as large with this face. */
const enlarged = (x: number, y: number, width: number, height: number, score = 0.95) =>
	seen([one], [box(x, y, width, height)], large, score);
const UNKNOWN = { ...enlarged(100, 200, 300, 400), [MATCH]: null };
const IGNORING: Partial<Rules> = {
	multipleFacesInSelfie: 'ignore',
	multipleFacesInPhoto: 'ignore',
};
judges('The same image', [
	['is known by its faces', seen([one], [one]), SAME],
	['is known without sizes', seen([one], [one], MISSING), SAME],
	['is known with another confidence', seen([one], [{ ...one, confidence: 0.5 }]), SAME],
	['is not known by faces of another image', seen([one], [box(10.0001, 20, 30, 40)]), []],
	['is known by faces in any order', seen([one, face(40)], [face(40), one]), SAME, IGNORING],
	['is not known by some of its faces', seen([one, face(40)], [one]), [], IGNORING],
	['is not known by one face of two', seen([one, one], [one, face(40)]), [], IGNORING],
	['is not known by the other one', seen([one, face(40)], [one, one]), [], IGNORING],
	['is not known by equal boxes in another size', seen([one], [one], large), []],
	['is not known in another width', seen([one], [one], { ...small, width: 99 }), []],
	['is not known in another height', seen([one], [one], { ...small, height: 199 }), []],
	['is known in another size', enlarged(100, 200, 300, 400), SAME],
	['is known nearly in the same place', enlarged(119, 239, 281, 361), SAME],
	['is not known elsewhere by x', enlarged(121, 200, 300, 400), []],
	['is not known elsewhere by y', enlarged(100, 241, 300, 400), []],
	['is not known by a wider face', enlarged(100, 200, 321, 400), []],
	['is not known by a higher face', enlarged(100, 200, 300, 441), []],
	['is not known by a face match below 0.95', enlarged(100, 200, 300, 400, 0.9499), []],
	['is not known without a face match', UNKNOWN, ['review NO_FACE_MATCH_SCORE']],
	['is known in one size, nearly', seen([one], [box(11, 21, 30, 40)], small, 0.95), SAME],
]);

test('The same image is known by its bytes', () => {
	const response = responseWith();
	const same = { ...response, photoSha256: response.selfieSha256 };
	expect(found(judge(same, noRepeats, defaultRules))).toEqual(SAME);
});

const crowd = { [SELFIE_FACES]: [face(1), face(2)] };
test.each<[what: string, changes: Changes, retake: string | null, rules?: Partial<Rules>]>([
	['the selfie without a face', noSelfie, 'selfie'],
	['the selfie with several', crowd, 'selfie'],
	['the photo without a face', noPhoto, 'photo'],
	['both', { ...noSelfie, [PHOTO_FACES]: [] }, 'both'],
	['not one that passed', {}, null],
	['not the photo with several', crowdInPhoto, null],
	['not where something else is found', { ...noSelfie, error: 'x' }, null],
	['not where one of two is found', { ...crowd, ...crowdInPhoto }, null],
	['not after a rejection', crowd, null, { multipleFacesInSelfie: 'reject' }],
	['not after a low liveness', { [LIVENESS]: 0.1 }, null],
	['not beside a warning', { ...crowd, ...saying('warning') }, null, APPROVES_WARNINGS],
])('A person may be asked to take an image again %s', (_what, changes, retake, rules = {}) => {
	expect(verdictOn(changes, rules).retake).toBe(retake);
});
