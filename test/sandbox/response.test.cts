import { type AnalyzedImage, toResponse } from '../../sandbox/response.mts';
import type { Face } from '../../sandbox/faceEngine.mts';
import { compareFaces, cosine, toMatchScore } from '../../sandbox/faceMatch.mts';
import { sanitize, toLogLine } from '../../sandbox/requestLog.mts';
import { body as documented } from '../fixtures/responses/documented.json';

const times = {
	requestId: '601d8377-03be-481e-a314-d61675154d3e',
	requestedAt: new Date('2024-04-22T06:36:50.999Z'),
	processedAt: new Date('2024-04-22T06:36:50.999Z'),
};
const noFaces: AnalyzedImage = { width: 100, height: 50, faces: [] };

function decide(faceMatch: number | null, liveness: number | null) {
	const verification = { faceMatch, liveness, selfie: noFaces, photo: noFaces };
	return toResponse(verification, times).response_data.decision;
}

test('the documented response comes out whole, key for key and in the same order', () => {
	const box = (image: typeof documented.response_data.biometric.image) => ({
		...image.img,
		faces: image.faces_predicted.map(({ confidence, delta, top_left: corner }) => ({
			confidence,
			box: {
				left: corner.x / image.img.width,
				top: corner.y / image.img.height,
				width: delta.x / image.img.width,
				height: delta.y / image.img.height,
			},
		})),
	});
	const { image, selfie } = documented.response_data.biometric;
	const response = toResponse(
		{ faceMatch: 0.4803, liveness: 0.0026, selfie: box(selfie), photo: box(image) },
		times,
	);
	expect(JSON.stringify(response)).toBe(JSON.stringify(documented));
});

describe('the decision', () => {
	test.each([
		[0.3999, 1, ['reject'], 1, 0],
		[0.4, 1, ['review'], 0, 1],
		[0.5599, 1, ['review'], 0, 1],
		[0.56, 1, [], 0, 0],
		[1, 0.3999, ['reject'], 1, 0],
		[1, 0.4, ['review'], 0, 1],
		[1, 0.5999, ['review'], 0, 1],
		[1, 0.6, [], 0, 0],
		[0.1, 0.5, ['reject', 'review'], 1, 1],
		[null, 1, [], 0, 0],
		[null, null, [], 0, 0],
		[0.2, null, ['reject'], 1, 0],
	])('match %p, liveness %p: %p', (match, liveness, decisions, reject, review) => {
		const decision = decide(match, liveness);
		expect(decision.details.map((detail) => detail.decision)).toEqual(decisions);
		expect(decision).toMatchObject({
			reject_score: reject,
			review_score: review,
			warning_score: 0,
		});
	});

	test('is made on the rounded score that stands beside it', () => {
		expect(decide(0.559_96, 1).details).toEqual([]);
		expect(decide(0.559_94, 1).details[0]?.description).toBe(
			'Faces do not match; threshold failed: 0.4 < 0.5599 (actual) < 0.56',
		);
	});
});

describe('the face match score', () => {
	test.each([
		[-1, 0],
		[0, 0],
		[0.55, 0.4],
		[0.67, 0.56],
		[0.835, 0.78],
		[1, 1],
		[1.000_000_1, 1],
	])('of cosine %p is %p', (given, expected) => {
		expect(toMatchScore(given)).toBeCloseTo(expected, 10);
	});

	test('never falls while the cosine grows, and stays in 0..1', () => {
		const scores = Array.from({ length: 2001 }, (_, step) => toMatchScore(step / 1000 - 1));
		scores.forEach((score, index) => {
			expect(score).toBeGreaterThanOrEqual(scores[index - 1] ?? 0);
			expect(score).toBeLessThanOrEqual(1);
		});
	});
});

describe('faces are compared', () => {
	const face = (...embedding: number[]): Face => ({
		box: { left: 0, top: 0, width: 1, height: 1 },
		confidence: 1,
		live: 1,
		embedding: Float32Array.from(embedding),
	});
	const [me, stranger] = [face(1, 0), face(0, 1)];

	test('by plain cosine, whatever the length of the embeddings', () => {
		expect(cosine(Float32Array.of(3, 0), Float32Array.of(5, 5))).toBeCloseTo(Math.SQRT1_2, 6);
	});

	test("the photo's largest only, or all of them when asked", () => {
		expect(compareFaces([me], [stranger, me], false)).toBe(0);
		expect(compareFaces([me], [stranger, me], true)).toBe(1);
		expect(compareFaces([me, stranger], [stranger], true)).toBe(0);
	});

	test('not at all when an image shows none', () => {
		expect(compareFaces([], [me], false)).toBeNull();
		expect(compareFaces([me], [], true)).toBeNull();
	});
});

describe('the log line', () => {
	test('holds no control characters and cuts long names', () => {
		expect(sanitize('a\u0007b\nc\u202ed\u2028e')).toBe('a?b?c?d?e');
		expect(sanitize('😀'.repeat(100))).toBe('😀'.repeat(80));
	});

	test('is one line, also when the problem is not', () => {
		const line = toLogLine(
			{ method: 'POST', path: '/x\n', duration: 1.4, status: undefined, problem: 'a\nb' },
			times.requestedAt,
		);
		expect(line).toBe('2024-04-22T06:36:50.999Z POST /x? client went away 1 ms | a?b');
	});
});
