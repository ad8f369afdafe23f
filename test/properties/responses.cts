import fc from 'fast-check';
import {
	bodyWith,
	type Changes,
	DETAILS,
	detail,
	MATCH,
	MISSING,
	PHOTO_FACES,
	PHOTO_SIZE,
	rawJson,
	SELFIE_FACES,
	SELFIE_SIZE,
} from '../support/answers.cts';
import type { Evidence, Options } from './oracle.cts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });

const SIZE = { width: 100, height: 200 };
const face = (x: number, y: number, by = 1) => ({
	confidence: 0.99,
	top_left: { x: x * by, y: y * by },
	delta: { x: 30 * by, y: 40 * by },
});
const two: Changes = {
	[SELFIE_FACES]: [face(10, 20)],
	[SELFIE_SIZE]: SIZE,
	[PHOTO_FACES]: [face(40, 70)],
	[PHOTO_SIZE]: SIZE,
};
/** Of the same image, in that size. */
const same = (by: number, match: number): Changes => ({
	...two,
	[MATCH]: match,
	[PHOTO_FACES]: [face(10, 20, by)],
	[PHOTO_SIZE]: { width: 100 * by, height: 200 * by },
});
const detailed = (word: string): Changes => ({
	...two,
	[DETAILS]: [detail('FAILED_SELFIE_LIVENESS', word)],
});

/** What makes a response that speaks against nobody one that is typical for something. */
const TYPICAL: Changes[] = [
	...[two, two, two, same(1, 0.93), same(2, 0.97), same(2, 0.93), same(1.01, 0.99)],
	...['warning', 'Review ', 'REJECT', 'pass'].map(detailed),
	{ ...two, [SELFIE_FACES]: [face(10, 20), face(40, 70)] },
	{ ...two, [PHOTO_FACES]: [face(40, 70), face(10, 20)] },
	{ ...two, [PHOTO_FACES]: [{ ...face(40, 70), confidence: 0 }] },
	{ ...two, [SELFIE_FACES]: [] },
];

/** Values at, beside and far from any threshold, edge and word, and those that are none. */
const value = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.constantFrom<unknown>(
			...[0, 0.0026, 0.3999, 0.4, 0.4001, 0.9, 0.95, 1, 1.0001, 1.5, 2, 3, 10, 11, 12.1, 40],
			...[99.9, 100, 150, 200, 201, 400, 1e308, -0.1, -1, -40],
			...[MISSING, null, '', ' ', true, false, [], [[]], {}, [null], { a: {} }, { code: 7 }],
			...['1e999', 'NaN', 'Infinity', '-Infinity'].map(rawJson),
			...['warning', ' Warning', 'review', 'reject', 'approve', 'hint', 'FAILED_FACE_MATCH'],
			...['failed', 'ok', ' OK', 'Completed', 'no spoof', 'not-spoofed', '200 OK', 'perhaps'],
			...['yes', 'No', 'true', 'false', '0', '1', '0.9', 'none', 'null'],
			...[['ok'], ['ok', 'failed'], [false], { status: 'failed' }, [{ spoof: true }]],
			Array(101).fill({ decision: 'warning' }),
		),
	},
	{ weight: 1, arbitrary: unit },
	{ weight: 1, arbitrary: fc.double({ min: -500, max: 500, noNaN: true }) },
	{ weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** Fields that may report a failure, some by their value, and some that never do. */
const addedPath = fc
	.tuple(
		fc.constantFrom('', 'response_data.', 'response_data.biometric.selfie.', 'a.b.'),
		fc.constantFrom(
			...['error', 'Errors', 'exception', 'err_msg', 'errorCode', 'error_rate', 'terrors'],
			...['success', 'is_live', 'Match', 'passed', 'spoof', 'is-fake', 'duplicate', 'blocked'],
			...['status', 'result', 'decision', 'Verdict', 'state', 'details'],
		),
	)
	.map((names) => names.join(''));

/** Typical responses with values at some of their places dropped, replaced or added. */
const changed = fc.oneof(
	...TYPICAL.map((typical) => {
		const paths = fc.constantFrom(...pathsIn(JSON.parse(bodyWith(typical))));
		const path = fc.oneof({ weight: 4, arbitrary: paths }, { weight: 1, arbitrary: addedPath });
		return fc.array(fc.tuple(path, value), { maxLength: 3 }).map((changes) => {
			// A change of a part comes to nothing where another one takes the whole away.
			const isLost = (own: string) => changes.some(([other]) => own.startsWith(`${other}.`));
			const left = Object.fromEntries(changes.filter(([own]) => !isLost(own)));
			return bodyWith({ ...structuredClone(typical), ...left });
		});
	}),
);

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
		body: text,
		selfieSha256: 'a',
		photoSha256: 'b',
		isRequestIdRepeated: false,
		isPairRepeated: false,
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
				faceMatchReviewBelow: threshold,
				faceMatchRejectBelow: threshold,
				livenessReviewBelow: threshold,
				livenessRejectBelow: threshold,
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

function pathsIn(holder: unknown, path = ''): string[] {
	if (typeof holder !== 'object' || holder === null) return [];
	return Object.entries(holder).flatMap(([key, inner]) => {
		const own = `${path}${path && '.'}${key}`;
		return [own, ...pathsIn(inner, own)];
	});
}
