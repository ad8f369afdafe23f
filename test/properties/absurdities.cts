import fc from 'fast-check';
import { bodyWith, rawJson, withRawJson } from '../support/answers.cts';

interface Face {
	confidence: unknown;
	top_left: { x: unknown; y: unknown };
	delta: { x: unknown; y: unknown };
}

interface Side {
	faces_predicted: Face[];
	img?: unknown;
}

/** A documented response, as far as it is made absurd here. */
interface Response {
	response_code?: unknown;
	response_data: {
		biometric: {
			face_match_confidence: unknown;
			selfie: Side & { faces_liveness: unknown };
			image: Side;
		};
		decision: {
			details: unknown[];
			reject_score: unknown;
			review_score: unknown;
			warning_score: unknown;
		};
	};
}

type Change = (response: Response) => void;

const approving = bodyWith();

const ALL = { requiredKeys: [] };

/** Scores at, beside and far from the documented threshold. */
const score = fc.oneof(
	fc.constantFrom(0, 0.0026, 0.05, 0.3999, 0.4, 0.4001, 1),
	fc.double({ min: 0, max: 1, noNaN: true }),
);

/** Places and lengths at, beside and far from the edges of the documented images and faces. */
const pixels = fc.oneof(
	fc.constantFrom(0, -1, 1, 150, 149.9, 200, 500, 499.9, 666, -63.2991, -86.6425, -235.0864),
	fc.constantFrom(1e308, -1e308, 5e-324, -5e-324, rawJson('1e999'), rawJson('-0'), 'NaN', null),
	fc.double({ min: -1000, max: 1000, noNaN: true }),
);

const point = fc.record({ x: pixels, y: pixels }, ALL);
const side = fc.constantFrom('selfie' as const, 'image' as const);

const bothScores = fc.oneof(
	fc.record({ match: score, liveness: score }, ALL),
	score.map((both) => ({ match: both, liveness: both })),
);

const scores = bothScores.map(
	({ match, liveness }): Change =>
		({ response_data: { biometric } }) => {
			if (match !== undefined) biometric.face_match_confidence = match;
			if (liveness !== undefined) biometric.selfie.faces_liveness = liveness;
		},
);

/** The first face elsewhere, of another size, or of no confidence. */
const movedFace = fc
	.record({
		in: side,
		confidence: fc.option(fc.oneof(fc.constantFrom(0, 5e-324, rawJson('-0')), score)),
		corner: point,
		delta: point,
	})
	.map((moved): Change => ({ response_data: { biometric } }) => {
		const [face] = biometric[moved.in].faces_predicted;
		if (face === undefined) return;
		if (moved.confidence !== null) face.confidence = moved.confidence;
		Object.assign(face.top_left, moved.corner);
		Object.assign(face.delta, moved.delta);
	});

const oneSideOfFace = fc
	.record({
		in: side,
		of: fc.constantFrom('top_left', 'delta'),
		axis: fc.constantFrom('x', 'y'),
		pixels,
	})
	.map((moved): Change => ({ response_data: { biometric } }) => {
		const [face] = biometric[moved.in].faces_predicted;
		if (face !== undefined) face[moved.of][moved.axis] = moved.pixels;
	});

const unsureFace = fc
	.record({ in: side, confidence: fc.oneof(fc.constantFrom(0, 5e-324), score) })
	.map(({ in: name, confidence }): Change => ({ response_data: { biometric } }) => {
		const [face] = biometric[name].faces_predicted;
		if (face !== undefined) face.confidence = confidence;
	});

/** No face, or more beside the first. */
const otherFaces = fc
	.record({ in: side, count: fc.integer({ min: 0, max: 4 }), by: pixels })
	.map(({ in: name, count, by }): Change => ({ response_data: { biometric } }) => {
		const faces = biometric[name].faces_predicted;
		const [face] = faces;
		if (face === undefined) return;
		const other = { ...face, top_left: { ...face.top_left, x: by } };
		faces.splice(0, faces.length, ...[face, other, face, other].slice(0, count));
	});

const otherSize = fc
	.record({
		in: side,
		img: fc.oneof(
			fc.record({ width: pixels, height: pixels }, ALL),
			fc.constantFrom(undefined, null, {}, [], '', 0, false, [150, 200], '150x200'),
		),
	})
	.map(({ in: name, img }): Change => ({ response_data: { biometric } }) => {
		biometric[name].img = img;
	});

/** What Kairos would see in the selfie if the same image came as the photo, or nearly so. */
const sameImage = fc
	.record({
		size: fc.constantFrom('same', 'same', 'of the photo', 'missing', 'null'),
		confidence: fc.option(score),
		x: fc.option(pixels),
	})
	.map(({ size, confidence, x }): Change => ({ response_data: { biometric } }) => {
		const { selfie, image } = biometric;
		image.faces_predicted = structuredClone(selfie.faces_predicted);
		const [face] = image.faces_predicted;
		if (face !== undefined && confidence !== null) face.confidence = confidence;
		if (face !== undefined && x !== null) face.top_left.x = x;
		if (size === 'same') image.img = selfie.img;
		if (size === 'missing' || size === 'null') {
			[selfie.img, image.img] = size === 'null' ? [null, null] : [undefined, undefined];
		}
	});

const responseCode = fc
	.constantFrom(0, 1, 2, -1, 1.5, 200, '1', true, null, undefined, [1])
	.map((code): Change => (response) => {
		response.response_code = code;
	});

const errorField = fc
	.record({
		key: fc.constantFrom('error', 'errors', 'Error', 'ERRORS', 'eRRor', 'error_count', 'terrors'),
		value: fc.constantFrom<unknown>(
			...['', null, [], {}, 'No face found', ['No face found'], [null], { code: 7 }],
			...[' ', false, true, 0, 1],
		),
		isAtTop: fc.boolean(),
	})
	.map(({ key, value, isAtTop }): Change => (response) => {
		Reflect.set(isAtTop ? response : response.response_data, key, value);
	});

const words = ['warning', ' Warning', 'review', 'reject', 'REJECT', 'approve', 'pass', 'hint', ''];

const details = fc
	.array(
		fc.record(
			{
				code: fc.constantFrom('FAILED_FACE_MATCH', 'FAILED_SELFIE_LIVENESS', 'SPOOF', '', null),
				decision: fc.constantFrom('warning', ...words, null, 1),
				confidence: score,
				description: fc.constantFrom('', 'failed: 0.4 < 0.9 (actual) < 0.56', 'Glasses.', null),
			},
			ALL,
		),
		{ maxLength: 3 },
	)
	.map((list): Change => ({ response_data: { decision } }) => {
		decision.details = list;
	});

const decisionScores = fc
	.record(
		{
			reject_score: fc.oneof(score, pixels),
			review_score: fc.oneof(score, pixels),
			warning_score: fc.oneof(score, pixels),
		},
		ALL,
	)
	.map((given): Change => ({ response_data: { decision } }) => {
		Object.assign(decision, given);
	});

/** A response that approves, made absurd in up to three ways; nothing is missing from most. */
export const absurdResponse: fc.Arbitrary<string> = fc
	.array(
		fc.oneof(
			...[scores, scores, scores, details, details, decisionScores, decisionScores],
			...[movedFace, oneSideOfFace, unsureFace, otherFaces, otherSize, sameImage],
			...[responseCode, errorField],
		),
		{ maxLength: 3 },
	)
	.map((changes) => {
		const response = JSON.parse(approving) as Response;
		changes.forEach((change) => change(response));
		return withRawJson(JSON.stringify(response));
	});
