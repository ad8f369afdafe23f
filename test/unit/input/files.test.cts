import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { WorkflowFiles, isFile, isSameFile } from '../../../nodes/BiometricVerify/input/files';
import { contextWith, type StandIn } from '../../support/context.cts';

const stored = (id: string): IBinaryData => ({
	id: `filesystem-v2:${id}`,
	data: 'filesystem-v2',
	mimeType: 'image/jpeg',
	fileName: 'me.jpg',
});
const inMemory = (data: string): IBinaryData => ({ data, mimeType: 'image/png' });

const [SELFIE, PHOTO, REST] = [stored('selfie'), inMemory('AAAA'), inMemory('REST')];
const COMBINED: StandIn = { binaryMode: 'combined' };

/** Plain data, as n8n keeps it in an item. */
const asJson = (data: unknown) => JSON.parse(JSON.stringify(data)) as IDataObject;
const itemWith = (binary: INodeExecutionData['binary']) => ({ json: {}, binary });
const filesWith = (standIn: StandIn = {}) => new WorkflowFiles(contextWith(standIn));

const mimeType = 'image/png';
test.each<[what: string, value: unknown, is: boolean]>([
	['with an id and data', { id: 'x', data: 'filesystem-v2', mimeType }, true],
	['with an id alone', { id: 'filesystem-v2:1', mimeType }, true],
	['with empty data', { data: '', mimeType }, true],
	['without a type', { id: 'x', data: 'AAAA' }, false],
	['with a type that is no text', { data: 'AAAA', mimeType: 1 }, false],
	['without content', { mimeType }, false],
	['with data that are no text', { data: {}, mimeType }, false],
	['with an id that is a number', { id: 7, data: 'AAAA', mimeType }, false],
	['with an id that is null', { id: null, data: 'AAAA', mimeType }, false],
	['in a list', [{ data: 'AAAA', mimeType }], false],
	['that is a text', 'AAAA', false],
	['that is null', null, false],
])('A value %s is recognized as a file, or not', (_what, value, is) => {
	expect(isFile(value)).toBe(is);
});

test('A value means the same file by its id, and in memory by its content', () => {
	expect(isSameFile(SELFIE, { ...SELFIE, fileName: 'other', data: 'x' })).toBe(true);
	expect(isSameFile(SELFIE, stored('other'))).toBe(false);
	expect(isSameFile(PHOTO, { ...PHOTO, fileName: 'other' })).toBe(true);
	expect(isSameFile(PHOTO, REST)).toBe(false);
	expect(isSameFile(inMemory(String(SELFIE.id)), SELFIE)).toBe(false);
	expect(isSameFile(inMemory(''), { ...inMemory(''), id: '' })).toBe(false);
});

test('The files of an item are its binary data, and those of its json where n8n combines both', () => {
	const item = {
		json: asJson({ _files: { scan: PHOTO, note: 'text' }, selfie: SELFIE, deep: { PHOTO } }),
		binary: { selfie: SELFIE, broken: { mimeType } as unknown as IBinaryData },
	};
	expect([...filesWith().ofItem(item)]).toEqual([['selfie', SELFIE]]);
	expect([...filesWith(COMBINED).ofItem(item)]).toEqual([
		['selfie', SELFIE],
		['_files.scan', PHOTO],
	]);
});

test.each<[what: string, json: IDataObject]>([
	['a list', { _files: [asJson(SELFIE)] }],
	['null', { _files: null }],
	['one level deeper', { body: { _files: { selfie: asJson(SELFIE) } } }],
])('The files of an item are none where _files is %s', (_what, json) => {
	expect(filesWith(COMBINED).ofItem({ json }).size).toBe(0);
});

test.each<[field: string, found: IBinaryData | undefined]>([
	['selfie', SELFIE],
	[' selfie\n', SELFIE],
	['photo ', PHOTO],
	['photo', undefined],
	['constructor', undefined],
])('The file %j is found by the exact name first, then by the trimmed one', (field, found) => {
	const item = itemWith({ selfie: SELFIE, 'photo ': PHOTO });
	expect(filesWith().named(item, field)?.file).toBe(found);
});

const own = itemWith({ selfie: SELFIE });
const foreign = stored('executions/of/somebody/else');
const ofForm = stored('form');
const has = (file: IBinaryData, expression: unknown, standIn: StandIn) =>
	filesWith(standIn).find(file, expression, [own]) !== undefined;
const nodesWith = (name: string) =>
	Object.fromEntries([[name, [[], [itemWith({ data: ofForm })]]]]);

test.each<[name: string, expression: string]>([
	['Form', "={{ $('Form').item.binary.data }}"],
	['Form', '={{ $("Form").first().binary.data }}'],
	['Form', '={{ $(`Form`).all()[0].binary.data }}'],
	['Form', "={{ $( 'Form' ).item.binary.data }}"],
	['Form', '={{ $node[ `Form` ].binary.data }}'],
	['Form_2$', '={{ $node.Form_2$.binary.data }}'],
	['Form', "={{ $items( 'Form' , 0, 0)[0].binary.data }}"],
	['Form', "={{ $if($json.a, $('Nobody').item.binary.data, $('Form').item.binary.data) }}"],
	["Ada's form", "={{ $('Ada\\'s form').item.binary.data }}"],
	["Ada's form", '={{ $("Ada\'s form").item.binary.data }}'],
	['The "form"', '={{ $node["The \\"form\\""].binary.data }}'],
	['C:\\form', "={{ $('C:\\\\form').item.binary.data }}"],
	['Größe (1) 🙂', "={{ $('Größe (1) 🙂').item.binary.data }}"],
	['__proto__', "={{ $('__proto__').item.binary.data }}"],
])('A file of the node %s is allowed where the expression names it: %s', (name, expression) => {
	expect(has(ofForm, expression, { nodes: nodesWith(name) })).toBe(true);
	expect(has(foreign, expression, { nodes: nodesWith(name) })).toBe(false);
});

test.each([
	'={{ $json.selfie }}',
	"={{ $('Form2').item.binary.data }}",
	"={{ 'Form' }}",
	'Form',
	undefined,
	{ Form: 'Form' },
])('A file of a node is refused where the expression does not name it: %p', (expression) => {
	expect(has(ofForm, expression, { nodes: nodesWith('Form') })).toBe(false);
});

test('A file of another item is allowed only by $input', () => {
	const standIn = { inputs: [[itemWith({ data: ofForm }), own]] };
	expect(has(ofForm, '={{ $input.all()[0].binary.data }}', standIn)).toBe(true);
	expect(has(foreign, '={{ $input.all()[0].binary.data }}', standIn)).toBe(false);
	expect(has(ofForm, '={{ $json.selfie }}', standIn)).toBe(false);
});

test('A file is found in any run of a node, first in the last one, and the search ends', () => {
	const asked: Array<[output: number, run: number]> = [];
	const context = contextWith();
	const files = new WorkflowFiles(context);
	const proxy = {
		$items: (_name: string, output: number, run: number) => {
			asked.push([output, run]);
			if (run > 2 || output > 1) throw new Error('There is no such run or output');
			return run === 2 && output === 1 ? [itemWith({ data: ofForm })] : undefined;
		},
	};
	Object.assign(context, { getWorkflowDataProxy: () => proxy });
	const find = (file: IBinaryData) =>
		files.find(file, "={{ $('Loop').item.binary.data }}", [own])?.file;
	expect(find(ofForm)).toBe(ofForm);
	// No further than to the file.
	expect([asked.at(0), asked.at(-1)]).toEqual([
		[0, -1],
		[1, 2],
	]);
	expect([find(foreign), find(foreign)]).toEqual([undefined, undefined]);
	expect(asked.at(-1)).toEqual([0, 3]);
	proxy.$items = () => [];
	expect(files.find(foreign, "={{ $('Without End').item.binary.data }}", [own])).toBeUndefined();
});

const nodeWithFiles = (...names: string[]) => [
	[itemWith(Object.fromEntries(names.map((name) => [name, SELFIE])))],
];
const expressionFor = (nodes: StandIn['nodes'], name = 'selfie', standIn: StandIn = {}) =>
	filesWith({ nodes, ...standIn }).expressionFor(0, [name]);

test.each<[nodeName: string, fileName: string, expression: string]>([
	['Form', 'selfie', "{{ $('Form').item.binary.selfie }}"],
	[`Ada's "form"`, "ada's", `{{ $('Ada\\'s "form"').item.binary['ada\\'s'] }}`],
	['a\\b', '1st', "{{ $('a\\\\b').item.binary['1st'] }}"],
	['a {{ b }} c', 'my selfie', "{{ $('a {\\{ b }\\} c').item.binary['my selfie'] }}"],
])(
	'The expression for a file of the node %s quotes what needs it: %s',
	(node, file, expression) => {
		expect(expressionFor({ [node]: nodeWithFiles(file) }, file)).toBe(expression);
	},
);

test.each<[what: string, nodes: StandIn['nodes'], expected: string | undefined]>([
	['a node without files', { Empty: [[{ json: {} }]], Far: nodeWithFiles('selfie') }, 'Far'],
	['a node without items', { Empty: [[]], Far: nodeWithFiles('selfie') }, 'Far'],
	['other files', { Near: nodeWithFiles('x', 'selfie'), Far: nodeWithFiles('selfie') }, 'Near'],
	['no file anywhere', { Empty: [[{ json: {} }]] }, undefined],
])('The expression for a file names the nearest node with it, behind %s', (_what, ...given) => {
	const [nodes, expected] = given;
	expect(expressionFor(nodes)).toBe(expected && `{{ $('${expected}').item.binary.selfie }}`);
});

test('The expression for a file names any file, and its place in the json where n8n combines both', () => {
	expect(expressionFor({ Form: nodeWithFiles('data') })).toBe("{{ $('Form').item.binary.data }}");
	const nodes = { Form: [[{ json: asJson({ _files: { selfie: SELFIE } }) }]] };
	expect(expressionFor(nodes, '_files.selfie', COMBINED)).toBe(
		"{{ $('Form').item._files.selfie }}",
	);
});

test('A node has several items if there is more than one in all its runs and outputs', () => {
	const item = { json: {} };
	const files = filesWith({ nodes: { One: [[], [item]], Two: [[item], [item]], None: [[]] } });
	const names = ['One', 'Two', 'None', 'Missing'];
	expect(names.filter((name) => files.hasSeveralItems(name))).toEqual(['Two']);
});

const ALL = { selfie: SELFIE, rest: REST, photo: PHOTO };
const LEFT = itemWith({ rest: REST });
const FIELDS = ['selfie', 'photo'];
const IN_JSON = FIELDS.map((field) => `_files.${field}`);
const combined = (files: object) => ({ json: asJson({ name: 'Ada', _files: files }) });
test.each<[what: string, item: INodeExecutionData, fields: unknown[], left: INodeExecutionData]>([
	['of the named fields', itemWith(ALL), FIELDS, LEFT],
	['by trimmed names', itemWith(ALL), [' selfie', 'photo '], LEFT],
	['by exact names', itemWith({ ...ALL, 'selfie ': SELFIE }), ['selfie '], itemWith(ALL)],
	['of its json', combined(ALL), IN_JSON, combined({ rest: REST })],
	['outside its json', { ...combined(ALL), binary: ALL }, FIELDS, { ...LEFT, ...combined(ALL) }],
	['of an expression', itemWith({ ...ALL, copy: { ...SELFIE } }), [{ ...SELFIE }, 'photo'], LEFT],
])('An item that leaves without its images loses those %s only', (_what, item, fields, left) => {
	const before = structuredClone(item);
	expect(filesWith(COMBINED).without(item, fields)).toEqual(left);
	expect(item).toEqual(before);
});
