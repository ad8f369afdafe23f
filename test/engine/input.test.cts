import { rmSync, truncateSync } from 'node:fs';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import {
	BIOMETRIC_VERIFY,
	isOldest,
	ITEMS,
	outputsOf,
	runWorkflow,
	type TestFile,
	type TestItem,
} from '../support/engine.cts';
import { type BinaryMode, binaryModes, storeFile, useBinaryMode } from '../support/binaryMode.cts';
import {
	credentialFor,
	imageOf,
	person,
	sampleImage,
	VERIFY,
	verifyWorkflow,
	whoLeft,
} from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

/** All items become one, without their files unless `includeBinaries` is set. */
const ALL_ITEMS = { aggregate: 'aggregateAllItemData' };

let kairos: StandInKairos;

beforeAll(recordLog);
beforeEach(async () => {
	kairos = await startStandIn(() => approves);
});
afterEach(() => kairos.stop());

const ada = imageOf('ada');
const selfie: TestFile = { bytes: ada, fileName: 'Ada at home.png' };
const photo: TestFile = { bytes: sampleImage, fileName: 'id.png' };

/** Verifies one item, and gives its error, undefined when it was approved. */
async function errorOf(files: Record<string, TestFile>, parameters: Record<string, unknown> = {}) {
	const run = await runWorkflow(verifyWorkflow(parameters, { onError: 'continueRegularOutput' }), {
		items: [{ json: { person: 'ada' }, files }],
		credential: credentialFor(kairos.url),
	});
	const [item, ...others] = outputsOf(run, VERIFY).flat();
	expect(others).toEqual([]);
	expect(Object.keys(whoLeft(run))).toEqual([
		item?.json.error === undefined ? 'Approved' : 'Review',
	]);
	return item?.json.error;
}

/** The oldest release keeps files in a database in another way, which needs one. */
const modes = binaryModes.filter((mode) => mode !== 'database' || !isOldest);

describe.each(modes)('files kept in the mode %s', (mode: BinaryMode) => {
	beforeAll(() => useBinaryMode(mode));
	afterAll(() => useBinaryMode('filesystem'));

	test('arrive byte for byte, with neutral names and their content types', async () => {
		const bytes = Buffer.concat([sampleImage, Buffer.from([0, 13, 10, 45, 45, 255])]);
		expect(await errorOf({ selfie: { ...selfie, bytes }, photo })).toBeUndefined();
		expect(kairos.asked).toMatchObject([
			{
				selfie: { name: 'selfie.png', type: 'image/png', bytes },
				photo: { name: 'photo.png', type: 'image/png', bytes: sampleImage },
			},
		]);
	});

	test('may be as large as Max Image Size', async () => {
		const large = ofSize(20_000_000);
		expect(await errorOf({ selfie: { bytes: large }, photo })).toBeUndefined();
		expect(kairos.asked[0]?.selfie.bytes.equals(large)).toBe(true);
	});
});

/** Something that begins like an image and is of so many bytes. */
function ofSize(bytes: number): Buffer {
	return Buffer.concat([sampleImage, Buffer.alloc(bytes - sampleImage.length, 'pixel')]);
}

/** A node that moves the files as n8n does in this mode. */
const combined = (items: TestItem[], parameters: Record<string, unknown>) =>
	runWorkflow(
		{
			...verifyWorkflow(parameters, { onError: 'continueRegularOutput' }),
			settings: { binaryMode: 'combined' },
		},
		{ items, credential: credentialFor(kairos.url) },
	);

test('In the binary mode combined, files are found by _files.name', async () => {
	const run = await combined([{ json: { person: 'ada' }, files: { selfie, photo } }], {
		selfieField: '_files.selfie',
		photoField: '_files.photo',
	});
	expect(whoLeft(run)).toEqual({ Approved: ['ada'] });
	expect(kairos.asked).toMatchObject([{ selfie: { bytes: ada }, photo: { bytes: sampleImage } }]);
});

test('An input field that is an expression may give a file of an earlier node', async () => {
	const parameters = { selfieField: "={{ $('Items').item.binary.other }}" };
	expect(await errorOf({ other: selfie, photo }, parameters)).toBeUndefined();
	expect(kairos.asked).toMatchObject([{ selfie: { bytes: ada } }]);
});

test.each([
	['nothing', '={{ undefined }}'],
	['a list of files', '={{ [$binary.selfie] }}'],
	['an object that is not a file', '={{ ({ id: 7, mimeType: "image/png", data: "" }) }}'],
])('An input field whose expression returned %s says so: %s', async (what, selfieField) => {
	const error = await errorOf({ selfie, photo }, { selfieField });
	expect(error).toMatch(
		`'Selfie Input Field' is an expression that returned ${what} [item 0]. Enter the name`,
	);
	expect(kairos.asked).toEqual([]);
});

const dropFiles = { name: 'Drop', type: 'n8n-nodes-base.aggregate', parameters: ALL_ITEMS };

test.each(['Get', 'Get the images', `It's "Ada's" {{ item }} \\ 1`])(
	'If only an earlier node has files, the error names a working expression for them: node %s',
	async (name) => {
		const to = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });
		const verify = async (parameters: Record<string, string>) => {
			const run = await runWorkflow(
				{
					nodes: [
						{ name, type: ITEMS },
						dropFiles,
						{
							name: VERIFY,
							type: BIOMETRIC_VERIFY,
							parameters,
							onError: 'continueRegularOutput',
						},
					],
					connections: { [name]: to('Drop'), Drop: to(VERIFY) },
				},
				{
					items: [{ files: { 'my selfie': selfie, photo } }],
					credential: credentialFor(kairos.url),
				},
			);
			return outputsOf(run, VERIFY).flat()[0]?.json.error;
		};
		const expressionIn = (error: unknown) =>
			/to this expression: (\{\{.*\}\})$/.exec(String(error))?.[1] ?? '';
		const selfieField = `=${expressionIn(await verify({ selfieField: 'my selfie', photoField: 'photo' }))}`;
		const photoField = `=${expressionIn(await verify({ selfieField, photoField: 'photo' }))}`;
		expect(await verify({ selfieField, photoField })).toBeUndefined();
		expect(kairos.asked).toMatchObject([{ selfie: { bytes: ada }, photo: { bytes: sampleImage } }]);
	},
);

/** Verifies an item whose selfie was changed on n8n's disk after it was stored. */
async function verifyAfter(size: number, change: (path: string) => void) {
	const bytes = Buffer.concat([ada, Buffer.alloc(size)]);
	const location = { workflowId: 'workflow', executionId: 'execution' };
	const facts = { data: '', mimeType: 'image/png' };
	const [storedSelfie, storedPhoto] = [
		await storeFile(location, bytes, { ...facts }),
		await storeFile(location, sampleImage, { ...facts }),
	];
	change(Container.get(BinaryDataService).getPath(storedSelfie.id ?? ''));
	const run = await runWorkflow(verifyWorkflow({}, { onError: 'continueRegularOutput' }), {
		items: [{ binary: { selfie: storedSelfie, photo: storedPhoto } }],
		credential: credentialFor(kairos.url),
	});
	return outputsOf(run, VERIFY)[0]?.[0]?.json.error;
}

test.each([10, 3_000_000])(
	'A file that n8n stored and deleted since is called gone, of %i bytes',
	async (size) => {
		expect(await verifyAfter(size, (path) => rmSync(path))).toMatch(
			/^n8n no longer has the selfie file \[item 0\]\. n8n deletes an execution's files together/,
		);
		expect(kairos.asked).toEqual([]);
	},
);

test.each([10, 3_000_000])(
	'A file that n8n stored and cut since is called gone at once, of %i bytes',
	async (size) => {
		expect(await verifyAfter(size, (path) => truncateSync(path, size / 2))).toMatch(
			/^n8n no longer has all of the selfie file \[item 0\]/,
		);
		expect(kairos.asked).toEqual([]);
	},
);

test('An item that Aggregate made of several people is not sent', async () => {
	const people = ['ada', 'bob', 'cleo'].map((name) => person(name));
	const to = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });
	const run = await runWorkflow(
		{
			nodes: [
				{ name: 'Items', type: ITEMS },
				{
					...{ name: 'Aggregate', type: 'n8n-nodes-base.aggregate' },
					parameters: { ...ALL_ITEMS, options: { includeBinaries: true } },
				},
				{ name: VERIFY, type: BIOMETRIC_VERIFY, onError: 'continueRegularOutput' },
			],
			connections: { Items: to('Aggregate'), Aggregate: to(VERIFY) },
		},
		{ items: people, credential: credentialFor(kairos.url) },
	);
	expect(outputsOf(run, VERIFY)[0]?.[0]?.json.error).toMatch(
		/^The item has the images of several people \[item 0\]\. .*Aggregate/,
	);
	expect(kairos.asked).toEqual([]);
});

const credentialOf = (itemIndex: number) => ({
	...credentialFor(kairos.url),
	appId: `id ${itemIndex}`,
});

test('A credential with expressions sends nobody with the keys of another', async () => {
	const run = await runWorkflow(verifyWorkflow({}, { onError: 'continueErrorOutput' }), {
		items: ['ada', 'bob', 'cleo'].map((name) => person(name)),
		credential: credentialOf,
	});
	expect(whoLeft(run)).toEqual({ Approved: ['ada'], Error: ['bob', 'cleo'] });
	expect(kairos.asked.map(({ person: name }) => name)).toEqual(['ada']);
});
