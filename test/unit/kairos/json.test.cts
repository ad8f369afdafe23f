import { parseJson } from '../../../nodes/BiometricVerify/kairos/json';

function nested(levels: number): string {
	return '['.repeat(levels) + ']'.repeat(levels);
}

test('JSON is read, whatever it is', () => {
	for (const value of [{ a: [1, { b: null }] }, [], 'text', 7, true, null]) {
		expect(parseJson(JSON.stringify(value))).toEqual(value);
	}
});

test('what is no JSON is none', () => {
	for (const text of ['', '{', 'text', '{"a": undefined}']) expect(parseJson(text)).toBeUndefined();
});

test('JSON is read down to 50 levels, lists and objects alike', () => {
	expect(parseJson(nested(50))).toBeDefined();
	expect(parseJson(nested(51))).toBeUndefined();
	expect(parseJson(`{"a":${nested(49)}}`)).toBeDefined();
	expect(parseJson(`{"b":1,"a":${nested(50)}}`)).toBeUndefined();
});
