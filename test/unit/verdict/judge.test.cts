import fc from 'fast-check';
import { readResponse } from '../../../nodes/BiometricVerify/kairos/response';
import type { Severity } from '../../../nodes/BiometricVerify/verdict/finding';
import { failedChecks, judge } from '../../../nodes/BiometricVerify/verdict/judge';
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
	bodyWith,
	defaultRules,
	detail,
	differentImages,
	documentedBody,
	face,
	findingsOf,
	rawJson,
	verdictOn,
} from '../../support/answers.cts';

const MATCH_DETAIL = detail(
	'FAILED_FACE_MATCH',
	'review',
	'Faces do not match; threshold failed: 0.4 < 0.4803 (actual) < 0.56',
);
describe('the documented response', () => {
	test('is rejected with the verdict of the design, whole', () => {
		expect(
			judge({ response: readResponse(documentedBody), ...differentImages }, defaultRules),
		).toStrictEqual({
			decision: 'reject',
			summary:
				'Rejected: liveness 0.0026 is below 0.4. Also for review: face match 0.4803 is below 0.56.',
			faceMatch: { status: 'review', score: 0.4803, reviewBelow: 0.56, rejectBelow: 0.4 },
			liveness: { status: 'reject', score: 0.0026, reviewBelow: 0.6, rejectBelow: 0.4 },
			faceDetection: { status: 'pass' },
			selfie: {
				width: 500,
				height: 666,
				faces: [{ x: 153.1597, y: 169.8101, width: 235.0864, height: 290.2446, confidence: 1 }],
				sha256: 'a'.repeat(64),
			},
			photo: {
				width: 150,
				height: 200,
				faces: [{ x: 40.3778, y: 42.5628, width: 63.2991, height: 86.6425, confidence: 0.9999 }],
				sha256: 'b'.repeat(64),
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

describe('a complete response that nothing speaks against', () => {
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
		['a face whose box begins outside the image', { [SELFIE_FACES]: [face(-12.5)] }],
		['no request id', { api_req_uid: MISSING }],
		['times that are no text', { requested_at: 5, processed_at: null }],
		['no size of the images', { [SELFIE_SIZE]: MISSING, [PHOTO_SIZE]: null }],
		['fields that are not documented', { 'response_data.biometric.age': 30, extra: [{}] }],
	])('is approved with %s', (_what, changes) => {
		expect(verdictOn(changes)).toMatchObject({ decision: 'approve', findings: [] });
	});

	test.each<[what: string, path: string, field: 'requestId' | 'requestedAt' | 'processedAt']>([
		['a request id', 'api_req_uid', 'requestId'],
		['a time of the request', 'requested_at', 'requestedAt'],
		['a time of the response', 'processed_at', 'processedAt'],
	])('holds null for %s that is missing or no text', (_what, path, field) => {
		for (const value of [MISSING, null, 7, {}, [], true, '', '  ']) {
			expect(verdictOn({ [path]: value })[field]).toBeNull();
		}
	});
});

describe('each of the images', () => {
	test('is told by what Kairos saw of it and by the hash of what was sent', () => {
		const { selfie, photo } = verdictOn({
			[SELFIE_FACES]: [face(1)],
			[SELFIE_SIZE]: { width: 100, height: 200 },
			[PHOTO_SIZE]: MISSING,
			[PHOTO_FACES]: null,
		});
		expect(selfie).toStrictEqual({
			...{ width: 100, height: 200, sha256: 'a'.repeat(64) },
			faces: [{ x: 1, y: 20, width: 30, height: 40, confidence: 0.99 }],
		});
		expect(photo).toStrictEqual({
			...{ width: null, height: null, sha256: 'b'.repeat(64) },
			faces: [],
		});
	});

	test('has no size where Kairos gave one that no image has', () => {
		const { selfie } = verdictOn({ [SELFIE_SIZE]: { width: 100, height: 0 } });
		expect(selfie).toMatchObject({ width: null, height: null });
	});
});

describe('the most severe finding', () => {
	const kinds: Severity[] = ['warning', 'review', 'reject'];
	const orders = kinds.flatMap((first) =>
		kinds.flatMap((second) => kinds.map((third): Severity[] => [first, second, third])),
	);

	test.each(orders)('decides about %s, %s and %s, and stands first', (...order: Severity[]) => {
		const verdict = verdictOn(
			{ [DETAILS]: order.map((word, at) => detail(`CODE_${at}`, word)) },
			{ kairosWarning: 'approve' },
		);
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
		const verdict = verdictOn(
			{
				[DETAILS]: [
					detail('FAILED_FACE_MATCH', 'warning'),
					detail('FAILED_FACE_MATCH', 'review'),
					detail('FAILED_SELFIE_LIVENESS', 'warning'),
					detail('SOMETHING', 'reject'),
				],
			},
			{ kairosWarning: 'approve' },
		);
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
			{ multipleFacesInSelfie: 'reject' },
		);
		expect(findingsOf(verdict)).toEqual([
			'node: faceDetection MULTIPLE_FACES_IN_SELFIE -> reject',
			'kairos: faceMatch FAILED_FACE_MATCH -> review',
		]);
		expect(verdict.decision).toBe('reject');
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
		0,
		0.0026,
		0.3999,
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
		[{ ...face(), confidence: 0 }],
		[{ ...face(), delta: { x: 0, y: 40 } }],
		[{ ...face(), delta: { x: 30, y: -40 } }],
		[{ ...face(), top_left: { x: 9999, y: 20 } }],
		[face(1), face(2)],
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
		[RESPONSE_CODE]: [MISSING, null, 0, 2, '1', true, [1]],
		[SELFIE_SIZE]: [{}, [], '', 0, false, { width: 1 }, { width: 0, height: 1 }],
		[PHOTO_SIZE]: [{}, [], '', 0, false, { width: 1 }, { width: 0, height: 1 }],
		error: ['bad', 1, 0, true, [null], { code: 1 }],
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
				const evidence = { response: readResponse(body), ...differentImages };
				const rules = { ...defaultRules, kairosWarning: 'approve' } as const;
				if (judge(evidence, rules).decision === 'approve') {
					approvals++;
					expect(isCompleteAndClean(JSON.parse(body))).toBe(true);
				}
			}),
			{ numRuns: 1000 },
		);
		expect(approvals).toBeGreaterThan(20);
	});
});

describe('the thresholds of a score', () => {
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
	])('%s', (_what, description, expected) => {
		const verdict = verdictOn({
			[DETAILS]: [detail('FAILED_FACE_MATCH', 'review', description)],
		});
		expect(verdict.faceMatch).toStrictEqual({ status: 'review', score: 0.93, ...expected });
		expect(verdict.liveness).toStrictEqual({ status: 'pass', score: 0.97 });
	});

	test('are absent when Kairos has no reason to name them', () => {
		expect(verdictOn().faceMatch).toStrictEqual({ status: 'pass', score: 0.93 });
	});

	test("are Kairos's, not the builder's own", () => {
		const verdict = verdictOn(
			{},
			{ thresholds: { ...defaultRules.thresholds, faceMatchReviewBelow: 0.95 } },
		);
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

/** Whether a response may approve, told anew from the documentation, without the node's own code. */
function isCompleteAndClean(answer: unknown): boolean {
	const at = (path: string) =>
		path
			.split('.')
			.reduce<unknown>(
				(value, key) =>
					typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
				answer,
			);
	const isEnough = (value: unknown) => typeof value === 'number' && value >= 0.4 && value <= 1;
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
		isEnough(at(MATCH)) &&
		isEnough(at(LIVENESS)) &&
		faces(SELFIE_FACES) === 1 &&
		faces(PHOTO_FACES) === 1 &&
		Array.isArray(details) &&
		details.every(isWarning) &&
		at(REJECT_SCORE) === 0 &&
		at(REVIEW_SCORE) === 0 &&
		typeof at(WARNING_SCORE) === 'number'
	);
}
