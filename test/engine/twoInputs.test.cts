import type { INodeExecutionData, IRun } from 'n8n-workflow';
import {
	BIOMETRIC_VERIFY,
	ITEMS,
	outputsOf,
	runWorkflow,
	type TestItem,
} from '../support/engine.cts';
import { credentialFor, imageOf, onErrorSettings, VERIFY, whoLeft } from '../support/people.cts';
import { personIn } from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, rejects, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

let kairos: StandInKairos;

/** Kairos rejects who is `impostor`. */
beforeEach(async () => {
	recordLog();
	kairos = await startStandIn(({ person }) => (person === 'impostor' ? rejects : approves));
});
afterEach(() => kairos.stop());

type OnError = (typeof onErrorSettings)[number];

interface Setting {
	parameters?: Record<string, unknown>;
	onError?: OnError;
}

const file = (name: string) => ({ bytes: imageOf(name), fileName: `${name}.png` });

function selfie(person: string, { json = {}, files = {} }: TestItem = {}): TestItem {
	return {
		json: { from: 'selfies', person, ...json },
		files: { selfie: file(person), ...files },
	};
}

function photo(document: string, { json = {}, files = {} }: TestItem = {}): TestItem {
	return {
		json: { from: 'photos', document, ...json },
		files: { photo: file(document), ...files },
	};
}

/** Lets the items go to the input that fits where they are from, as two branches of a workflow do. */
async function run(items: TestItem[], { parameters = {}, onError }: Setting = {}): Promise<IRun> {
	const to = (node: string, index = 0) => ({ node, type: 'main' as const, index });
	return await runWorkflow(
		{
			nodes: [
				{ name: 'Items', type: ITEMS },
				{
					name: 'Two branches',
					type: 'n8n-nodes-base.if',
					typeVersion: 2.2,
					parameters: {
						conditions: {
							options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
							combinator: 'and',
							conditions: [
								{
									id: 'from',
									leftValue: '={{ $json.from }}',
									rightValue: 'selfies',
									operator: { type: 'string', operation: 'equals' },
								},
							],
						},
					},
				},
				{
					name: VERIFY,
					type: BIOMETRIC_VERIFY,
					parameters: { inputMode: 'twoInputs', branches: 'decision', ...parameters },
					...(onError && { onError }),
				},
			],
			connections: {
				Items: { main: [[to('Two branches')]] },
				'Two branches': { main: [[to(VERIFY, 0)], [to(VERIFY, 1)]] },
			},
		},
		{ items, credential: credentialFor(kairos.url) },
	);
}

const pairsAsked = () =>
	kairos.asked.map(({ person, photo }) => [person, personIn(photo.bytes)]).sort();

const approvedOf = (result: IRun): INodeExecutionData[] => outputsOf(result, VERIFY)[2] ?? [];

const errorsOf = (result: IRun): unknown[] =>
	outputsOf(result, VERIFY)
		.flat()
		.map(({ json }) => json.error)
		.filter((error) => error !== undefined);

describe('pairs', () => {
	test('the first selfie is matched against the first photo, and so on', async () => {
		const result = await run([
			selfie('ada'),
			photo('passport'),
			selfie('impostor'),
			photo('licence'),
		]);
		expect(pairsAsked()).toEqual([
			['ada', 'passport'],
			['impostor', 'licence'],
		]);
		expect(whoLeft(result, 'decision')).toEqual({ Rejected: ['impostor'], Approved: ['ada'] });
	});

	test('an item that leaves holds what both items hold, and comes from both', async () => {
		const result = await run([
			selfie('impostor'),
			selfie('ada', { json: { age: 36 } }),
			photo('licence'),
			photo('passport', { json: { country: 'UK' }, files: { scan: file('scan') } }),
		]);
		const [item] = approvedOf(result);
		const { verification, ...json } = item?.json ?? {};
		expect(verification).toMatchObject({ decision: 'approve' });
		expect(json).toEqual({
			from: 'selfies',
			person: 'ada',
			age: 36,
			photo_from: 'photos',
			document: 'passport',
			country: 'UK',
		});
		expect(Object.keys(item?.binary ?? {})).toEqual(['selfie', 'photo', 'scan']);
		expect(item?.pairedItem).toEqual([
			{ item: 1, input: 0 },
			{ item: 1, input: 1 },
		]);
	});

	test('files of the same name are both kept, the one of the photo under another name', async () => {
		const result = await run(
			[
				{ json: { from: 'selfies' }, files: { data: file('ada') } },
				{ json: { from: 'photos' }, files: { data: file('passport') } },
			],
			{ parameters: { selfieField: 'data', photoField: 'data' } },
		);
		expect(pairsAsked()).toEqual([['ada', 'passport']]);
		const files = Object.entries(approvedOf(result)[0]?.binary ?? {});
		expect(files.map(([name, { fileName }]) => [name, fileName])).toEqual([
			['data', 'ada.png'],
			['photo_data', 'passport.png'],
		]);
	});

	test('without Keep Images only the two images are left behind', async () => {
		const result = await run(
			[
				selfie('ada', { files: { contract: file('contract') } }),
				photo('passport', { files: { selfie: file('old-selfie') } }),
			],
			{ parameters: { options: { keepImages: false } } },
		);
		const files = Object.entries(approvedOf(result)[0]?.binary ?? {});
		expect(files.map(([name, { fileName }]) => [name, fileName])).toEqual([
			['contract', 'contract.png'],
			['selfie', 'old-selfie.png'],
		]);
	});

	test('each image is looked for in the item of its own input', async () => {
		const result = await run(
			[
				{ json: { from: 'selfies' }, files: { photo: file('ada') } },
				{ json: { from: 'photos' }, files: { selfie: file('passport') } },
			],
			{ onError: 'continueErrorOutput' },
		);
		expect(kairos.asked).toHaveLength(0);
		expect(errorsOf(result)).toEqual([
			expect.stringMatching(/no file in the field "selfie" \[item 0\]\. It has: "photo"\./),
		]);
	});
});

const MORE_SELFIES = [selfie('ada'), selfie('bob'), photo('passport')];
const MORE_PHOTOS = [selfie('ada'), photo('passport'), photo('licence')];

describe.each([
	['selfies', MORE_SELFIES, 'There is no photo for this selfie [item 1]', { item: 1, input: 0 }],
	['photos', MORE_PHOTOS, 'There is no selfie for this photo [item 1]', { item: 1, input: 1 }],
] as const)('more %s than their counterparts', (_which, items, message, origin) => {
	test('stop the run with an error that says so', async () => {
		const result = await run([...items]);
		expect(result.data.resultData.error).toMatchObject({
			message,
			description: expect.stringMatching(
				/^Items are paired by position, .* set Pair Items By to Matching Field\.$/,
			) as string,
		});
		expect(outputsOf(result, VERIFY).flat()).toEqual([]);
	});

	test.each([
		['continueRegularOutput', 0],
		['continueErrorOutput', 3],
	] as const)('leave apart from the pairs under %s', async (onError, output) => {
		const result = await run([...items], { onError });
		expect(pairsAsked()).toEqual([['ada', 'passport']]);
		expect(approvedOf(result).map(({ json }) => json.person)).toEqual(['ada']);
		const left = outputsOf(result, VERIFY)[output] ?? [];
		expect(left).toHaveLength(1);
		expect(left[0]?.json.error).toMatch(message);
		expect(left[0]?.pairedItem).toEqual([origin]);
	});
});

describe.each([
	['selfies', [photo('passport'), photo('licence')]],
	['photos', [selfie('ada'), selfie('bob')]],
] as const)('no %s at all', (_which, items) => {
	test.each(onErrorSettings)('approve nobody under %s', async (onError) => {
		const result = await run([...items], { onError });
		expect(kairos.asked).toHaveLength(0);
		expect(approvedOf(result)).toEqual([]);
	});

	test('are told to the builder', async () => {
		const result = await run([...items], { onError: 'continueErrorOutput' });
		expect(errorsOf(result)).toHaveLength(2);
	});
});
