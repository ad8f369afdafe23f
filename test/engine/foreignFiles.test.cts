import type { IBinaryData, IRun } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { storeFile, useBinaryMode } from '../support/binaryMode.cts';
import {
	BIOMETRIC_VERIFY,
	ITEMS,
	outputsOf,
	runWorkflow,
	stepThat,
	type TestFile,
	type TestItem,
} from '../support/engine.cts';
import {
	credentialFor,
	imageOf,
	person,
	personIn,
	VERIFY,
	verifyWorkflow,
	whoLeft,
} from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

let kairos: StandInKairos;
/** A file that n8n keeps for an execution of another workflow. */
let foreign: IBinaryData;

beforeAll(async () => {
	recordLog();
	await useBinaryMode('filesystem');
	const another = { workflowId: 'another', executionId: 'another' };
	const facts = { data: '', mimeType: 'image/png', fileName: 'victim.png' };
	foreign = await storeFile(another, imageOf('victim'), facts);
	kairos = await startStandIn(() => approves);
});
beforeEach(() => kairos.asked.splice(0));
afterAll(() => kairos.stop());

const pairsAsked = () =>
	kairos.asked.map(({ person: name, photo }) => [name, personIn(photo.bytes)]).sort();

const file = (name: string): TestFile => ({ bytes: imageOf(name), fileName: `${name}.png` });
const to = (node: string, index = 0) => ({ node, type: NodeConnectionTypes.Main, index });

/** What a request can say, as the Webhook node gives it: all of it is the sender's. */
const requestBody = () => ({
	selfie: { ...foreign },
	// The name of the file on the sender's own item, and the ID of another one.
	ownName: { ...foreign, fileName: 'attacker.png', fileSize: '10 B', bytes: 10 },
	inline: { mimeType: 'image/png', data: imageOf('victim').toString('base64') },
	inlineWithEmptyId: { id: '', mimeType: 'image/png', data: imageOf('victim').toString('base64') },
	outside: { id: 'filesystem-v2:../../../../etc/passwd', mimeType: 'image/png', data: '' },
	unknownStore: { id: 'nowhere:1', mimeType: 'image/png', data: '' },
});

const NAMES_IN_BODY = [
	'selfie',
	'ownName',
	'inline',
	'inlineWithEmptyId',
	'outside',
	'unknownStore',
];

/** An item whose sender has two files of his own, and JSON that names somebody else's. */
const attacker = (): TestItem => ({
	json: { person: 'attacker', body: requestBody(), _files: requestBody() },
	files: { selfie: file('attacker'), photo: file('passport') },
});

describe('JSON that looks like a file', () => {
	const expressions = [
		...NAMES_IN_BODY.map((name) => `={{ $json.body.${name} }}`),
		'={{ ({ ...$json.body.selfie }) }}',
		"={{ $('Items').item.json.body.selfie }}",
		"={{ $('Items').first().json.body.selfie }}",
		'={{ $input.item.json.body.selfie }}',
		'={{ $node["Items"].json.body.selfie }}',
		"={{ $json.body.selfie ?? $('Items').item.binary.selfie }}",
		'={{ $json._files.selfie }}',
		'={{ $input.first().json.body.selfie }}',
	];

	describe.each(['selfieField', 'photoField'])('in %s', (field) => {
		test.each(expressions)('%s is none, and nothing is sent', async (expression) => {
			const run = await runWorkflow(verifyWorkflow({ [field]: expression }), {
				items: [attacker()],
				credential: credentialFor(kairos.url),
			});
			expect(run.data.resultData.error?.message).toMatch(
				/'(Selfie|Photo) Input Field' does not point to a file from this execution \[item 0\]/,
			);
			expect(kairos.asked).toEqual([]);
		});
	});

	test('JSON that looks like a file is rejected in the mode combined, too, where n8n keeps files in the JSON', async () => {
		const parameters = { selfieField: '={{ $json.body.selfie }}', photoField: '_files.photo' };
		const run = await runWorkflow(
			{
				...verifyWorkflow(parameters, { onError: 'continueErrorOutput' }),
				settings: { binaryMode: 'combined' },
			},
			{
				items: [
					{
						json: { person: 'attacker', body: requestBody() },
						files: { selfie: file('attacker'), photo: file('passport') },
					},
				],
				credential: credentialFor(kairos.url),
			},
		);
		expect(whoLeft(run)).toEqual({ Error: ['attacker'] });
		expect(kairos.asked).toEqual([]);
	});

	test('JSON that looks like a file is rejected in memory, too, where its content identifies a file', async () => {
		await useBinaryMode('default');
		try {
			const run = await runWorkflow(
				verifyWorkflow(
					{ selfieField: '={{ $json.body.inline }}' },
					{ onError: 'continueErrorOutput' },
				),
				{ items: [attacker()], credential: credentialFor(kairos.url) },
			);
			expect(whoLeft(run)).toEqual({ Error: ['attacker'] });
			expect(kairos.asked).toEqual([]);
		} finally {
			await useBinaryMode('filesystem');
		}
	});
});

/** A node that gives out its items without their files. */
const WITHOUT_FILES = 'test.withoutFiles';

const withoutFiles = stepThat((items) =>
	items.map(({ json }, item) => ({ json, pairedItem: { item } })),
);

const LOOP = 'n8n-nodes-base.splitInBatches';

/** Everybody who left by the third output, in whichever run of the node. */
function approvedIn(run: IRun): unknown[] {
	return (run.data.resultData.runData[VERIFY] ?? [])
		.flatMap(({ data }) => data?.main?.[2] ?? [])
		.map(({ json }) => json.person);
}

const oddName = `It's "Ada's" {item} \\ 1`;

test.each([
	['.item', 'Get', "={{ $('Get').item.binary.scan }}"],
	['.first()', 'Get', "={{ $('Get').first().binary.scan }}"],
	['.last()', 'Get', "={{ $('Get').last().binary.scan }}"],
	['.all()', 'Get', "={{ $('Get').all()[0].binary.scan }}"],
	['.itemMatching()', 'Get', "={{ $('Get').itemMatching(0).binary.scan }}"],
	['double quotes', 'Get', '={{ $("Get").item.binary.scan }}'],
	['back quotes', 'Get', '={{ $(`Get`).item.binary.scan }}'],
	['$node["Name"]', 'Get', '={{ $node["Get"].binary.scan }}'],
	['$node.Name', 'Get', '={{ $node.Get.binary.scan }}'],
	['$items("Name")', 'Get', '={{ $items("Get")[0].binary.scan }}'],
	['a choice', 'Get', "={{ $json.none ? 'selfie' : $('Get').item.binary.scan }}"],
	[
		'a name full of signs',
		oddName,
		`={{ $('${oddName.replace(/['\\]/g, '\\$&')}').item.binary.scan }}`,
	],
])(
	'An expression into the binary data of an earlier node gives its file: %s',
	async (_what, name, selfieField) => {
		const run = await runWorkflow(
			{
				nodes: [
					{ name, type: ITEMS },
					{ name: 'Drop', type: WITHOUT_FILES },
					{
						name: VERIFY,
						type: BIOMETRIC_VERIFY,
						parameters: {
							selfieField,
							photoField: selfieField.replace('.scan', '.document'),
						},
					},
				],
				connections: { [name]: { main: [[to('Drop')]] }, Drop: { main: [[to(VERIFY)]] } },
			},
			{
				items: [
					{ json: { person: 'ada' }, files: { scan: file('ada'), document: file('passport') } },
				],
				credential: credentialFor(kairos.url),
				nodeTypes: { [WITHOUT_FILES]: withoutFiles },
			},
		);
		expect(whoLeft(run)).toEqual({ Approved: ['ada'] });
		expect(pairsAsked()).toEqual([['ada', 'passport']]);
	},
);

test('An expression into the binary data of an earlier node gives the file of each turn of a loop, however many there are', async () => {
	const people = Array.from({ length: 120 }, (_, count) => `person ${count}`);
	const run = await runWorkflow(
		{
			nodes: [
				{ name: 'Items', type: ITEMS },
				{ name: 'Loop', type: LOOP, typeVersion: 3, parameters: { batchSize: 1 } },
				{ name: 'Get', type: 'n8n-nodes-base.noOp' },
				{ name: 'Drop', type: WITHOUT_FILES },
				{
					name: VERIFY,
					type: BIOMETRIC_VERIFY,
					parameters: {
						selfieField: "={{ $('Get').item.binary.selfie }}",
						photoField: "={{ $('Get').item.binary.photo }}",
					},
				},
			],
			connections: {
				Items: { main: [[to('Loop')]] },
				Loop: { main: [[], [to('Get')]] },
				Get: { main: [[to('Drop')]] },
				Drop: { main: [[to(VERIFY)]] },
				[VERIFY]: { main: [[], [], [to('Loop')]] },
			},
		},
		{
			items: people.map((name) => person(name)),
			credential: credentialFor(kairos.url),
			nodeTypes: { [WITHOUT_FILES]: withoutFiles },
		},
	);
	expect(run.data.resultData.error).toBeUndefined();
	expect(approvedIn(run)).toEqual(people);
	expect(kairos.asked.map(({ person: name }) => name)).toEqual(people);
});

test.each([
	'={{ $json._files.selfie }}',
	"={{ $('Items').item._files.selfie }}",
	"={{ $('Items').first()._files.selfie }}",
])(
	'An expression into the binary data of an earlier node gives a file that n8n keeps in the JSON, in the mode combined: %s',
	async (selfieField) => {
		const run = await runWorkflow(
			{
				...verifyWorkflow({ selfieField, photoField: '_files.photo' }),
				settings: { binaryMode: 'combined' },
			},
			{ items: [person('ada')], credential: credentialFor(kairos.url) },
		);
		expect(run.data.resultData.error?.message).toBeUndefined();
		expect(whoLeft(run)).toEqual({ Approved: ['ada'] });
	},
);

test('An expression into the binary data of an earlier node gives the file of pinned data', async () => {
	const pinned = await storedFor('pinned', { selfie: 'ada', photo: 'passport' });
	const run = await runWorkflow(
		{
			...verifyWorkflow({
				selfieField: "={{ $('Items').item.binary.selfie }}",
				photoField: "={{ $('Items').item.binary.photo }}",
			}),
		},
		{
			items: [person('nobody')],
			credential: credentialFor(kairos.url),
			pinData: { Items: [{ json: { person: 'ada' }, binary: pinned }] },
		},
	);
	expect(whoLeft(run)).toEqual({ Approved: ['ada'] });
	expect(pairsAsked()).toEqual([['ada', 'passport']]);
});

test.each(["={{ $('Items').first().binary.selfie }}", '={{ $input.all()[0].binary.selfie }}'])(
	'An expression into the binary data of an earlier node gives two items the very same two files, and nothing is sent: %s',
	async (selfieField) => {
		const parameters = { selfieField, photoField: selfieField.replace('selfie', 'photo') };
		const run = await runWorkflow(verifyWorkflow(parameters, { onError: 'continueErrorOutput' }), {
			items: [person('ada'), person('bob')],
			credential: credentialFor(kairos.url),
		});
		expect(whoLeft(run)).toEqual({ Error: ['ada', 'bob'] });
		expect(outputsOf(run, VERIFY)[7]?.[0]?.json.error).toMatch(/^Another item of this execution/);
		expect(kairos.asked).toEqual([]);
	},
);

test('An expression into the binary data of an earlier node gives nothing where it names another node than the one that has the file', async () => {
	const run = await runWorkflow(
		{
			nodes: [
				{ name: 'Items', type: ITEMS },
				{ name: 'Drop', type: WITHOUT_FILES },
				{
					name: VERIFY,
					type: BIOMETRIC_VERIFY,
					parameters: { selfieField: "={{ $('Drop').item.json.body.selfie }}" },
					onError: 'continueErrorOutput',
				},
			],
			connections: { Items: { main: [[to('Drop')]] }, Drop: { main: [[to(VERIFY)]] } },
		},
		{
			items: [attacker()],
			credential: credentialFor(kairos.url),
			nodeTypes: { [WITHOUT_FILES]: withoutFiles },
		},
	);
	expect(whoLeft(run)).toEqual({ Error: ['attacker'] });
	expect(kairos.asked).toEqual([]);
});

/** Files that n8n keeps for another execution, by the names of their fields. */
async function storedFor(executionId: string, files: Record<string, string>) {
	const location = { workflowId: 'workflow-of-the-test', executionId };
	const binary: Record<string, IBinaryData> = {};
	for (const [field, name] of Object.entries(files)) {
		const facts = { data: '', mimeType: 'image/png' };
		binary[field] = await storeFile(location, imageOf(name), facts);
	}
	return binary;
}

// A sub-workflow gets its items with the files of its parent, and the files of a webhook, a retried
// execution or one that was run from a node on are kept under another ID too.
test.each(['the-parent', 'temp', 'the-execution-before'])(
	'a file where n8n put it counts, whichever execution it is kept for: %s',
	async (executionId) => {
		const binary = await storedFor(executionId, { selfie: 'ada', photo: 'passport' });
		const run = await runWorkflow(verifyWorkflow({}), {
			items: [{ json: { person: 'ada' }, binary }],
			credential: credentialFor(kairos.url),
		});
		expect(whoLeft(run)).toEqual({ Approved: ['ada'] });
		expect(pairsAsked()).toEqual([['ada', 'passport']]);
	},
);
