import fc from 'fast-check';
import {
	bodyWith,
	DECISION,
	DETAILS,
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
} from '../support/answers.cts';
import type { Evidence, Options } from './oracle.cts';

/** The path of a value in a response, and what it is there. */
type Change = [path: string, value: unknown];

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
const SIZE = { width: 100, height: 200 };

function faceAt([x, y, width, height]: number[], confidence: unknown = 0.99) {
	return { confidence, top_left: { x, y }, delta: { x: width, y: height } };
}

const USUAL = [10, 20, 30, 40];
const box = fc.tuple(...USUAL.map((side) => mostly(pixels, side)));
const face = fc.tuple(box, mostly(score, 0.99)).map(([sides, how]) => faceAt(sides, how));
/** What comes up too seldom else. */
const ODD_FACES = [
	...[faceAt(USUAL, 0), faceAt([300, 20, 30, 40]), faceAt([10, 20, 300, 40]), null].map((odd) => [
		odd,
	]),
	Array(101).fill(faceAt(USUAL)),
];
const faces = fc.oneof(
	{ weight: 8, arbitrary: fc.array(face, { maxLength: 3 }) },
	{ weight: 6, arbitrary: fc.constantFrom([faceAt(USUAL)], ...ODD_FACES) },
	{ weight: 1, arbitrary: nothing },
);
const size = fc.oneof(
	{ weight: 6, arbitrary: fc.constantFrom(SIZE, SIZE, { width: 200, height: 400 }) },
	{ weight: 1, arbitrary: fc.record({ width: pixels, height: pixels }, { requiredKeys: [] }) },
	{ weight: 1, arbitrary: nothing },
);

const WORDS = ['warning', ' Warning', 'review', 'reject', 'REJECT', 'approve', 'pass', 'hint', ''];
const detail = fc.record(
	{
		code: fc.constantFrom('FAILED_FACE_MATCH', 'FAILED_SELFIE_LIVENESS', 'SPOOF', '', null),
		decision: fc.constantFrom('warning', ...WORDS, null, 1),
		confidence: score,
		description: fc.constantFrom('', 'failed: 0.4 < 0.9 (actual) < 0.56', 'Glasses.', null),
		status: fc.constantFrom('failed', 'ok'),
	},
	{ requiredKeys: [] },
);
const details = fc.oneof(
	{ weight: 6, arbitrary: fc.array(detail, { maxLength: 3 }) },
	{ weight: 2, arbitrary: fc.constantFrom(MISSING, null) },
	{ weight: 1, arbitrary: fc.constant(Array(101).fill({ decision: 'warning' })) },
	{ weight: 1, arbitrary: nothing },
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
	.map(([block, name, value]): Change => [`${block}${name}`, value]);

const TWO_FACES: Change[] = [
	[SELFIE_FACES, [faceAt(USUAL)]],
	[PHOTO_FACES, [faceAt([40, 70, 30, 40])]],
	[SELFIE_SIZE, SIZE],
	[PHOTO_SIZE, SIZE],
];

/** Anything in place of a value, wherever it is. */
const replacement = fc.tuple(
	fc.constantFrom(...pathsIn(JSON.parse(body([])))),
	fc.oneof(fc.constant(MISSING), fc.jsonValue({ maxDepth: 3 }), score),
);

/** One change of a response that speaks against nobody. */
const change: fc.Arbitrary<Change> = fc.oneof(
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
	{ weight: 8, arbitrary: replacement },
);

/** Both images seen alike, or nearly so: what one image says of itself. */
const sameImage = fc
	.tuple(box, fc.constantFrom(1, 1.01, 2, 10), size, score)
	.map(([sides, by, other, match]): Change[] => [
		[SELFIE_FACES, [faceAt(sides)]],
		[
			PHOTO_FACES,
			[
				faceAt(
					sides.map((side) => side * by),
					0.9,
				),
			],
		],
		[SELFIE_SIZE, SIZE],
		[PHOTO_SIZE, by === 1.01 ? other : { width: 100 * by, height: 200 * by }],
		[MATCH, match],
	]);

const changed = fc
	.oneof(
		{ weight: 8, arbitrary: fc.array(change, { maxLength: 3 }) },
		{ weight: 1, arbitrary: sameImage },
	)
	.map(body);

/** Texts of responses: most of them nearly right, some any JSON, some no JSON. */
export const responseText: fc.Arbitrary<string> = fc
	.tuple(
		mostly(fc.constant('\uFEFF '), ''),
		fc.oneof(
			{ weight: 12, arbitrary: changed },
			{ weight: 1, arbitrary: fc.oneof(fc.json({ maxDepth: 4 }), fc.string()) },
			{ weight: 1, arbitrary: changed.map((text) => text.slice(0, -9)) },
		),
	)
	.map((texts) => texts.join(''));

/** What is known of a verification with that response when nothing but the response is odd. */
export function evidenceOf(text: string): Evidence {
	return {
		...{ body: text, selfieSha256: 'a', photoSha256: 'b' },
		...{ isRequestIdRepeated: false, isPairRepeated: false },
	};
}

/** Any response, to different images and with an id of its own for the most part. */
export const evidence: fc.Arbitrary<Evidence> = fc.record({
	body: responseText,
	selfieSha256: fc.constant('a'),
	photoSha256: mostly(fc.constant('a'), 'b'),
	isRequestIdRepeated: mostly(fc.constant(true), false),
	isPairRepeated: mostly(fc.constant(true), false),
});

const threshold = fc.oneof(fc.constantFrom(0, 0.4), unit);
const severalFaces = ['review', 'reject', 'ignore'] as const;

/** Everything that a builder can set about judging; most builders leave all of it alone. */
export const options: fc.Arbitrary<Options> = fc.oneof(
	fc.constant({}),
	fc.record(
		{
			kairosWarning: fc.constantFrom('approve', 'review'),
			multipleFaces: group({
				inSelfie: fc.constantFrom(...severalFaces),
				inPhoto: fc.constantFrom(...severalFaces, 'matchAny'),
			}),
			thresholds: group({
				...{ faceMatchReviewBelow: threshold, faceMatchRejectBelow: threshold },
				...{ livenessReviewBelow: threshold, livenessRejectBelow: threshold },
			}),
		},
		{ requiredKeys: [] },
	),
);

function group<Values>(values: { [Name in keyof Values]: fc.Arbitrary<Values[Name]> }) {
	return fc.record({ values: fc.record(values, { requiredKeys: [] }) });
}

function mostly<Odd, Usual>(odd: fc.Arbitrary<Odd>, usual: Usual): fc.Arbitrary<Odd | Usual> {
	return fc.oneof({ weight: 20, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });
}

function at(path: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<Change> {
	return fc.tuple(fc.constant(path), value);
}

/** A part is changed before the whole, which may take it away. */
function body(changes: Change[]): string {
	const isChanged = (path: string) => changes.some(([other]) => other === path);
	const rest = structuredClone(TWO_FACES).filter(([path]) => !isChanged(path));
	const sorted = changes.toSorted(([one], [other]) => other.length - one.length);
	return bodyWith(Object.fromEntries([...rest, ...sorted]));
}

function pathsIn(value: unknown, path = ''): string[] {
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) => {
		const own = `${path}${path && '.'}${key}`;
		return [own, ...pathsIn(inner, own)];
	});
}
