import fc from 'fast-check';
import {
	bodyWith,
	type Changes,
	DECISION,
	DETAILS,
	documentedBody,
	LIVENESS,
	MATCH,
	MISSING,
	PHOTO_FACES,
	PHOTO_SIZE,
	rawJson,
	REJECT_SCORE,
	RESPONSE_CODE,
	REVIEW_SCORE,
	SELFIE_FACES,
	SELFIE_SIZE,
	WARNING_SCORE,
	withRawJson,
} from '../support/answers.cts';
import type { Evidence, Options } from './oracle.cts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const nothing = fc.constantFrom<unknown>(MISSING, null, '', [], {}, true, '0.9', rawJson('1e999'));

/** Scores at, beside and far from the documented threshold, and what is none. */
const score = fc.oneof(
	{ weight: 4, arbitrary: fc.constantFrom(0, 0.0026, 0.3999, 0.4, 0.4001, 0.95, 1, 1.0001, -0.1) },
	{ weight: 4, arbitrary: unit },
	{ weight: 1, arbitrary: nothing },
	{ weight: 1, arbitrary: fc.constantFrom('NaN', 'Infinity', '-Infinity').map(rawJson) },
);

/** Places and lengths at, beside and far from the edges of an image of 100 x 200 pixels. */
const pixels = fc.oneof(
	fc.constantFrom(0, 1, 0.9, -1, 10, 11, 12.1, 20, 40, 99.9, 100, 150, 200, 201, 400, 1e308, -40),
	fc.double({ min: -500, max: 500, noNaN: true }),
);
const usualFace = { confidence: 0.99, top_left: { x: 10, y: 20 }, delta: { x: 30, y: 40 } };
const face = fc
	.record({
		x: mostly(pixels, 10),
		y: mostly(pixels, 20),
		width: mostly(pixels, 30),
		height: mostly(pixels, 40),
		confidence: mostly(score, 0.99),
		scale: fc.constantFrom(1, 1, 1, 2),
	})
	.map(({ confidence, scale, ...box }) => ({
		confidence,
		top_left: { x: box.x * scale, y: box.y * scale },
		delta: { x: box.width * scale, y: box.height * scale },
	}));
/** What comes up too seldom else. */
const oddFaces = [
	[{ ...usualFace, confidence: 0 }],
	[{ ...usualFace, top_left: { x: 300, y: 20 } }],
	[{ ...usualFace, delta: { x: 300, y: 40 } }],
	Array(101).fill(usualFace),
	[null],
];
const faces = fc.oneof(
	{ weight: 8, arbitrary: fc.array(face, { maxLength: 3 }) },
	{ weight: 6, arbitrary: fc.constantFrom([usualFace], ...oddFaces) },
	{ weight: 1, arbitrary: nothing },
);
const size = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.constantFrom(1, 1, 2).map((by) => ({ width: 100 * by, height: 200 * by })),
	},
	{ weight: 1, arbitrary: fc.record({ width: pixels, height: pixels }, { requiredKeys: [] }) },
	{ weight: 1, arbitrary: nothing },
);

const words = ['warning', ' Warning', 'review', 'reject', 'REJECT', 'approve', 'pass', 'hint', ''];
const detail = fc.record(
	{
		code: fc.constantFrom('FAILED_FACE_MATCH', 'FAILED_SELFIE_LIVENESS', 'SPOOF', '', null),
		decision: fc.constantFrom('warning', ...words, null, 1),
		confidence: score,
		description: fc.constantFrom('', 'failed: 0.4 < 0.9 (actual) < 0.56', 'Glasses.', null),
		status: fc.constantFrom('failed', 'ok'),
	},
	{ requiredKeys: [] },
);
const details = fc.oneof(
	{ weight: 6, arbitrary: fc.array(detail, { maxLength: 3 }) },
	{ weight: 2, arbitrary: fc.constantFrom(MISSING, null) },
	{
		weight: 1,
		arbitrary: fc.oneof(nothing, fc.constant(Array(101).fill({ decision: 'warning' }))),
	},
);

/** Fields that may report a failure, some by their value, and some that never do. */
const reportingField = fc
	.tuple(
		fc.constantFrom('', 'response_data.', 'response_data.biometric.selfie.', 'a.b.'),
		fc.constantFrom(
			...['error', 'Errors', 'exception', 'err_msg', 'errorCode', 'error_rate', 'terrors'],
			...['success', 'is_live', 'Match', 'passed', 'spoof', 'is-fake', 'duplicate', 'blocked'],
			...['status', 'result', 'decision', 'Verdict', 'state', 'details'],
		),
		fc.constantFrom<unknown>(
			...['failed', 'reject', 'ok', ' OK', 'Completed', 'no spoof', 'not-spoofed', '200 OK'],
			...['approve', 'yes', 'No', 'true', 'false', '0', '1', '', ' ', 'none', 'null', 'perhaps'],
			...[true, false, 0, 1, 2, 0.02, null, [], {}, [[]], [null], { a: {} }, { code: 7 }],
			...[['ok'], ['ok', 'failed'], [false], { status: 'failed' }, [{ spoof: true }]],
		),
	)
	.map(([block, name, value]): [string, unknown] => [`${block}${name}`, value]);

/** One change of a response that speaks against nobody. */
const change: fc.Arbitrary<[string, unknown]> = fc.oneof(
	at(MATCH, score),
	at(LIVENESS, score),
	at(SELFIE_FACES, faces),
	at(PHOTO_FACES, faces),
	at(SELFIE_SIZE, size),
	at(PHOTO_SIZE, size),
	at(DETAILS, details),
	at(REJECT_SCORE, score),
	at(REVIEW_SCORE, score),
	at(WARNING_SCORE, score),
	at(RESPONSE_CODE, fc.constantFrom<unknown>(0, 1, 2, 3, -1, 1.5, 200, '1', true, null, MISSING)),
	at(DECISION, nothing),
	at('response_data', nothing),
	at('api_req_uid', nothing),
	{ weight: 3, arbitrary: reportingField },
);

/** Both images seen alike, or nearly so: what one image says of itself. */
const sameImage = fc
	.record({ face, by: fc.constantFrom(1, 1.01, 2, 10), size, match: score })
	.map(({ face: { confidence, top_left, delta }, by, ...given }): Changes => {
		const scaled = ({ x, y }: { x: number; y: number }) => ({ x: x * by, y: y * by });
		const other = { confidence, top_left: scaled(top_left), delta: scaled(delta) };
		const grown = Number.isInteger(by) ? { width: 100 * by, height: 200 * by } : given.size;
		return {
			[SELFIE_FACES]: [{ confidence, top_left, delta }],
			[PHOTO_FACES]: [other],
			[SELFIE_SIZE]: { width: 100, height: 200 },
			[PHOTO_SIZE]: grown,
			[MATCH]: given.match,
		};
	});

const twoFaces: Changes = {
	[SELFIE_FACES]: [usualFace],
	[PHOTO_FACES]: [{ ...usualFace, top_left: { x: 40, y: 70 } }],
	[SELFIE_SIZE]: { width: 100, height: 200 },
	[PHOTO_SIZE]: { width: 100, height: 200 },
};

const changed = fc.oneof(
	{
		weight: 6,
		arbitrary: fc
			.array(change, { maxLength: 3 })
			.map((changes) => body({ ...twoFaces, ...Object.fromEntries(changes) })),
	},
	{ weight: 1, arbitrary: sameImage.map(body) },
);

/** A documented response with values at any of its places dropped, doubled or replaced. */
const mutated = fc
	.tuple(
		fc.constantFrom(bodyWith(twoFaces), documentedBody),
		fc.array(
			fc.tuple(fc.nat(), fc.oneof(fc.constant(MISSING), fc.jsonValue({ maxDepth: 3 }), score)),
			{ minLength: 1, maxLength: 4 },
		),
	)
	.map(([text, replacements]) => {
		const response: unknown = JSON.parse(text);
		for (const [place, value] of replacements) replace(response, place, value);
		return withRawJson(JSON.stringify(response));
	});

/** Texts of responses: most of them nearly right, some any JSON, some no JSON. */
export const responseText: fc.Arbitrary<string> = fc
	.tuple(
		fc.oneof(
			{ weight: 8, arbitrary: changed },
			{ weight: 4, arbitrary: mutated },
			{ weight: 1, arbitrary: fc.oneof(fc.json({ maxDepth: 4 }), fc.string()) },
			{ weight: 1, arbitrary: changed.map((text) => text.slice(0, -9)) },
		),
		mostly(fc.constant('\uFEFF '), ''),
	)
	.map(([text, before]) => before + text);

const [oneHash, otherHash] = ['1', '2'].map((digit) => digit.padStart(64, 'a')) as [string, string];

/** What is known of a verification with that response when nothing but the response is odd. */
export function evidenceOf(text: string): Evidence {
	return {
		...{ body: text, selfieSha256: oneHash, photoSha256: otherHash },
		...{ isRequestIdRepeated: false, isPairRepeated: false },
	};
}

/** Any response, to different images and with an id of its own for the most part. */
export const evidence: fc.Arbitrary<Evidence> = fc.record({
	body: responseText,
	selfieSha256: fc.constant(oneHash),
	photoSha256: mostly(fc.constant(oneHash), otherHash),
	isRequestIdRepeated: mostly(fc.constant(true), false),
	isPairRepeated: mostly(fc.constant(true), false),
});

const threshold = fc.oneof(fc.constantFrom(0, 0.4), unit);

/** Everything that a builder can set about judging; most builders leave all of it alone. */
export const options: fc.Arbitrary<Options> = fc.oneof(
	fc.constant({}),
	fc.record(
		{
			multipleFacesInSelfie: fc.constantFrom('review', 'reject', 'ignore'),
			multipleFacesInPhoto: fc.constantFrom('review', 'reject', 'ignore'),
			matchAllFacesInPhoto: fc.boolean(),
			kairosWarning: fc.constantFrom('approve', 'review'),
			faceMatchReviewBelow: threshold,
			faceMatchRejectBelow: threshold,
			livenessReviewBelow: threshold,
			livenessRejectBelow: threshold,
		},
		{ requiredKeys: [] },
	),
);

function mostly<Value>(odd: fc.Arbitrary<Value>, usual: Value): fc.Arbitrary<Value> {
	return fc.oneof({ weight: 20, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });
}

function at(path: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<[string, unknown]> {
	return value.map((one) => [path, one]);
}

/** A change of a part comes to nothing where another one took the whole away. */
function body(changes: Changes): string {
	const paths = Object.keys(changes);
	const isLost = (path: string) => paths.some((other) => path.startsWith(`${other}.`));
	return bodyWith(Object.fromEntries(Object.entries(changes).filter(([path]) => !isLost(path))));
}

function replace(response: unknown, place: number, value: unknown): void {
	const places = placesIn(response);
	const [holder, key] = places[place % Math.max(places.length, 1)] ?? [];
	if (holder === undefined || key === undefined) return;
	if (value === MISSING) Reflect.deleteProperty(holder, key);
	else Reflect.set(holder, key, value);
}

/** The places in a response: a key of an object, or an index of a list. */
function placesIn(value: unknown): Array<[holder: object, key: string]> {
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]): Array<[object, string]> => [
		[value, key],
		...placesIn(inner),
	]);
}
