import type { INode, INodeExecutionData, INodeTypes } from 'n8n-workflow';
import { NodeHelpers, NodeOperationError, Workflow } from 'n8n-workflow';
import {
	DEFAULT_ARRIVAL_MODE,
	INPUTS,
	arrivalsOf,
	isArrivalMode,
	joined,
	pairOf,
} from '../../nodes/BiometricVerify/arrivals';
import { BiometricVerify } from '../../nodes/BiometricVerify/BiometricVerify.node';
import { contextWith, nodeWith } from '../support/context.cts';

const SELFIE = { data: 'AAAA', mimeType: 'image/png' };
const PHOTO = { data: 'BBBB', mimeType: 'image/png' };

const items = (...names: string[]) => names.map((name): INodeExecutionData => ({ json: { name } }));

describe('the inputs', () => {
	test('of each mode are named and ordered for ever', () => {
		expect(INPUTS).toStrictEqual({ sameItem: [undefined], twoInputs: ['Selfie', 'Photo'] });
		expect(DEFAULT_ARRIVAL_MODE).toBe('sameItem');
	});

	test.each<[what: string, parameters: INode['parameters'], names: Array<string | undefined>]>([
		[
			'one, without a name, when both pictures come in one item',
			{ imagesArrive: 'sameItem' },
			[undefined],
		],
		[
			'Selfie and Photo when they come from two',
			{ imagesArrive: 'twoInputs' },
			['Selfie', 'Photo'],
		],
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
	});

	test.each([['an expression'], ['constructor'], [''], [undefined], [null], [0], [['sameItem']]])(
		'%p is no mode',
		(value) => {
			expect(isArrivalMode(value)).toBe(false);
		},
	);
});

describe('what arrives', () => {
	test('in the same item is each item, twice', () => {
		const [ada, ben] = items('Ada', 'Ben');
		const arrivals = arrivalsOf(contextWith({ inputs: [items('Ada', 'Ben')] }), 'sameItem');
		expect(arrivals).toEqual([
			{ selfieItem: ada, photoItem: ada, pairedItem: { item: 0 } },
			{ selfieItem: ben, photoItem: ben, pairedItem: { item: 1 } },
		]);
	});

	test('from two inputs is paired by its position', () => {
		const context = contextWith({ inputs: [items('s0', 's1'), items('p0', 'p1')] });
		expect(arrivalsOf(context, 'twoInputs')).toEqual([
			{
				selfieItem: { json: { name: 's0' } },
				photoItem: { json: { name: 'p0' } },
				pairedItem: [
					{ item: 0, input: 0 },
					{ item: 0, input: 1 },
				],
			},
			{
				selfieItem: { json: { name: 's1' } },
				photoItem: { json: { name: 'p1' } },
				pairedItem: [
					{ item: 1, input: 0 },
					{ item: 1, input: 1 },
				],
			},
		]);
	});

	test.each<[missing: string, present: string, inputs: INodeExecutionData[][], input: number]>([
		['photo', 'selfie', [items('s0', 's1'), items('p0')], 0],
		['selfie', 'photo', [items('s0'), items('p0', 'p1')], 1],
		['photo', 'selfie', [items('s0', 's1'), []], 0],
		['selfie', 'photo', [[], items('p0', 'p1')], 1],
	])(
		'without a %s is not left out: its %s is an error that names it',
		(missing, present, inputs, input) => {
			const context = contextWith({ inputs });
			const arrivals = arrivalsOf(context, 'twoInputs');
			expect(arrivals).toHaveLength(2);
			const last = arrivals[1] ?? { pairedItem: [] };
			expect(last.pairedItem).toEqual([{ item: 1, input }]);
			expect(() => pairOf(context, 1, last)).toThrow(NodeOperationError);
			expect(() => pairOf(context, 1, last)).toThrow(
				`There is no ${missing} for this ${present} [item 1]`,
			);
		},
	);

	test('may be nothing', () => {
		const context = contextWith({ inputs: [[], []] });
		expect([arrivalsOf(context, 'sameItem'), arrivalsOf(context, 'twoInputs')]).toEqual([[], []]);
	});
});

describe('a pair that is joined', () => {
	const join = (selfieItem: INodeExecutionData, photoItem: INodeExecutionData) =>
		joined({ selfieItem, photoItem, pairedItem: [] });

	test('is its item when both are one', () => {
		const item = { json: { name: 'Ada' }, binary: { selfie: SELFIE } };
		expect(joined({ selfieItem: item, photoItem: item, pairedItem: { item: 0 } })).toMatchObject(
			item,
		);
	});

	test('has the data and files of both', () => {
		expect(
			join(
				{ json: { name: 'Ada' }, binary: { selfie: SELFIE } },
				{ json: { age: 36 }, binary: { photo: PHOTO } },
			),
		).toEqual({ json: { name: 'Ada', age: 36 }, binary: { selfie: SELFIE, photo: PHOTO } });
	});

	test("keeps what both have under one name, the photo's with photo_ before it", () => {
		expect(
			join(
				{ json: { id: 1, photo_id: 2 }, binary: { data: SELFIE } },
				{ json: { id: 3, photo_id: 4 }, binary: { data: PHOTO } },
			),
		).toEqual({
			json: { id: 1, photo_id: 2, photo_photo_id: 3, photo_photo_photo_id: 4 },
			binary: { data: SELFIE, photo_data: PHOTO },
		});
	});

	test('has no files when neither has any', () => {
		expect(join({ json: {} }, { json: {} })).toStrictEqual({ json: {} });
	});

	test('changes neither item', () => {
		const selfieItem = { json: { id: 1 }, binary: { data: SELFIE } };
		const photoItem = { json: { id: 2 }, binary: { data: PHOTO } };
		join(selfieItem, photoItem);
		expect([selfieItem, photoItem]).toEqual([
			{ json: { id: 1 }, binary: { data: SELFIE } },
			{ json: { id: 2 }, binary: { data: PHOTO } },
		]);
	});
});
