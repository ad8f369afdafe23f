import { isCutOffJson, isTooDeep, parseJson } from '../../../nodes/BiometricVerify/kairos/json';

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

test.each<[text: string, value: unknown]>([
	['{"a":[1,null]}', { a: [1, null] }],
	['\uFEFF {"a":1}\n', { a: 1 }],
	['{"a":NaN,"b":[Infinity,-Infinity]}', { a: null, b: [null, null] }],
	['{"NaN":"NaN \\" NaN","b":NaN}', { NaN: 'NaN " NaN', b: null }],
	['null', null],
	['', undefined],
	['<p>', undefined],
	['{"a":NaNa}', undefined],
	['{"a":', undefined],
])('JSON is read as services write it, and anything else is not: %s', (text, value) => {
	expect(parseJson(text)).toEqual(value);
});

test.each<[text: string, isCutOff: boolean]>([
	['{', true],
	['[', true],
	[' {"a":"}"', true],
	['{"a":"b', true],
	['{"a":"b\\', true],
	['{"a":"\\"', true],
	['[1,[2]', true],
	['{"a":1}}', false],
	['{a:1}', false],
	['{"a":1}{"b":2}', false],
	['{{ title }}', false],
	['', false],
	['<p>{', false],
	['"a', false],
])('JSON that was cut off is told from what is none: %s', (text, isCutOff) => {
	expect(isCutOffJson(text)).toBe(isCutOff);
});

test.each([
	[50, false],
	[51, true],
	[100_000, true],
])('%i levels are deeper than any response: %p', (levels, isDeep) => {
	expect(isTooDeep(parseJson(nested(levels)))).toBe(isDeep);
});

test('depth is looked for in every part', () => {
	expect(isTooDeep([1, { a: null, b: parseJson(nested(49)) }])).toBe(true);
	expect(isTooDeep([1, { a: null, b: parseJson(nested(48)) }])).toBe(false);
});

test.each(['"\\"', '"', '{"a":"\\', '[NaN,'])(
	'a megabyte of %s is looked at in no time',
	(piece) => {
		const text = `{${piece.repeat(1_000_000 / piece.length)}`;
		expect(parseJson(text)).toBeUndefined();
		expect(isCutOffJson(text)).toBe(true);
	},
	2000,
);
