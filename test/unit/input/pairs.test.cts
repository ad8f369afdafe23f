import fc from 'fast-check';
import type { IDataObject, INode, INodeExecutionData, INodeTypes } from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';
import { BiometricVerify } from '../../../nodes/BiometricVerify/BiometricVerify.node';
import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import {
	DEFAULT_INPUT_MODE,
	INPUTS,
	PAIR_BY_POSITION,
	type Entry,
	entriesOfOneInput,
	entriesOfTwoInputs,
	isInputMode,
	mergeItems,
} from '../../../nodes/BiometricVerify/input/pairs';
import { MISSING } from '../../support/answers.cts';
import { contextWith, nodeWith } from '../../support/context.cts';

const SELFIE = { data: 'AAAA', mimeType: 'image/png' };
const PHOTO = { data: 'BBBB', mimeType: 'image/png' };

const items = (...names: string[]) => names.map((name): INodeExecutionData => ({ json: { name } }));

describe('the inputs', () => {
	test('of each mode are named and ordered for ever', () => {
		expect(INPUTS).toStrictEqual({ oneInput: [undefined], twoInputs: ['Selfie', 'Photo'] });
		expect(DEFAULT_INPUT_MODE).toBe('oneInput');
	});

	test.each<[what: string, parameters: INode['parameters'], names: Array<string | undefined>]>([
		[
			'one, without a name, when both images come in one item',
			{ inputMode: 'oneInput' },
			[undefined],
		],
		['Selfie and Photo when they come from two', { inputMode: 'twoInputs' }, ['Selfie', 'Photo']],
		['one for a node that was just added', {}, [undefined]],
	])('are %s, as n8n reads them', (_what, parameters, names) => {
		const biometricVerify = new BiometricVerify();
		const nodeTypes: INodeTypes = {
			getByName: () => biometricVerify,
			getByNameAndVersion: () => biometricVerify,
			getKnownTypes: () => ({}),
		};
		const node = nodeWith({ parameters });
		const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
		const placed = workflow.getNode(node.name) ?? node;
		const inputs = NodeHelpers.getNodeInputs(workflow, placed, biometricVerify.description).map(
			(input) => (typeof input === 'string' ? { type: input } : input),
		);
		expect(inputs.map(({ type }) => type)).toEqual(names.map(() => 'main'));
		expect(inputs.map((input) => ('displayName' in input ? input.displayName : undefined))).toEqual(
			names,
		);
		expect(inputs.map((input) => 'required' in input && input.required)).toEqual(
			names.map((name) => name !== undefined),
		);
	});

	test.each([['an expression'], ['constructor'], [''], [undefined], [null], [0], [['oneInput']]])(
		'%p is no mode',
		(value) => {
			expect(isInputMode(value)).toBe(false);
		},
	);
});

/** An entry in short: the message of its error, or the names of its two items. */
function inShort({ pair }: Entry): string {
	if (pair instanceof InputError) return pair.message;
	const { selfieItem, photoItem } = pair;
	return `${selfieItem.json.name as string} + ${photoItem.json.name as string}`;
}

describe('the entries of one input', () => {
	test('are its items, each with both images', () => {
		const both = items('a', 'b');
		const [a, b] = both;
		expect(entriesOfOneInput(contextWith({ inputs: [both] }))).toEqual([
			{
				...{ item: a, itemIndex: 0, pairedItem: { item: 0 } },
				pair: { selfieItem: a, photoItem: a },
			},
			{
				...{ item: b, itemIndex: 1, pairedItem: { item: 1 } },
				pair: { selfieItem: b, photoItem: b },
			},
		]);
	});

	test('may be none', () => {
		expect(entriesOfOneInput(contextWith({ inputs: [[]] }))).toEqual([]);
	});
});

describe('the entries of two inputs, by position', () => {
	test('are paired one by one, and each keeps the data of both', () => {
		const context = contextWith({ inputs: [items('s0', 's1'), items('p0', 'p1')] });
		expect(entriesOfTwoInputs(context, PAIR_BY_POSITION)).toEqual(
			[0, 1].map((at) => ({
				item: { json: { name: `s${at}` } },
				itemIndex: at,
				pairedItem: [
					{ item: at, input: 0 },
					{ item: at, input: 1 },
				],
				pair: { selfieItem: { json: { name: `s${at}` } }, photoItem: { json: { name: `p${at}` } } },
			})),
		);
	});

	test('say where one is missing how to pair items otherwise', () => {
		const [entry] = entriesOfTwoInputs(
			contextWith({ inputs: [[{ json: {} }], []] }),
			PAIR_BY_POSITION,
		);
		expect(entry?.pair).toMatchObject({
			description: expect.stringMatching(/set Pair Items By to Matching Field/) as unknown,
		});
	});

	test.each<[missing: string, present: string, inputs: INodeExecutionData[][], input: number]>([
		['photo', 'selfie', [items('s0', 's1'), items('p0')], 0],
		['selfie', 'photo', [items('s0'), items('p0', 'p1')], 1],
		['photo', 'selfie', [items('s0', 's1'), []], 0],
		['selfie', 'photo', [[], items('p0', 'p1')], 1],
	])(
		'without a %s are not left out: its %s is an error that names it',
		(missing, present, inputs, input) => {
			const entries = entriesOfTwoInputs(contextWith({ inputs }), PAIR_BY_POSITION);
			expect(entries).toHaveLength(2);
			expect(entries[1]).toMatchObject({
				item: inputs[input]?.[1],
				itemIndex: 1,
				pairedItem: [{ item: 1, input }],
				pair: { message: `There is no ${missing} for this ${present}` },
			});
			expect(entries[1]?.pair).toBeInstanceOf(InputError);
		},
	);

	test('may be none', () => {
		expect(entriesOfTwoInputs(contextWith({ inputs: [[], []] }), PAIR_BY_POSITION)).toEqual([]);
	});
});

describe('the entries of two inputs, by a field', () => {
	const withKeys = (prefix: string, keys: unknown[], field = 'id') =>
		keys.map((key, at): INodeExecutionData => {
			const json: IDataObject = { name: `${prefix}${at}` };
			if (key !== MISSING) json[field] = key as IDataObject[string];
			return { json };
		});
	const pairUp = (
		selfieItems: INodeExecutionData[],
		photoItems: INodeExecutionData[],
		pairField = 'id',
	) =>
		entriesOfTwoInputs(contextWith({ inputs: [selfieItems, photoItems] }), {
			pairBy: 'matchingField',
			pairField,
		});
	const pairKeys = (selfieKeys: unknown[], photoKeys: unknown[]) =>
		pairUp(withKeys('s', selfieKeys), withKeys('p', photoKeys));

	test('are paired whatever their order, in the order of the selfies', () => {
		expect(pairKeys(['a', 'b', 'c'], ['c', 'a', 'b'])).toEqual(
			[
				[0, 1],
				[1, 2],
				[2, 0],
			].map(([selfie, photo]) => ({
				item: expect.objectContaining({
					json: expect.objectContaining({ name: `s${selfie}` }) as unknown,
				}) as unknown,
				itemIndex: selfie,
				pairedItem: [
					{ item: selfie, input: 0 },
					{ item: photo, input: 1 },
				],
				pair: {
					selfieItem: { json: { name: `s${selfie}`, id: 'abc'[selfie ?? 0] } },
					photoItem: { json: { name: `p${photo}`, id: 'abc'[selfie ?? 0] } },
				},
			})),
		);
	});

	test.each<[one: unknown, other: unknown]>([
		[7, '7'],
		[7, ' 7 '],
		['7', '\t7\r\n'],
		[7.5, '7.5'],
		[0, '0'],
		[-0, '0'],
		['Ada', ' Ada'],
		['constructor', 'constructor'],
		['__proto__', '__proto__'],
		['toString', 'toString'],
	])('match when they look alike: %p and %p', (one, other) => {
		expect(pairKeys([one], [other]).map(inShort)).toEqual(['s0 + p0']);
		expect(pairKeys([other], [one]).map(inShort)).toEqual(['s0 + p0']);
	});

	test.each<[one: unknown, other: unknown]>([
		['7', '07'],
		[7, '7.0'],
		['a', 'A'],
		['a b', 'a  b'],
		['é', 'e\u0301'],
		[1, 'true'],
	])('do not match when they only resemble each other: %p and %p', (one, other) => {
		const entries = pairKeys([one], [other]);
		expect(entries.map(({ pair }) => pair instanceof InputError)).toEqual([true, true]);
	});

	test.each<[what: string, key: unknown]>([
		['missing', MISSING],
		['empty', ''],
		['white space', ' \t\u00a0'],
		['null', null],
		['undefined', undefined],
		['true', true],
		['false', false],
		['NaN', NaN],
		['infinite', Infinity],
		['a number that another one was rounded to', 2 ** 53],
		['a list', ['7']],
		['an object', { id: '7' }],
		['a date', new Date(7)],
	])('have no key where it is %s, not even with the same on the other side', (_what, key) => {
		const entries = pairKeys([key, 'a'], ['a', key]);
		expect(entries.map(inShort)).toEqual([
			'The selfie item at position 0 has no value in the field "id"',
			's1 + p0',
			'The photo item at position 1 has no value in the field "id"',
		]);
		expect(entries[0]?.pair).toMatchObject({
			description: expect.stringMatching(/^Items are paired by this field/) as unknown,
		});
		expect(entries.map(({ pairedItem }) => pairedItem)).toEqual([
			[{ item: 0, input: 0 }],
			[
				{ item: 1, input: 0 },
				{ item: 0, input: 1 },
			],
			[{ item: 1, input: 1 }],
		]);
	});

	test('are errors where two selfies share a key, and so is their photo; the others go on', () => {
		const entries = pairKeys(['twice', 'once', ' twice'], ['once', 'twice']);
		expect(entries.map(inShort)).toEqual([
			'2 selfie items have "twice" in the field "id"',
			's1 + p0',
			'2 selfie items have "twice" in the field "id"',
			'2 selfie items have "twice" in the field "id"',
		]);
		expect(entries.map(({ itemIndex }) => itemIndex)).toEqual([0, 1, 2, 1]);
		expect(entries[3]).toMatchObject({
			item: { json: { name: 'p1' } },
			pairedItem: [{ item: 1, input: 1 }],
			pair: { description: expect.stringContaining('at positions 0, 2.') as unknown },
		});
	});

	test('are errors where two photos share a key, and so is their selfie; the others go on', () => {
		const entries = pairKeys([7, 8], ['7', 8, 7]);
		expect(entries.map(inShort)).toEqual([
			'2 photo items have "7" in the field "id"',
			's1 + p1',
			'2 photo items have "7" in the field "id"',
			'2 photo items have "7" in the field "id"',
		]);
		expect(entries[0]?.pair).toMatchObject({
			description: expect.stringContaining('at positions 0, 2.') as unknown,
		});
	});

	test('are errors where a partner is not there, naming key, position and input', () => {
		const entries = pairKeys(['a', 'b'], ['b', 'c']);
		expect(entries.map(inShort)).toEqual([
			'No photo item has "a" in the field "id"',
			's1 + p0',
			'No selfie item has "c" in the field "id"',
		]);
		expect(entries[0]?.pair).toMatchObject({
			description: expect.stringMatching(/selfie item is at position 0;.*Photo input/) as unknown,
		});
		expect(entries[2]?.pair).toMatchObject({
			description: expect.stringMatching(/photo item is at position 1;.*Selfie input/) as unknown,
		});
	});

	test('are all errors where one input is empty', () => {
		expect(pairKeys(['a'], []).map(inShort)).toEqual(['No photo item has "a" in the field "id"']);
		expect(pairKeys([], ['a']).map(inShort)).toEqual(['No selfie item has "a" in the field "id"']);
		expect(pairKeys([], [])).toEqual([]);
	});

	test('cut what they quote: long keys, and many positions', () => {
		const [entry] = pairKeys(['k'.repeat(5000)], []);
		expect(entry && inShort(entry)).toBe(
			`No photo item has "${'k'.repeat(59)}…" in the field "id"`,
		);
		const [first] = pairKeys(Array(5000).fill('k'), []);
		expect(first?.pair).toMatchObject({
			message: '5000 selfie items have "k" in the field "id"',
			description: expect.stringMatching(/0, 1, 2, 3, 4, 5, 6, 7, 8, 9, and more\.$/) as unknown,
		});
	});

	test('cut nothing that is short enough', () => {
		const [entry] = pairKeys(['k'.repeat(60)], []);
		expect(entry && inShort(entry)).toBe(`No photo item has "${'k'.repeat(60)}" in the field "id"`);
		const [first] = pairKeys(Array(10).fill('k'), []);
		expect(first?.pair).toMatchObject({
			description: expect.stringMatching(/0, 1, 2, 3, 4, 5, 6, 7, 8, 9\.$/) as unknown,
		});
	});

	test('have no key beneath a field that is null', () => {
		const nothing = (name: string) => ({ json: { name, a: null } });
		expect(pairUp([nothing('s0')], [nothing('p0')], 'a.b').map(inShort)).toEqual([
			'The selfie item at position 0 has no value in the field "a.b"',
			'The photo item at position 0 has no value in the field "a.b"',
		]);
	});

	test('are found by a path with dots, and by a field that has dots in its name', () => {
		const nested = { json: { name: 's0', body: { applicant: { id: 7 } } } };
		const flat = { json: { name: 'p0', 'body.applicant.id': '7' } };
		expect(pairUp([nested], [flat], 'body.applicant.id').map(inShort)).toEqual(['s0 + p0']);
	});

	test('take the field with dots in its name before the path', () => {
		const both = { json: { name: 's0', 'a.b': 'flat', a: { b: 'nested' } } };
		const photos = withKeys('p', ['nested', 'flat'], 'a.b');
		expect(pairUp([both], photos, 'a.b').map(inShort)).toEqual([
			's0 + p1',
			'No selfie item has "nested" in the field "a.b"',
		]);
	});

	test('may be found by the position in a list', () => {
		const [selfie, photo] = [
			{ json: { name: 's0', ids: [5] } },
			{ json: { name: 'p0', ids: [5] } },
		];
		expect(pairUp([selfie], [photo], 'ids.0').map(inShort)).toEqual(['s0 + p0']);
	});

	test.each([
		'constructor',
		'constructor.name',
		'__proto__',
		'toString',
		'hasOwnProperty',
		'name.length',
		'list.length.constructor.name',
		'list.__proto__.length',
		'',
		'.',
		'name.',
	])('have no key in what every object has: %p', (field) => {
		const list = (name: string) => ({ json: { name, list: [] } });
		const entries = pairUp([list('s0')], [list('p0')], field);
		expect(entries.map(inShort)).toEqual([
			`The selfie item at position 0 has no value in the field "${field}"`,
			`The photo item at position 0 has no value in the field "${field}"`,
		]);
	});

	test.each(['constructor', '__proto__', 'hasOwnProperty'])(
		'have a key in a field of their own that is called %s',
		(field) => {
			const item = (name: string): INodeExecutionData => ({
				json: JSON.parse(`{ "name": "${name}", "${field}": "7" }`) as IDataObject,
			});
			expect(pairUp([item('s0')], [item('p0')], field).map(inShort)).toEqual(['s0 + p0']);
		},
	);

	test('account for every item exactly once, and pair only what has one key, whatever the keys', () => {
		const keys = fc.array(fc.constantFrom('a', 'b', 'c', ' a', 7, '7', '', null), { maxLength: 8 });
		const text = (key: unknown) =>
			typeof key === 'string' || typeof key === 'number' ? String(key).trim() : '';
		fc.assert(
			fc.property(keys, keys, (selfieKeys, photoKeys) => {
				const entries = pairKeys(selfieKeys, photoKeys);
				const seen = entries.flatMap(({ pairedItem }) => pairedItem);
				const all = [
					...selfieKeys.map((_key, item) => ({ item, input: 0 })),
					...photoKeys.map((_key, item) => ({ item, input: 1 })),
				];
				expect(seen).toHaveLength(all.length);
				expect(seen).toEqual(expect.arrayContaining(all));
				for (const { pair } of entries) {
					if (pair instanceof InputError) continue;
					const key = text(pair.selfieItem.json.id);
					expect(key).not.toBe('');
					expect(text(pair.photoItem.json.id)).toBe(key);
					for (const side of [selfieKeys, photoKeys]) {
						expect(side.filter((other) => text(other) === key)).toHaveLength(1);
					}
				}
			}),
		);
	});
});

describe('a pair that is merged', () => {
	const merge = (selfieItem: INodeExecutionData, photoItem: INodeExecutionData) =>
		mergeItems({ selfieItem, photoItem });

	test('is its item when both are one', () => {
		const item = { json: { name: 'Ada' }, binary: { selfie: SELFIE } };
		expect(merge(item, item)).toMatchObject(item);
	});

	test('has the data and files of both', () => {
		expect(
			merge(
				{ json: { name: 'Ada' }, binary: { selfie: SELFIE } },
				{ json: { age: 36 }, binary: { photo: PHOTO } },
			),
		).toEqual({ json: { name: 'Ada', age: 36 }, binary: { selfie: SELFIE, photo: PHOTO } });
	});

	test("keeps what both have under one name, the photo's with photo_ before it", () => {
		expect(
			merge(
				{ json: { id: 1 }, binary: { data: SELFIE } },
				{ json: { id: 2 }, binary: { data: PHOTO } },
			),
		).toEqual({ json: { id: 1, photo_id: 2 }, binary: { data: SELFIE, photo_data: PHOTO } });
	});

	test('puts a number behind a name that is taken, too', () => {
		expect(
			merge(
				{ json: { id: 1, photo_id: 2, photo_id_2: 3 } },
				{ json: { id: 4, photo_id: 5, photo_id_3: 6 } },
			).json,
		).toEqual({
			...{ id: 1, photo_id: 2, photo_id_2: 3 },
			...{ photo_id_3: 6, photo_id_4: 4, photo_photo_id: 5 },
		});
	});

	test('keeps every value, whatever the names', () => {
		const name = fc.constantFrom('a', 'photo_a', 'a_2', 'photo_a_2', 'photo_photo_a', '__proto__');
		const names = fc.uniqueArray(name);
		fc.assert(
			fc.property(names, names, (selfieNames, photoNames) => {
				const jsonOf = (side: string, own: string[]) =>
					Object.fromEntries(own.map((field) => [field, `${side} ${field}`]));
				const selfie = jsonOf('selfie', selfieNames);
				const { json } = merge({ json: selfie }, { json: jsonOf('photo', photoNames) });
				expect(Object.values(json).sort()).toEqual(
					[
						...selfieNames.map((field) => `selfie ${field}`),
						...photoNames.map((field) => `photo ${field}`),
					].sort(),
				);
				for (const [field, value] of Object.entries(selfie)) {
					expect(Object.getOwnPropertyDescriptor(json, field)?.value).toBe(value);
				}
			}),
		);
	});

	test.each<[what: string, selfie: string[], photo: string[]]>([
		[
			'names that grow by photo_',
			Array.from({ length: 500 }, (_, at) => `${'photo_'.repeat(at)}a`),
			Array.from({ length: 500 }, (_, at) => `${'photo_'.repeat(at)}a`),
		],
		[
			'numbers that are all taken',
			['a', 'photo_a', ...Array.from({ length: 9998 }, (_, at) => `photo_a_${at + 2}`)],
			['a'],
		],
		[
			'numbers that are taken on both sides',
			Array.from({ length: 10_000 }, (_, at) => `a_${at}`),
			Array.from({ length: 10_000 }, (_, at) => (at % 2 ? `a_${at}` : `photo_a_${at - 1}`)),
		],
		[
			'the same names',
			Array.from({ length: 10_000 }, (_, at) => `a${at}`),
			Array.from({ length: 10_000 }, (_, at) => `a${at}`),
		],
	])('looks at each name a few times at the most: %s', (_what, selfie, photo) => {
		const jsonOf = (names: string[]) => Object.fromEntries(names.map((field) => [field, field]));
		const [selfieItem, photoItem] = [{ json: jsonOf(selfie) }, { json: jsonOf(photo) }];
		const looks = jest.spyOn(Map.prototype, 'has');
		const { json } = merge(selfieItem, photoItem);
		const count = looks.mock.calls.length;
		looks.mockRestore();
		expect(Object.keys(json)).toHaveLength(selfie.length + photo.length);
		expect(count).toBeGreaterThan(0);
		expect(count).toBeLessThanOrEqual(3 * (selfie.length + photo.length));
	});

	test('has no files when neither has any', () => {
		expect(merge({ json: {} }, { json: {} })).toStrictEqual({ json: {} });
	});

	test('changes neither item', () => {
		const selfieItem = { json: { id: 1 }, binary: { data: SELFIE } };
		const photoItem = { json: { id: 2 }, binary: { data: PHOTO } };
		merge(selfieItem, photoItem);
		expect([selfieItem, photoItem]).toEqual([
			{ json: { id: 1 }, binary: { data: SELFIE } },
			{ json: { id: 2 }, binary: { data: PHOTO } },
		]);
	});
});
