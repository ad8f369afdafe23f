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
])('A value %s is recognized as a file, or not', (_what, value, is) => {
	expect(isFile(value)).toBe(is);
});

test('A value means the same file by its id, and in memory by its content', () => {
	expect(isSameFile(SELFIE, { ...SELFIE, fileName: 'other', data: 'x' })).toBe(true);
	expect(isSameFile(SELFIE, stored('other'))).toBe(false);
	expect(isSameFile(PHOTO, { ...PHOTO, fileName: 'other' })).toBe(true);
	expect(isSameFile(PHOTO, inMemory('BBBB'))).toBe(false);
	expect(isSameFile(inMemory(String(SELFIE.id)), SELFIE)).toBe(false);
	expect(isSameFile(inMemory(''), { ...inMemory(''), id: '' })).toBe(false);
});

const item: INodeExecutionData = {
	json: asJson({ _files: { scan: PHOTO, note: 'text' }, selfie: SELFIE, deep: { PHOTO } }),
	binary: { selfie: SELFIE, broken: { mimeType: 'image/png' } as unknown as IBinaryData },
};

test('The files of an item are its binary data', () => {
	expect([...filesWith().ofItem(item)]).toEqual([['selfie', SELFIE]]);
});

test('The files of an item are those of its json, too, where n8n combines both', () => {
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
])('The files of an item are none where _files is %s', (_what, json) => {
	expect(filesWith({ binaryMode: 'combined' }).ofItem({ json }).size).toBe(0);
});

test.each<[field: string, found: IBinaryData | undefined]>([
	['selfie', SELFIE],
	[' selfie\n', SELFIE],
	['photo ', PHOTO],
	['photo', undefined],
	['constructor', undefined],
])(
	'The files of an item are found by the exact name first, then by the trimmed one: %j',
	(field, found) => {
		const binary = { selfie: SELFIE, 'photo ': PHOTO };
		expect(filesWith().named({ json: {}, binary }, field)?.file).toBe(found);
	},
);

const own: INodeExecutionData = { json: {}, binary: { selfie: SELFIE } };
const foreign = stored('executions/of/somebody/else');
const ofForm = stored('form');
const nodes = {
	Form: [[{ json: {}, binary: { data: ofForm } }]],
	Switch: [[], [{ json: {}, binary: { data: PHOTO } }]],
};
const has = (file: IBinaryData, expression: unknown, standIn: StandIn = { nodes }, items = [own]) =>
	filesWith(standIn).find(file, expression, items) !== undefined;

test('A file that an expression gives is allowed when it is on one of the items', () => {
	expect(has({ ...SELFIE }, '={{ $binary.selfie }}')).toBe(true);
	expect(has({ ...SELFIE }, undefined, {}, [{ json: {} }, own])).toBe(true);
});

test.each<[what: string, file: IBinaryData]>([
	['in the json of an item', foreign],
	['in memory', inMemory('CCCC')],
	['by the place where files are kept', inMemory('filesystem-v2')],
])('A file that an expression gives is refused when it only looks like one: %s', (_what, file) => {
	const item = { ...own, json: asJson({ selfie: file, _files: { selfie: file } }) };
	for (const expression of ['={{ $json.selfie }}', "={{ $('Form').item.json.selfie }}", 7]) {
		expect(has(file, expression, { nodes }, [item])).toBe(false);
	}
});

test.each([
	"={{ $('Form').item.binary.data }}",
	'={{ $("Form").first().binary.data }}',
	'={{ $(`Form`).all()[0].binary.data }}',
	"={{ $( 'Form' ).item.binary.data }}",
	'={{ $node["Form"].binary.data }}',
	'={{ $node[ `Form` ].binary.data }}',
	'={{ $node.Form.binary.data }}',
	"={{ $items( 'Form' , 0, 0)[0].binary.data }}",
	"={{ $if($json.a, $('Nobody').item.binary.data, $('Form').item.binary.data) }}",
])(
	'A file that an expression gives is allowed when the node that it names has output it: %s',
	(expression) => {
		expect(has(ofForm, expression)).toBe(true);
		expect(has(foreign, expression)).toBe(false);
	},
);

test.each([
	'={{ $json.selfie }}',
	"={{ $('Other').item.binary.data }}",
	"={{ $('Form2').item.binary.data }}",
	"={{ 'Form' }}",
	'Form',
	'',
	null,
	undefined,
	{ Form: 'Form' },
])(
	'A file that an expression gives is refused when the expression names another node, or none: %p',
	(expression) => {
		expect(has(ofForm, expression)).toBe(false);
	},
);

test('A file that an expression gives is allowed when it came on another item, only by $input', () => {
	const standIn = { nodes, inputs: [[{ json: {}, binary: { data: ofForm } }, own]] };
	expect(has(ofForm, '={{ $input.all()[0].binary.data }}', standIn)).toBe(true);
	expect(has(foreign, '={{ $input.all()[0].binary.data }}', standIn)).toBe(false);
	expect(has(ofForm, '={{ $json.selfie }}', standIn)).toBe(false);
});

test.each<[name: string, expression: string]>([
	["Ada's form", "={{ $('Ada\\'s form').item.binary.data }}"],
	["Ada's form", '={{ $("Ada\'s form").item.binary.data }}'],
	['The "form"', '={{ $node["The \\"form\\""].binary.data }}'],
	['C:\\form', "={{ $('C:\\\\form').item.binary.data }}"],
	['Größe (1) 🙂', "={{ $('Größe (1) 🙂').item.binary.data }}"],
	['__proto__', "={{ $('__proto__').item.binary.data }}"],
	['Form_2$', '={{ $node.Form_2$.binary.data }}'],
])(
	'A file that an expression gives is found by a node with signs in its name: %s',
	(name, expression) => {
		expect(has(ofForm, expression, { nodes: Object.fromEntries([[name, nodes.Form]]) })).toBe(true);
	},
);

test('A file that an expression gives is found in any run of the node, and the search ends with the last', () => {
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
	const find = (file: IBinaryData) =>
		files.find(file, "={{ $('Loop').item.binary.data }}", [own])?.file;
	expect(find(ofForm)).toBe(ofForm);
	// The last run is looked at first, and no further than to the file.
	expect(asked.at(0)).toEqual([0, -1]);
	expect(asked.at(-1)).toEqual([1, 2]);
	expect([find(foreign), find(foreign)]).toEqual([undefined, undefined]);
	expect(asked.at(-1)).toEqual([0, 3]);
});

test('A file that an expression gives is looked for until the search gives up on a node without an end', () => {
	const context = contextWith();
	Object.assign(context, { getWorkflowDataProxy: () => ({ $items: () => [] }) });
	const files = new WorkflowFiles(context);
	expect(files.find(foreign, "={{ $('Loop').item.binary.data }}", [own])).toBeUndefined();
});

test('A file that an expression gives counts in the json of a node only where n8n combines both', () => {
	const withJson = { Form: [[{ json: asJson({ _files: { data: ofForm } }) }]] };
	const expression = "={{ $('Form').item.json._files.data }}";
	const isAllowed = (binaryMode: 'separate' | 'combined') =>
		has(ofForm, expression, { nodes: withJson, binaryMode });
	expect([isAllowed('separate'), isAllowed('combined')]).toEqual([false, true]);
});

test('A file that an expression gives is known to be one of several where its item has another one with a number', () => {
	const binary = { data: ofForm, data_1: foreign };
	const files = filesWith({ nodes: { Form: [[{ json: {}, binary }]] } });
	const find = (file: IBinaryData) =>
		files.find(file, "={{ $('Form').item.binary.data }}", [own])?.isNumbered;
	expect([find(ofForm), find(foreign)]).toEqual([true, false]);
	expect(files.named({ json: {}, binary }, 'data')?.isNumbered).toBe(true);
});

const expressionFor = (
	nodes: StandIn['nodes'],
	names = ['selfie'],
	binaryMode?: StandIn['binaryMode'],
) => filesWith({ nodes, binaryMode }).expressionFor(0, names);
const nodeWithFiles = (...names: string[]) => [
	[{ json: {}, binary: Object.fromEntries(names.map((name) => [name, SELFIE])) }],
];

test.each<[nodeName: string, fileName: string, expression: string]>([
	['Form', 'selfie', "{{ $('Form').item.binary.selfie }}"],
	['Get Selfie', 'my selfie', "{{ $('Get Selfie').item.binary['my selfie'] }}"],
	[`Ada's "form"`, "ada's", `{{ $('Ada\\'s "form"').item.binary['ada\\'s'] }}`],
	['a\\b', '1st', "{{ $('a\\\\b').item.binary['1st'] }}"],
	['a {{ b }} c', 'selfie', "{{ $('a {\\{ b }\\} c').item.binary.selfie }}"],
])(
	'The expression for a file of an earlier node quotes what needs it: %s, %s',
	(nodeName, fileName, expression) => {
		expect(expressionFor({ [nodeName]: nodeWithFiles(fileName) }, [fileName])).toBe(expression);
	},
);

test('The expression for a file of an earlier node names the nearest node with files, and the file that is looked for', () => {
	const far = nodeWithFiles('selfie');
	expect(
		expressionFor({ Empty: [[{ json: {} }]], Near: nodeWithFiles('x', 'selfie'), Far: far }),
	).toBe("{{ $('Near').item.binary.selfie }}");
	expect(expressionFor({ Near: nodeWithFiles('data'), Far: far })).toBe(
		"{{ $('Near').item.binary.data }}",
	);
	expect(expressionFor({ NoItem: [[]], Far: far })).toBe("{{ $('Far').item.binary.selfie }}");
	expect(expressionFor({ Empty: [[{ json: {} }]] })).toBeUndefined();
});

test('The expression for a file of an earlier node names the place in the json where n8n combines both', () => {
	const nodes = { Form: [[{ json: asJson({ _files: { selfie: SELFIE } }) }]] };
	expect(expressionFor(nodes, ['_files.selfie'], 'combined')).toBe(
		"{{ $('Form').item.json._files.selfie }}",
	);
});

test('A node has several items if there is more than one in all its runs and outputs', () => {
	const item = { json: {} };
	const files = filesWith({ nodes: { One: [[], [item]], Two: [[item], [item]], None: [[]] } });
	const names = ['One', 'Two', 'None', 'Missing'];
	expect(names.filter((name) => files.hasSeveralItems(name))).toEqual(['Two']);
});

const rest = inMemory('REST');
const withAll = { json: { name: 'Ada' }, binary: { selfie: SELFIE, rest, photo: PHOTO } };
const FIELDS = ['selfie', 'photo'];
const without = (item: INodeExecutionData, fields: unknown[] = FIELDS, standIn: StandIn = {}) =>
	filesWith(standIn).without(item, fields);

test('An item that leaves without its images keeps its data and its other files', () => {
	expect(without(withAll)).toEqual({ json: { name: 'Ada' }, binary: { rest } });
});

test('An item that leaves without its images loses them also where their names were given with white space', () => {
	expect(without(withAll, [' selfie', 'photo ']).binary).toEqual({ rest });
	const both = { json: {}, binary: { 'selfie ': SELFIE, selfie: rest } };
	expect(without(both, ['selfie ']).binary).toEqual({ selfie: rest });
});

test('An item that leaves without its images loses them also from its json, where n8n combines both', () => {
	const json = asJson({ name: 'Ada', _files: { selfie: SELFIE, rest, photo: PHOTO } });
	const fields = ['_files.selfie', '_files.photo'];
	expect(without({ json }, fields, { binaryMode: 'combined' })).toEqual({
		json: { name: 'Ada', _files: { rest } },
	});
	expect(json).toEqual({ name: 'Ada', _files: { selfie: SELFIE, rest, photo: PHOTO } });
});

test('An item that leaves without its images keeps files of the json that have the names of files outside', () => {
	const json = asJson({ _files: { selfie: rest } });
	const item = { json, binary: { selfie: SELFIE, photo: PHOTO } };
	expect(without(item, FIELDS, { binaryMode: 'combined' })).toEqual({
		json: { _files: { selfie: rest } },
		binary: {},
	});
});

test('An item that leaves without its images loses a file that an expression took from this same item, under any name', () => {
	const item = { json: {}, binary: { selfie: SELFIE, copy: { ...SELFIE }, rest } };
	expect(without(item, [{ ...SELFIE }, 'photo']).binary).toEqual({ rest });
});
