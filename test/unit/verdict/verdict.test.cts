import type { Rules } from '../../../nodes/BiometricVerify/verdict/findings';
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

type Row = [what: string, changes: Changes, findings: string[], rules?: Partial<Rules>];

/** What a finding is about, by its code; `other` where it is not here. */
const CHECKS = new Map([
	['FAILED_FACE_MATCH', 'faceMatch'],
	['NO_FACE_MATCH_SCORE', 'faceMatch'],
	['FACE_MATCH_BELOW_THRESHOLD', 'faceMatch'],
	['FAILED_SELFIE_LIVENESS', 'liveness'],
	['NO_LIVENESS_SCORE', 'liveness'],
	['LIVENESS_BELOW_THRESHOLD', 'liveness'],
]);
const ABOUT_FACES = /FACES?_IN_|_SIZE$|^NO_(?:SELFIE|PHOTO)_FACES$/;
/** The codes that the rows below let Kairos give. */
const FROM_KAIROS = /^FAILED_|^(?:[A-D]|NO_CODE|__proto__|constructor)$/;

/** The findings of a verdict, e.g. `review NO_LIVENESS_SCORE`; what follows from them must fit. */
function found(verdict: ReturnType<typeof verdictOn>): string[] {
	const { decision, codes, findings } = verdict;
	for (const { code, check, source, confidence } of findings) {
		expect(check).toBe(CHECKS.get(code) ?? (ABOUT_FACES.test(code) ? 'faceDetection' : 'other'));
		expect(source).toBe(FROM_KAIROS.test(code) ? 'kairos' : 'node');
		if (source === 'node') expect(confidence).toBeNull();
	}
	const words = findings.map((finding) => finding.decision);
	const worst = ['reject', 'review'].find((word) => words.some((other) => other === word));
	expect(decision).toBe(worst ?? 'approve');
	expect(codes).toEqual([...new Set(findings.map(({ code }) => code))]);
	const failed = findings.filter((finding) => finding.decision !== 'warning');
	expect(failedChecks(verdict)).toEqual(new Set(failed.map(({ check }) => check)));
	return findings.map((finding) => `${finding.decision} ${finding.code}`);
}

const box = (x: number, y: number, width: number, height: number, confidence = 0.99) => ({
	...{ confidence, top_left: { x, y }, delta: { x: width, y: height } },
});

function judges(subject: string, rows: Row[]) {
	test.each(rows)(`${subject} %s`, (_what, changes, findings, rules = {}) => {
		expect(found(verdictOn(changes, rules))).toEqual(findings);
	});
}

const APPROVES_WARNINGS: Partial<Rules> = { kairosWarning: 'approve' };

test('the documented response is rejected for liveness, with the face match for review', () => {
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
			{
				check: 'liveness',
				code: 'FAILED_SELFIE_LIVENESS',
				decision: 'reject',
				confidence: 1,
				description: 'Selfie liveness threshold failed: 0.4 < 0.0026 (actual) < 0.6',
				source: 'kairos',
			},
			{
				check: 'faceMatch',
				code: 'FAILED_FACE_MATCH',
				decision: 'review',
				confidence: 1,
				description: 'Faces do not match; threshold failed: 0.4 < 0.4803 (actual) < 0.56',
				source: 'kairos',
			},
		],
	});
});

describe('a complete response is approved', () => {
	judges('A complete response is approved', [
		['with nothing against it', {}, []],
		['with scores of 1', { [MATCH]: 1, [LIVENESS]: 1 }, []],
		['without a request ID', { api_req_uid: MISSING }, []],
		['without times', { requested_at: MISSING, processed_at: null }, []],
		['without sizes of the images', { [SELFIE_SIZE]: MISSING, [PHOTO_SIZE]: null }, []],
		['with fields that are not documented', { 'response_data.biometric.age': 30, x: [{}] }, []],
		['with the response code 0', { [RESPONSE_CODE]: 0 }, []],
		['with the response code 2', { [RESPONSE_CODE]: 2 }, []],
		['without details where all scores are 0', { [DETAILS]: MISSING }, []],
		['with null as details where all scores are 0', { [DETAILS]: null }, []],
	]);
});

describe('the details of Kairos', () => {
	const saying = (...words: unknown[]) => ({
		[DETAILS]: words.map((word, at) => detail('ABCD'.charAt(at), word)),
	});
	judges('The details of Kairos', [
		['reject', saying('reject'), ['reject A']],
		['reject in any case, and in white space', saying(' \nREJECT\t'), ['reject A']],
		['ask for a review', saying('review'), ['review A']],
		['ask for a review in mixed case', saying(' Review'), ['review A']],
		['warn, which is for review', saying('warning'), ['review A']],
		['warn, which the builder approves', saying('\tWarning'), ['warning A'], APPROVES_WARNINGS],
		['say a word nobody knows', saying('escalate', 'warnings'), ['review A', 'review B']],
		['say approve', saying('approve'), ['review A'], APPROVES_WARNINGS],
		['say nothing', saying('', null, 0, true), 'ABCD'.split('').map((code) => `review ${code}`)],
		['lack all', { [DETAILS]: [{}, null, ''] }, Array<string>(3).fill('review NO_CODE')],
		['lack a code', { [DETAILS]: [detail(' ', 'reject')] }, ['reject NO_CODE']],
		['name a property of objects', { [DETAILS]: [detail('__proto__', 'x')] }, ['review __proto__']],
		[
			'are sorted by severity, and by their own order',
			saying('review', 'reject', 'warning', 'reject'),
			['reject B', 'reject D', 'review A', 'warning C'],
			APPROVES_WARNINGS,
		],
		[
			'are about the scores by two codes only',
			{
				[DETAILS]: ['FAILED_FACE_MATCH', 'FAILED_SELFIE_LIVENESS', 'FAILED_FACE'].map((code) =>
					detail(code, 'reject'),
				),
			},
			['reject FAILED_FACE_MATCH', 'reject FAILED_SELFIE_LIVENESS', 'reject FAILED_FACE'],
		],
	]);
});

describe('a decision that is not complete is for review', () => {
	judges('A decision that is not complete is for review', [
		['without its block', { [DECISION]: MISSING }, ['review NO_DECISION']],
		['with null as its block', { [DECISION]: null }, ['review NO_DECISION']],
		['with an object as details', { [DETAILS]: {} }, ['review NO_DECISION']],
		['with false as details', { [DETAILS]: false }, ['review NO_DECISION']],
		['without its reject score', { [REJECT_SCORE]: MISSING }, ['review NO_DECISION_SCORE']],
		['without its review score', { [REVIEW_SCORE]: null }, ['review NO_DECISION_SCORE']],
		['without its warning score', { [WARNING_SCORE]: '0' }, ['review NO_DECISION_SCORE']],
		[
			'without details and without a score',
			{ [DETAILS]: MISSING, [WARNING_SCORE]: MISSING },
			['review NO_DECISION', 'review NO_DECISION_SCORE'],
		],
		[
			'without details where a score is above 0',
			{ [DETAILS]: null, [REVIEW_SCORE]: 0.01 },
			['review NO_DECISION', 'review UNEXPLAINED_REVIEW_SCORE'],
		],
	]);
});

describe('a score of the decision without a reason', () => {
	const beside = (word: string, path: string) => ({ [path]: 1, [DETAILS]: [detail('A', word)] });
	const REJECT = 'reject UNEXPLAINED_REJECT_SCORE';
	const REVIEW = 'review UNEXPLAINED_REVIEW_SCORE';
	const WARNING = 'UNEXPLAINED_WARNING_SCORE';
	judges('A score of the decision without a reason', [
		['rejects', { [REJECT_SCORE]: 0.1 }, [REJECT]],
		['rejects on any scale', { [REJECT_SCORE]: 250 }, [REJECT]],
		['rejects beside one for review', beside('review', REJECT_SCORE), [REJECT, 'review A']],
		['rejects with one to reject', beside('Reject', REJECT_SCORE), ['reject A']],
		['is for review', { [REVIEW_SCORE]: 1e-4 }, [REVIEW]],
		[
			'is for review beside a warning',
			beside('warning', REVIEW_SCORE),
			[REVIEW, 'warning A'],
			APPROVES_WARNINGS,
		],
		['is for review with one to review', beside('x', REVIEW_SCORE), ['review A']],
		['warns', { [WARNING_SCORE]: 1 }, [`review ${WARNING}`]],
		['warns with approval', { [WARNING_SCORE]: 1 }, [`warning ${WARNING}`], APPROVES_WARNINGS],
		['warns with one to warn', beside('warning', WARNING_SCORE), ['review A']],
	]);
});

describe('a response that makes no sense is for review', () => {
	judges('A response that makes no sense is for review', [
		...[3, '1', MISSING].map((code): Row => [
			`with the response code ${String(code)}`,
			{ [RESPONSE_CODE]: code },
			['review UNEXPECTED_RESPONSE_CODE'],
		]),
		['with a failure', { error: 'bad' }, ['review REPORTED_FAILURE']],
	]);

	test('A reported failure is quoted with its fields', () => {
		const { findings } = verdictOn({
			'response_data.document.decision': 'reject',
			success: false,
		});
		expect(findings.map(({ description }) => description)).toEqual([
			'Kairos reported a failure: response_data.document.decision is "reject", success is false.',
		]);
	});

	test.each([
		['a request ID', { isRequestIdRepeated: true, isPairRepeated: false }, 'REPEATED_REQUEST_ID'],
		['its images', { isRequestIdRepeated: false, isPairRepeated: true }, 'REPEATED_PAIR'],
	])('A response is for review if another item has %s, too', (_what, repeats, code) => {
		expect(found(judge(responseWith(), repeats, defaultRules))).toEqual([`review ${code}`]);
	});
});

describe('a score', () => {
	const LOW_MATCH = ['review FACE_MATCH_BELOW_THRESHOLD'];
	const LOW_LIVENESS = ['review LIVENESS_BELOW_THRESHOLD'];
	const SPOOF = ['reject LIVENESS_BELOW_THRESHOLD'];
	const TOO_LOW = ['reject FACE_MATCH_BELOW_THRESHOLD'];
	const MATCH_REJECTS: Partial<Rules> = { faceMatchRejectBelow: 0.9 };
	const LIVE_ENOUGH: Partial<Rules> = { livenessReviewBelow: 0.5, livenessRejectBelow: 0.3 };
	const spoof = (word: string) => ({ [DETAILS]: [detail('FAILED_SELFIE_LIVENESS', word)] });
	judges('A score', [
		['of face match that is missing', { [MATCH]: MISSING }, ['review NO_FACE_MATCH_SCORE']],
		['of liveness that is missing', { [LIVENESS]: null }, ['review NO_LIVENESS_SCORE']],
		['of face match at 0.4', { [MATCH]: 0.4 }, []],
		['of face match just below 0.4', { [MATCH]: 0.3999 }, LOW_MATCH],
		['of face match at 0', { [MATCH]: 0 }, LOW_MATCH],
		['of liveness at 0.4', { [LIVENESS]: 0.4 }, []],
		['of liveness just below 0.4', { [LIVENESS]: 0.3999 }, LOW_LIVENESS],
		['of liveness at 0', { [LIVENESS]: 0 }, LOW_LIVENESS],
		['with no threshold', { [MATCH]: 0 }, [], { faceMatchReviewBelow: 0 }],
		['at the own review threshold', { [LIVENESS]: 0.5 }, [], LIVE_ENOUGH],
		['below the own review threshold', { [LIVENESS]: 0.49 }, LOW_LIVENESS, LIVE_ENOUGH],
		['at the own reject threshold', { [LIVENESS]: 0.3 }, LOW_LIVENESS, LIVE_ENOUGH],
		['below the own reject threshold', { [LIVENESS]: 0.29 }, SPOOF, LIVE_ENOUGH],
		['below a reject threshold above that for review', { [MATCH]: 0.8 }, TOO_LOW, MATCH_REJECTS],
		[
			'that Kairos judges as severely',
			{ [LIVENESS]: 0.2, ...spoof('reject') },
			['reject FAILED_SELFIE_LIVENESS'],
			LIVE_ENOUGH,
		],
		[
			'that Kairos judges less severely',
			{ [LIVENESS]: 0.2, ...spoof('review') },
			['reject LIVENESS_BELOW_THRESHOLD', 'review FAILED_SELFIE_LIVENESS'],
			LIVE_ENOUGH,
		],
		[
			'that Kairos only warns of',
			{ [LIVENESS]: 0.4, ...spoof('warning') },
			['review LIVENESS_BELOW_THRESHOLD', 'warning FAILED_SELFIE_LIVENESS'],
			{ ...LIVE_ENOUGH, ...APPROVES_WARNINGS },
		],
		[
			'where Kairos finds something about the other score',
			{ [MATCH]: 0.2, ...spoof('review') },
			['review FAILED_SELFIE_LIVENESS', ...LOW_MATCH],
		],
	]);

	test.each<[what: string, changes: Changes, description: string]>([
		[
			'of which Kairos says nothing',
			{ [MATCH]: 0.3 },
			'Face match 0.3 is below 0.4, the threshold in this node, but Kairos did not flag it.',
		],
		[
			'of which Kairos only warns',
			{ [LIVENESS]: 0.3, ...spoof('warning') },
			'Liveness 0.3 is below 0.4, the threshold in this node.',
		],
	])('A score %s names the threshold', (_what, changes, description) => {
		const { findings } = verdictOn(changes, APPROVES_WARNINGS);
		expect(findings.find(({ source }) => source === 'node')?.description).toBe(description);
	});

	test('A score has the status of its own findings, and the thresholds of the first that names them', () => {
		const verdict = verdictOn({
			[DETAILS]: [
				detail('FAILED_FACE_MATCH', 'reject', 'Nothing named'),
				detail('FAILED_FACE_MATCH', 'review', 'failed: 0.4 < 0.48 (actual) < 0.56'),
				detail('C', 'review', '0.1 < 0.2 (actual) < 0.3'),
			],
		});
		expect(verdict.faceMatch).toStrictEqual({
			...{ status: 'reject', score: 0.93, reviewBelow: 0.56, rejectBelow: 0.4 },
		});
		expect(verdict.liveness).toStrictEqual({ status: 'pass', score: 0.97 });
	});

	test('A score has no thresholds of the builder', () => {
		const { faceMatch } = verdictOn({}, { faceMatchReviewBelow: 0.95 });
		expect(faceMatch).toStrictEqual({ status: 'review', score: 0.93 });
	});
});

describe('an image without a face', () => {
	const NO_SELFIE = 'review NO_FACE_IN_SELFIE';
	const NO_PHOTO = 'review NO_FACE_IN_PHOTO';
	const noSelfie = { [SELFIE_FACES]: [] };
	const noPhoto = { [PHOTO_FACES]: [] };
	const noScores = { [MATCH]: MISSING, [LIVENESS]: 0 };
	const low = { [MATCH]: 0.1, [LIVENESS]: 0.1 };
	judges('An image without a face', [
		['explains a selfie without scores', { ...noSelfie, ...noScores }, [NO_SELFIE]],
		[
			'explains no low score',
			{ ...noSelfie, ...low },
			[NO_SELFIE, 'review FACE_MATCH_BELOW_THRESHOLD', 'review LIVENESS_BELOW_THRESHOLD'],
		],
		['explains a photo without a face match', { ...noPhoto, [MATCH]: 0 }, [NO_PHOTO]],
		[
			'explains no liveness in the photo',
			{ ...noPhoto, [LIVENESS]: 0 },
			[NO_PHOTO, 'review LIVENESS_BELOW_THRESHOLD'],
		],
		[
			'explains no score of which Kairos says something',
			{ ...noSelfie, ...noScores, [DETAILS]: [detail('FAILED_FACE_MATCH', 'review')] },
			[NO_SELFIE, 'review FAILED_FACE_MATCH', 'review NO_FACE_MATCH_SCORE'],
		],
		[
			'is what comes first of all that is as severe',
			{ ...noSelfie, ...noPhoto, ...noScores, [DETAILS]: [detail('A', 'review')], error: 'x' },
			[NO_SELFIE, NO_PHOTO, 'review A', 'review REPORTED_FAILURE'],
		],
		[
			'comes after what is more severe',
			{ ...noSelfie, ...noScores, [DETAILS]: [detail('A', 'reject')] },
			['reject A', NO_SELFIE],
		],
		[
			'is no list that is missing',
			{ [SELFIE_FACES]: MISSING, [MATCH]: 0 },
			['review FACE_MATCH_BELOW_THRESHOLD', 'review NO_SELFIE_FACES'],
		],
	]);

	test.each<[changes: Changes, faceMatch: string, liveness: string]>([
		[{ ...noSelfie, ...noScores }, 'notChecked', 'notChecked'],
		[{ ...noPhoto, ...noScores }, 'notChecked', 'review'],
		[{ ...noSelfie, ...low }, 'review', 'review'],
		[{ ...noSelfie }, 'pass', 'pass'],
	])('An image without a face leaves checks unmade: %j', (changes, faceMatch, liveness) => {
		const verdict = verdictOn(changes);
		expect(verdict.faceMatch.status).toBe(faceMatch);
		expect(verdict.liveness.status).toBe(liveness);
		expect(verdict.faceDetection.status).toBe('review');
	});

	test('An image without a face tells the builder what phones do', () => {
		const [finding] = verdictOn({ ...noSelfie, ...noScores }).findings;
		expect(finding?.description).toBe(
			'No face in the selfie. Phones often store portraits rotated and very large: turn and shrink the image before this node.',
		);
	});
});

describe.each([
	['SELFIE', SELFIE_FACES, SELFIE_SIZE, 'multipleFacesInSelfie'],
	['PHOTO', PHOTO_FACES, PHOTO_SIZE, 'multipleFacesInPhoto'],
] as const)('the faces in the %s', (IMAGE, FACES, SIZE, option) => {
	const impossible = `review IMPOSSIBLE_FACE_IN_${IMAGE}`;
	const noFace = `review NO_FACE_IN_${IMAGE}`;
	const inImage = (one: unknown) => ({ [FACES]: [one], [SIZE]: { width: 100, height: 200 } });

	describe('cannot be read, and are for review', () => {
		judges(
			`The faces in the ${IMAGE} cannot be read, and are for review:`,
			[MISSING, [face(), null]].map((faces): Row => [
				typeof faces === 'symbol' ? 'missing' : JSON.stringify(faces),
				{ [FACES]: faces },
				[`review NO_${IMAGE}_FACES`],
			]),
		);
	});

	describe('cannot be faces', () => {
		judges(
			`The faces in the ${IMAGE} cannot be faces:`,
			[
				box(10, 10, 0, 40),
				box(10, 10, 40, 0),
				box(40, 40, -30, -30),
				box(10, 10, 40, 40, 0),
				box(-40, 10, 40, 40),
				box(10, -40, 40, 40),
				box(100, 10, 40, 40),
				box(10, 200, 40, 40),
				box(1e9, 1e9, 40, 40),
				box(10, 10, 0.999, 40),
				box(10, 10, 40, 0.999),
				box(-50, 10, 200.1, 40),
				box(10, -50, 40, 400.1),
			].map((one): Row => [JSON.stringify(one), inImage(one), [noFace, impossible]]),
		);
	});

	describe('can be faces', () => {
		judges(
			`The faces in the ${IMAGE} can be faces:`,
			[
				box(0, 0, 100, 200),
				box(-10, -10, 200, 400),
				box(-39.9, 10, 40, 40),
				box(10, -39.9, 40, 40),
				box(99.9, 10, 40, 40),
				box(10, 199.9, 40, 40),
				box(1, 1, 1, 1, 1e-9),
			].map((one): Row => [JSON.stringify(one), inImage(one), []]),
		);
	});

	const two = { [FACES]: [face(1), face(2)] };
	const multiple = (word: string) => [`${word} MULTIPLE_FACES_IN_${IMAGE}`];
	const other =
		option === 'multipleFacesInPhoto' ? 'multipleFacesInSelfie' : 'multipleFacesInPhoto';
	judges(`The faces in the ${IMAGE}`, [
		['may be anywhere without a size', { ...inImage(box(1e9, -1e9, 9, 9)), [SIZE]: MISSING }, []],
		[
			'must have an area without a size',
			{ ...inImage(box(1, 1, 0, 9)), [SIZE]: MISSING },
			[noFace, impossible],
		],
		['may be several, for review', two, multiple('review')],
		['may be several, rejected', two, multiple('reject'), { [option]: 'reject' }],
		['may be several, ignored', two, [], { [option]: 'ignore' }],
		['follow only their own option', two, multiple('review'), { [other]: 'reject' }],
		['may be one whatever the option', {}, [], { [option]: 'reject' }],
		['must be one even if several are ignored', { [FACES]: [] }, [noFace], { [option]: 'ignore' }],
		[
			'are counted without what cannot be one',
			{ [FACES]: [face(1), box(5, 5, 0, 0)] },
			[impossible],
			{ [option]: 'reject' },
		],
		...['', { width: 0, height: 1 }].map((size): Row => [
			`have an image of no size: ${JSON.stringify(size)}`,
			{ [SIZE]: size },
			[`review INVALID_${IMAGE}_SIZE`],
		]),
	]);

	test('are counted', () => {
		const { findings } = verdictOn({ [FACES]: [face(1), face(2), face(3)] });
		expect(findings[0]?.description).toBe(`3 faces in the ${IMAGE.toLowerCase()}.`);
	});
});

test('several faces in the photo match whoever is there, where any may match', () => {
	const verdict = verdictOn(
		{ [PHOTO_FACES]: [face(1), face(2)] },
		{ multipleFacesInPhoto: 'matchAny' },
	);
	expect(found(verdict)).toEqual([]);
});

describe('the same image', () => {
	const SAME = ['review SAME_IMAGE'];
	const [small, large] = [
		{ width: 100, height: 200 },
		{ width: 1000, height: 2000 },
	];
	const seen = (selfie: unknown[], photo: unknown[], photoSize: unknown = small) => ({
		...{ [SELFIE_FACES]: selfie, [SELFIE_SIZE]: small },
		...{ [PHOTO_FACES]: photo, [PHOTO_SIZE]: photoSize },
	});
	const one = box(10, 20, 30, 40);
	/** The same selfie, and a photo ten times as large with this face. */
	const enlarged = (x: number, y: number, width: number, height: number, score = 0.95) => ({
		...{ ...seen([one], [box(x, y, width, height)], large), [MATCH]: score },
	});
	const ignoring: Partial<Rules> = {
		...{ multipleFacesInSelfie: 'ignore', multipleFacesInPhoto: 'ignore' },
	};
	judges('The same image', [
		['is known by its faces', seen([one], [one]), SAME],
		['is known without sizes', seen([one], [one], MISSING), SAME],
		['is known with another confidence', seen([one], [{ ...one, confidence: 0.5 }]), SAME],
		['is not known by faces of another image', seen([one], [box(10.0001, 20, 30, 40)]), []],
		['is known by faces in any order', seen([one, face()], [face(), one]), SAME, ignoring],
		['is not known by some of its faces', seen([one, face()], [one]), [], ignoring],
		['is not known by one face of two', seen([one, face()], [one, face(40)]), [], ignoring],
		['is not known by the other one', seen([one, one], [one, face(40)]), [], ignoring],
		['is not known by equal boxes in another size', seen([one], [one], large), []],
		['is not known in another width', seen([one], [one], { ...small, width: 99 }), []],
		['is known in another size', enlarged(100, 200, 300, 400), SAME],
		['is known nearly in the same place', enlarged(119, 239, 281, 361), SAME],
		['is not known elsewhere by x', enlarged(121, 200, 300, 400), []],
		['is not known elsewhere by y', enlarged(100, 241, 300, 400), []],
		['is not known by a wider face', enlarged(100, 200, 321, 400), []],
		['is not known by a higher face', enlarged(100, 200, 300, 441), []],
		['is not known by a face match below 0.95', enlarged(100, 200, 300, 400, 0.9499), []],
		[
			'is not known without a face match',
			{ ...enlarged(100, 200, 300, 400), [MATCH]: null },
			['review NO_FACE_MATCH_SCORE'],
		],
		[
			'is known in one size, nearly in the same place',
			{ ...seen([one], [box(11, 21, 30, 40)]), [MATCH]: 0.95 },
			SAME,
		],
	]);

	test('The same image is known by its bytes', () => {
		const response = responseWith();
		const same = { ...response, photoSha256: response.selfieSha256 };
		expect(found(judge(same, noRepeats, defaultRules))).toEqual(SAME);
	});
});

const selfie = { [SELFIE_FACES]: [] };
const photo = { [PHOTO_FACES]: [] };
const crowd = { [SELFIE_FACES]: [face(1), face(2)] };
const crowdInPhoto = { [PHOTO_FACES]: [face(1), face(2)] };
test.each<[what: string, changes: Changes, retake: string | null, rules?: Partial<Rules>]>([
	['the selfie without a face', selfie, 'selfie'],
	['the selfie with several', crowd, 'selfie'],
	['the photo without a face', photo, 'photo'],
	['both', { ...selfie, ...photo }, 'both'],
	['not one that passed', {}, null],
	['not the photo with several', crowdInPhoto, null],
	['not where something else is found', { ...selfie, error: 'x' }, null],
	['not where one of two is found', { ...crowd, ...crowdInPhoto }, null],
	['not after a rejection', crowd, null, { multipleFacesInSelfie: 'reject' }],
	['not after a low liveness', { [LIVENESS]: 0.1 }, null],
	[
		'not beside a warning',
		{ ...crowd, [DETAILS]: [detail('A', 'warning')] },
		null,
		APPROVES_WARNINGS,
	],
])('A person may be asked to take an image again %s', (_what, changes, retake, rules = {}) => {
	expect(verdictOn(changes, rules).retake).toBe(retake);
});

const SAID: Array<[changes: Changes, ...descriptions: string[]]> = [
	[{ [REJECT_SCORE]: 1 }, 'Kairos returned a reject score without a reason.'],
	[{ [REJECT_SCORE]: null }, 'Kairos returned a decision without all of its scores.'],
	[{ [RESPONSE_CODE]: 3 }, 'Kairos returned a response code that is not known.'],
	[{ [PHOTO_SIZE]: '' }, 'Kairos returned a size for the photo that no image has.'],
	[
		{ [SELFIE_FACES]: MISSING, [PHOTO_FACES]: MISSING, [SELFIE_SIZE]: null },
		'Kairos did not say which faces are in the selfie.',
		'Kairos did not say which faces are in the photo.',
	],
	[
		{ [PHOTO_FACES]: MISSING, [PHOTO_SIZE]: null },
		'Kairos did not say which faces are in the photo.',
	],
	[
		{ [SELFIE_FACES]: MISSING, [PHOTO_SIZE]: null },
		'Kairos did not say which faces are in the selfie.',
	],
];

test.each(SAID)("The node's own findings say what was found: %j", (changes, ...descriptions) => {
	expect(verdictOn(changes).findings.map(({ description }) => description)).toEqual(descriptions);
});

test('What an item shares with another is said in a sentence', () => {
	const response = { ...responseWith(), photoSha256: responseWith().selfieSha256 };
	const repeats = { isRequestIdRepeated: true, isPairRepeated: true };
	const { findings } = judge(response, repeats, defaultRules);
	expect(findings.map(({ description }) => description)).toEqual([
		'Kairos returned the same request ID for another item.',
		'Another item has the same selfie and the same photo.',
		'The selfie and the photo are the same image.',
	]);
});
