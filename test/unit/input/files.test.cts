import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { WorkflowFiles, isFile, isSameFile } from '../../../nodes/BiometricVerify/input/files';
import { contextWith, type StandIn } from '../../support/context.cts';

const stored = (id: string): IBinaryData => ({
	...{ id: `filesystem-v2:${id}`, data: 'filesystem-v2' },
	...{ mimeType: 'image/jpeg', fileName: 'me.jpg' },
});
const inMemory = (data: string): IBinaryData => ({ data, mimeType: 'image/png' });

const SELFIE = stored('selfie');
const PHOTO = inMemory('AAAA');

/** Plain data, as n8n keeps it in an item. */
function asJson(data: unknown): IDataObject {
	return JSON.parse(JSON.stringify(data)) as IDataObject;
}

function filesWith(standIn: StandIn = {}) {
	return new WorkflowFiles(contextWith(standIn));
}

describe('a file', () => {
	test.each<[what: string, value: unknown, is: boolean]>([
		['with an id', { id: 'filesystem-v2:1', mimeType: 'image/png' }, true],
		['with an id and data', { id: 'x', data: 'filesystem-v2', mimeType: 'image/png' }, true],
		['with data', { data: 'AAAA', mimeType: 'image/png' }, true],
		['with empty data', { data: '', mimeType: 'image/png' }, true],
		['without a type', { id: 'x', data: 'AAAA' }, false],
		['with a type that is no text', { data: 'AAAA', mimeType: 1 }, false],
		['without content', { mimeType: 'image/png' }, false],
		['with data that are no text', { data: {}, mimeType: 'image/png' }, false],
		['with an id that is a number', { id: 7, data: 'AAAA', mimeType: 'image/png' }, false],
		['with an id that is an object', { id: {}, data: 'AAAA', mimeType: 'image/png' }, false],
		['with an id that is null', { id: null, data: 'AAAA', mimeType: 'image/png' }, false],
		['in a list', [{ data: 'AAAA', mimeType: 'image/png' }], false],
		['that is a text', 'AAAA', false],
		['that is null', null, false],
		['that is missing', undefined, false],
	])('%s is one or not', (_what, value, is) => {
		expect(isFile(value)).toBe(is);
	});

	test('is known by its id, and in memory by its content', () => {
		expect(isSameFile(SELFIE, { ...SELFIE, fileName: 'other', data: 'x' })).toBe(true);
		expect(isSameFile(SELFIE, stored('other'))).toBe(false);
		expect(isSameFile(PHOTO, { ...PHOTO, fileName: 'other' })).toBe(true);
		expect(isSameFile(PHOTO, inMemory('BBBB'))).toBe(false);
		expect(isSameFile(inMemory(String(SELFIE.id)), SELFIE)).toBe(false);
		expect(isSameFile(inMemory(''), { ...inMemory(''), id: '' })).toBe(false);
	});
});

describe('the files of an item', () => {
	const item: INodeExecutionData = {
		json: asJson({ _files: { scan: PHOTO, note: 'text' }, selfie: SELFIE, deep: { PHOTO } }),
		binary: { selfie: SELFIE, broken: { mimeType: 'image/png' } as unknown as IBinaryData },
	};

	test('are its binary data', () => {
		expect([...filesWith().ofItem(item)]).toEqual([['selfie', SELFIE]]);
	});

	test('are those of its json, too, where n8n combines both', () => {
		const files = filesWith({ binaryMode: 'combined' });
		expect([...files.ofItem(item)]).toEqual([
			['selfie', SELFIE],
			['_files.scan', PHOTO],
		]);
	});

	test.each<[what: string, json: IDataObject]>([
		['a list', { _files: [asJson(SELFIE)] }],
		['a text', { _files: 'selfie' }],
		['null', { _files: null }],
		['one level deeper', { body: { _files: { selfie: asJson(SELFIE) } } }],
		['two levels deep', { _files: { deep: { selfie: asJson(SELFIE) } } }],
	])('are none where _files is %s', (_what, json) => {
		expect(filesWith({ binaryMode: 'combined' }).ofItem({ json }).size).toBe(0);
	});

	test('are only its binary data in a release that does not combine them, whatever the workflow says', async () => {
		jest.doMock('n8n-workflow', () => ({
			...jest.requireActual<typeof import('n8n-workflow')>('n8n-workflow'),
			BINARY_MODE_COMBINED: undefined,
		}));
		const contexts = [contextWith({ binaryMode: 'combined' }), contextWith()];
		// Before 1.120 there was no such method, either.
		Reflect.deleteProperty(contexts[1] as object, 'getWorkflowSettings');
		await jest.isolateModulesAsync(async () => {
			const older = await import('../../../nodes/BiometricVerify/input/files.ts');
			for (const context of contexts) {
				const files = new older.WorkflowFiles(context).ofItem(item);
				expect([...files.keys()]).toEqual(['selfie']);
			}
		});
		jest.dontMock('n8n-workflow');
	});

	test('may be none', () => {
		expect(filesWith().ofItem({ json: {} }).size).toBe(0);
	});
});

describe('a file that an expression gives', () => {
	const own: INodeExecutionData = { json: {}, binary: { selfie: SELFIE } };
	const foreign = stored('executions/of/somebody/else');
	const ofForm = stored('form');
	const nodes = {
		Form: [[{ json: {}, binary: { data: ofForm } }]],
		Switch: [[], [{ json: {}, binary: { data: PHOTO } }]],
	};

	test('is one of the run when it is on one of the items', () => {
		const files = filesWith();
		expect(files.has({ ...SELFIE }, '={{ $binary.selfie }}', [own])).toBe(true);
		expect(files.has({ ...SELFIE }, undefined, [{ json: {} }, own])).toBe(true);
	});

	test.each<[what: string, file: IBinaryData]>([
		['in the json of an item', foreign],
		['in memory', inMemory('CCCC')],
		['by the place where files are kept', inMemory('filesystem-v2')],
	])('is none of the run when it only looks like one: %s', (_what, file) => {
		const files = filesWith({ nodes });
		const item = { ...own, json: asJson({ selfie: file, _files: { selfie: file } }) };
		for (const expression of ['={{ $json.selfie }}', "={{ $('Form').item.json.selfie }}", 7]) {
			expect(files.has(file, expression, [item])).toBe(false);
		}
	});

	test('is none of the run when it stands in the json of the node that is named', () => {
		const webhook = [
			[{ json: asJson({ body: { selfie: foreign }, _files: { selfie: foreign } }) }],
		];
		const files = filesWith({ nodes: { Webhook: webhook } });
		const expression = "={{ $('Webhook').item.json.body.selfie }}";
		expect(files.has(foreign, expression, [own])).toBe(false);
	});

	test.each([
		"={{ $('Form').item.binary.data }}",
		'={{ $("Form").first().binary.data }}',
		'={{ $(`Form`).all()[0].binary.data }}',
		"={{ $( 'Form' ).item.binary.data }}",
		'={{ $node["Form"].binary.data }}',
		"={{ $node['Form'].binary.data }}",
		'={{ $node[ `Form` ].binary.data }}',
		'={{ $node.Form.binary.data }}',
		'={{ $items("Form")[0].binary.data }}',
		"={{ $items( 'Form' , 0, 0)[0].binary.data }}",
		"={{ $if($json.a, $('Nobody').item.binary.data, $('Form').item.binary.data) }}",
	])('is one of the run when the node that it names gave it out: %s', (expression) => {
		expect(filesWith({ nodes }).has(ofForm, expression, [own])).toBe(true);
		expect(filesWith({ nodes }).has(foreign, expression, [own])).toBe(false);
	});

	test.each([
		'={{ $json.selfie }}',
		"={{ $('Other').item.binary.data }}",
		"={{ $('Form2').item.binary.data }}",
		"={{ 'Form' }}",
		"={{ $json['Form'] }}",
		'Form',
		'',
		null,
		undefined,
		{ Form: 'Form' },
	])('is none of the run when the expression names another node or none: %p', (expression) => {
		expect(filesWith({ nodes }).has(ofForm, expression, [own])).toBe(false);
	});

	test.each(['={{ $input.all()[0].binary.data }}', "={{ $input.first().binary['data'] }}"])(
		'is one of the run when it came on another item: %s',
		(expression) => {
			const standIn = { nodes, inputs: [[{ json: {}, binary: { data: ofForm } }, own]] };
			expect(filesWith(standIn).has(ofForm, expression, [own])).toBe(true);
			expect(filesWith(standIn).has(foreign, expression, [own])).toBe(false);
			expect(filesWith(standIn).has(ofForm, '={{ $json.selfie }}', [own])).toBe(false);
		},
	);

	test.each<[name: string, expression: string]>([
		["Ada's form", "={{ $('Ada\\'s form').item.binary.data }}"],
		["Ada's form", '={{ $("Ada\'s form").item.binary.data }}'],
		['The "form"', '={{ $node["The \\"form\\""].binary.data }}'],
		['C:\\form', "={{ $('C:\\\\form').item.binary.data }}"],
		['Größe (1) 🙂', "={{ $('Größe (1) 🙂').item.binary.data }}"],
		['__proto__', "={{ $('__proto__').item.binary.data }}"],
		['Form_2$', '={{ $node.Form_2$.binary.data }}'],
	])('is found by a name with signs in it: %s', (name, expression) => {
		const withName = Object.fromEntries([[name, nodes.Form]]);
		expect(filesWith({ nodes: withName }).has(ofForm, expression, [own])).toBe(true);
	});

	test('is found on any output of the node', () => {
		const files = filesWith({ nodes });
		expect(files.has({ ...PHOTO }, "={{ $('Switch').item.binary.data }}", [own])).toBe(true);
	});

	test('is found in any run of the node, and the search ends with the last', () => {
		const asked: Array<[output: number, run: number]> = [];
		const context = contextWith();
		Object.assign(context, {
			getWorkflowDataProxy: () => ({
				$items: (_name: string, output: number, run: number) => {
					asked.push([output, run]);
					if (run > 2 || output > 1) throw new Error('There is no such run or output');
					return run === 2 && output === 1 ? nodes.Form[0] : undefined;
				},
			}),
		});
		const files = new WorkflowFiles(context);
		expect(files.has(ofForm, "={{ $('Loop').item.binary.data }}", [own])).toBe(true);
		// The last run is looked at first, and no further than to the file.
		expect(asked.at(0)).toEqual([0, -1]);
		expect(asked.at(-1)).toEqual([1, 2]);
		for (let times = 0; times < 2; times++) {
			expect(files.has(foreign, "={{ $('Loop').item.binary.data }}", [own])).toBe(false);
			expect(asked.at(-1)).toEqual([0, 3]);
			expect(asked).toHaveLength(13);
		}
	});

	test('is looked for in a bounded number of runs and outputs of a node without an end', () => {
		let asked = 0;
		const context = contextWith();
		const $items = () => {
			asked++;
			return [];
		};
		Object.assign(context, { getWorkflowDataProxy: () => ({ $items }) });
		const files = new WorkflowFiles(context);
		expect(files.has(foreign, "={{ $('Loop').item.binary.data }}", [own])).toBe(false);
		expect(asked).toBe(10_001 * 50);
	});

	test('counts in the json of a node only where n8n combines both', () => {
		const withJson = { Form: [[{ json: asJson({ _files: { data: ofForm } }) }]] };
		const expression = "={{ $('Form').item.json._files.data }}";
		const has = (binaryMode: 'separate' | 'combined') =>
			filesWith({ nodes: withJson, binaryMode }).has(ofForm, expression, [own]);
		expect([has('separate'), has('combined')]).toEqual([false, true]);
	});
});

describe('an item that leaves without its images', () => {
	const rest = inMemory('REST');
	const withAll = { json: { name: 'Ada' }, binary: { selfie: SELFIE, rest, photo: PHOTO } };
	const FIELDS = ['selfie', 'photo'];
	const without = (item: INodeExecutionData, fields: unknown[] = FIELDS, standIn: StandIn = {}) =>
		filesWith(standIn).without(item, fields);

	test('keeps its data and its other files', () => {
		expect(without(withAll)).toEqual({ json: { name: 'Ada' }, binary: { rest } });
	});

	test('is a new one: the item of the node before is not changed', () => {
		without(withAll);
		expect(withAll).toEqual({
			json: { name: 'Ada' },
			binary: { selfie: SELFIE, rest, photo: PHOTO },
		});
	});

	test('loses them also where their names were given with white space', () => {
		expect(without(withAll, [' selfie', 'photo ']).binary).toEqual({ rest });
	});

	test('loses them also from its json, where n8n combines both', () => {
		const json = asJson({ name: 'Ada', _files: { selfie: SELFIE, rest, photo: PHOTO } });
		const fields = ['_files.selfie', '_files.photo'];
		expect(without({ json }, fields, { binaryMode: 'combined' })).toEqual({
			json: { name: 'Ada', _files: { rest } },
		});
		expect(json).toEqual({ name: 'Ada', _files: { selfie: SELFIE, rest, photo: PHOTO } });
	});

	test('keeps data that only look like files of the json', () => {
		const json = asJson({ _files: { selfie: SELFIE } });
		expect(without({ json }, ['_files.selfie', 'photo'])).toEqual({ json });
	});

	test('keeps files of the json that have the names of files outside', () => {
		const json = asJson({ _files: { selfie: rest } });
		const item = { json, binary: { selfie: SELFIE, photo: PHOTO } };
		expect(without(item, FIELDS, { binaryMode: 'combined' })).toEqual({
			json: { _files: { selfie: rest } },
			binary: {},
		});
	});

	test('loses a file that an expression took from this same item, under any name', () => {
		const item = { json: {}, binary: { selfie: SELFIE, copy: { ...SELFIE }, rest } };
		expect(without(item, [{ ...SELFIE }, 'photo']).binary).toEqual({ rest });
	});

	test('keeps all its files when the images are those of other nodes', () => {
		const item = { json: {}, binary: { selfie: rest } };
		expect(without(item, [stored('1'), stored('2')])).toEqual(item);
	});

	test('may have no files to lose', () => {
		expect(without({ json: { a: 1 } })).toEqual({ json: { a: 1 } });
	});
});
