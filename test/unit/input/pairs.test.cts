import fc from 'fast-check';
import type { IDataObject, INode, INodeExecutionData, INodeTypes } from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';
import { BiometricVerify } from '../../../nodes/BiometricVerify/BiometricVerify.node';
import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import {
	pairsOfOneInput,
	pairsOfTwoInputs,
	pairsThatFail,
	type Pair,
} from '../../../nodes/BiometricVerify/input/pairs';
import { MISSING } from '../../support/answers.cts';
import { contextWith, nodeWith } from '../../support/context.cts';

const items = (...names: string[]) => names.map((name): INodeExecutionData => ({ json: { name } }));

test.each<[parameters: INode['parameters'], names: Array<string | undefined>]>([
	[{ inputMode: 'oneInput' }, [undefined]],
	[{ inputMode: 'twoInputs' }, ['Selfie', 'Photo']],
	[{}, [undefined]],
])('The inputs are read by n8n from the parameters %j as %j', (parameters, names) => {
	const biometricVerify = new BiometricVerify();
	const nodeTypes: INodeTypes = {
		getByName: () => biometricVerify,
		getByNameAndVersion: () => biometricVerify,
		getKnownTypes: () => ({}),
	};
	const node = nodeWith({ parameters });
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const placed = workflow.getNode(node.name) ?? node;
	const inputs = NodeHelpers.getNodeInputs(workflow, placed, biometricVerify.description);
	expect(inputs).toEqual(
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

test('each item of one input is verified with both of its images', () => {
	const [a, b] = items('a', 'b');
	const inputs = [items('a', 'b')];
	expect(pairsOfOneInput(contextWith({ inputs }))).toEqual(
		[a, b].map((item, itemIndex) => ({
			...{ selfieItem: item, photoItem: item },
			...{ itemIndex, pairedItem: { item: itemIndex } },
		})),
	);
	expect(pairsOfOneInput(contextWith({ inputs: [[]] }))).toEqual([]);
});

test('each item of both inputs can have an error of its own', () => {
	const error = new InputError({ code: 'INVALID_SETTING', message: 'No', description: 'No.' });
	const context = contextWith({ inputs: [items('s0', 's1'), items('p0')] });
	expect(
		pairsThatFail(context, error).map(({ selfieItem, photoItem, ...pair }) => [
			selfieItem.json.name,
			pair.itemIndex,
			pair.pairedItem,
			photoItem === selfieItem && pair.error,
		]),
	).toEqual([
		['s0', 0, [{ item: 0, input: 0 }], error],
		['s1', 1, [{ item: 1, input: 0 }], error],
		['p0', 0, [{ item: 0, input: 1 }], error],
	]);
});

const withKeys = (prefix: string, keys: unknown[], field = 'id') =>
	keys.map((key, at): INodeExecutionData => {
		const json: IDataObject = { name: `${prefix}${at}` };
		if (key !== MISSING) json[field] = key as IDataObject[string];
		return { json };
	});
const pairUp = (selfies: INodeExecutionData[], photos: INodeExecutionData[], field = 'id') =>
	pairsOfTwoInputs(contextWith({ inputs: [selfies, photos] }), field);
const pairKeys = (selfieKeys: unknown[], photoKeys: unknown[]) =>
	pairUp(withKeys('s', selfieKeys), withKeys('p', photoKeys));
const errorAt = (pairs: Pair[], index: number) => {
	const error = pairs[index]?.error;
	if (error) return error;
	throw new Error('There is no error');
};

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
	[7, ' 7 '],
	['7', '\t7\r\n'],
	[-7, '-7'],
	[0, '0'],
	[-0, '0'],
	[2 ** 53 - 1, '9007199254740991'],
	[7.0, 7],
	['1.5', ' 1.5'],
	['Ada', ' Ada'],
	['__proto__', '__proto__'],
])('Items of two inputs have the same key when they hold %p and %p', (one, other) => {
	expect(pairKeys([one], [other]).map(summarize)).toEqual(['s0 + p0']);
	expect(pairKeys([other], [one]).map(summarize)).toEqual(['s0 + p0']);
});

test.each<[one: unknown, other: unknown]>([
	['7', '07'],
	[7, '7.0'],
	['a', 'A'],
	['a b', 'a  b'],
	['é', 'e\u0301'],
	[1, 'true'],
])('Items of two inputs have different keys when they hold %p and %p', (one, other) => {
	expect(pairKeys([one], [other]).map(summarize)).toEqual(['NO_PARTNER', 'NO_PARTNER']);
});

test.each<[code: string, key: unknown]>([
	...[MISSING, undefined, null, '', ' \t\u00a0'].map((key): [string, unknown] => [
		'MISSING_KEY',
		key,
	]),
	...[
		1.5,
		Number('1701186644.12345671'),
		2 ** 53,
		-(2 ** 53),
		NaN,
		Infinity,
		true,
		false,
		['7'],
		{},
		new Date(7),
	].map((key): [string, unknown] => ['UNUSABLE_KEY', key]),
])('Items of two inputs are errors with %s when they hold %p, also where both do', (code, key) => {
	const pairs = pairKeys([key, 'a'], ['a', key]);
	expect(pairs.map(summarize)).toEqual([code, 's1 + p0', code]);
	expect(pairs.map(({ pairedItem }) => pairedItem)).toEqual([
		[{ item: 0, input: 0 }],
		[
			{ item: 1, input: 0 },
			{ item: 0, input: 1 },
		],
		[{ item: 1, input: 1 }],
	]);
});

test('Items of two inputs are told what is wrong with their key', () => {
	const pairs = pairKeys([undefined, 0.5], []);
	expect(errorAt(pairs, 0)).toMatchObject({
		message: 'The selfie item at position 0 has no value in the field "id"',
		description: expect.stringMatching(/Check 'Field to Match'/) as unknown,
	});
	expect(errorAt(pairs, 1)).toMatchObject({
		message: 'The selfie item at position 1 has no text or whole number in the field "id"',
		description: expect.stringMatching(/Use text there/) as unknown,
	});
});

test('Items of two inputs are all errors where one input has a key twice; the others are paired', () => {
	const twice = pairKeys(['twice', 'once', ' twice'], ['once', 'twice']);
	const CODE = 'DUPLICATE_KEY';
	expect(twice.map(summarize)).toEqual([CODE, 's1 + p0', CODE, CODE]);
	expect(twice.map(({ itemIndex }) => itemIndex)).toEqual([0, 1, 2, 1]);
	expect(errorAt(twice, 3)).toMatchObject({
		message: '2 selfie items have "twice" in the field "id"',
		description: expect.stringContaining('at positions 0, 2.') as unknown,
	});
	const photos = pairKeys([7, 8], ['7', 8, 7]);
	expect(photos.map(summarize)).toEqual([CODE, 's1 + p1', CODE, CODE]);
	expect(errorAt(photos, 0).message).toBe('2 photo items have "7" in the field "id"');
});

test('Items of two inputs are errors without a partner, which name key, position, input and the way in a loop', () => {
	const pairs = pairKeys(['a', 'b'], ['b', 'c']);
	expect(pairs.map(summarize)).toEqual(['NO_PARTNER', 's1 + p0', 'NO_PARTNER']);
	expect(errorAt(pairs, 0)).toMatchObject({
		message: 'No photo item has "a" in the field "id"',
		description: expect.stringMatching(
			/selfie item is at position 0;.*Photo input\. In a loop, set 'Inputs' to 'One Input'/,
		) as unknown,
	});
	expect(errorAt(pairs, 2)).toMatchObject({
		message: 'No selfie item has "c" in the field "id"',
		description: expect.stringMatching(/photo item is at position 1;.*Selfie input/) as unknown,
	});
});

test('Items of two inputs have only the beginning of long keys and lists quoted', () => {
	expect(errorAt(pairKeys(['k'.repeat(61)], []), 0).message).toBe(
		`No photo item has "${'k'.repeat(59)}…" in the field "id"`,
	);
	expect(errorAt(pairKeys(['k'.repeat(60)], []), 0).message).toContain('k'.repeat(60));
	const described = (count: number) => errorAt(pairKeys(Array(count).fill('k'), []), 0).description;
	expect(described(5000)).toMatch(/0, 1, 2, 3, 4, 5, 6, 7, 8, 9, and more\.$/);
	expect(described(10)).toMatch(/0, 1, 2, 3, 4, 5, 6, 7, 8, 9\.$/);
});

test('Items of two inputs have their key at the path, and only there', () => {
	const nested = (name: string, id: unknown) => ({ json: { name, user: { id } } as IDataObject });
	const both = { json: { name: 's0', user: { id: 'A' }, 'user.id': 'M' } };
	const literal = { json: { name: 'p1', 'user.id': 'M' } };
	expect(pairUp([both], [nested('p0', 'A'), literal], 'user.id').map(summarize)).toEqual([
		's0 + p0',
		'MISSING_KEY',
	]);
	const inList = (name: string) => ({ json: { name, ids: [5] } });
	expect(pairUp([inList('s0')], [inList('p0')], 'ids.0').map(summarize)).toEqual(['s0 + p0']);
	expect(pairUp([nested('s0', null)], [], 'user.id.deeper').map(summarize)).toEqual([
		'MISSING_KEY',
	]);
});

test.each([
	...['constructor', 'constructor.name', '__proto__', 'toString', 'name.length'],
	...['list.length', 'list.__proto__.length', '', '.', 'name.'],
])('Items of two inputs have no key in what every object has: %p', (field) => {
	const list = (name: string) => ({ json: { name, list: ['a', 'b'] } });
	expect(pairUp([list('s0')], [list('p0')], field).map(summarize)).toEqual([
		'MISSING_KEY',
		'MISSING_KEY',
	]);
});

test.each(['constructor', '__proto__', 'hasOwnProperty'])(
	'Items of two inputs have a key in a field of their own that is called %s',
	(field) => {
		const item = (name: string): INodeExecutionData => ({
			json: JSON.parse(`{ "name": "${name}", "${field}": "7" }`) as IDataObject,
		});
		expect(pairUp([item('s0')], [item('p0')], field).map(summarize)).toEqual(['s0 + p0']);
	},
);

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
