import type {
	EngineResponse,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	IRun,
} from 'n8n-workflow';
import { NodeConnectionTypes, deepCopy } from 'n8n-workflow';

import {
	BIOMETRIC_VERIFY,
	BiometricVerify,
	ITEMS,
	type TestItem,
	outputsOf,
	runWorkflow,
} from '../support/engine.cts';
import { type Steering, steered } from '../../sandbox/steering.mts';
import { derive, sampleImage } from '../support/sampleImages.cts';
import { type Sandbox, startSandbox } from '../support/sandbox.cts';

/** n8n names the copy of a node that agents use by adding this to its type. */
const TOOL = `${BIOMETRIC_VERIFY}Tool`;
const AGENT = 'test.agent';

/** What an agent reads of a call. */
interface Observed {
	verification?: { decision: string; summary: string };
	error?: string;
}

let sandbox: Sandbox;
let face: Buffer;
let photo: Buffer;

beforeAll(async () => {
	sandbox = await startSandbox();
	face = await sampleImage('portrait-man.jpg');
	photo = await derive(face, 'cropped');
});

afterAll(async () => {
	await sandbox.stop();
});

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

function agentType(execute: INodeType['execute']): INodeType {
	return {
		description: {
			displayName: 'Agent',
			name: 'agent',
			group: ['transform'],
			version: 1,
			description: 'Calls its tool once and gives out what comes back',
			defaults: { name: 'Agent' },
			inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool }],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		execute,
	};
}

/** Calls the tool through the function that n8n's engine wraps around the node. */
async function callWrapped(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const [tool] = (await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0)) as [
		{ name: string; description: string; invoke(input: object): Promise<string> },
	];
	const { name, description } = tool;
	const observed = JSON.parse(await tool.invoke({})) as Observed[];
	return [[{ json: { name, description, observed: observed as never } }]];
}

/** Asks n8n's engine to run the tool as a node of the workflow, as newer agents do. */
async function callByEngine(this: IExecuteFunctions, response?: EngineResponse) {
	if (response && response.actionResponses.length > 0) {
		const items = response.actionResponses[0]?.data.data?.ai_tool?.[0] ?? [];
		const observed = items.map(({ json }) => json);
		return await Promise.resolve([[{ json: { observed } }]]);
	}
	return {
		actions: [
			{
				actionType: 'ExecutionNodeAction' as const,
				nodeName: 'Verify',
				input: {},
				type: NodeConnectionTypes.AiTool,
				id: 'call-1',
				metadata: { itemIndex: 0 },
			},
		],
		metadata: {},
	};
}

const AGENTS = { 'by its wrapper': callWrapped, 'by the engine': callByEngine };

interface CallOptions {
	parameters?: Record<string, unknown>;
	onError?: 'stopWorkflow' | 'continueRegularOutput';
}

const FILES_OF_THE_FORM = {
	selfieField: "={{ $('Form').item.binary.selfie }}",
	photoField: "={{ $('Form').item.binary.photo }}",
};

async function run(
	agent: INodeType['execute'],
	steering: Steering,
	{ parameters = FILES_OF_THE_FORM, onError }: CallOptions = {},
): Promise<IRun> {
	const item: TestItem = {
		json: { name: 'Ada' },
		files: {
			selfie: { bytes: steered(face, steering), fileName: 'me.jpg' },
			photo: { bytes: photo, fileName: 'photo.jpg' },
		},
	};
	return await runWorkflow(
		{
			nodes: [
				{ name: 'Form', type: ITEMS },
				{ name: 'Agent', type: AGENT },
				{
					name: 'Verify',
					type: TOOL,
					parameters: parameters as never,
					...(onError && { onError }),
				},
			],
			connections: {
				Form: { main: [[{ node: 'Agent', type: NodeConnectionTypes.Main, index: 0 }]] },
				Verify: { ai_tool: [[{ node: 'Agent', type: NodeConnectionTypes.AiTool, index: 0 }]] },
			},
		},
		{
			items: [item],
			credential: {
				appId: 'sandbox',
				appSecretKey: 'sandbox',
				baseUrl: sandbox.url,
				apiVersion: 'v0.1',
			},
			nodeTypes: { [TOOL]: toolType(), [AGENT]: agentType(agent) },
		},
	);
}

/** What the agent got for its one call. */
async function observe(...call: Parameters<typeof run>): Promise<Observed[]> {
	const { data } = await run(...call);
	if (data.resultData.error) throw data.resultData.error;
	const [item] = outputsOf({ data } as IRun, 'Agent')[0] ?? [];
	return item?.json.observed as unknown as Observed[];
}

const PASSES: Steering = { match: 0.9, liveness: 0.9 };
const IS_REJECTED: Steering = { match: 0.1, liveness: 0.9 };

describe.each(Object.entries(AGENTS))('as a tool that is called %s', (_, agent) => {
	test.each(['decisionAndChecks', 'decision', 'checks', 'single', undefined])(
		'gives the agent the decision whatever Branches says: %s',
		async (branches) => {
			const parameters = { ...FILES_OF_THE_FORM, ...(branches && { branches }) };
			const rejected = await observe(agent, IS_REJECTED, { parameters });
			expect(rejected.map(({ verification }) => verification?.decision)).toEqual(['reject']);
			const approved = await observe(agent, PASSES, { parameters });
			expect(approved.map(({ verification }) => verification?.decision)).toEqual(['approve']);
		},
	);

	test('verifies the item that the agent handed over, whatever Inputs says', async () => {
		const parameters = { ...FILES_OF_THE_FORM, inputMode: 'twoInputs' };
		const [observed] = await observe(agent, PASSES, { parameters });
		expect(observed?.verification?.decision).toBe('approve');
	});

	test('takes no file from the JSON of an earlier node', async () => {
		const parameters = {
			...FILES_OF_THE_FORM,
			selfieField: "={{ ({ ...$('Form').item.binary.selfie, id: 'filesystem-v2:another' }) }}",
		};
		expect(await observe(agent, PASSES, { parameters })).toEqual([
			{
				error: expect.stringMatching(
					/^Selfie Input Field does not point to a file from this execution/,
				) as unknown,
			},
		]);
	});

	// With an error output, n8n's engine hands an agent nothing of what a tool gives.
	test.each([undefined, 'stopWorkflow', 'continueRegularOutput'] as const)(
		'answers a missing file with what is needed, On Error: %s',
		async (onError) => {
			const parameters = { selfieField: 'selfie', photoField: 'photo' };
			const observed = await observe(agent, PASSES, { parameters, onError });
			expect(observed).toEqual([
				{
					error:
						'The item has no file in the field "selfie" [item 0]. An AI agent cannot pass files. ' +
						'Set Selfie Input Field to an expression that returns a file from an earlier node, ' +
						"e.g. {{ $('Form').item.binary.selfie }}.",
				},
			]);
		},
	);

	test('answers a server error of Kairos with a sentence, and no decision', async () => {
		const options = { maxAttempts: 1, maxWait: 0 };
		const [observed] = await observe(
			agent,
			{ status: 503 },
			{
				parameters: { ...FILES_OF_THE_FORM, options },
			},
		);
		expect(observed?.error).toMatch(
			/^Kairos is temporarily unavailable \(HTTP 503\) \[item 0\]\. /,
		);
		expect(observed?.verification).toBeUndefined();
	});
});

test('tells an agent by its description what it does', async () => {
	const { data } = await run(callWrapped, PASSES);
	const [item] = outputsOf({ data } as IRun, 'Agent')[0] ?? [];
	expect(item?.json).toMatchObject({
		name: 'Verify',
		description: expect.stringMatching(/selfie.*live.*photo/) as unknown,
	});
});
