import fc from 'fast-check';
import type { Check, Gravity, Thresholds } from '../../nodes/BiometricVerify/findings';
import { readAnswer } from '../../nodes/BiometricVerify/kairos/answer';
import {
	failedChecks,
	judge,
	type Decision,
	type Verdict,
} from '../../nodes/BiometricVerify/verdict';
import {
	type Changes,
	DECISION,
	DETAILS,
	LIVENESS,
	MATCH,
	MISSING,
	PHOTO_FACES,
	REJECT_SCORE,
	REVIEW_SCORE,
	SELFIE_FACES,
	WARNING_SCORE,
	bodyWith,
	defaultRules,
	detail,
	documentedBody,
	face,
	rawJson,
	verdictOn,
} from '../support/answers.cts';

const GRAVITY_RANKS = { approve: 0, review: 1, reject: 2 } satisfies Record<Decision, number>;

const MATCH_DETAIL = detail(
	'FAILED_FACE_MATCH',
	'review',
	'Faces do not match; threshold failed: 0.4 < 0.4803 (actual) < 0.56',
);
const LIVENESS_DETAIL = detail(
	'FAILED_SELFIE_LIVENESS',
	'reject',
	'Selfie liveness threshold failed: 0.4 < 0.0026 (actual) < 0.6',
);

/** Findings in one line each, e.g. `node: liveness NO_LIVENESS_SCORE -> review`. */
function findingsIn({ findings }: Verdict): string[] {
	return findings.map(
		({ source, check, code, decision }) => `${source}: ${check} ${code} -> ${decision}`,
	);
}

function ownThresholds(thresholds: Partial<Thresholds>): Thresholds {
	return { ...defaultRules.thresholds, ...thresholds };
}

describe('the documented answer', () => {
	test('is rejected with the verdict of the design, whole', () => {
		expect(judge(readAnswer(documentedBody), defaultRules)).toStrictEqual({
			decision: 'reject',
			summary:
				'Rejected: liveness 0.0026 is below 0.4. Also for review: face match 0.4803 is below 0.56.',
			faceMatch: { status: 'review', score: 0.4803, reviewBelow: 0.56, rejectBelow: 0.4 },
			liveness: { status: 'reject', score: 0.0026, reviewBelow: 0.6, rejectBelow: 0.4 },
			faceDetection: {
				status: 'pass',
				selfie: [{ x: 153.1597, y: 169.8101, width: 235.0864, height: 290.2446, confidence: 1 }],
				photo: [{ x: 40.3778, y: 42.5628, width: 63.2991, height: 86.6425, confidence: 0.9999 }],
			},
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
			scores: { reject: 1, review: 1, warning: 0 },
			requestId: '601d8377-03be-481e-a314-d61675154d3e',
			requestedAt: '2024-04-22 06:36:50',
			processedAt: '2024-04-22 06:36:50',
		});
	});
});

describe('a complete answer that nothing speaks against', () => {
	test('is approved, and every check passed', () => {
		expect(verdictOn()).toMatchObject({
			decision: 'approve',
			summary: 'Approved: face match 0.93, liveness 0.97.',
			faceMatch: { status: 'pass', score: 0.93 },
			liveness: { status: 'pass', score: 0.97 },
			faceDetection: { status: 'pass' },
			findings: [],
			scores: { reject: 0, review: 0, warning: 0 },
		});
	});

	test.each<[what: string, changes: Changes]>([
		['scores of 1', { [MATCH]: 1, [LIVENESS]: 1 }],
		['scores of 0, which is for Kairos to judge', { [MATCH]: 0, [LIVENESS]: 0 }],
		['several faces in the photo', { [PHOTO_FACES]: [face(1), face(2), face(3)] }],
		['a face whose box begins outside the picture', { [SELFIE_FACES]: [face(-12.5)] }],
		['an unknown response code', { response_code: 99 }],
		['no response code', { response_code: MISSING }],
		['no request id', { api_req_uid: MISSING }],
		['times that are no text', { requested_at: 5, processed_at: null }],
		['no size of the pictures', { 'response_data.biometric.selfie.img': MISSING }],
		['fields that are not documented', { 'response_data.biometric.age': 30, extra: [{}] }],
	])('is approved with %s', (_what, changes) => {
		expect(verdictOn(changes)).toMatchObject({ decision: 'approve', findings: [] });
	});

	test.each<[what: string, path: string, field: 'requestId' | 'requestedAt' | 'processedAt']>([
		['a request id', 'api_req_uid', 'requestId'],
		['a time of the request', 'requested_at', 'requestedAt'],
		['a time of the answer', 'processed_at', 'processedAt'],
	])('holds null for %s that is missing or no text', (_what, path, field) => {
		for (const value of [MISSING, null, 7, {}, [], true, '', '  ']) {
			expect(verdictOn({ [path]: value })[field]).toBeNull();
		}
	});
});

describe('a finding of Kairos', () => {
	test.each<[what: string, code: unknown, check: Check, codeOfFinding: string]>([
		['a failed face match', 'FAILED_FACE_MATCH', 'faceMatch', 'FAILED_FACE_MATCH'],
		['a failed liveness', 'FAILED_SELFIE_LIVENESS', 'liveness', 'FAILED_SELFIE_LIVENESS'],
		['an unknown code', 'BAD_PICTURE', 'other', 'BAD_PICTURE'],
		['a code that only looks like a known one', 'FAILED_FACE', 'other', 'FAILED_FACE'],
		['a code that is a word of JavaScript', '__proto__', 'other', '__proto__'],
		['a code that is a method of JavaScript', 'constructor', 'other', 'constructor'],
		['no code', MISSING, 'other', 'NO_CODE'],
		['a code that is null', null, 'other', 'NO_CODE'],
		['a code that is a number', 17, 'other', 'NO_CODE'],
		['a code that is empty', ' ', 'other', 'NO_CODE'],
		['a code that is a list', ['FAILED_FACE_MATCH'], 'other', 'NO_CODE'],
	])('with %s belongs to its check, with Kairos as its source', (_what, code, check, expected) => {
		const entry =
			code === MISSING ? { decision: 'reject', confidence: 0.5 } : detail(code, 'reject');
		const verdict = verdictOn({ [DETAILS]: [entry], [REJECT_SCORE]: 1 });
		expect(findingsIn(verdict)).toEqual([`kairos: ${check} ${expected} -> reject`]);
		expect([...failedChecks(verdict)]).toEqual([check]);
	});

	test.each<[what: string, word: unknown, decision: Decision, gravity: Gravity]>([
		['reject', 'reject', 'reject', 'reject'],
		['review', 'review', 'review', 'review'],
		['warning', 'warning', 'approve', 'warning'],
		['reject in capitals', 'REJECT', 'reject', 'reject'],
		['reject in white space', ' \n\treject ', 'reject', 'reject'],
		['review in mixed case', ' Review', 'review', 'review'],
		['warning in mixed case and white space', '\tWarning\r\n', 'approve', 'warning'],
		['an unknown word', 'escalate', 'review', 'review'],
		['approve, which no documented finding says', 'approve', 'review', 'review'],
		['pass', 'pass', 'review', 'review'],
		['a word that holds a known one', 'warnings', 'review', 'review'],
		['nothing', '', 'review', 'review'],
		['null', null, 'review', 'review'],
		['no decision', MISSING, 'review', 'review'],
		['a number', 0, 'review', 'review'],
		['true', true, 'review', 'review'],
		['a list', ['warning'], 'review', 'review'],
		['an object', { toString: 'warning' }, 'review', 'review'],
	])(
		'whose decision is %s counts as such, and as review when unknown',
		(_what, word, decision, gravity) => {
			const entry =
				word === MISSING ? { code: 'FAILED_FACE_MATCH' } : detail('FAILED_FACE_MATCH', word);
			const verdict = verdictOn({ [DETAILS]: [entry] });
			expect(verdict).toMatchObject({ decision, faceMatch: { status: gravity } });
			expect(findingsIn(verdict)).toEqual([`kairos: faceMatch FAILED_FACE_MATCH -> ${gravity}`]);
		},
	);

	test.each<[what: string, confidence: unknown, expected: number | null]>([
		['0', 0, 0],
		['between 0 and 1', 0.37, 0.37],
		['1', 1, 1],
		['missing', MISSING, null],
		['null', null, null],
		['a text', '1', null],
		['below 0', -0.01, null],
		['above 1', 1.01, null],
		['infinite', rawJson('1e999'), null],
	])(
		'keeps a confidence that is %s only when it is a number from 0 to 1',
		(_what, confidence, expected) => {
			const entry =
				confidence === MISSING
					? { code: 'X', decision: 'review', description: 'y' }
					: detail('X', 'review', 'y', confidence);
			expect(verdictOn({ [DETAILS]: [entry] }).findings[0]?.confidence).toBe(expected);
		},
	);

	test.each<[what: string, entry: unknown]>([
		['null', null],
		['a text', 'FAILED_FACE_MATCH'],
		['a number', 0],
		['a list', []],
		['an empty object', {}],
	])('that is %s still keeps the person from being approved', (_what, entry) => {
		const verdict = verdictOn({ [DETAILS]: [entry] });
		expect(verdict.decision).toBe('review');
		expect(verdict.findings).toStrictEqual([
			{
				check: 'other',
				code: 'NO_CODE',
				decision: 'review',
				confidence: null,
				description: '',
				source: 'kairos',
			},
		]);
	});
});

describe('the gravest finding', () => {
	const kinds: Gravity[] = ['warning', 'review', 'reject'];
	const orders = kinds.flatMap((first) =>
		kinds.flatMap((second) => kinds.map((third): Gravity[] => [first, second, third])),
	);

	test.each(orders)('decides about %s, %s and %s, and stands first', (...order: Gravity[]) => {
		const verdict = verdictOn({ [DETAILS]: order.map((word, at) => detail(`CODE_${at}`, word)) });
		const sorted = [...kinds].reverse().flatMap((kind) => order.filter((word) => word === kind));
		expect(verdict.findings.map(({ decision }) => decision)).toEqual(sorted);
		expect(verdict.decision).toBe(sorted[0] === 'warning' ? 'approve' : sorted[0]);
	});

	test('of equal ones is the one that Kairos names first', () => {
		const verdict = verdictOn({
			[DETAILS]: [
				detail('A', 'review'),
				detail('B', 'reject'),
				detail('C', 'review'),
				detail('D', 'reject'),
			],
		});
		expect(verdict.findings.map(({ code }) => code)).toEqual(['B', 'D', 'A', 'C']);
	});

	test('of a check is its status, whatever becomes of the other checks', () => {
		const verdict = verdictOn({
			[DETAILS]: [
				detail('FAILED_FACE_MATCH', 'warning'),
				detail('FAILED_FACE_MATCH', 'review'),
				detail('FAILED_SELFIE_LIVENESS', 'warning'),
				detail('SOMETHING', 'reject'),
			],
		});
		expect(verdict).toMatchObject({
			decision: 'reject',
			faceMatch: { status: 'review' },
			liveness: { status: 'warning' },
			faceDetection: { status: 'pass' },
		});
		expect([...failedChecks(verdict)].sort()).toEqual(['faceMatch', 'other']);
	});

	test('may be one of the node itself', () => {
		const verdict = verdictOn(
			{ [SELFIE_FACES]: [face(), face()], [DETAILS]: [detail('FAILED_FACE_MATCH', 'review')] },
			{ severalFacesInSelfie: 'reject' },
		);
		expect(findingsIn(verdict)).toEqual([
			'node: faceDetection SEVERAL_FACES_IN_SELFIE -> reject',
			'kairos: faceMatch FAILED_FACE_MATCH -> review',
		]);
		expect(verdict.decision).toBe('reject');
	});
});

describe('the option Warnings', () => {
	const warned: Changes = {
		[DETAILS]: [detail('FAILED_FACE_MATCH', 'warning')],
		[WARNING_SCORE]: 1,
	};

	test('approves an item with nothing but warnings, and says what they are', () => {
		const verdict = verdictOn(warned, { warnings: 'approve' });
		expect(verdict).toMatchObject({ decision: 'approve', faceMatch: { status: 'warning' } });
		expect([...failedChecks(verdict)]).toEqual([]);
		expect(verdict.summary).toBe(
			'Approved: face match 0.93, liveness 0.97. Warning: something is wrong (FAILED_FACE_MATCH).',
		);
	});

	test('sends an item with nothing but warnings to review', () => {
		const verdict = verdictOn(warned, { warnings: 'review' });
		expect(verdict).toMatchObject({ decision: 'review', faceMatch: { status: 'review' } });
		expect([...failedChecks(verdict)]).toEqual(['faceMatch']);
		expect(verdict.summary).toBe('For review: something is wrong (FAILED_FACE_MATCH).');
	});

	test.each(['approve', 'review'] as const)(
		'set to %s never softens what is graver',
		(warnings) => {
			const details = [detail('A', 'warning'), detail('B', 'reject')];
			expect(verdictOn({ [DETAILS]: details }, { warnings }).decision).toBe('reject');
		},
	);

	test.each<['approve' | 'review', Decision, Gravity]>([
		['approve', 'approve', 'warning'],
		['review', 'review', 'review'],
	])('set to %s holds for a warning score without a reason', (warnings, decision, gravity) => {
		const verdict = verdictOn({ [WARNING_SCORE]: 0.2 }, { warnings });
		expect(verdict.decision).toBe(decision);
		expect(findingsIn(verdict)).toEqual([`node: other UNEXPLAINED_WARNING_SCORE -> ${gravity}`]);
	});
});

describe('the faces', () => {
	test.each<[what: string, changes: Changes, finding: string]>([
		['no face in the selfie', { [SELFIE_FACES]: [] }, 'NO_FACE_IN_SELFIE'],
		['no face in the photo', { [PHOTO_FACES]: [] }, 'NO_FACE_IN_PHOTO'],
		['no list of faces of the selfie', { [SELFIE_FACES]: MISSING }, 'NO_SELFIE_FACES'],
		['no list of faces of the photo', { [PHOTO_FACES]: MISSING }, 'NO_PHOTO_FACES'],
		['null for the faces of the selfie', { [SELFIE_FACES]: null }, 'NO_SELFIE_FACES'],
		['null for the faces of the photo', { [PHOTO_FACES]: null }, 'NO_PHOTO_FACES'],
	])('send an item with %s to review', (_what, changes, code) => {
		const verdict = verdictOn(changes);
		expect(verdict).toMatchObject({ decision: 'review', faceDetection: { status: 'review' } });
		expect(findingsIn(verdict)).toEqual([`node: faceDetection ${code} -> review`]);
	});

	test('of both pictures may be missing at once', () => {
		expect(findingsIn(verdictOn({ [SELFIE_FACES]: [], [PHOTO_FACES]: [] }))).toEqual([
			'node: faceDetection NO_FACE_IN_SELFIE -> review',
			'node: faceDetection NO_FACE_IN_PHOTO -> review',
		]);
	});

	test.each<['review' | 'reject' | 'ignore', Decision, string[]]>([
		['review', 'review', ['node: faceDetection SEVERAL_FACES_IN_SELFIE -> review']],
		['reject', 'reject', ['node: faceDetection SEVERAL_FACES_IN_SELFIE -> reject']],
		['ignore', 'approve', []],
	])(
		'of a selfie that shows several are judged by the option: %s',
		(setting, decision, findings) => {
			const verdict = verdictOn(
				{ [SELFIE_FACES]: [face(1), face(2)] },
				{ severalFacesInSelfie: setting },
			);
			expect(verdict.decision).toBe(decision);
			expect(findingsIn(verdict)).toEqual(findings);
			expect(verdict.faceDetection.selfie).toHaveLength(2);
		},
	);

	test.each(['review', 'reject', 'ignore'] as const)(
		'of a selfie that shows one are not judged when the option is %s',
		(setting) => {
			expect(verdictOn({}, { severalFacesInSelfie: setting }).decision).toBe('approve');
		},
	);

	test('of a selfie that shows none are for review even where several are ignored', () => {
		const verdict = verdictOn({ [SELFIE_FACES]: [] }, { severalFacesInSelfie: 'ignore' });
		expect(verdict.decision).toBe('review');
	});
});

describe('an answer with a gap', () => {
	test.each<[what: string, changes: Changes, findings: string[]]>([
		['no face match score', { [MATCH]: MISSING }, ['faceMatch NO_FACE_MATCH_SCORE']],
		['no liveness score', { [LIVENESS]: MISSING }, ['liveness NO_LIVENESS_SCORE']],
		['no decision block', { [DECISION]: MISSING }, ['other NO_DECISION']],
		['no reject score', { [REJECT_SCORE]: MISSING }, ['other NO_DECISION_SCORE']],
		['no review score', { [REVIEW_SCORE]: MISSING }, ['other NO_DECISION_SCORE']],
		['no warning score', { [WARNING_SCORE]: MISSING }, ['other NO_DECISION_SCORE']],
		[
			'no biometric block',
			{ 'response_data.biometric': MISSING },
			[
				'faceMatch NO_FACE_MATCH_SCORE',
				'liveness NO_LIVENESS_SCORE',
				'faceDetection NO_SELFIE_FACES',
				'faceDetection NO_PHOTO_FACES',
			],
		],
		[
			'nothing of the selfie',
			{ 'response_data.biometric.selfie': null },
			['liveness NO_LIVENESS_SCORE', 'faceDetection NO_SELFIE_FACES'],
		],
		[
			'nothing of the photo',
			{ 'response_data.biometric.image': null },
			['faceDetection NO_PHOTO_FACES'],
		],
	])('that has %s is for review', (_what, changes, findings) => {
		const verdict = verdictOn(changes);
		expect(verdict.decision).toBe('review');
		expect(findingsIn(verdict)).toEqual(findings.map((finding) => `node: ${finding} -> review`));
	});

	test('has null in place of what is missing', () => {
		expect(
			verdictOn({ [MATCH]: 'high', [LIVENESS]: null, [SELFIE_FACES]: 3, [DECISION]: null }),
		).toMatchObject({
			decision: 'review',
			faceMatch: { status: 'review', score: null },
			liveness: { status: 'review', score: null },
			faceDetection: { status: 'review', selfie: [] },
			scores: { reject: null, review: null, warning: null },
		});
	});
});

describe("a score of Kairos's decision", () => {
	test.each<[what: string, changes: Changes, decision: Decision, findings: string[]]>([
		[
			'that leans to a rejection without any reason rejects',
			{ [REJECT_SCORE]: 0.1 },
			'reject',
			['node: other UNEXPLAINED_REJECT_SCORE -> reject'],
		],
		[
			'that leans to a rejection with a reason for review only rejects',
			{ [REJECT_SCORE]: 1, [REVIEW_SCORE]: 1, [DETAILS]: [detail('A', 'review')] },
			'reject',
			['node: other UNEXPLAINED_REJECT_SCORE -> reject', 'kairos: other A -> review'],
		],
		[
			'that leans to a rejection with a reason for it adds nothing',
			{ [REJECT_SCORE]: 1, [DETAILS]: [detail('A', 'Reject')] },
			'reject',
			['kairos: other A -> reject'],
		],
		[
			'that leans to a review without any reason sends to review',
			{ [REVIEW_SCORE]: 0.0001 },
			'review',
			['node: other UNEXPLAINED_REVIEW_SCORE -> review'],
		],
		[
			'that leans to a review with nothing but a warning sends to review',
			{ [REVIEW_SCORE]: 1, [WARNING_SCORE]: 1, [DETAILS]: [detail('A', 'warning')] },
			'review',
			['node: other UNEXPLAINED_REVIEW_SCORE -> review', 'kairos: other A -> warning'],
		],
		[
			'that leans to a review with a reason for it adds nothing',
			{ [REVIEW_SCORE]: 1, [DETAILS]: [detail('A', 'review')] },
			'review',
			['kairos: other A -> review'],
		],
		[
			'that warns with a reason adds nothing',
			{ [WARNING_SCORE]: 1, [DETAILS]: [detail('A', 'warning')] },
			'approve',
			['kairos: other A -> warning'],
		],
		[
			'far above 1 is taken as it is, because its scale is not documented',
			{ [REJECT_SCORE]: 250 },
			'reject',
			['node: other UNEXPLAINED_REJECT_SCORE -> reject'],
		],
	])('%s', (_what, changes, decision, findings) => {
		const verdict = verdictOn(changes);
		expect(verdict.decision).toBe(decision);
		expect(findingsIn(verdict)).toEqual(findings);
	});

	test('that leans to a rejection rejects also when the details are missing', () => {
		const verdict = verdictOn({ [DETAILS]: MISSING, [REJECT_SCORE]: 1 });
		expect(verdict.decision).toBe('reject');
		expect(verdict.scores).toEqual({ reject: 1, review: 0, warning: 0 });
	});
});

describe('a value that cannot be what is documented', () => {
	const noScore: unknown[] = [
		MISSING,
		null,
		'',
		'0.99',
		'NaN',
		true,
		[],
		[0.99],
		{},
		{ valueOf: 0.99 },
		-0.0001,
		1.0001,
		93,
		rawJson('1e999'),
		rawJson('-1e999'),
	];
	const noFaces: unknown[] = [
		MISSING,
		null,
		'one',
		1,
		true,
		{},
		{ 0: face(), length: 1 },
		[],
		[null],
		['face'],
		[[]],
		[{}],
		[{ ...face(), confidence: 1.5 }],
		[{ ...face(), confidence: '1' }],
		[{ ...face(), top_left: null }],
		[{ ...face(), delta: [30, 40] }],
		[{ ...face(), delta: { x: '30', y: 40 } }],
		[{ ...face(), top_left: { x: 1 } }],
		[face(), null],
	];
	const noDecisionScore: unknown[] = [MISSING, null, '', '0', false, [], {}, -1, rawJson('1e999')];
	const hostile: Record<string, unknown[]> = {
		[MATCH]: noScore,
		[LIVENESS]: noScore,
		[SELFIE_FACES]: noFaces,
		[PHOTO_FACES]: noFaces,
		[DECISION]: [MISSING, null, 'approve', true, 0, [], [[]], {}],
		[DETAILS]: [MISSING, null, 'none', 0, true, {}, { length: 0 }, [[]], [null], [0], ['']],
		[REJECT_SCORE]: [...noDecisionScore, 0.0001, 1],
		[REVIEW_SCORE]: [...noDecisionScore, 0.0001, 1],
		[WARNING_SCORE]: noDecisionScore,
		'response_data.biometric.selfie': [MISSING, null, 'x', 1, []],
		'response_data.biometric.image': [MISSING, null, 'x', 1, []],
	};

	test.each(Object.entries(hostile))('at %s never approves', (path, values) => {
		for (const value of values) {
			expect([value, verdictOn({ [path]: value }).decision]).not.toEqual([value, 'approve']);
		}
	});

	test('approves only what is complete and clean, whatever stands in every field at once', () => {
		const mostly = (good: fc.Arbitrary<unknown>, bad: fc.Arbitrary<unknown> = fc.jsonValue()) =>
			fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: bad });
		const score = mostly(fc.constant(0.9), fc.oneof(fc.double(), fc.jsonValue()));
		const faces = mostly(fc.constant([face()]), fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()));
		const word = mostly(fc.constant(' Warning'), fc.constantFrom('review', 'reject', null, 'ok'));
		const details = mostly(
			fc.array(fc.record({ code: fc.jsonValue(), decision: word }), { maxLength: 2 }),
		);
		const zero = mostly(fc.constant(0));
		let approvals = 0;
		const answer = fc.record({
			match: score,
			liveness: score,
			selfieFaces: faces,
			photoFaces: faces,
			details,
			reject: zero,
			review: zero,
			warning: zero,
		});
		fc.assert(
			fc.property(answer, (values) => {
				const body = bodyWith({
					[MATCH]: values.match,
					[LIVENESS]: values.liveness,
					[SELFIE_FACES]: values.selfieFaces,
					[PHOTO_FACES]: values.photoFaces,
					[DETAILS]: values.details,
					[REJECT_SCORE]: values.reject,
					[REVIEW_SCORE]: values.review,
					[WARNING_SCORE]: values.warning,
				});
				if (judge(readAnswer(body), defaultRules).decision === 'approve') {
					approvals++;
					expect(isCompleteAndClean(JSON.parse(body))).toBe(true);
				}
			}),
			{ numRuns: 1000 },
		);
		expect(approvals).toBeGreaterThan(20);
	});
});

describe("the builder's own thresholds", () => {
	test.each<[what: string, own: Partial<Thresholds>, decision: Decision, findings: string[]]>([
		[
			'send a weaker face match to review',
			{ faceMatchReviewBelow: 0.95 },
			'review',
			['node: faceMatch FACE_MATCH_BELOW_OWN_LIMIT -> review'],
		],
		[
			'reject a weaker face match',
			{ faceMatchRejectBelow: 0.95 },
			'reject',
			['node: faceMatch FACE_MATCH_BELOW_OWN_LIMIT -> reject'],
		],
		[
			'send a weaker liveness to review',
			{ livenessReviewBelow: 0.98 },
			'review',
			['node: liveness LIVENESS_BELOW_OWN_LIMIT -> review'],
		],
		[
			'reject a weaker liveness',
			{ livenessRejectBelow: 0.98 },
			'reject',
			['node: liveness LIVENESS_BELOW_OWN_LIMIT -> reject'],
		],
		[
			'reject what is below both limits, once',
			{ faceMatchReviewBelow: 0.99, faceMatchRejectBelow: 0.95 },
			'reject',
			['node: faceMatch FACE_MATCH_BELOW_OWN_LIMIT -> reject'],
		],
		[
			'reject also when the limits are the wrong way round',
			{ faceMatchReviewBelow: 0.5, faceMatchRejectBelow: 0.95 },
			'reject',
			['node: faceMatch FACE_MATCH_BELOW_OWN_LIMIT -> reject'],
		],
		['pass a score that is exactly the limit', { faceMatchRejectBelow: 0.93 }, 'approve', []],
		['pass a score above the limit', { livenessReviewBelow: 0.5 }, 'approve', []],
		[
			'judge both scores',
			{ faceMatchReviewBelow: 0.95, livenessRejectBelow: 0.98 },
			'reject',
			[
				'node: liveness LIVENESS_BELOW_OWN_LIMIT -> reject',
				'node: faceMatch FACE_MATCH_BELOW_OWN_LIMIT -> review',
			],
		],
	])('%s', (_what, own, decision, findings) => {
		const verdict = verdictOn({}, { thresholds: ownThresholds(own) });
		expect(verdict.decision).toBe(decision);
		expect(findingsIn(verdict)).toEqual(findings);
	});

	test('of 0 judge nothing, not even a score of 0', () => {
		expect(verdictOn({ [MATCH]: 0, [LIVENESS]: 0 }).findings).toEqual([]);
	});

	test('do not judge a score that is missing: that is for review, not rejected', () => {
		const thresholds = ownThresholds({ faceMatchRejectBelow: 1, livenessRejectBelow: 1 });
		const verdict = verdictOn({ [MATCH]: null, [LIVENESS]: null }, { thresholds });
		expect(findingsIn(verdict)).toEqual([
			'node: faceMatch NO_FACE_MATCH_SCORE -> review',
			'node: liveness NO_LIVENESS_SCORE -> review',
		]);
	});

	test('that are looser do not soften what Kairos says', () => {
		const thresholds = ownThresholds({ livenessRejectBelow: 0.001, faceMatchReviewBelow: 0.1 });
		const rules = { ...defaultRules, thresholds };
		expect(judge(readAnswer(documentedBody), rules)).toEqual(
			judge(readAnswer(documentedBody), defaultRules),
		);
	});

	test('add to what Kairos says, and the graver of both counts', () => {
		const thresholds = ownThresholds({ faceMatchRejectBelow: 0.5 });
		const verdict = judge(readAnswer(documentedBody), { ...defaultRules, thresholds });
		expect(verdict.faceMatch.status).toBe('reject');
		expect(findingsIn(verdict)).toEqual([
			'kairos: liveness FAILED_SELFIE_LIVENESS -> reject',
			'node: faceMatch FACE_MATCH_BELOW_OWN_LIMIT -> reject',
			'kairos: faceMatch FAILED_FACE_MATCH -> review',
		]);
	});

	test('only ever tighten, whatever they and the scores are', () => {
		const share = fc.double({ min: 0, max: 1, noNaN: true });
		const details = fc.subarray([MATCH_DETAIL, LIVENESS_DETAIL, detail('A', 'warning')]);
		const own = fc.record({
			faceMatchReviewBelow: share,
			faceMatchRejectBelow: share,
			livenessReviewBelow: share,
			livenessRejectBelow: share,
		});
		fc.assert(
			fc.property(share, share, details, own, (match, liveness, found, thresholds) => {
				const changes = { [MATCH]: match, [LIVENESS]: liveness, [DETAILS]: found };
				const without = verdictOn(changes);
				const tightened = verdictOn(changes, { thresholds });
				expect(GRAVITY_RANKS[tightened.decision]).toBeGreaterThanOrEqual(
					GRAVITY_RANKS[without.decision],
				);
				expect(tightened.findings).toEqual(expect.arrayContaining(without.findings));
			}),
		);
	});
});

describe('the limits of a score', () => {
	test.each<[what: string, description: unknown, expected: object]>([
		[
			'are read from the description that names them',
			'Faces do not match; threshold failed: 0.4 < 0.4803 (actual) < 0.56',
			{ reviewBelow: 0.56, rejectBelow: 0.4 },
		],
		['may be whole numbers', 'failed: 0 < 1 (actual) < 1', { reviewBelow: 1, rejectBelow: 0 }],
		['are absent from a description without them', 'Faces do not match', {}],
		['are absent from a description with half of them', 'failed: 0.4803 (actual) < 0.56', {}],
		['are absent when there is no description', null, {}],
		['are absent when the description is no text', 0.56, {}],
	])('%s', (_what, description, limits) => {
		const verdict = verdictOn({
			[DETAILS]: [detail('FAILED_FACE_MATCH', 'review', description)],
		});
		expect(verdict.faceMatch).toStrictEqual({ status: 'review', score: 0.93, ...limits });
		expect(verdict.liveness).toStrictEqual({ status: 'pass', score: 0.97 });
	});

	test('are absent when Kairos has no reason to name them', () => {
		expect(verdictOn().faceMatch).toStrictEqual({ status: 'pass', score: 0.93 });
	});

	test("are Kairos's, not the builder's own", () => {
		const verdict = verdictOn({}, { thresholds: ownThresholds({ faceMatchReviewBelow: 0.95 }) });
		expect(verdict.faceMatch).toStrictEqual({ status: 'review', score: 0.93 });
	});

	test('are not taken from the finding of another check', () => {
		const verdict = verdictOn({
			[DETAILS]: [MATCH_DETAIL, detail('X', 'review', '0.1 < 0.2 (actual) < 0.3')],
		});
		expect(verdict.faceMatch).toMatchObject({ reviewBelow: 0.56, rejectBelow: 0.4 });
		expect(verdict.liveness).toStrictEqual({ status: 'pass', score: 0.97 });
	});

	test('are taken from the first of several findings that names them', () => {
		const verdict = verdictOn({
			[DETAILS]: [detail('FAILED_FACE_MATCH', 'reject', 'Nothing named'), MATCH_DETAIL],
		});
		expect(verdict.faceMatch).toStrictEqual({
			status: 'reject',
			score: 0.93,
			reviewBelow: 0.56,
			rejectBelow: 0.4,
		});
	});
});

/** Whether an answer may approve, told anew from the documentation, without the node's own code. */
function isCompleteAndClean(answer: unknown): boolean {
	const at = (path: string) =>
		path
			.split('.')
			.reduce<unknown>(
				(value, key) =>
					typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
				answer,
			);
	const isShare = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1;
	const isFace = (value: unknown) =>
		typeof value === 'object' && value !== null && 'delta' in value && 'top_left' in value;
	const faces = (path: string) => {
		const list = at(path);
		return Array.isArray(list) && list.every(isFace) ? list.length : 0;
	};
	const details = at(DETAILS);
	const isWarning = (value: unknown) =>
		typeof value === 'object' &&
		value !== null &&
		'decision' in value &&
		typeof value.decision === 'string' &&
		value.decision.trim().toLowerCase() === 'warning';
	return (
		isShare(at(MATCH)) &&
		isShare(at(LIVENESS)) &&
		faces(SELFIE_FACES) === 1 &&
		faces(PHOTO_FACES) >= 1 &&
		Array.isArray(details) &&
		details.every(isWarning) &&
		at(REJECT_SCORE) === 0 &&
		at(REVIEW_SCORE) === 0 &&
		typeof at(WARNING_SCORE) === 'number'
	);
}
