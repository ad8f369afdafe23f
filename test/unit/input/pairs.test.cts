import fc from 'fast-check';
import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import { pairsOfTwoInputs, type Pair } from '../../../nodes/BiometricVerify/input/pairs';
import { MISSING } from '../../support/answers.cts';
import { contextWith } from '../../support/context.cts';
import { placedNode } from '../../support/placedNode.cts';

test.each<[parameters: INode['parameters'], names: Array<string | undefined>]>([
	[{ inputMode: 'oneInput' }, [undefined]],
	[{ inputMode: 'twoInputs' }, ['Selfie', 'Photo']],
	[{}, [undefined]],
])('The inputs are read by n8n from the parameters %j as %j', (parameters, names) => {
	expect(NodeHelpers.getNodeInputs(...placedNode(parameters))).toEqual(
		names.map((displayName) => ({
			type: 'main',
			...(displayName && { displayName, required: true }),
		})),
	);
});

/** The code of a pair's error, or the names of its two items. */
function summarize({ selfieItem, photoItem, error }: Pair): string {
	if (error) return error.code;
	return `${selfieItem.json.name as string} + ${photoItem.json.name as string}`;
}

const pairUp = (selfies: INodeExecutionData[], photos: INodeExecutionData[], field: string) =>
	pairsOfTwoInputs(contextWith({ inputs: [selfies, photos] }), field);
const withKeys = (prefix: string, keys: unknown[]) =>
	keys.map((id, at) => ({
		json: { name: `${prefix}${at}`, ...(id !== MISSING && { id }) } as IDataObject,
	}));
const pairKeys = (selfieKeys: unknown[], photoKeys: unknown[]) =>
	pairUp(withKeys('s', selfieKeys), withKeys('p', photoKeys), 'id');

test('Items of two inputs are paired by their keys whatever their order, in the order of the selfies', () => {
	const pairs = pairKeys(['a', 'b', 'c'], ['c', 'a', 'b']);
	expect(pairs.map(summarize)).toEqual(['s0 + p1', 's1 + p2', 's2 + p0']);
	expect(pairs[0]).toEqual({
		selfieItem: { json: { name: 's0', id: 'a' } },
		photoItem: { json: { name: 'p1', id: 'a' } },
		itemIndex: 0,
		pairedItem: [
			{ item: 0, input: 0 },
			{ item: 1, input: 1 },
		],
	});
});

test.each<[one: unknown, other: unknown]>([
	[7, '7'],
	['Ada', '\tAda\r\n'],
	[-7, ' -7'],
	[-0, '0'],
	[2 ** 53 - 1, '9007199254740991'],
	['1.5', ' 1.5'],
	['__proto__', '__proto__'],
])('Items of two inputs have the same key when they hold %p and %p', (one, other) => {
	expect(pairKeys([one], [other]).map(summarize)).toEqual(['s0 + p0']);
	expect(pairKeys([other], [one]).map(summarize)).toEqual(['s0 + p0']);
});

test.each<[one: unknown, other: unknown]>([
	[7, '7.0'],
	['a', 'A'],
	['a b', 'a  b'],
])('Items of two inputs have different keys when they hold %p and %p', (one, other) => {
	expect(pairKeys([one], [other]).map(summarize)).toEqual(['NO_PARTNER', 'NO_PARTNER']);
});

const UNUSABLE = [1.5, 2 ** 53, -(2 ** 53), NaN, true, ['7'], {}];
test.each<[code: string, key: unknown]>([
	...[MISSING, null, '', ' \t\u00a0'].map((key): [string, unknown] => ['MISSING_KEY', key]),
	...UNUSABLE.map((key): [string, unknown] => ['UNUSABLE_KEY', key]),
])('Items of two inputs are errors with %s when they hold %p, also where both do', (code, key) => {
	const pairs = pairKeys([key, 'a'], ['a', key]);
	expect(pairs.map(summarize)).toEqual([code, 's1 + p0', code]);
	expect([pairs[0]?.pairedItem, pairs[2]?.pairedItem]).toEqual([
		[{ item: 0, input: 0 }],
		[{ item: 1, input: 1 }],
	]);
});

test('Items of two inputs are all errors where one input has a key twice; the others are paired', () => {
	const CODE = 'DUPLICATE_KEY';
	const twice = pairKeys(['twice', 'once', ' twice'], ['once', 'twice']);
	expect(twice.map(summarize)).toEqual([CODE, 's1 + p0', CODE, CODE]);
	expect(twice.map(({ itemIndex }) => itemIndex)).toEqual([0, 1, 2, 1]);
	expect(pairKeys([7, 8], ['7', 8, 7]).map(summarize)).toEqual([CODE, 's1 + p1', CODE, CODE]);
});

const times = (count: number) => Array<string>(count).fill('k');
test.each<[selfies: unknown[], photos: unknown[], message: string, ...descriptions: string[]]>([
	[[''], [], 'The selfie item at position 0 has no value in', "Check 'Field to Match'"],
	[[0.5], [], 'The selfie item at position 0 has no text or whole number in', 'Use text there'],
	[['a'], [], 'No photo item has "a" in', 'selfie item is at position 0;', 'Photo input'],
	[['a'], [], 'No photo item has "a" in', "In a loop, set 'Inputs' to 'One Input'"],
	[[], ['c'], 'No selfie item has "c" in', 'photo item is at position 0;', 'Selfie input'],
	[['a', 'b', 'a'], [], '2 selfie items have "a" in', 'at positions 0, 2.'],
	[['7'], [7, 7], '2 photo items have "7" in', 'at positions 0, 1.'],
	[['k'.repeat(60)], [], `No photo item has "${'k'.repeat(60)}" in`],
	[['k'.repeat(61)], [], `No photo item has "${'k'.repeat(59)}…" in`],
	[times(10), [], '10 selfie items have "k" in', 'at positions 0, 1, 2, 3, 4, 5, 6, 7, 8, 9.'],
	[times(5000), [], '5000 selfie items have "k" in', ' 6, 7, 8, 9, and more.'],
])('Items of two inputs with the keys %j and %j are told what is wrong', (...given) => {
	const [selfieKeys, photoKeys, message, ...descriptions] = given;
	const [{ error } = {}] = pairKeys(selfieKeys, photoKeys);
	expect(error?.message).toBe(`${message} the field "id"`);
	for (const description of descriptions) expect(error?.description).toContain(description);
});

test.each<[field: string, selfie: IDataObject, photo: IDataObject, isPair: boolean]>([
	['user.id', { user: { id: 'A' }, 'user.id': 'M' }, { user: { id: 'A' } }, true],
	['user.id', { 'user.id': 'M' }, { 'user.id': 'M' }, false],
	['user.id.deeper', { user: { id: null } }, { user: { id: null } }, false],
	['ids.0', { ids: [5] }, { ids: [5] }, true],
	['ids.length', { ids: [5] }, { ids: [5] }, false],
	['name.length', { name: 'Ada' }, { name: 'Ada' }, false],
	['', { name: 'Ada' }, { name: 'Ada' }, false],
	['name.', { name: 'Ada' }, { name: 'Ada' }, false],
	['constructor', {}, {}, false],
	['__proto__', {}, {}, false],
	['constructor', { constructor: '7' as never }, { constructor: '7' as never }, true],
	['__proto__', JSON.parse('{ "__proto__": "7" }'), JSON.parse('{ "__proto__": "7" }'), true],
])('Items of two inputs have a key at the path, and only there: %s in %j', (field, ...given) => {
	const [selfie, photo, isPair] = given;
	const pairs = pairUp([{ json: selfie }], [{ json: photo }], field);
	expect(pairs.map(({ error }) => error?.code)).toEqual(
		isPair ? [undefined] : ['MISSING_KEY', 'MISSING_KEY'],
	);
});

test('Each item of two inputs is in one pair, and paired only if both have the one key, whatever the keys', () => {
	const keys = fc.array(fc.constantFrom('a', 'b', 'c', ' a', 7, '7', '', null), { maxLength: 8 });
	const text = (key: unknown) =>
		typeof key === 'string' || typeof key === 'number' ? String(key).trim() : '';
	fc.assert(
		fc.property(keys, keys, (selfieKeys, photoKeys) => {
			const pairs = pairKeys(selfieKeys, photoKeys);
			const seen = pairs.flatMap(({ pairedItem }) => pairedItem);
			const all = [
				...selfieKeys.map((_key, item) => ({ item, input: 0 })),
				...photoKeys.map((_key, item) => ({ item, input: 1 })),
			];
			expect(seen).toHaveLength(all.length);
			expect(seen).toEqual(expect.arrayContaining(all));
			for (const { selfieItem, photoItem, error } of pairs) {
				if (error) continue;
				const key = text(selfieItem.json.id);
				expect(key).not.toBe('');
				expect(text(photoItem.json.id)).toBe(key);
				for (const side of [selfieKeys, photoKeys]) {
					expect(side.filter((other) => text(other) === key)).toHaveLength(1);
				}
			}
		}),
	);
});
