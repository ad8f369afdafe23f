import type {
	EngineResponse,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
} from 'n8n-workflow';
import { NodeConnectionTypes, deepCopy } from 'n8n-workflow';

import {
	BIOMETRIC_VERIFY,
	BiometricVerify,
	ITEMS,
	itemsNode,
	nodeType,
	type TestItem,
	runWorkflow,
	stepThat,
} from '../support/engine.cts';
import { credentialFor, person } from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, rejects, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

/** n8n names the copy of a node that agents use by adding this to its type. */
const TOOL = `${BIOMETRIC_VERIFY}Tool`;
const AGENT = 'test.agent';
const CALLS = 'test.calls';
const ONLY_FILES = 'test.onlyFiles';

/** What an agent reads of a call. */
interface Observed {
	verification?: { decision: string; note?: string };
	error?: string;
}

let kairos: StandInKairos;

beforeEach(async () => {
	recordLog();
	kairos = await startStandIn(({ person: name }) => {
		return name === 'impostor' ? rejects : approves;
	});
});

afterEach(() => kairos.stop());

/** The node as n8n changes it for agents (`convertNodeToAiTool` of n8n's server). */
function toolType(): INodeType {
	const tool = new BiometricVerify();
	tool.description = {
		...deepCopy(tool.description),
		name: `${tool.description.name}Tool`,
		inputs: [],
		outputs: [NodeConnectionTypes.AiTool],
	};
	return tool;
}

/** An agent that calls its tool once for each item, and gives out what comes back. */
function agentType(execute: INodeType['execute']): INodeType {
	return nodeType(execute, [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool }]);
}

/** Calls the tool through the function that n8n's engine wraps around the node. */
async function callWrapped(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const [tool] = (await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0)) as [
		{ invoke(input: object): Promise<string> },
	];
	const observed: unknown[] = [];
	for (const { json } of this.getInputData()) {
		observed.push(...(JSON.parse(await tool.invoke(json)) as Observed[]));
	}
	return [[{ json: { observed: observed as never } }]];
}

/** Asks n8n's engine to run the tool as a node of the workflow, as newer agents do. */
async function callByEngine(this: IExecuteFunctions, response?: EngineResponse) {
	if (response && response.actionResponses.length > 0) {
		const items = response.actionResponses.flatMap(({ data }) => data.data?.ai_tool?.[0] ?? []);
		const observed = items.map(({ json }) => json);
		return await Promise.resolve([[{ json: { observed } }]]);
	}
	return {
		actions: this.getInputData().map(({ json }, itemIndex) => ({
			actionType: 'ExecutionNodeAction' as const,
			nodeName: 'Verify',
			input: json,
			type: NodeConnectionTypes.AiTool,
			id: `call-${itemIndex}`,
			metadata: { itemIndex },
		})),
		metadata: {},
	};
}

const AGENTS = { 'by its wrapper': callWrapped, 'by the engine': callByEngine };

/** A layout that a tool does not have, and the images of the form. */
const PARAMETERS = {
	inputMode: 'twoInputs',
	branches: 'checks',
	selfieField: "={{ $('Form').item.binary.selfie }}",
	photoField: "={{ $('Form').item.binary.photo }}",
};

interface Situation {
	/** What the agent calls about, where that is not the items of the form. */
	calls?: Array<NonNullable<TestItem['json']>>;
	/** Whether a loop runs the form and the agent once for each person, with nothing but files. */
	inLoop?: boolean;
	onError?: 'continueErrorOutput';
}

/** What an agent gets for its calls about the people of a form. */
async function observe(
	agent: INodeType['execute'],
	people: string[],
	{ calls, inLoop = false, onError }: Situation = {},
): Promise<Observed[]> {
	const step = (node: string) => [{ node, type: NodeConnectionTypes.Main, index: 0 }];
	const to = (node: string) => ({ main: [step(node)] });
	const loop = { name: 'Loop', type: 'n8n-nodes-base.splitInBatches', typeVersion: 3 };
	const run = await runWorkflow(
		{
			nodes: [
				...(inLoop ? [{ name: 'Items', type: ITEMS }, loop] : []),
				{ name: 'Form', type: inLoop ? ONLY_FILES : ITEMS },
				...(calls ? [{ name: 'Calls', type: CALLS }] : []),
				{ name: 'Agent', type: AGENT },
				{ name: 'Verify', type: TOOL, onError, parameters: PARAMETERS },
			],
			connections: {
				...(inLoop && { Items: to('Loop'), Agent: to('Loop') }),
				...(inLoop && { Loop: { main: [[], step('Form')] } }),
				Form: to(calls ? 'Calls' : 'Agent'),
				...(calls && { Calls: to('Agent') }),
				Verify: { ai_tool: [[{ node: 'Agent', type: NodeConnectionTypes.AiTool, index: 0 }]] },
			},
		},
		{
			items: people.map((name) => person(name)),
			credential: credentialFor(kairos.url),
			nodeTypes: {
				[TOOL]: toolType(),
				[AGENT]: agentType(agent),
				[CALLS]: itemsNode((calls ?? []).map((json) => ({ json }))),
				[ONLY_FILES]: stepThat((items) => items.map((item) => ({ ...item, json: {} }))),
			},
		},
	);
	if (run.data.resultData.error) throw run.data.resultData.error;
	return (run.data.resultData.runData['Agent'] ?? [])
		.flatMap(({ data }) => data?.main?.flat() ?? [])
		.flatMap((item) => (item?.json.observed ?? []) as unknown as Observed[]);
}

describe.each(Object.entries(AGENTS))('As a tool that is called %s, the node', (_, agent) => {
	test('gives the agent the decision, whatever Inputs and Branches say', async () => {
		const decisions = async (name: string) =>
			(await observe(agent, [name])).map(({ verification }) => verification?.decision);
		expect(await decisions('impostor')).toEqual(['reject']);
		expect(await decisions('ada')).toEqual(['approve']);
	});

	test('verifies one person for each execution: with several nothing is sent', async () => {
		const observed = await observe(agent, ['ada', 'bob', 'cleo']);
		expect(observed).toHaveLength(3);
		for (const { error, verification } of observed) {
			expect(error).toMatch(/^The (node "Form" has output more than one|agent .* another) item/);
			expect(verification?.decision).toBeUndefined();
		}
		expect(kairos.asked).toEqual([]);
	});

	test('sends a person once, and answers a further call about the same with that', async () => {
		const calls = [{ name: 'ada' }, { name: 'ada' }];
		const observed = await observe(agent, ['ada'], { calls });
		const results = observed.map(({ verification }) => verification);
		// Older engines take up the calls of an agent from the last one on.
		const [first, further] = results.sort((one) => (one?.note === undefined ? -1 : 1));
		expect(first).toMatchObject({ decision: 'approve' });
		expect(first).not.toHaveProperty('note');
		expect(further).toEqual({
			...first,
			note: expect.stringMatching(/^This is the result of an earlier call/) as unknown,
		});
		expect(kairos.asked).toHaveLength(1);
	});

	test('in a loop, answers for nobody with the result of another', async () => {
		const [first, further] = await observe(agent, ['ada', 'impostor'], { inLoop: true });
		expect(first?.verification?.decision).toBe('approve');
		expect(further?.error).toMatch(/^The node "Form" has output more than one item/);
		expect(kairos.asked.map(({ person: name }) => name)).toEqual(['ada']);
	});

	test('sends nobody where n8n would drop the result', async () => {
		const observing = observe(agent, ['ada'], { onError: 'continueErrorOutput' });
		// For an older agent, an error of its tool ends the execution; n8n 2.11 hands over nothing.
		const said = await observing.then(
			([call]) => call?.error ?? 'nothing',
			({ message }: Error) => message,
		);
		expect(said).toMatch(/error output|^nothing$/);
		expect(kairos.asked).toEqual([]);
	});

	test('sends only one of the items that an agent calls about', async () => {
		const calls = [{ name: 'ada' }, { name: 'bob' }];
		const observed = await observe(agent, ['ada'], { calls });
		const errors = observed.flatMap(({ error }) => error ?? []);
		// Older agents do not hand over what they call about: all their calls are alike.
		expect(errors).toEqual(
			agent === callWrapped
				? []
				: [expect.stringMatching(/^The agent has called this tool about another item before/)],
		);
		expect(kairos.asked).toHaveLength(1);
	});
});
