import { KairosError } from '../../../nodes/BiometricVerify/kairos/failures/KairosError';
import { readResponse, validSize } from '../../../nodes/BiometricVerify/kairos/response';
import {
	DETAILS,
	LIVENESS,
	MATCH,
	MISSING,
	PHOTO_FACES,
	PHOTO_SIZE,
	REJECT_SCORE,
	REVIEW_SCORE,
	SELFIE_FACES,
	SELFIE_SIZE,
	WARNING_SCORE,
	bodyWith,
	detail,
	documentedBody,
	exchange,
	face,
	rawJson,
	responseWith,
} from '../../support/answers.cts';

function errorOf(body: string | null, facts = {}): KairosError {
	try {
		readResponse(body, { ...exchange, ...facts });
	} catch (error) {
		if (error instanceof KairosError) return error;
		throw error;
	}
	throw new Error('The body was read');
}

test('every field of the documented response is read, and the response is kept whole', () => {
	expect(responseWith(documentedBody)).toStrictEqual({
		...exchange,
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
					decision: 'review',
					confidence: 1,
					description: 'Faces do not match; threshold failed: 0.4 < 0.4803 (actual) < 0.56',
					thresholds: { reviewBelow: 0.56, rejectBelow: 0.4 },
				},
				{
					code: 'FAILED_SELFIE_LIVENESS',
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
		hasExpectedCode: true,
		reportedFailures: [],
		requestId: '601d8377-03be-481e-a314-d61675154d3e',
		requestedAt: '2024-04-22 06:36:50',
		processedAt: '2024-04-22 06:36:50',
		raw: JSON.parse(documentedBody) as unknown,
	});
});

const deep = `{"response_data":${'['.repeat(5000)}${']'.repeat(5000)}}`;
const many = (entry: unknown, count = 101) => Array.from({ length: count }, () => entry);
const unreadable = { code: 'UNREADABLE_RESPONSE', mayBeBilled: true, isFatal: false };

test.each<[body: string | null, reason: RegExp]>([
	[null, /it is too large$/],
	[deep, /it is nested deeper than any response$/],
	['null', /it is not a JSON object$/],
	['"approved"', /it is not a JSON object$/],
	['[{"response_data":{}}]', /it is not a JSON object$/],
	[`{"a:\\"":"b",${documentedBody.slice(1, -1)},"a:\\"":{}}`, /it has a field twice$/],
	['{"response_code":1}', /it has no response data$/],
	['{"response_data":[]}', /it has no response data$/],
	['{"__proto__":{"response_data":{}}}', /it has no response data$/],
	[bodyWith({ [DETAILS]: many({}) }), /it has more than 100 details or faces$/],
	[bodyWith({ [SELFIE_FACES]: many(face()) }), /more than 100/],
	[bodyWith({ [PHOTO_FACES]: many(0) }), /more than 100/],
])('A body cannot be read, and is not requested again: %.50s', (body, reason) => {
	const error = errorOf(body);
	expect(error).toMatchObject({ ...unreadable, retry: 'never', isRetryable: false });
	expect(error.message).toMatch(reason);
	expect(error.description).toContain('treat the person as not verified');
});

test.each<[body: string, reason: RegExp]>([
	[' \r\n', /its answer is empty$/],
	['<!doctype html><title>Welcome</title>', /its answer is not JSON$/],
	[`${documentedBody}}`, /its answer is not JSON$/],
])('A body may be a maintenance page, and is requested again: %.50j', (body, reason) => {
	const error = errorOf(body);
	expect(error).toMatchObject({ ...unreadable, retry: 'withinMaxAttempts', isRetryable: true });
	expect(error.message).toMatch(reason);
	expect(error.description).toMatch(/maintenance.*Base URL/);
});

test('A body that is cut off is a lost connection', () => {
	const lost = { code: 'CONNECTION_LOST', retry: 'withinMaxAttempts', mayBeBilled: true };
	const error = errorOf(documentedBody.slice(0, -1));
	expect(error).toMatchObject(lost);
	expect(error.message).toMatch(/lost before the whole response arrived$/);
});

test.each<[body: string, said: string]>([
	['{"error":{"message":"no such app"}}', ' Kairos says: no such app'],
	['{"Message":"no such app","response_data":null}', ' Kairos says: no such app'],
	['{"status":"failed"}', ''],
	['{"errCode":5002}', ''],
])('A body that holds an error shows what it says: %s', (body, said) => {
	const error = errorOf(body);
	expect(error).toMatchObject({ code: 'REFUSED_REQUEST', retry: 'never', mayBeBilled: true });
	expect(error.description).toMatch(/^Phones often store portraits rotated and very large/);
	expect(error.description.split('before this node.')[1]).toBe(said);
});

test.each([{ selfieSha256: undefined }, { photoSha256: undefined }])(
	'A body that came before both images were sent cannot be trusted (%j)',
	(facts) => {
		const { message } = errorOf(bodyWith(), facts);
		expect(message).toMatch(/it came before both images were sent$/);
	},
);

test('A body with 100 details and 100 faces can be read', () => {
	const faces = many(face(), 100);
	const body = bodyWith({ [DETAILS]: many({}, 100), [SELFIE_FACES]: faces, [PHOTO_FACES]: faces });
	expect(responseWith(body).decision?.details).toHaveLength(100);
});

test.each(['NaN', 'Infinity', '-Infinity'])(
	'The number %s, which Python writes, is a missing value',
	(word) => {
		const body = bodyWith({ [MATCH]: rawJson(word), note: 'NaN "Infinity' });
		const { faceMatchScore, livenessScore, raw } = responseWith(body);
		expect([faceMatchScore, livenessScore, raw?.note]).toEqual([null, 0.97, 'NaN "Infinity']);
	},
);

test.each([
	[{ api_req_uid: MISSING, api_req_uuid: 'other' }, 'other'],
	[{ api_req_uid: 'one', api_req_uuid: 'other' }, 'one'],
	[{ api_req_uid: ' ', api_req_uuid: 7 }, null],
])('The request ID may have another name: %j', (changes, id) => {
	expect(responseWith(bodyWith(changes)).requestId).toBe(id);
});

test.each<[value: unknown, confidence: number | null, score: number | null]>([
	[0, 0, 0],
	[1, 1, 1],
	[0.123456789, 0.123456789, 0.123456789],
	[1.000000001, null, 1.000000001],
	[-1e-9, null, null],
	[rawJson('1e400'), null, null],
	['0.5', null, null],
	[true, null, null],
])('A score that the API cannot mean is missing: %p', (value, confidence, score) => {
	const scores = { [REJECT_SCORE]: value, [REVIEW_SCORE]: value, [WARNING_SCORE]: value };
	expect(responseWith(bodyWith({ [MATCH]: value, [LIVENESS]: value, ...scores }))).toMatchObject({
		faceMatchScore: confidence,
		livenessScore: confidence,
		decision: { rejectScore: score, reviewScore: score, warningScore: score },
	});
});

const { top_left, delta } = face(2);
test.each<[what: string, change: object]>([
	['its confidence', { confidence: 'sure' }],
	['x', { top_left: { y: top_left.y } }],
	['y', { top_left: { x: top_left.x } }],
	['its width', { delta: { y: delta.y } }],
	['its height', { delta: { x: delta.x } }],
	['its corner', { top_left: null }],
	['its size', { delta: '30 x 40' }],
])('A face without %s is missing, and so are all faces of its image', (_what, change) => {
	const { selfie, photo } = responseWith(
		bodyWith({ [SELFIE_FACES]: [face(1), { ...face(2), ...change }] }),
	);
	expect(selfie.faces).toBeNull();
	expect(photo.faces).toHaveLength(1);
});

const tiny = { width: 1, height: 1 };
test.each<[img: unknown, size: unknown]>([
	[{ ...tiny, dpi: 3 }, tiny],
	[{ width: 0.99, height: 666 }, 'invalid'],
	[{ width: 500, height: 0.5 }, 'invalid'],
	[{ width: 500 }, 'invalid'],
	[{ width: rawJson('1e400'), height: 1 }, 'invalid'],
	['500x666', 'invalid'],
	[MISSING, null],
	[null, null],
])('The size of an image is read from %j', (img, size) => {
	const { selfie, photo } = responseWith(bodyWith({ [SELFIE_SIZE]: img, [PHOTO_SIZE]: img }));
	expect([selfie.size, photo.size]).toStrictEqual([size, size]);
	expect(validSize(selfie)).toEqual(size === 'invalid' ? null : size);
});

test('a face that cannot be one is still read, to be judged, without what is not documented', () => {
	const odd = { confidence: 0, top_left: { x: -900, y: 1e9 }, delta: { x: 0, y: -40 }, age: 30 };
	const { selfie } = responseWith(bodyWith({ [SELFIE_FACES]: [odd] }));
	expect(selfie.faces).toStrictEqual([{ x: -900, y: 1e9, width: 0, height: -40, confidence: 0 }]);
});

test('a text loses the white space around it, and is cut at 500 characters', () => {
	const long = 'x'.repeat(100_000);
	const { requestId, decision } = responseWith(
		bodyWith({ api_req_uid: ' abc\n', [DETAILS]: [detail(long, '\tREJECT ', ` ${long}`), {}] }),
	);
	expect(requestId).toBe('abc');
	expect(decision?.details).toEqual([
		{
			code: long.slice(0, 500),
			decision: 'REJECT',
			confidence: 1,
			description: long.slice(0, 499),
			thresholds: null,
		},
		{ code: null, decision: null, confidence: null, description: '', thresholds: null },
	]);
});

test.each<[description: unknown, thresholds: unknown]>([
	['Faces do not match; failed: 0.4 < 0.48 (actual) < 0.56', [0.4, 0.56]],
	['0 < 1 (actual) < 1', [0, 1]],
	['failed: 0.5 < 0.1 (actual) < 0.5', [0.5, 0.5]],
	['failed: 0.4 < None (actual) < 0.6', [0.4, 0.6]],
	['failed: 0.4803 (actual) < 0.56', null],
	['failed: 0.4 < 0.4803 (actual)', null],
	['Faces do not match', null],
	[null, null],
	['failed: -0.4 < 0.48 (actual) < -0.56', null],
	['failed: 40 < 48 (actual) < 56', null],
	['failed: 0.4 < 0.5 (actual) < 1.01', null],
	['failed: 0.6 < 0.5 (actual) < 0.4', null],
	[`failed: 0.${'4'.repeat(99)} < 1 (actual) < 0.5`, null],
	[`${'x '.repeat(250)}0.4 < 0.5 (actual) < 0.6`, null],
])('thresholds are read from a description that names them: %s', (description, thresholds) => {
	const { decision } = responseWith(
		bodyWith({ [DETAILS]: [detail('ANY', 'review', description)] }),
	);
	const read = decision?.details?.[0]?.thresholds;
	expect(read && [read.rejectBelow, read.reviewBelow]).toEqual(thresholds);
});
