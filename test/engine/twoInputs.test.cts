import type { IDataObject, INodeParameters, IRun, IWorkflowSettings } from 'n8n-workflow';
import {
	BIOMETRIC_VERIFY,
	ITEMS,
	outputsOf,
	runWorkflow,
	stepThat,
	type TestItem,
} from '../support/engine.cts';
import { credentialFor, imageOf, person, personIn, VERIFY, whoLeft } from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, rejects, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

let kairos: StandInKairos;

/** Kairos rejects who is `impostor`, and refuses who is `refused`. */
beforeEach(async () => {
	recordLog();
	kairos = await startStandIn(({ person: name }) => {
		if (name === 'refused') return { status: 422 };
		return name === 'impostor' ? rejects : approves;
	});
});
afterEach(() => kairos.stop());

const file = (name: string) => ({ bytes: imageOf(name), fileName: `${name}.png` });
const to = (node: string, index = 0) => ({ node, type: 'main' as const, index });

const selfie = (name: string, applicantId: unknown, files: TestItem['files'] = {}): TestItem => ({
	json: { from: 'selfies', person: name, applicantId } as IDataObject,
	files: { selfie: file(name), ...files },
});
const photo = (name: string, applicantId: unknown, files: TestItem['files'] = {}): TestItem => ({
	json: { from: 'photos', document: name, applicantId } as IDataObject,
	files: { photo: file(name), ...files },
});

/** A step that passes on some of its items. */
const filter = (isWanted: (json: IDataObject) => boolean) =>
	stepThat((items) => items.filter(({ json }) => isWanted(json)));
const nodeTypes = {
	'test.selfies': filter(({ from }) => from !== 'photos'),
	'test.photos': filter(({ from }) => from !== 'selfies'),
	'test.withoutBob': filter(({ person: name }) => name !== 'bob'),
};

const verifyNode = (parameters: INodeParameters) => ({
	name: VERIFY,
	type: BIOMETRIC_VERIFY,
	onError: 'continueErrorOutput' as const,
	parameters: { inputMode: 'twoInputs', branches: 'decision', ...parameters },
});

/**
 * Lets the items go to the input that fits where they are from, as two branches do.
 *
 * @param again the parameters of another node behind Error.
 */
async function run(
	items: TestItem[],
	parameters: INodeParameters = {},
	settings: IWorkflowSettings = {},
	again?: INodeParameters,
): Promise<IRun> {
	return await runWorkflow(
		{
			nodes: [
				{ name: 'Items', type: ITEMS },
				{ name: 'Selfies', type: 'test.selfies' },
				{ name: 'Photos', type: 'test.photos' },
				verifyNode({ pairField: 'applicantId', ...parameters }),
				...(again ? [{ ...verifyNode(again), name: 'Again' }] : []),
			],
			connections: {
				Items: { main: [[to('Selfies'), to('Photos')]] },
				Selfies: { main: [[to(VERIFY, 0)]] },
				Photos: { main: [[to(VERIFY, 1)]] },
				...(again && { [VERIFY]: { main: [[], [], [], [to('Again')]] } }),
			},
			settings,
		},
		{ items, credential: credentialFor(kairos.url), nodeTypes },
	);
}

const pairsAsked = () =>
	kairos.asked.map(({ person: name, photo: { bytes } }) => [name, personIn(bytes)]).sort();

const approvedOf = (result: IRun) => outputsOf(result, VERIFY)[2] ?? [];

test('A selfie is matched against the photo of the same key, and the item holds what both hold', async () => {
	const result = await run([
		selfie('ada', 7),
		selfie('impostor', 'a-2'),
		photo('licence', ' a-2'),
		photo('passport', '7', { scan: file('scan') }),
	]);
	expect(pairsAsked()).toEqual([
		['ada', 'passport'],
		['impostor', 'licence'],
	]);
	expect(whoLeft(result, 'decision')).toEqual({ Rejected: ['impostor'], Approved: ['ada'] });
	const [item] = approvedOf(result);
	expect(item?.json).toMatchObject({
		person: 'ada',
		document: 'passport',
		from: 'selfies',
		photo_from: 'photos',
		applicantId: 7,
		photo_applicantId: '7',
	});
	expect(Object.keys(item?.binary ?? {})).toEqual(['selfie', 'photo', 'scan']);
	expect(item?.pairedItem).toEqual([
		{ item: 0, input: 0 },
		{ item: 1, input: 1 },
	]);
});

test.each([
	['alone', [photo('bob', 8)], { Error: [undefined] }],
	[
		'beside another',
		[selfie('ada', 7, { photo: file('passport') }), photo('bob', 8)],
		{ Approved: ['ada'], Error: [undefined] },
	],
])(
	"With 'One Input', whoever comes by a connection that is left, %s, is an error",
	async (_what, items, left) => {
		const result = await run(items, { inputMode: 'oneInput' });
		expect(whoLeft(result, 'decision')).toEqual(left);
	},
);

test('In a loop, whoever lacks an image is not verified with the photo of another', async () => {
	const names = ['ada', 'bob', 'cleo', 'dan'];
	const LOOP = { name: 'Loop', type: 'n8n-nodes-base.splitInBatches', typeVersion: 3 };
	const result = await runWorkflow(
		{
			nodes: [
				{ name: 'Items', type: ITEMS },
				{ ...LOOP, parameters: { batchSize: 1 } },
				// The selfie of bob gets lost.
				{ name: 'Selfies', type: 'test.withoutBob' },
				verifyNode({ pairField: 'person' }),
			],
			connections: {
				Items: { main: [[to('Loop')]] },
				Loop: { main: [[], [to('Selfies'), to(VERIFY, 1)]] },
				Selfies: { main: [[to(VERIFY, 0)]] },
				[VERIFY]: { main: [[to('Loop')], [to('Loop')], [to('Loop')], [to('Loop')]] },
			},
		},
		{ items: names.map((name) => person(name)), credential: credentialFor(kairos.url), nodeTypes },
	);
	expect(result.data.resultData.error).toBeUndefined();
	const runs = result.data.resultData.runData[VERIFY] ?? [];
	const verified = runs
		.flatMap(({ data }) => data?.main?.flat() ?? [])
		.flatMap((item) => (item && item.json.error === undefined ? [item.json] : []));
	expect(verified.map(({ person: name }) => name)).toContain('ada');
	for (const json of verified) expect(json.photo_person).toBe(json.person);
	expect(kairos.asked.map(({ person: name }) => name)).not.toContain('bob');
});

test('Items without a partner leave by Error, apart from the pairs', async () => {
	const items = [
		...[selfie('ada', 'a-1'), photo('passport', 'a-1')],
		...[selfie('eve', 'a-2'), photo('licence', 'a-3'), photo('visa', 0.5)],
	];
	const result = await run(items);
	expect(pairsAsked()).toEqual([['ada', 'passport']]);
	expect(approvedOf(result).map(({ json }) => json.person)).toEqual(['ada']);
	const left = outputsOf(result, VERIFY)[3] ?? [];
	expect(left.map(({ pairedItem, json }) => [pairedItem, json.verification])).toMatchObject([
		[[{ item: 1, input: 0 }], { error: { code: 'NO_PARTNER' } }],
		[[{ item: 1, input: 1 }], { error: { code: 'NO_PARTNER' } }],
		[[{ item: 2, input: 1 }], { error: { code: 'UNUSABLE_KEY' } }],
	]);
});

test('Two inputs work in the binary mode combined, too, and keep the files of both', async () => {
	const fields = { selfieField: '_files.selfie', photoField: '_files.photo' };
	const items = [selfie('ada', 1), photo('passport', 1)];
	const result = await run(items, fields, { binaryMode: 'combined' });
	expect(whoLeft(result, 'decision')).toEqual({ Approved: ['ada'] });
	const [item] = approvedOf(result);
	expect(Object.keys(item?.json._files as object)).toEqual(['selfie', 'photo']);
});

test('A file that comes with the selfie is never taken for the photo by a node behind Error', async () => {
	const other = { photo: file('other') };
	const items = [selfie('mallory', 1, other), selfie('refused', 2, other), photo('passport', 2)];
	const left = await run(items, {}, {}, { inputMode: 'oneInput' });
	expect(pairsAsked()).toEqual([
		['refused', 'passport'],
		['refused', 'passport'],
	]);
	const errors = (outputsOf(left, 'Again')[3] ?? []).map(({ json }) => json.verification);
	expect(errors).toMatchObject([
		{ error: { code: 'FILE_NOT_FOUND' } },
		{ error: { code: 'REFUSED_REQUEST' } },
	]);
});

test('Without Keep Images both images are left behind where both items hold both', async () => {
	const both = { selfie: file('ada'), photo: file('passport') };
	const item = { json: { applicantId: 1 }, files: { ...both, contract: file('contract') } };
	const [left] = approvedOf(await run([item], { options: { keepImages: false } }));
	expect(pairsAsked()).toEqual([['ada', 'passport']]);
	expect(Object.keys(left?.binary ?? {})).toEqual(['contract', 'photo_contract']);
});

test('Without Keep Images only the two images are left behind', async () => {
	const items = [
		selfie('ada', 1, { contract: file('contract') }),
		photo('passport', 1, { selfie: file('old-selfie') }),
	];
	const [item] = approvedOf(await run(items, { options: { keepImages: false } }));
	const files = Object.entries(item?.binary ?? {});
	expect(files.map(([name, { fileName }]) => [name, fileName])).toEqual([
		['contract', 'contract.png'],
		['photo_selfie', 'old-selfie.png'],
	]);
});
