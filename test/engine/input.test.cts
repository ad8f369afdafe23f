import { rmSync, truncateSync } from 'node:fs';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { INodeParameters, IRun } from 'n8n-workflow';
import {
	BIOMETRIC_VERIFY,
	isOldest,
	ITEMS,
	outputsOf,
	runWorkflow,
	type TestItem,
} from '../support/engine.cts';
import { binaryModes, storeFile, useBinaryMode } from '../support/binaryMode.cts';
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
	await useBinaryMode('filesystem');
	kairos = await startStandIn(() => approves);
});
afterEach(() => kairos.stop());

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
	const location = { workflowId: 'workflow', executionId: 'execution' };
	const bytes = Buffer.concat([imageOf('ada'), Buffer.alloc(size)]);
	const selfie = await storeFile(location, bytes, { data: '', mimeType: 'image/png' });
	change(Container.get(BinaryDataService).getPath(selfie.id ?? ''));
	const { photo } = person('ada').files ?? {};
	const run = await verify({ binary: { selfie }, files: { photo } as TestItem['files'] });
	expect(errorIn(run)).toMatch(
		`n8n ${words} selfie file [item 0]. n8n deletes an execution's files together`,
	);
	expect(kairos.asked).toEqual([]);
});
