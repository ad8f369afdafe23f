import { rmSync, truncateSync } from 'node:fs';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, INodeParameters, IRun } from 'n8n-workflow';
import {
	BIOMETRIC_VERIFY,
	isOldest,
	ITEMS,
	outputsOf,
	runWorkflow,
	stepThat,
	type TestItem,
} from '../support/engine.cts';
import { binaryModes, storeFile, useBinaryMode } from '../support/binaryMode.cts';
import {
	credentialFor,
	imageOf,
	person,
	personIn,
	sampleImage,
	VERIFY,
	verifyWorkflow,
	whoLeft,
} from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

let kairos: StandInKairos;
/** A file that n8n keeps for an execution of another workflow. */
let foreign: IBinaryData;

beforeAll(recordLog);
beforeEach(async () => {
	await useBinaryMode('filesystem');
	foreign = await storedFor('another', imageOf('victim'));
	kairos = await startStandIn(() => approves);
});
afterEach(() => kairos.stop());

async function storedFor(executionId: string, bytes: Buffer): Promise<IBinaryData> {
	const facts = { data: '', mimeType: 'image/png', fileName: 'victim.png' };
	return await storeFile({ workflowId: 'another', executionId }, bytes, facts);
}

type BinaryMode = 'separate' | 'combined';

/** Verifies one item. */
const verify = (item: TestItem, parameters: INodeParameters = {}, binaryMode?: BinaryMode) =>
	runWorkflow(
		{
			...verifyWorkflow(parameters, { onError: 'continueRegularOutput' }),
			settings: { binaryMode },
		},
		{ items: [item], credential: credentialFor(kairos.url) },
	);

const errorIn = (run: IRun) => outputsOf(run, VERIFY)[0]?.[0]?.json.error as string | undefined;

/** What arrived for ada. */
const ADA = { selfie: { bytes: imageOf('ada') }, photo: { bytes: sampleImage } };

/** The oldest release keeps files in a database in another way, which needs one. */
const modes = binaryModes.filter((mode) => mode !== 'database' || !isOldest);

test.each(modes)(
	'Files kept in the mode %s arrive byte for byte, up to Max Image Size, with neutral names',
	async (mode) => {
		await useBinaryMode(mode);
		const bytes = Buffer.alloc(20_000_000, Buffer.from([0, 13, 10, 45, 45, 255]));
		imageOf('ada').copy(bytes);
		const { files } = person('ada');
		await verify({ files: { ...files, selfie: { bytes, fileName: 'Ada at home.png' } } });
		expect(kairos.asked).toMatchObject([
			{
				selfie: { name: 'selfie.png', type: 'image/png' },
				photo: { name: 'photo.png', type: 'image/png', bytes: sampleImage },
			},
		]);
		expect(kairos.asked[0]?.selfie.bytes.equals(bytes)).toBe(true);
	},
);

test.each([
	['_files.selfie', '_files.photo'],
	["={{ $('Items').first()._files.selfie }}", '={{ $json._files.photo }}'],
])('In the binary mode combined, files are found by %s and %s', async (selfieField, photoField) => {
	const run = await verify(person('ada'), { selfieField, photoField }, 'combined');
	expect(whoLeft(run)).toEqual({ Approved: ['ada'] });
	expect(kairos.asked).toMatchObject([ADA]);
});

test('An input field whose expression returned nothing says so', async () => {
	expect(errorIn(await verify(person('ada'), { selfieField: '={{ undefined }}' }))).toMatch(
		"'Selfie Input Field' is an expression that returned nothing [item 0]. Enter the name",
	);
});

const to = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });

/** Verifies what Aggregate makes of items, and gives the error of that. */
async function errorAfter(
	options: INodeParameters,
	items: TestItem[],
	parameters: INodeParameters = {},
	{ name = 'Items', binaryMode = 'separate' as BinaryMode } = {},
) {
	const aggregate = { aggregate: 'aggregateAllItemData', options };
	const run = await runWorkflow(
		{
			nodes: [
				{ name, type: ITEMS },
				{ name: 'Aggregate', type: 'n8n-nodes-base.aggregate', parameters: aggregate },
				{ name: VERIFY, type: BIOMETRIC_VERIFY, parameters, onError: 'continueRegularOutput' },
			],
			connections: { [name]: to('Aggregate'), Aggregate: to(VERIFY) },
			settings: { binaryMode },
		},
		{ items, credential: credentialFor(kairos.url) },
	);
	return errorIn(run);
}

test.each([
	['Get', 'separate', ''],
	[`It's "Ada's" {{ item }} \\ 1`, 'separate', ''],
	['Get', 'combined', '_files.'],
] as const)(
	'If only an earlier node has files, the error names a working expression for them: node %s, %s',
	async (name, binaryMode, prefix) => {
		const { selfie, photo } = person('ada').files ?? {};
		const items = [{ files: { 'my selfie': selfie, photo } as TestItem['files'] }];
		const expressionFor = async (selfieField: string, photoField = `${prefix}photo`) => {
			const error = await errorAfter({}, items, { selfieField, photoField }, { name, binaryMode });
			return /to this expression: (\{\{.*\}\})$/.exec(error ?? '')?.[1] ?? error;
		};
		const selfieField = `=${await expressionFor(`${prefix}my selfie`)}`;
		const photoField = `=${await expressionFor(selfieField)}`;
		expect(await expressionFor(selfieField, photoField)).toBeUndefined();
		expect(kairos.asked).toMatchObject([ADA]);
	},
);

test('An item that Aggregate made of several people is not sent', async () => {
	const people = ['ada', 'bob', 'cleo'].map((name) => person(name));
	expect(await errorAfter({ includeBinaries: true }, people)).toMatch(
		/^The item has the images of several people \[item 0\]\. .*Aggregate/,
	);
	expect(kairos.asked).toEqual([]);
});

const cut = (path: string) => truncateSync(path, 100);
test.each<[what: string, size: number, change: (path: string) => void, words: string]>([
	['deleted', 1000, rmSync, 'no longer has the'],
	['deleted', 3_000_000, rmSync, 'no longer has the'],
	['cut', 1000, cut, 'no longer has all of the'],
	['cut', 3_000_000, cut, 'no longer has all of the'],
])('A file that n8n stored and someone %s is called gone: %i bytes', async (_what, ...given) => {
	const [size, change, words] = given;
	const selfie = await storedFor('this', Buffer.concat([imageOf('ada'), Buffer.alloc(size)]));
	change(Container.get(BinaryDataService).getPath(selfie.id ?? ''));
	const { photo } = person('ada').files ?? {};
	const run = await verify({ binary: { selfie }, files: { photo } as TestItem['files'] });
	expect(errorIn(run)).toMatch(
		`n8n ${words} selfie file [item 0]. n8n deletes an execution's files together`,
	);
	expect(kairos.asked).toEqual([]);
});

/** What a request can say, as the Webhook node gives it: all of it is the sender's. */
function requestBody() {
	const victim = { mimeType: 'image/png', data: imageOf('victim').toString('base64') };
	return {
		selfie: { ...foreign },
		// The name of the file on the sender's own item, and the ID of another one.
		ownName: { ...foreign, fileName: 'attacker.png', fileSize: '10 B', bytes: 10 },
		inline: victim,
		inlineWithEmptyId: { ...victim, id: '' },
		outside: { id: 'filesystem-v2:../../../../etc/passwd', mimeType: 'image/png', data: '' },
		unknownStore: { id: 'nowhere:1', mimeType: 'image/png', data: '' },
	};
}

/** The sender of a request has two files of his own, and JSON that names somebody else's. */
async function expectRefusal(parameters: INodeParameters, binaryMode?: BinaryMode) {
	const run = await verify(person('attacker', { body: requestBody() }), parameters, binaryMode);
	expect(outputsOf(run, VERIFY)[0]?.[0]?.json.verification).toMatchObject({
		error: { code: 'FILE_NOT_ALLOWED' },
	});
	expect(kairos.asked).toEqual([]);
}

const EXPRESSIONS = [
	...['selfie', 'ownName', 'inline', 'inlineWithEmptyId', 'outside', 'unknownStore'].map(
		(name) => `={{ $json.body.${name} }}`,
	),
	'={{ ({ ...$json.body.selfie }) }}',
	"={{ $('Items').first().json.body.selfie }}",
	'={{ $input.item.json.body.selfie }}',
	"={{ $json.body.selfie ?? $('Items').item.binary.selfie }}",
];

test.each(EXPRESSIONS)(
	'JSON that looks like a file is none, and nothing is sent: %s',
	async (one) => {
		await expectRefusal({ selfieField: one });
		await expectRefusal({ photoField: one });
	},
);

test('JSON that looks like a file is none where n8n keeps files in the JSON', async () => {
	const parameters = { selfieField: '={{ $json.body.selfie }}', photoField: '_files.photo' };
	await expectRefusal(parameters, 'combined');
});

test('JSON that looks like a file is none in memory, where its content identifies a file', async () => {
	await useBinaryMode('default');
	await expectRefusal({ selfieField: '={{ $json.body.inline }}' });
});

const withoutFiles = stepThat((items) =>
	items.map(({ json }, item) => ({ json, pairedItem: { item } })),
);

test.each([
	"={{ $('Get').item.binary.selfie }}",
	"={{ $json.none ? 'selfie' : $('Get').first().binary.selfie }}",
	'={{ $node["Get"].binary.selfie }}',
	'={{ $items("Get")[0].binary.selfie }}',
])(
	'An expression gives the file of an earlier node in each turn of a loop: %s',
	async (selfieField) => {
		const people = Array.from({ length: 30 }, (_, count) => `person ${count}`);
		const parameters = { selfieField, photoField: selfieField.replace('.selfie', '.photo') };
		const loop = { type: 'n8n-nodes-base.splitInBatches', typeVersion: 3 };
		const run = await runWorkflow(
			{
				nodes: [
					{ name: 'Items', type: ITEMS },
					{ name: 'Loop', ...loop, parameters: { batchSize: 1 } },
					{ name: 'Get', type: 'n8n-nodes-base.noOp' },
					{ name: 'Drop', type: 'test.withoutFiles' },
					{ name: VERIFY, type: BIOMETRIC_VERIFY, parameters },
				],
				connections: {
					Items: to('Loop'),
					Loop: { main: [[], ...to('Get').main] },
					Get: to('Drop'),
					Drop: to(VERIFY),
					[VERIFY]: { main: [[], [], ...to('Loop').main] },
				},
			},
			{
				items: people.map((name) => person(name)),
				credential: credentialFor(kairos.url),
				nodeTypes: { 'test.withoutFiles': withoutFiles },
			},
		);
		expect(run.data.resultData.error).toBeUndefined();
		expect(kairos.asked.map(({ person: name }) => name)).toEqual(people);
	},
);

// A sub-workflow gets its items with the files of its parent, and the files of a webhook, a retried
// execution, pinned data or one that was run from a node on are kept under another ID, too.
test('A file where n8n put it counts, also one that is kept for another execution', async () => {
	const selfieField = "={{ $('Items').item.binary.selfie }}";
	const binary = {
		selfie: await storedFor('pinned', imageOf('ada')),
		photo: await storedFor('temp', imageOf('id')),
	};
	const run = await runWorkflow(verifyWorkflow({ selfieField }), {
		items: [person('nobody')],
		credential: credentialFor(kairos.url),
		pinData: { Items: [{ json: { person: 'ada' }, binary }] },
	});
	expect(whoLeft(run)).toEqual({ Approved: ['ada'] });
	expect(kairos.asked.map(({ person: name, photo }) => [name, personIn(photo.bytes)])).toEqual([
		['ada', 'id'],
	]);
});
