import fc from 'fast-check';
import { bodyWith, documentedBody } from '../support/answers.cts';
import { absurdResponse } from './absurdities.cts';
import type { Evidence, Options } from './oracle.cts';

/** Words that stand, or could stand, where Kairos gives a decision or a code. */
const words = [
	'reject',
	'review',
	'warning',
	'Reject',
	' WARNING ',
	'approve',
	'pass',
	'',
	'FAILED_FACE_MATCH',
	'FAILED_SELFIE_LIVENESS',
	'FACE_SPOOF',
];

const number = fc.oneof(
	fc.constantFrom(-1, -0.0001, 0, 0.4, 0.56, 0.9, 1, 1.0001, 2, 99, 1e308, -1e308, 5e-324),
	fc.double({ min: 0, max: 1, noNaN: true }),
	fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const detail = fc.record(
	{
		code: fc.constantFrom(...words),
		decision: fc.constantFrom(...words),
		confidence: number,
		description: fc.constantFrom('', 'failed: 0.4 < 0.48 (actual) < 0.56', 'Something.'),
	},
	{ requiredKeys: [] },
);

const face = fc.record({
	confidence: number,
	top_left: fc.record({ x: number, y: number }),
	delta: fc.record({ x: number, y: number }),
});

/** What a change puts in the place of a value. */
const value = fc.oneof(
	{ weight: 4, arbitrary: number },
	{ weight: 2, arbitrary: fc.constantFrom(...words, null, true, false, [], {}) },
	{ weight: 2, arbitrary: fc.array(detail, { maxLength: 3 }) },
	{ weight: 1, arbitrary: fc.array(face, { maxLength: 3 }) },
	{ weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** How a response is changed at one place; `at` picks the place among all there are. */
type Change = { at: number } & (
	| { how: 'drop' | 'rename' | 'retype' | 'double' }
	| { how: 'replace'; value: unknown }
	| { how: 'nest'; levels: number }
	| { how: 'move'; by: number }
);

const at = fc.nat({ max: 999 });
const change: fc.Arbitrary<Change> = fc.oneof(
	fc.record({ at, how: fc.constantFrom('drop', 'rename', 'retype', 'double') }),
	fc.record({ at, how: fc.constant('replace' as const), value }),
	fc.record({ at, how: fc.constant('nest' as const), levels: fc.constantFrom(1, 2, 60) }),
	fc.record({
		at,
		how: fc.constant('move' as const),
		by: fc.double({ min: -1, max: 1, noNaN: true }),
	}),
);

/** The documented response, or one that approves, changed in up to four places: most are malformed. */
const changedResponse = fc
	.tuple(
		fc.constantFrom(bodyWith(), bodyWith(), documentedBody),
		fc.array(change, { maxLength: 4 }),
	)
	.map(([body, changes]) => {
		const response: unknown = JSON.parse(body);
		changes.forEach((one) => apply(one, response));
		return JSON.stringify(response);
	});

/** Bodies of responses: most of them nearly right, some any JSON, some no JSON. */
export const body: fc.Arbitrary<string> = fc.oneof(
	{ weight: 4, arbitrary: absurdResponse },
	{ weight: 4, arbitrary: changedResponse },
	{ weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
	{
		weight: 1,
		arbitrary: fc.oneof(
			fc.string(),
			changedResponse.map((text) => text.slice(0, -9)),
		),
	},
);

const [oneHash, otherHash] = ['1', '2'].map((digit) => digit.padStart(64, 'a')) as [string, string];

/** What is known of a verification with that response when nothing but the response is odd. */
export function evidenceOf(body: string): Evidence {
	return { body, selfieSha256: oneHash, photoSha256: otherHash, isRequestIdRepeated: false };
}

/** Any response, to different images and with an id of its own for the most part. */
export const evidence: fc.Arbitrary<Evidence> = fc.record({
	body,
	selfieSha256: fc.constant(oneHash),
	photoSha256: mostly(otherHash, oneHash),
	isRequestIdRepeated: mostly(false, true),
});

const threshold = fc.oneof(fc.constantFrom(0, 0.4), fc.double({ min: 0, max: 1, noNaN: true }));

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

function mostly<Value>(usual: Value, odd: Value): fc.Arbitrary<Value> {
	return fc.oneof(
		{ weight: 30, arbitrary: fc.constant(usual) },
		{ weight: 1, arbitrary: fc.constant(odd) },
	);
}

/** A place in a response: a key of an object, or an index of a list. */
type Place = [holder: object, key: string];

function apply(one: Change, response: unknown): void {
	const places = placesIn(response);
	const [holder, key] = places[one.at % Math.max(places.length, 1)] ?? [];
	if (holder === undefined || key === undefined) return;
	const old: unknown = Reflect.get(holder, key);
	switch (one.how) {
		case 'drop':
			if (Array.isArray(holder)) holder.splice(Number(key), 1);
			else Reflect.deleteProperty(holder, key);
			break;
		case 'rename':
			Reflect.deleteProperty(holder, key);
			Reflect.set(holder, `${key}s`, old);
			break;
		case 'retype':
			Reflect.set(holder, key, typeof old === 'string' ? [old] : JSON.stringify(old));
			break;
		case 'double':
			if (Array.isArray(old)) old.push(...(old as unknown[]));
			break;
		case 'replace':
			Reflect.set(holder, key, one.value);
			break;
		case 'nest':
			Reflect.set(holder, key, nested(old, one.levels));
			break;
		case 'move':
			if (typeof old === 'number') Reflect.set(holder, key, old + one.by);
	}
}

function nested(value: unknown, levels: number): unknown {
	return levels === 0 ? value : { value: nested(value, levels - 1) };
}

function placesIn(value: unknown): Place[] {
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]): Place[] => [
		[value, key],
		...placesIn(inner),
	]);
}
