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

let kairos: StandInKairos;

beforeAll(recordLog);
beforeEach(async () => {
	kairos = await startStandIn(() => approves);
});
afterEach(() => kairos.stop());

const ada = imageOf('ada');
const selfie: TestFile = { bytes: ada, fileName: 'Ada at home.png' };
const photo: TestFile = { bytes: sampleImage, fileName: 'id.png' };

/** Verifies one item. */
const verify = (files: Record<string, TestFile>, parameters: Record<string, unknown> = {}) =>
	runWorkflow(verifyWorkflow(parameters, { onError: 'continueRegularOutput' }), {
		items: [{ json: { person: 'ada' }, files }],
		credential: credentialFor(kairos.url),
	});

/** The oldest release keeps files in a database in another way, which needs one. */
const modes = binaryModes.filter((mode) => mode !== 'database' || !isOldest);

describe.each(modes)('files kept in the mode %s', (mode: BinaryMode) => {
	beforeAll(() => useBinaryMode(mode));
	afterAll(() => useBinaryMode('filesystem'));

	test('arrive byte for byte, up to Max Image Size, with neutral names', async () => {
		const bytes = Buffer.alloc(20_000_000, Buffer.from([0, 13, 10, 45, 45, 255]));
		ada.copy(bytes);
		const run = await verify({ selfie: { ...selfie, bytes }, photo });
		expect(Object.keys(whoLeft(run))).toEqual(['Approved']);
		expect(kairos.asked).toMatchObject([
			{
				selfie: { name: 'selfie.png', type: 'image/png' },
				photo: { name: 'photo.png', type: 'image/png', bytes: sampleImage },
			},
		]);
		expect(kairos.asked[0]?.selfie.bytes.equals(bytes)).toBe(true);
	});
});

test.each([
	['_files.selfie', '_files.photo'],
	["={{ $('Items').first()._files.selfie }}", '={{ $json._files.photo }}'],
])('In the binary mode combined, files are found by %s and %s', async (selfieField, photoField) => {
	const run = await runWorkflow(
		{ ...verifyWorkflow({ selfieField, photoField }), settings: { binaryMode: 'combined' } },
		{
			items: [{ json: { person: 'ada' }, files: { selfie, photo } }],
			credential: credentialFor(kairos.url),
		},
	);
	expect(whoLeft(run)).toEqual({ Approved: ['ada'] });
	expect(kairos.asked).toMatchObject([{ selfie: { bytes: ada }, photo: { bytes: sampleImage } }]);
});

test('An input field whose expression returned nothing says so', async () => {
	const run = await verify({ selfie, photo }, { selfieField: '={{ undefined }}' });
	expect(outputsOf(run, VERIFY)[0]?.[0]?.json.error).toMatch(
		"'Selfie Input Field' is an expression that returned nothing [item 0]. Enter the name",
	);
	expect(kairos.asked).toEqual([]);
});

const to = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });

/** Verifies what Aggregate makes of items, and gives the error of that. */
async function errorAfter(
	aggregate: Record<string, unknown>,
	items: TestItem[],
	parameters: Record<string, string> = {},
	{ name = 'Items', binaryMode = 'separate' as 'separate' | 'combined' } = {},
) {
	const run = await runWorkflow(
		{
			nodes: [
				{ name, type: ITEMS },
				{
					...{ name: 'Aggregate', type: 'n8n-nodes-base.aggregate' },
					parameters: { aggregate: 'aggregateAllItemData', ...aggregate } as never,
				},
				{ name: VERIFY, type: BIOMETRIC_VERIFY, parameters, onError: 'continueRegularOutput' },
			],
			connections: { [name]: to('Aggregate'), Aggregate: to(VERIFY) },
			settings: { binaryMode },
		},
		{ items, credential: credentialFor(kairos.url) },
	);
	return outputsOf(run, VERIFY).flat()[0]?.json.error;
}

test.each([
	['Get', 'separate', ''],
	[`It's "Ada's" {{ item }} \\ 1`, 'separate', ''],
	['Get', 'combined', '_files.'],
] as const)(
	'If only an earlier node has files, the error names a working expression for them: node %s, %s',
	async (name, binaryMode, prefix) => {
		const files = { 'my selfie': selfie, photo };
		const expressionFor = async (selfieField: string, photoField = `${prefix}photo`) => {
			const fields = { selfieField, photoField };
			const error = await errorAfter({}, [{ files }], fields, { name, binaryMode });
			return /to this expression: (\{\{.*\}\})$/.exec(String(error))?.[1] ?? error;
		};
		const selfieField = `=${String(await expressionFor(`${prefix}my selfie`))}`;
		const photoField = `=${String(await expressionFor(selfieField))}`;
		expect(await expressionFor(selfieField, photoField)).toBeUndefined();
		expect(kairos.asked).toMatchObject([{ selfie: { bytes: ada }, photo: { bytes: sampleImage } }]);
	},
);

test('An item that Aggregate made of several people is not sent', async () => {
	const people = ['ada', 'bob', 'cleo'].map((name) => person(name));
	expect(await errorAfter({ options: { includeBinaries: true } }, people)).toMatch(
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
	const location = { workflowId: 'workflow', executionId: 'execution' };
	const facts = { data: '', mimeType: 'image/png' };
	const stored = await storeFile(location, Buffer.concat([ada, Buffer.alloc(size)]), facts);
	change(Container.get(BinaryDataService).getPath(stored.id ?? ''));
	const run = await runWorkflow(verifyWorkflow({}, { onError: 'continueRegularOutput' }), {
		items: [{ binary: { selfie: stored }, files: { photo } }],
		credential: credentialFor(kairos.url),
	});
	expect(outputsOf(run, VERIFY)[0]?.[0]?.json.error).toMatch(
		`n8n ${words} selfie file [item 0]. n8n deletes an execution's files together`,
	);
	expect(kairos.asked).toEqual([]);
});
