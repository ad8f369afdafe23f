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
import { outputsOf, runWorkflow } from '../support/engine.cts';
import {
	branchModes,
	credentialFor,
	onErrorSettings,
	person,
	personWithoutSelfie,
	VERIFY,
	verifyWorkflow,
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

beforeEach(async () => {
	recordLog();
	kairos = await startStandIn(({ person: name }) => ({ body: bodyWith(PEOPLE[name]) }));
});
afterEach(() => kairos.stop());

const credential = () => credentialFor(kairos.url);

test.each(
	['everything', '={{ "decision" }}', ''].flatMap((branches) =>
		onErrorSettings.map((onError) => [branches, onError] as const),
	),
)(
	'An imported workflow whose Branches cannot be used lets nobody out by another output than the first, and sends nothing: %p with On Error %s',
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
	'A changed Branches from %s to %s with On Error %s lets in nobody else by the connection that stays',
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
