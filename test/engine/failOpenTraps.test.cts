import type { IRun } from 'n8n-workflow';
import { OUTPUTS } from '../../nodes/BiometricVerify/output/outputs';
import {
	bodyWith,
	type Changes,
	detail,
	DETAILS,
	LIVENESS,
	MATCH,
	SELFIE_FACES,
} from '../support/answers.cts';
import { outputsOf, runWorkflow, type TestItem } from '../support/engine.cts';
import {
	type BranchMode,
	branchModes,
	credentialFor,
	onErrorSettings,
	person,
	personWithoutSelfie,
	VERIFY,
	verifyWorkflow,
	whoLeft,
} from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, rejects, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

/** One person for each way in which a check can fail. */
const FAILING: Record<string, Changes> = {
	masked: { [LIVENESS]: 0.1 },
	stranger: { [MATCH]: 0.1 },
	faceless: { [SELFIE_FACES]: [] },
	flagged: { [DETAILS]: [detail('SOMETHING', 'reject')] },
	spoof: { [DETAILS]: [detail('FAILED_SELFIE_LIVENESS', 'reject')] },
};

let kairos: StandInKairos;

/** Kairos refuses who is `refused`, and who is `unlucky` once; it rejects who is `impostor`. */
beforeEach(async () => {
	recordLog();
	kairos = await startStandIn(({ person: name, times }) => {
		if (name === 'refused' || (name === 'unlucky' && times === 1)) return { status: 422 };
		if (name === 'impostor') return rejects;
		return name in FAILING ? { body: bodyWith(FAILING[name]) } : approves;
	});
});
afterEach(() => kairos.stop());

const asked = () => kairos.asked.map(({ person }) => person).sort();

type Settings = NonNullable<Parameters<typeof verifyWorkflow>[1]>;

/** Verifies people, by their names or as whole items. */
async function verify(
	people: Array<string | TestItem>,
	parameters: Record<string, unknown> = {},
	{ binaryMode, ...node }: Settings & { binaryMode?: 'combined' } = {},
): Promise<IRun> {
	const items = people.map((one) => (typeof one === 'string' ? person(one) : one));
	return await runWorkflow(
		{ ...verifyWorkflow(parameters, node), ...(binaryMode && { settings: { binaryMode } }) },
		{ items, credential: credentialFor(kairos.url) },
	);
}

/** The positions of the items that left by each output, by its name. */
function positionsIn(run: IRun, mode: BranchMode) {
	const names = [...OUTPUTS[mode], 'Error'];
	const left = outputsOf(run, VERIFY).map((items, output): [string, unknown[]] => [
		names[output] ?? `output ${output}`,
		items.map(({ pairedItem }) => (pairedItem as { item: number }).item),
	]);
	return Object.fromEntries(left.filter(([, positions]) => positions.length > 0));
}

const ADA_AND_BOB = ['ada', 'bob'];
const continuing = ['continueRegularOutput', 'continueErrorOutput'] as const;

/** How the first of some items leaves when it is rejected, and the third when it is approved. */
const REJECTED_AND_APPROVED: Record<BranchMode, Record<string, number[]>> = {
	decisionAndChecks: { Rejected: [0], Approved: [2], 'No Match': [0], 'Not Live': [0] },
	decision: { Rejected: [0], Approved: [2] },
	checks: { 'No Match': [0], 'Not Live': [0], 'All Passed': [2] },
	single: { Result: [0, 2] },
};

// In the binary mode combined n8n cannot read which outputs there are, and would miss Error.
test.each(
	branchModes.flatMap((branches) => [
		[branches, 'continueRegularOutput', OUTPUTS[branches][0], undefined] as const,
		[branches, 'continueErrorOutput', 'Error', undefined] as const,
		[branches, 'continueErrorOutput', 'Error', 'combined'] as const,
	]),
)(
	'In mode %s with %s, failed items leave by %s, apart from verified ones and without an older verification (binary mode %s)',
	async (branches, onError, failedBy, binaryMode) => {
		const fields = binaryMode && { selfieField: '_files.selfie', photoField: '_files.photo' };
		const refused = person('refused', { verification: { decision: 'approve' }, age: 36 });
		const run = await verify(
			['impostor', refused, 'ada', personWithoutSelfie('nobody')],
			{ branches, ...fields },
			{ onError, binaryMode },
		);
		const verified = REJECTED_AND_APPROVED[branches];
		expect(positionsIn(run, branches)).toEqual({
			...verified,
			[failedBy]: [...(verified[failedBy] ?? []), 1, 3].sort(),
		});
		const failed = outputsOf(run, VERIFY)
			.flat()
			.filter(({ json }) => json.error !== undefined);
		const codes = ['REFUSED_REQUEST', 'FILE_NOT_FOUND'];
		expect(failed.map(({ json }) => json.verification)).toEqual(
			codes.map((code) => ({ error: expect.objectContaining({ code }) as unknown })),
		);
		if (onError === 'continueErrorOutput') {
			expect(failed[0]?.json).toMatchObject({ person: 'refused', age: 36 });
		}
	},
);

const GONE = { credentials: { kairosApi: { id: '7', name: 'Gone' } } };

test.each(
	onErrorSettings.flatMap((onError) => [
		['no credential', onError, {}] as const,
		['a credential that was deleted', onError, GONE] as const,
	]),
)('With %s and %s, nobody is sent or approved', async (_what, onError, credentials) => {
	const run = await runWorkflow(verifyWorkflow({}, { onError, ...credentials }), {
		items: ADA_AND_BOB.map((name) => person(name)),
	});
	const failedBy = onError === 'continueErrorOutput' ? 'Error' : 'Review';
	const isStopped = onError === 'stopWorkflow';
	expect(positionsIn(run, 'decisionAndChecks')).toEqual(isStopped ? {} : { [failedBy]: [0, 1] });
	const errors = outputsOf(run, VERIFY).flat();
	const messages = isStopped
		? [run.data.resultData.error?.message]
		: errors.map(({ json }) => json.error);
	for (const message of messages) expect(message).toMatch(/redential/);
	expect(asked()).toEqual([]);
});

const PLACES: Record<string, (value: string) => Record<string, unknown>> = {
	'an image': (selfieField) => ({ selfieField }),
	Branches: (branches) => ({ branches }),
	Inputs: (inputMode) => ({ inputMode }),
	'an option': (outputField) => ({ options: { outputField } }),
	'an option of the run': (timeout) => ({ options: { limits: { values: { timeout } } } }),
	'an option of the item': (inSelfie) => ({ options: { multipleFaces: { values: { inSelfie } } } }),
};
const EXPRESSIONS = {
	'gives nothing': '={{ $json.person.no.such() }}',
	'names a node that is not there': "={{ $('Nowhere').item.binary.data }}",
	'is none': '={{ ( }}',
};

test.each([
	...Object.entries(PLACES).flatMap(([place, setTo]) =>
		Object.entries(EXPRESSIONS).map(([what, value]) => [place, what, setTo(value)] as const),
	),
	['Branches', 'gives a mode', { branches: '={{ "decision" }}' }] as const,
	['Branches', 'is none of an imported workflow', { branches: 'everything' }] as const,
])('An expression for %s that %s approves nobody', async (_place, _what, parameters) => {
	for (const onError of onErrorSettings) {
		const run = await verify(ADA_AND_BOB, parameters, { onError });
		const items = outputsOf(run, VERIFY).flat();
		expect(items).toHaveLength(onError === 'stopWorkflow' ? 0 : 2);
		for (const { json } of items) expect(json.error).toEqual(expect.any(String));
		const failedBy = onError === 'continueErrorOutput' && !('branches' in parameters);
		const leftBy = items.length === 0 ? [] : [failedBy ? 'Error' : 'Review'];
		expect(Object.keys(whoLeft(run))).toEqual(leftBy);
	}
	expect(asked()).toEqual([]);
});

test('An expression that fails for one item does not affect the others', async () => {
	const selfieField = '={{ $json.person === "ada" ? $json.no.such() : "selfie" }}';
	const run = await verify(ADA_AND_BOB, { selfieField }, { onError: 'continueErrorOutput' });
	expect(whoLeft(run)).toEqual({ Approved: ['bob'], Error: ['ada'] });
});

test('An item that fails by an option, too, shows that another one points to its images', async () => {
	const inSelfie = '={{ $json.person === "ada" ? "?" : "review" }}';
	const parameters = {
		selfieField: "={{ $('Items').first().binary.selfie }}",
		photoField: "={{ $('Items').first().binary.photo }}",
		options: { multipleFaces: { values: { inSelfie } } },
	};
	const run = await verify(ADA_AND_BOB, parameters, { onError: 'continueErrorOutput' });
	expect(whoLeft(run)).toEqual({ Error: ADA_AND_BOB });
	expect(asked()).toEqual([]);
});

test.each(branchModes)('A disabled node approves nobody in mode %s', async (branches) => {
	const older = { decision: 'approve' };
	const people = ['ada', person('bob', { verification: older })];
	const run = await verify(people, { branches }, { disabled: true });
	expect(whoLeft(run, branches)).toEqual({ [OUTPUTS[branches][0]]: ADA_AND_BOB });
	// No node can prevent that the second item keeps an older verification: n8n does not run it.
	const left = outputsOf(run, VERIFY).flat();
	expect(left.map(({ json }) => json.verification)).toEqual([undefined, older]);
	expect(asked()).toEqual([]);
});

test.each([
	{ error: 'an older error' },
	{ error: 'an older error', message: 'of an earlier node', details: {} },
	{ $error: { message: 'an older error' }, $json: { person: 'ada' } },
])('Items leave by their verdict, or by Error, also where they bring %j', async (keys) => {
	const people = ['ada', 'impostor', 'refused'].map((name) => person(name, keys));
	const run = await verify(people, { branches: 'decision' }, { onError: 'continueErrorOutput' });
	expect(positionsIn(run, 'decision')).toEqual({ Rejected: [1], Approved: [0], Error: [2] });
});

const RETRYING = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

test.each(onErrorSettings)(
	"n8n's Retry On Fail with On Error %s sends nobody again who was verified",
	async (onError) => {
		const people = ['unlucky', 'ada', 'impostor', 'bob'];
		const run = await verify(people, { branches: 'decision' }, { onError, ...RETRYING });
		expect(positionsIn(run, 'decision')).toEqual({ Rejected: [2], Approved: [0, 1, 3] });
		expect(asked()).toEqual(['ada', 'bob', 'impostor', 'unlucky', 'unlucky']);
	},
);

test("n8n's Retry On Fail sends nobody again when an item brings an error of its own", async () => {
	const people = [person('ada', { error: 'an older error' }), 'bob'];
	const run = await verify(people, { branches: 'single' }, RETRYING);
	expect(whoLeft(run, 'single')).toEqual({ Result: ADA_AND_BOB });
	expect(asked()).toEqual(ADA_AND_BOB);
});

test.each(
	branchModes.flatMap((before) =>
		branchModes
			.filter((after) => before !== after && before !== 'single')
			.flatMap((after) => continuing.map((onError) => [before, after, onError] as const)),
	),
)(
	'A Branches that changes from %s to %s with On Error %s lets in nobody else by the connection that stays',
	async (_before, branches, onError) => {
		const { nodes, connections } = verifyWorkflow({ branches }, { onError });
		// In each of these modes the third output approves.
		const toLetIn = [[], [], [{ node: 'Let In', type: 'main' as const, index: 0 }]];
		const people = ['ada', ...Object.keys(FAILING), 'refused'];
		const run = await runWorkflow(
			{
				nodes: [...nodes, { name: 'Let In', type: 'n8n-nodes-base.noOp' }],
				connections: { ...connections, [VERIFY]: { main: toLetIn } },
			},
			{ items: people.map((name) => person(name)), credential: credentialFor(kairos.url) },
		);
		expect(asked()).toEqual(people.sort());
		const letIn = outputsOf(run, 'Let In').flat();
		expect(letIn.map(({ json }) => json.person)).toEqual(branches === 'single' ? [] : ['ada']);
	},
);
