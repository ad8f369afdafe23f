import {
	hasRepeatedField,
	isCutOffJson,
	isTooDeep,
	parseJson,
} from '../../../nodes/BiometricVerify/kairos/json';

const nested = (levels: number) => parseJson(`${'['.repeat(levels)}${']'.repeat(levels)}`);

test.each<[text: string, value: unknown]>([
	['\uFEFF {"a":[1,null]}\n', { a: [1, null] }],
	['{"a":NaN,"b":[Infinity,-Infinity]}', { a: null, b: [null, null] }],
	['{"NaN":"NaN \\" NaN","b":NaN}', { NaN: 'NaN " NaN', b: null }],
	['null', null],
	['', undefined],
	['<p>', undefined],
	['{"a":NaNa}', undefined],
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
	['', false],
	['<p>{', false],
])('JSON that was cut off is told from what is none: %s', (text, isCutOff) => {
	expect(isCutOffJson(text)).toBe(isCutOff);
});

test.each([
	['{"a":{"b":"\\"a\\": \\"c\\":"},"c":[{"b":1},{"b":2}]}', false],
	['{"a":{"b":1},"c":{"b":2,"b" :2}}', true],
	['{"a":1,"__proto__":{"a":1}}', false],
	['{"a":1,"\\u0061":1}', true],
])('A field that is twice in one object is found: %s', (text, isRepeated) => {
	expect(hasRepeatedField(text, parseJson(text))).toBe(isRepeated);
});

test.each([
	[50, false],
	[51, true],
	[100_000, true],
])('%i levels are deeper than any response, in any part: %p', (levels, isDeep) => {
	expect(isTooDeep(nested(levels))).toBe(isDeep);
	expect(isTooDeep([1, { a: null, b: nested(levels - 2) }])).toBe(isDeep);
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
