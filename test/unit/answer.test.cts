import { readAnswer } from '../../nodes/BiometricVerify/kairos/answer';
import { KairosFailure } from '../../nodes/BiometricVerify/kairos/failure';
import {
	DETAILS,
	LIVENESS,
	MATCH,
	REJECT_SCORE,
	REVIEW_SCORE,
	SELFIE_FACES,
	WARNING_SCORE,
	bodyWith,
	detail,
	documentedBody,
	face,
	rawJson,
} from '../support/answers.cts';

function failureOf(body: string): KairosFailure {
	try {
		readAnswer(body);
	} catch (error) {
		if (error instanceof KairosFailure) return error;
		throw error;
	}
	throw new Error('The body was read');
}

test('reads every field of the documented answer, and keeps the answer whole', () => {
	expect(readAnswer(documentedBody)).toStrictEqual({
		faceMatchScore: 0.4803,
		livenessScore: 0.0026,
		selfieFaces: [{ x: 153.1597, y: 169.8101, width: 235.0864, height: 290.2446, confidence: 1 }],
		photoFaces: [{ x: 40.3778, y: 42.5628, width: 63.2991, height: 86.6425, confidence: 0.9999 }],
		decision: {
			details: [
				{
					code: 'FAILED_FACE_MATCH',
					decision: 'review',
					confidence: 1,
					description: 'Faces do not match; threshold failed: 0.4 < 0.4803 (actual) < 0.56',
				},
				{
					code: 'FAILED_SELFIE_LIVENESS',
					decision: 'reject',
					confidence: 1,
					description: 'Selfie liveness threshold failed: 0.4 < 0.0026 (actual) < 0.6',
				},
			],
			rejectScore: 1,
			reviewScore: 1,
			warningScore: 0,
		},
		requestId: '601d8377-03be-481e-a314-d61675154d3e',
		requestedAt: '2024-04-22 06:36:50',
		processedAt: '2024-04-22 06:36:50',
		response: JSON.parse(documentedBody) as unknown,
	});
});

describe('a body that is no verification', () => {
	test.each<[what: string, body: string, reason: string]>([
		['is empty', '', 'the answer is empty.'],
		['is white space', ' \r\n', 'the answer is empty.'],
		['is a page', '<!doctype html><title>Welcome</title>', 'the answer is not JSON.'],
		['ends in the middle', documentedBody.slice(0, -3), 'the answer is not JSON.'],
		['is followed by more', `${documentedBody}}`, 'the answer is not JSON.'],
		['is JSON with single quotes', "{'response_data': {}}", 'the answer is not JSON.'],
		[
			'is nested deeper than any answer',
			`{"response_data":${'['.repeat(5000)}${']'.repeat(5000)}}`,
			'the answer is not JSON.',
		],
		['is null', 'null', 'the answer is not a JSON object.'],
		['is a number', '1', 'the answer is not a JSON object.'],
		['is a text', '"approved"', 'the answer is not a JSON object.'],
		['is true', 'true', 'the answer is not a JSON object.'],
		['is a list', `[${documentedBody}]`, 'the answer is not a JSON object.'],
		['has no response data', '{"response_code":1}', 'the answer holds no response data.'],
		['has null as response data', '{"response_data":null}', 'the answer holds no response data.'],
		['has a list as response data', '{"response_data":[]}', 'the answer holds no response data.'],
		['has a text as response data', '{"response_data":"x"}', 'the answer holds no response data.'],
	])('that %s is refused, and not asked for again', (_what, body, reason) => {
		expect(failureOf(body)).toMatchObject({
			message: `Kairos answered with something that is not a verification: ${reason}`,
			cause: 'temporarily-unavailable',
			mayPass: false,
			haltsRun: false,
			httpCode: undefined,
		});
		expect(failureOf(body).wayOut).toContain('treat the person as not verified');
	});

	test('is not repeated in the error', () => {
		const failure = failureOf('the body of somebody else');
		expect(failure.message + failure.wayOut).not.toContain('somebody');
	});
});

describe('a value', () => {
	test.each<[what: string, value: unknown, read: number | null]>([
		['0', 0, 0],
		['1', 1, 1],
		['in between', 0.123456789, 0.123456789],
		['just below 0', -1e-9, null],
		['just above 1', 1.000000001, null],
		['infinite', rawJson('1e400'), null],
		['a text', '0.5', null],
		['true', true, null],
		['null', null, null],
		['a list', [0.5], null],
		['an object', {}, null],
	])('of a score that is %s is taken only as a number from 0 to 1', (_what, value, read) => {
		const answer = readAnswer(bodyWith({ [MATCH]: value, [LIVENESS]: value }));
		expect([answer.faceMatchScore, answer.livenessScore]).toEqual([read, read]);
	});

	test.each<[what: string, value: unknown, read: number | null]>([
		['0', 0, 0],
		['above 1', 250.5, 250.5],
		['below 0', -1, null],
		['infinite', rawJson('1e400'), null],
		['a text', '1', null],
		['null', null, null],
	])('of the decision that is %s is taken only as a number from 0 on', (_what, value, read) => {
		const { decision } = readAnswer(
			bodyWith({ [REJECT_SCORE]: value, [REVIEW_SCORE]: value, [WARNING_SCORE]: value }),
		);
		expect(decision).toMatchObject({ rejectScore: read, reviewScore: read, warningScore: read });
	});

	test('of a face that cannot be read makes all faces of the picture unknown', () => {
		const faces = [face(1), { ...face(2), confidence: 'sure' }];
		expect(readAnswer(bodyWith({ [SELFIE_FACES]: faces }))).toMatchObject({
			selfieFaces: null,
			photoFaces: [expect.anything()],
		});
	});

	test('of a face that is not documented is left behind', () => {
		const { selfieFaces } = readAnswer(bodyWith({ [SELFIE_FACES]: [{ ...face(1), age: 30 }] }));
		expect(selfieFaces).toStrictEqual([{ x: 1, y: 20, width: 30, height: 40, confidence: 0.99 }]);
	});

	test('that is text loses the white space around it', () => {
		const answer = readAnswer(
			bodyWith({ api_req_uid: ' abc\n', [DETAILS]: [detail(' CODE ', '\tREJECT ', ' why ')] }),
		);
		expect(answer.requestId).toBe('abc');
		expect(answer.decision?.details).toStrictEqual([
			{ code: 'CODE', decision: 'reject', confidence: 1, description: 'why' },
		]);
	});

	test('that is a very long text is cut to 500 characters', () => {
		const long = 'x'.repeat(100_000);
		const answer = readAnswer(
			bodyWith({ api_req_uid: long, [DETAILS]: [detail(long, 'a', long)] }),
		);
		expect(answer.requestId).toHaveLength(500);
		expect(answer.decision?.details?.[0]?.code).toHaveLength(500);
		expect(answer.decision?.details?.[0]?.description).toHaveLength(500);
	});

	test('named like a property of every object changes nothing else', () => {
		const answer = readAnswer(
			`{"__proto__":{"response_data":{"decision":{}}},"constructor":1,"response_data":{}}`,
		);
		expect(answer).toMatchObject({ decision: null, faceMatchScore: null, requestId: null });
		expect(Object.getPrototypeOf({})).toBe(Object.prototype);
		expect('decision' in {}).toBe(false);
	});

	test('of a prototype in place of the response data is none', () => {
		expect(failureOf('{"__proto__":{"response_data":{}}}').message).toMatch(/no response data/);
	});
});
