import type { INodeExecutionData, IRun, IWorkflowSettings } from 'n8n-workflow';
import {
	BIOMETRIC_VERIFY,
	ITEMS,
	outputsOf,
	runWorkflow,
	type TestItem,
} from '../support/engine.cts';
import {
	credentialFor,
	imageOf,
	onErrorSettings,
	personIn,
	VERIFY,
	whoLeft,
} from '../support/people.cts';
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
	settings?: IWorkflowSettings;
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
async function run(
	items: TestItem[],
	{ parameters = {}, onError, settings }: Setting = {},
): Promise<IRun> {
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
			...(settings && { settings }),
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
		expect(pairsAsked()).toEqual([]);
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

test('two inputs work in the binary mode combined too', async () => {
	const result = await run([selfie('ada'), photo('passport')], {
		parameters: { selfieField: '_files.selfie', photoField: '_files.photo' },
		settings: { binaryMode: 'combined' },
	});
	expect(result.data.resultData.error?.message).toBeUndefined();
	expect(whoLeft(result, 'decision')).toEqual({ Approved: ['ada'] });
});

describe('pairs by a field', () => {
	const byField = { pairBy: 'matchingField', pairField: 'applicantId' };
	const selfieOf = (name: string, applicantId?: unknown) =>
		selfie(name, { json: asJson({ applicantId }) });
	const photoOf = (name: string, applicantId?: unknown) =>
		photo(name, { json: asJson({ applicantId }) });

	test('a selfie is matched against the photo with the same value, whatever their order', async () => {
		const result = await run(
			[
				selfieOf('ada', 'a-1'),
				selfieOf('impostor', 'a-2'),
				photoOf('licence', 'a-2'),
				photoOf('passport', 'a-1'),
			],
			{ parameters: byField },
		);
		expect(pairsAsked()).toEqual([
			['ada', 'passport'],
			['impostor', 'licence'],
		]);
		expect(whoLeft(result, 'decision')).toEqual({ Rejected: ['impostor'], Approved: ['ada'] });
		const [item] = approvedOf(result);
		expect(item?.pairedItem).toEqual([
			{ item: 0, input: 0 },
			{ item: 1, input: 1 },
		]);
		expect(item?.json).toMatchObject({
			person: 'ada',
			document: 'passport',
			applicantId: 'a-1',
			photo_applicantId: 'a-1',
		});
	});

	test.each([
		['a number and the same number as text', 7, '7'],
		['text with blanks around it', ' a-1\n', 'a-1'],
		['0', 0, '0'],
		['a number that is written otherwise', 1e3, '1000'],
		['signs of any script', 'Größe 🙂', 'Größe 🙂'],
		['the name of a member that every object has', '__proto__', '__proto__'],
		['another one', 'constructor', 'constructor'],
	])('the same key is %s', async (_what, key, other) => {
		const result = await run(
			[selfieOf('bob', 'b'), selfieOf('ada', key), photoOf('passport', other), photoOf('id', 'b')],
			{ parameters: byField, onError: 'continueErrorOutput' },
		);
		expect(pairsAsked()).toEqual([
			['ada', 'passport'],
			['bob', 'id'],
		]);
		expect(errorsOf(result)).toEqual([]);
	});

	test('the field may lie deeper', async () => {
		await run(
			[
				selfie('ada', { json: { applicant: { id: 7 } } }),
				photo('passport', { json: { applicant: { id: 7 } } }),
			],
			{ parameters: { ...byField, pairField: 'applicant.id' } },
		);
		expect(pairsAsked()).toEqual([['ada', 'passport']]);
	});

	/** Who cannot be paired, and what is said of it; everybody else is verified. */
	const unpaired: Array<[string, TestItem[], RegExp[]]> = [
		[
			'has no key',
			[selfieOf('eve'), photoOf('blank')],
			[
				/^The selfie item at position 1 has no value in the field "applicantId" \[item 1\]/,
				/^The photo item at position 1 has no value in the field "applicantId" \[item 1\]/,
			],
		],
		...[null, '', '  ', true, ['a-2'], { id: 'a-2' }].map((key): [string, TestItem[], RegExp[]] => [
			`has ${JSON.stringify(key)} as its key`,
			[selfieOf('eve', key), photoOf('blank', key)],
			[/^The selfie item at position 1 has no value/, /^The photo item at position 1 has no value/],
		]),
		[
			'shares a key with another selfie',
			[selfieOf('eve', 'a-2'), selfieOf('mallory', 'a-2'), photoOf('licence', 'a-2')],
			[
				/^2 selfie items have "a-2" in the field "applicantId" \[item 1\].* positions 1, 2\.$/,
				/^2 selfie items have "a-2" in the field "applicantId" \[item 2\].* positions 1, 2\.$/,
				/^2 selfie items have "a-2" in the field "applicantId" \[item 1\].* positions 1, 2\.$/,
			],
		],
		[
			'has a key that two photos share',
			[selfieOf('eve', 'a-2'), photoOf('licence', 'a-2'), photoOf('visa', 'a-2')],
			[
				/^2 photo items have "a-2" in the field "applicantId" \[item 1\].* positions 1, 2\.$/,
				/^2 photo items have "a-2" in the field "applicantId" \[item 1\].* positions 1, 2\.$/,
				/^2 photo items have "a-2" in the field "applicantId" \[item 2\].* positions 1, 2\.$/,
			],
		],
		[
			'has a key that another one takes over as a number',
			[selfieOf('eve', '7'), selfieOf('mallory', 7), photoOf('licence', 7)],
			[/^2 selfie items have "7"/, /^2 selfie items have "7"/, /^2 selfie items have "7"/],
		],
		[
			'has no partner',
			[selfieOf('eve', 'a-2'), photoOf('licence', 'a-3')],
			[
				/^No photo item has "a-2" in the field "applicantId" \[item 1\].* The selfie item is at position 1;/,
				/^No selfie item has "a-3" in the field "applicantId" \[item 1\].* The photo item is at position 1;/,
			],
		],
		[
			'has a key that differs in case',
			[selfieOf('eve', 'A-2'), photoOf('licence', 'a-2')],
			[/^No photo item has "A-2"/, /^No selfie item has "a-2"/],
		],
	];

	describe.each(unpaired)('who %s', (_what, items, messages) => {
		const all = [selfieOf('ada', 'a-1'), photoOf('passport', 'a-1'), ...items];

		test.each([
			['continueRegularOutput', 0],
			['continueErrorOutput', 3],
		] as const)('is not verified, and everybody else is, under %s', async (onError, output) => {
			const result = await run(all, { parameters: byField, onError });
			expect(pairsAsked()).toEqual([['ada', 'passport']]);
			expect(approvedOf(result).map(({ json }) => json.person)).toEqual(['ada']);
			const left = outputsOf(result, VERIFY)[output] ?? [];
			expect(left.map(({ json }) => json.error)).toEqual(
				messages.map((message) => expect.stringMatching(message) as unknown),
			);
		});

		test('stops the run', async () => {
			const result = await run(all, { parameters: byField });
			expect(result.data.resultData.error?.message).toMatch(/ \[item 1\]$/);
			expect(outputsOf(result, VERIFY)).toEqual([]);
		});
	});

	const NOT_IN_LIST = 'Pair Items By has an invalid value';

	async function expectNobody(parameters: Record<string, unknown>, message: string): Promise<void> {
		const result = await run([selfieOf('ada', 'a-1'), photoOf('passport', 'a-1')], {
			parameters,
			onError: 'continueErrorOutput',
		});
		expect(kairos.asked).toEqual([]);
		expect(errorsOf(result)).toEqual([expect.stringMatching(`^${message} \\[item 0\\]`)]);
	}

	test.each([
		['an empty Pair Field', { pairBy: 'matchingField', pairField: ' ' }, 'Pair Field is empty'],
		['an unknown choice', { pairBy: 'guess', pairField: 'applicantId' }, NOT_IN_LIST],
	])('%s approves nobody', async (_what, parameters, message) => {
		await expectNobody(parameters, message);
	});

	// Older releases do not run such a workflow.
	test('an expression as choice approves nobody', async () => {
		await expectNobody({ pairBy: '={{ "position" }}' }, NOT_IN_LIST);
	});
});

test('fields that are named to collide, 10,000 of them, are joined all the same', async () => {
	const names = Array.from(
		{ length: 10_000 },
		(_, count) => `${'photo_'.repeat(count % 100)}a${count}`,
	);
	const chain = Array.from({ length: 200 }, (_, count) => `${'photo_'.repeat(count)}a`);
	const numbered = Array.from({ length: 5000 }, (_, count) => `photo_b_${count + 2}`);
	const fields = Object.fromEntries(
		[...names, ...chain, 'b', 'photo_b', ...numbered].map((name) => [name, 1]),
	);
	const result = await run([selfie('ada', { json: fields }), photo('passport', { json: fields })]);
	const [item] = approvedOf(result);
	// Both items' fields, and the verification.
	const own = Object.keys(fields).length;
	expect(Object.keys(item?.json ?? {})).toHaveLength(2 * own + 5);
});

/** JSON in which a value may be missing. */
function asJson(value: Record<string, unknown>): NonNullable<TestItem['json']> {
	return JSON.parse(JSON.stringify(value)) as NonNullable<TestItem['json']>;
}
