import { OUTPUTS, type OutputName } from '../../nodes/BiometricVerify/output/outputs';
import {
	bodyWith,
	type Changes,
	detail,
	DETAILS,
	LIVENESS,
	MATCH,
	REJECT_SCORE,
	SELFIE_FACES,
} from '../support/answers.cts';
import { useBinaryMode } from '../support/binaryMode.cts';
import { outputsOf, runWorkflow, type TestItem } from '../support/engine.cts';
import {
	branchModes,
	credentialFor,
	imageOf,
	onErrorSettings,
	person,
	personWithoutSelfie,
	VERIFY,
	verifyWorkflow,
	whoLeft,
} from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { type StandInKairos, startStandIn } from '../support/standInKairos.cts';

/** One person for each way in which a check can fail, and one who passes all of them. */
const PEOPLE: Record<string, Changes> = {
	ada: {},
	masked: { [LIVENESS]: 0.1 },
	stranger: { [MATCH]: 0.1 },
	faceless: { [SELFIE_FACES]: [] },
	flagged: { [DETAILS]: [detail('SOMETHING', 'reject')], [REJECT_SCORE]: 1 },
	spoof: { [DETAILS]: [detail('FAILED_SELFIE_LIVENESS', 'reject')], [REJECT_SCORE]: 1 },
};

let kairos: StandInKairos;

/** Whoever is `unlucky` is refused once. */
beforeEach(async () => {
	recordLog();
	kairos = await startStandIn(({ person: name, times }) =>
		name === 'unlucky' && times === 1 ? { status: 422 } : { body: bodyWith(PEOPLE[name]) },
	);
});
afterEach(() => kairos.stop());

const credential = () => credentialFor(kairos.url);

test('everybody leaves by their decision and by the checks that failed', async () => {
	const items = Object.keys(PEOPLE).map((name) => person(name));
	const run = await runWorkflow(verifyWorkflow({}), { items, credential: credential() });
	expect(whoLeft(run)).toEqual({
		Review: ['masked', 'stranger', 'faceless'],
		Rejected: ['flagged', 'spoof'],
		Approved: ['ada'],
		'No Match': ['stranger'],
		'Not Live': ['masked', 'spoof'],
		'Face Issue': ['faceless'],
		'Other Issue': ['flagged'],
	});
});

describe('in memory, where a file has no ID', () => {
	beforeAll(() => useBinaryMode('default'));
	afterAll(() => useBinaryMode('filesystem'));

	test.each([
		['one field twice', { photoField: 'selfie' }],
		['one file by an expression', { photoField: "={{ $('Items').item.binary.selfie }}" }],
	])('%s is refused, and nothing is sent', async (_what, parameters) => {
		const run = await runWorkflow(verifyWorkflow(parameters, { onError: 'continueErrorOutput' }), {
			items: [person('ada')],
			credential: credential(),
		});
		expect(outputsOf(run, VERIFY).at(-1)?.[0]?.json).toMatchObject({
			verification: { error: { code: 'SAME_FILE' } },
		});
		expect(kairos.asked).toEqual([]);
	});

	test('two files of the same bytes are reviewed', async () => {
		const sameBytes: TestItem = {
			json: { person: 'ada' },
			files: { selfie: { bytes: imageOf('ada') }, photo: { bytes: imageOf('ada') } },
		};
		const run = await runWorkflow(verifyWorkflow({}), {
			items: [sameBytes],
			credential: credential(),
		});
		expect(whoLeft(run)).toEqual({ Review: ['ada'], 'Other Issue': ['ada'] });
	});
});

describe('an imported workflow whose Branches cannot be used', () => {
	test.each(
		['everything', '={{ "decision" }}', ''].flatMap((branches) =>
			onErrorSettings.map((onError) => [branches, onError] as const),
		),
	)(
		'lets nobody out by another output than the first, and sends nothing: %p with On Error %s',
		async (branches, onError) => {
			const run = await runWorkflow(verifyWorkflow({ branches }, { onError }), {
				items: [person('ada'), personWithoutSelfie('nobody')],
				credential: credential(),
			});
			expect(kairos.asked).toEqual([]);
			const [first = [], ...others] = outputsOf(run, VERIFY);
			expect(others.flat()).toEqual([]);
			expect(first).toHaveLength(onError === 'stopWorkflow' ? 0 : 2);
			const errors = first.map(({ json }) => json.verification);
			if (onError === 'stopWorkflow')
				errors.push({ error: run.data.resultData.error?.context?.kairos });
			for (const error of errors) {
				expect(error).toMatchObject({ error: { code: 'INVALID_SETTING' } });
			}
		},
	);
});

test('an item that is verified at the second try leaves without the error of the first one', async () => {
	const { nodes, connections } = verifyWorkflow(
		{ branches: 'decision' },
		{ onError: 'continueErrorOutput' },
	);
	const again = nodes.map((node) => ({ ...node, name: `${node.name} Again` })).slice(1);
	const toAgain = [{ node: `${VERIFY} Again`, type: 'main' as const, index: 0 }];
	const run = await runWorkflow(
		{
			nodes: [...nodes, ...again],
			connections: { ...connections, [VERIFY]: { main: [[], [], [], toAgain] } },
		},
		{ items: [person('unlucky')], credential: credential() },
	);
	expect(outputsOf(run, VERIFY)[3]?.[0]?.json).toMatchObject({
		error: expect.any(String) as unknown,
		verification: { error: { code: 'REFUSED_REQUEST', attempts: 1 } },
	});
	const [approved] = outputsOf(run, `${VERIFY} Again`)[2] ?? [];
	expect(approved?.json).toMatchObject({ verification: { decision: 'approve' } });
	expect(approved?.json).not.toHaveProperty('error');
});

describe('a changed Branches', () => {
	const APPROVING: readonly OutputName[] = ['Approved', 'All Passed'];
	const modesThatApprove = branchModes.filter((mode) =>
		OUTPUTS[mode].some((name) => APPROVING.includes(name)),
	);
	const changes = modesThatApprove.flatMap((before) =>
		branchModes
			.filter((after) => after !== before)
			.flatMap((after) => onErrorSettings.map((onError) => [before, after, onError] as const)),
	);

	test.each(changes)(
		'from %s to %s with On Error %s lets in nobody else by the connection that stays',
		async (before, after, onError) => {
			const names: readonly OutputName[] = OUTPUTS[before];
			const connected = names.findIndex((name) => APPROVING.includes(name));
			const { nodes, connections } = verifyWorkflow({ branches: after }, { onError });
			const toLetIn = names.map((_name, index) =>
				index === connected ? [{ node: 'Let In', type: 'main' as const, index: 0 }] : [],
			);
			const run = await runWorkflow(
				{
					nodes: [...nodes, { name: 'Let In', type: 'n8n-nodes-base.noOp' }],
					connections: { ...connections, [VERIFY]: { main: toLetIn } },
				},
				{
					items: Object.keys(PEOPLE).map((name) => person(name)),
					credential: credential(),
				},
			);
			expect(outputsOf(run, VERIFY).flat().length).toBeGreaterThanOrEqual(6);
			const letIn = outputsOf(run, 'Let In').flat();
			expect(letIn.map(({ json }) => json.person)).toEqual(after === 'single' ? [] : ['ada']);
		},
	);
});
