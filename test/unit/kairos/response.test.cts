import { KairosError } from '../../../nodes/BiometricVerify/kairos/failures/KairosError';
import { knownSize, readResponse } from '../../../nodes/BiometricVerify/kairos/response';
import {
	DETAILS,
	LIVENESS,
	MATCH,
	MISSING,
	PHOTO_SIZE,
	REJECT_SCORE,
	RESPONSE_CODE,
	REVIEW_SCORE,
	SELFIE_FACES,
	SELFIE_SIZE,
	WARNING_SCORE,
	bodyWith,
	detail,
	documentedBody,
	face,
	rawJson,
} from '../../support/answers.cts';

function errorOf(body: string): KairosError {
	try {
		readResponse(body);
	} catch (error) {
		if (error instanceof KairosError) return error;
		throw error;
	}
	throw new Error('The body was read');
}

test('reads every field of the documented response, and keeps the response whole', () => {
	expect(readResponse(documentedBody)).toStrictEqual({
		faceMatchScore: 0.4803,
		livenessScore: 0.0026,
		selfie: {
			faces: [{ x: 153.1597, y: 169.8101, width: 235.0864, height: 290.2446, confidence: 1 }],
			size: { width: 500, height: 666 },
		},
		photo: {
			faces: [{ x: 40.3778, y: 42.5628, width: 63.2991, height: 86.6425, confidence: 0.9999 }],
			size: { width: 150, height: 200 },
		},
		decision: {
			details: [
				{
					code: 'FAILED_FACE_MATCH',
					score: 'faceMatch',
					decision: 'review',
					confidence: 1,
					description: 'Faces do not match; threshold failed: 0.4 < 0.4803 (actual) < 0.56',
					thresholds: { reviewBelow: 0.56, rejectBelow: 0.4 },
				},
				{
					code: 'FAILED_SELFIE_LIVENESS',
					score: 'liveness',
					decision: 'reject',
					confidence: 1,
					description: 'Selfie liveness threshold failed: 0.4 < 0.0026 (actual) < 0.6',
					thresholds: { reviewBelow: 0.6, rejectBelow: 0.4 },
				},
			],
			rejectScore: 1,
			reviewScore: 1,
			warningScore: 0,
		},
		hasDocumentedCode: true,
		reportsError: false,
		requestId: '601d8377-03be-481e-a314-d61675154d3e',
		requestedAt: '2024-04-22 06:36:50',
		processedAt: '2024-04-22 06:36:50',
		raw: JSON.parse(documentedBody) as unknown,
	});
});

describe('a body that is no verification', () => {
	test.each<[what: string, body: string, reason: string]>([
		['is empty', '', 'it is empty'],
		['is white space', ' \r\n', 'it is empty'],
		['is a page', '<!doctype html><title>Welcome</title>', 'it is not JSON'],
		['ends in the middle', documentedBody.slice(0, -3), 'it is not JSON'],
		['is followed by more', `${documentedBody}}`, 'it is not JSON'],
		['is JSON with single quotes', "{'response_data': {}}", 'it is not JSON'],
		[
			'is nested deeper than any response',
			`{"response_data":${'['.repeat(5000)}${']'.repeat(5000)}}`,
			'it is not JSON',
		],
		['is null', 'null', 'it is not a JSON object'],
		['is a number', '1', 'it is not a JSON object'],
		['is a text', '"approved"', 'it is not a JSON object'],
		['is true', 'true', 'it is not a JSON object'],
		['is a list', `[${documentedBody}]`, 'it is not a JSON object'],
		['has no response data', '{"response_code":1}', 'it has no response data'],
		['has null as response data', '{"response_data":null}', 'it has no response data'],
		['has a list as response data', '{"response_data":[]}', 'it has no response data'],
		['has a text as response data', '{"response_data":"x"}', 'it has no response data'],
	])('that %s is refused, and not requested again', (_what, body, reason) => {
		expect(errorOf(body)).toMatchObject({
			message: `Kairos sent a response that is not a verification result: ${reason}`,
			cause: 'temporarily-unavailable',
			retry: 'never',
			endsRun: false,
			httpCode: undefined,
		});
		expect(errorOf(body).description).toContain('treat the person as not verified');
	});

	test('is not repeated in the error', () => {
		const { message, description } = errorOf('the body of somebody else');
		expect(message + description).not.toContain('somebody');
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
		const response = readResponse(bodyWith({ [MATCH]: value, [LIVENESS]: value }));
		expect([response.faceMatchScore, response.livenessScore]).toEqual([read, read]);
	});

	test.each<[what: string, value: unknown, read: number | null]>([
		['0', 0, 0],
		['above 1', 250.5, 250.5],
		['below 0', -1, null],
		['infinite', rawJson('1e400'), null],
		['a text', '1', null],
		['null', null, null],
	])('of the decision that is %s is taken only as a number from 0 on', (_what, value, read) => {
		const { decision } = readResponse(
			bodyWith({ [REJECT_SCORE]: value, [REVIEW_SCORE]: value, [WARNING_SCORE]: value }),
		);
		expect(decision).toMatchObject({ rejectScore: read, reviewScore: read, warningScore: read });
	});

	test('of a face that cannot be read makes all faces of the image unknown', () => {
		const faces = [face(1), { ...face(2), confidence: 'sure' }];
		const { selfie, photo } = readResponse(bodyWith({ [SELFIE_FACES]: faces }));
		expect(selfie.faces).toBeNull();
		expect(photo.faces).toHaveLength(1);
	});

	const { top_left, delta } = face(2);

	test.each<[what: string, place: object]>([
		['x', { top_left: { y: top_left.y } }],
		['y', { top_left: { x: top_left.x } }],
		['width', { delta: { y: delta.y } }],
		['height', { delta: { x: delta.x } }],
		['corner', { top_left: null }],
		['size', { delta: '30 x 40' }],
	])('of a face without its %s makes all faces of the image unknown', (_what, place) => {
		const faces = [face(1), { ...face(2), ...place }];
		expect(readResponse(bodyWith({ [SELFIE_FACES]: faces })).selfie.faces).toBeNull();
	});

	test('of a face that cannot be one is still read, to be judged', () => {
		const { selfie } = readResponse(
			bodyWith({
				[SELFIE_FACES]: [{ confidence: 0, top_left: { x: -900, y: 1e9 }, delta: { x: 0, y: -40 } }],
			}),
		);
		expect(selfie.faces).toEqual([{ x: -900, y: 1e9, width: 0, height: -40, confidence: 0 }]);
	});

	test('of a face that is not documented is left out', () => {
		const { selfie } = readResponse(bodyWith({ [SELFIE_FACES]: [{ ...face(1), age: 30 }] }));
		expect(selfie.faces).toStrictEqual([{ x: 1, y: 20, width: 30, height: 40, confidence: 0.99 }]);
	});

	test('that is text loses the white space around it', () => {
		const { requestId, decision } = readResponse(
			bodyWith({ api_req_uid: ' abc\n', [DETAILS]: [detail(' CODE ', '\tREJECT ', ' why ')] }),
		);
		expect(requestId).toBe('abc');
		expect(decision?.details).toStrictEqual([
			{
				...{ code: 'CODE', score: null, decision: 'reject' },
				...{ confidence: 1, description: 'why', thresholds: null },
			},
		]);
	});

	test('that is a very long text is cut to 500 characters', () => {
		const long = 'x'.repeat(100_000);
		const { requestId, decision } = readResponse(
			bodyWith({ api_req_uid: long, [DETAILS]: [detail(long, 'a', long)] }),
		);
		expect(requestId).toHaveLength(500);
		expect(decision?.details?.[0]?.code).toHaveLength(500);
		expect(decision?.details?.[0]?.description).toHaveLength(500);
	});

	test('named like a property of every object changes nothing else', () => {
		const response = readResponse(
			`{"__proto__":{"response_data":{"decision":{}}},"constructor":1,"response_data":{}}`,
		);
		expect(response).toMatchObject({ decision: null, faceMatchScore: null, requestId: null });
		expect(Object.getPrototypeOf({})).toBe(Object.prototype);
		expect('decision' in {}).toBe(false);
	});

	test('of a prototype in place of the response data is none', () => {
		expect(errorOf('{"__proto__":{"response_data":{}}}').message).toMatch(/no response data/);
	});
});

test('a text of nothing but spaces is none', () => {
	const found = { code: ' ', decision: ' ', description: '\t' };
	const response = readResponse(bodyWith({ api_req_uid: '  ', [DETAILS]: [found, {}] }));
	expect(response.requestId).toBeNull();
	const none = { code: null, decision: null, description: '' };
	expect(response.decision?.details).toMatchObject([none, none]);
});

test('the size of an image is known where one can have it', () => {
	expect(knownSize({ faces: null, size: { width: 1, height: 2 } })).toEqual({
		width: 1,
		height: 2,
	});
	expect(knownSize({ faces: null, size: 'invalid' })).toBeNull();
	expect(knownSize({ faces: null, size: null })).toBeNull();
});

describe('the size of an image', () => {
	test.each<[what: string, img: unknown, size: unknown]>([
		['is read', { width: 500, height: 666 }, { width: 500, height: 666 }],
		['may be a fraction', { width: 1, height: 1.5 }, { width: 1, height: 1.5 }],
		['may be a single pixel', { width: 1, height: 1 }, { width: 1, height: 1 }],
		['is invalid below a pixel', { width: 0.99, height: 666 }, 'invalid'],
		['is invalid below a pixel', { width: 500, height: 0.5 }, 'invalid'],
		['loses what is not documented', { width: 5, height: 6, dpi: 3 }, { width: 5, height: 6 }],
		['is null where there is none', MISSING, null],
		['is null where it is null', null, null],
		['is invalid without a height', { width: 500 }, 'invalid'],
		['is invalid without a width', { height: 500 }, 'invalid'],
		['is invalid with a width of 0', { width: 0, height: 666 }, 'invalid'],
		['is invalid with a height of 0', { width: 500, height: 0 }, 'invalid'],
		['is invalid with a negative height', { width: 500, height: -666 }, 'invalid'],
		['is invalid with an infinite width', { width: rawJson('1e400'), height: 1 }, 'invalid'],
		['is invalid with a text', { width: '500', height: 666 }, 'invalid'],
		['is invalid when it is a list', [500, 666], 'invalid'],
		['is invalid when it is a text', '500x666', 'invalid'],
		['is invalid when it is a number', 500, 'invalid'],
		['is invalid when it is false', false, 'invalid'],
		['is invalid when it is empty', {}, 'invalid'],
	])('%s', (_what, img, size) => {
		const { selfie, photo } = readResponse(bodyWith({ [SELFIE_SIZE]: img, [PHOTO_SIZE]: img }));
		expect([selfie.size, photo.size]).toStrictEqual([size, size]);
	});

	test('belongs to its own image', () => {
		const { selfie, photo } = readResponse(bodyWith({ [SELFIE_SIZE]: { width: 1, height: 2 } }));
		expect(selfie.size).toEqual({ width: 1, height: 2 });
		expect(photo.size).toEqual({ width: 150, height: 200 });
	});
});

describe('the thresholds of a score', () => {
	const thresholdsIn = (description: unknown) =>
		readResponse(bodyWith({ [DETAILS]: [detail('ANY', 'review', description)] })).decision
			?.details?.[0]?.thresholds;

	test.each<[what: string, description: unknown, thresholds: unknown]>([
		[
			'are read from the documented description',
			'Faces do not match; threshold failed: 0.4 < 0.4803 (actual) < 0.56',
			{ rejectBelow: 0.4, reviewBelow: 0.56 },
		],
		['may stand alone', '0 < 1 (actual) < 1', { rejectBelow: 0, reviewBelow: 1 }],
		['may be the same', 'failed: 0.5 < 0.1 (actual) < 0.5', { rejectBelow: 0.5, reviewBelow: 0.5 }],
		[
			'may stand beside a score that cannot be read',
			'failed: 0.4 < None (actual) < 0.6',
			{ rejectBelow: 0.4, reviewBelow: 0.6 },
		],
		['are none without the lower one', 'failed: 0.4803 (actual) < 0.56', null],
		['are none without the upper one', 'failed: 0.4 < 0.4803 (actual)', null],
		['are none in a description without them', 'Faces do not match', null],
		['are none without a description', null, null],
		['are none when the description is no text', 0.56, null],
		['are none when they are negative', 'failed: -0.4 < 0.48 (actual) < -0.56', null],
		['are none on a scale that is not 0 to 1', 'failed: 40 < 48 (actual) < 56', null],
		['are none when the upper one is above 1', 'failed: 0.4 < 0.5 (actual) < 1.01', null],
		['are none the wrong way round', 'failed: 0.6 < 0.5 (actual) < 0.4', null],
		['are none with digits of no end', `failed: 0.${'4'.repeat(99)} < 1 (actual) < 0.5`, null],
		['are none behind 500 characters', `${'x '.repeat(250)}0.4 < 0.5 (actual) < 0.6`, null],
	])('%s', (_what, description, thresholds) => {
		expect(thresholdsIn(description)).toStrictEqual(thresholds);
	});

	test.each<[what: string, piece: string]>([
		['digits', '1'],
		['numbers', '0.1'],
		['beginnings', '0.1 < 1'],
		['beginnings of beginnings', '0.1 < '],
		['dots', '0.'],
		['spaces', ' '],
		['actual scores', '0.1 < 0.2 (actual) < '],
	])('are looked for in no more text than an item takes over, full of %s', (_what, piece) => {
		const hostile = bodyWith({
			[DETAILS]: [detail('ANY', 'review', piece.repeat(900_000 / piece.length))],
		});
		const exec = jest.spyOn(RegExp.prototype, 'exec');
		const { decision } = readResponse(hostile);
		const longest = Math.max(...exec.mock.calls.map(([text]) => text.length));
		exec.mockRestore();
		expect(decision?.details).toHaveLength(1);
		expect(longest).toBeLessThanOrEqual(500);
	});
});

describe('the response code', () => {
	test.each<[what: string, code: unknown, isDocumented: boolean]>([
		['1', 1, true],
		['1.0, the same number', rawJson('1.0'), true],
		['0', 0, false],
		['2', 2, false],
		['a text', '1', false],
		['true', true, false],
		['null', null, false],
		['a list', [1], false],
		['missing', MISSING, false],
	])('that is %s is the documented one or not', (_what, code, isDocumented) => {
		const { hasDocumentedCode } = readResponse(bodyWith({ [RESPONSE_CODE]: code }));
		expect(hasDocumentedCode).toBe(isDocumented);
	});
});

describe('an error in a response', () => {
	const reports = (field: string, value: unknown) =>
		readResponse(JSON.stringify({ ...(JSON.parse(bodyWith()) as object), [field]: value }))
			.reportsError;

	const BLOCKS = ['', '.biometric', '.biometric.selfie', '.biometric.image', '.decision'].map(
		(block) => `response_data${block}`,
	);

	const FIELDS = ['error', 'errors', 'Error', 'Errors', 'ERROR', 'ERRORS'];
	const LONGER_FIELDS = [
		'error_message',
		'errorCode',
		'errorDetail',
		'ErrorDetails',
		'error-description',
	];

	test.each([...FIELDS, ...LONGER_FIELDS])(
		'is found in the field %s, at the top and in each block of the response',
		(field) => {
			for (const value of ['bad', ['bad'], [null], [[]], { code: 1 }, true, 1, 0, ' ']) {
				expect([value, reports(field, value)]).toEqual([value, true]);
				for (const block of BLOCKS) {
					const body = bodyWith({ [`${block}.${field}`]: value });
					expect([block, value, readResponse(body).reportsError]).toEqual([block, value, true]);
				}
			}
		},
	);

	test.each<[what: string, value: unknown]>([
		['null', null],
		['an empty text', ''],
		['an empty list', []],
		['an empty object', {}],
		['false', false],
	])('is none when its field is %s', (_what, value) => {
		expect(reports('errors', value)).toBe(false);
		expect(readResponse(bodyWith({ 'response_data.error': value })).reportsError).toBe(false);
	});

	test.each(['error_count', 'errorless', 'no_error', 'terror'])(
		'is none in a field that only holds the word: %s',
		(field) => {
			expect(reports(field, 'text')).toBe(false);
		},
	);
});

test.each<[code: unknown, score: 'faceMatch' | 'liveness' | null]>([
	['FAILED_FACE_MATCH', 'faceMatch'],
	[' FAILED_FACE_MATCH\n', 'faceMatch'],
	['FAILED_SELFIE_LIVENESS', 'liveness'],
	['FAILED_FACE', null],
	['failed_face_match', null],
	['__proto__', null],
	['constructor', null],
	[null, null],
])('the code %p is about the score %p', (code, score) => {
	const { decision } = readResponse(bodyWith({ [DETAILS]: [detail(code, 'reject')] }));
	expect(decision?.details?.[0]?.score).toBe(score);
});
