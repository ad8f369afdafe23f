/** Every case in one release's engine: node --test cases.mts UNPACKED MODULES SANDBOX_URL */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type {
	AINodeConnectionType,
	IExecuteFunctions,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	IRun,
	IWorkflowSettings,
	NodeConnectionType,
} from 'n8n-workflow';
import {
	BIOMETRIC_VERIFY,
	Engine,
	ITEMS,
	itemsNode,
	outputsOf,
	type RunOptions,
	type Step,
	type TestItem,
} from '../../scripts/n8n/engine.mts';
import { ROOT } from '../../scripts/paths.mts';

const [unpacked = '', modules = '', sandboxUrl = ''] = process.argv.slice(2);
const imageOf = (name: string) => readFileSync(join(ROOT, 'test', 'fixtures', 'images', name));
const selfie = imageOf('portrait-man.jpg');
/** Of somebody else, as the same image twice is never approved; the selfie's name steers the match. */
const photo = imageOf('portrait-woman.jpg');

const PASSES = 'me.match-0.9.liveness-0.9.jpg';
const DOCUMENTED = 'me.match-0.4803.liveness-0.0026.jpg';
const UNAVAILABLE = 'me.status-503.jpg';

/** What n8n gives those of its copies of a node that agents use. */
const VERIFY_TOOL = `${BIOMETRIC_VERIFY}Tool`;

const FILES_OF_ITEMS = {
	selfieField: "={{ $('Items').item.binary.selfie }}",
	photoField: "={{ $('Items').item.binary.photo }}",
};

/** Older releases know no binary mode: there, json that looks like a file is none. */
const hasCombinedMode =
	'BINARY_MODE_COMBINED' in createRequire(join(modules, 'anyone.js'))('n8n-workflow');

const once = { options: { maxAttempts: 1, maxWait: 0 } };
const engine = new Engine({ packages: modules, dist: join(unpacked, 'dist') });
const credential = {
	appId: 'sandbox',
	appSecretKey: 'sandbox',
	baseUrl: sandboxUrl,
	apiVersion: 'v0.1',
};

const cases: Record<string, () => Promise<void>> = {
	'has the outputs of every mode': async () => {
		for (const [branches, names] of Object.entries(engine.outputs)) {
			assert.deepEqual(await engine.portsOf('outputs', { branches }), names);
		}
	},
	'has the inputs of both modes': async () => {
		const inputs = (inputMode: string) => engine.portsOf('inputs', { inputMode });
		assert.deepEqual(await inputs('oneInput'), ['main']);
		assert.deepEqual(await inputs('twoInputs'), ['Selfie', 'Photo']);
	},
	'rejects the documented sample, with its findings': async () => {
		const run = await verify([DOCUMENTED]);
		assert.deepEqual(leaving(run), {
			Rejected: [0],
			'Match Failed': [0],
			'Liveness Failed': [0],
		});
		const { decision, summary, faceMatch, liveness, findings } = verificationOf(run, 1);
		assert.equal(decision, 'reject');
		assert.equal(
			summary,
			'Rejected: liveness 0.0026 is below 0.4. Also for review: face match 0.4803 is below 0.56.',
		);
		const [match, live] = [0.4803, 0.0026];
		assert.deepEqual(faceMatch, {
			status: 'review',
			score: match,
			reviewBelow: 0.56,
			rejectBelow: 0.4,
		});
		assert.deepEqual(liveness, {
			status: 'reject',
			score: live,
			reviewBelow: 0.6,
			rejectBelow: 0.4,
		});
		assert.equal(findings.length, 2);
	},
	'approves one who passes, and keeps the images': async () => {
		const run = await verify([PASSES]);
		assert.deepEqual(leaving(run), { Approved: [0] });
		const [item] = outputsOf(run, 'Verify')[2] ?? [];
		assert.deepEqual(Object.keys(item?.binary ?? {}).sort(), ['photo', 'selfie']);
	},
	'sends each item by its own outputs in every mode': async () => {
		const selfies = [PASSES, DOCUMENTED, 'me.match-0.5.liveness-0.9.jpg'];
		const by = async (branches: keyof typeof engine.outputs) =>
			leaving(await verify(selfies, { parameters: { branches } }), branches);
		assert.deepEqual(await by('decision'), { Review: [2], Rejected: [1], Approved: [0] });
		assert.deepEqual(await by('checks'), {
			'Match Failed': [1, 2],
			'Liveness Failed': [1],
			'All Passed': [0],
		});
		assert.deepEqual(await by('single'), { Result: [0, 1, 2] });
	},
	'stops the workflow on an error': async () => {
		const run = await verify([UNAVAILABLE], { parameters: once });
		assert.match(messageOf(run), /^Kairos is temporarily unavailable \(HTTP 503\)/);
		assert.deepEqual(leaving(run), {});
	},
	'sends an error to the first output under Continue': async () => {
		const run = await verify([PASSES, UNAVAILABLE], {
			parameters: once,
			onError: 'continueRegularOutput',
		});
		assert.equal(outputsOf(run, 'Verify')[2]?.length, 1);
		const [item, ...others] = outputsOf(run, 'Verify')[0] ?? [];
		assert.match(item?.json.error as string, /^Kairos is temporarily unavailable \(HTTP 503\)/);
		assert.equal(others.length, 0);
	},
	'sends an error to the Error output under Continue (using error output)': async () => {
		const run = await verify([PASSES, UNAVAILABLE], {
			parameters: once,
			onError: 'continueErrorOutput',
		});
		const sizes = outputsOf(run, 'Verify').map((items) => items.length);
		assert.deepEqual(sizes, [0, 0, 1, 0, 0, 0, 0, 1]);
	},
	'approves nobody without a credential under Continue': async () => {
		const run = await verify(
			[PASSES],
			{ onError: 'continueRegularOutput' },
			{ credential: undefined },
		);
		assert.equal(outputsOf(run, 'Verify')[2]?.length ?? 0, 0);
	},
	'names the files that there are when one is missing': async () => {
		const run = await verify([PASSES], { parameters: { selfieField: 'face' } });
		assert.match(messageOf(run), /^The item has no file in the field "face" \[item 0\]/);
		const description = run.data.resultData.error?.description ?? '';
		assert.match(description, /"selfie", "photo"/);
	},
	'takes files that expressions give': async () => {
		const run = await verify([PASSES], { parameters: FILES_OF_ITEMS });
		assert.deepEqual(leaving(run), { Approved: [0] });
	},
	'takes files from the json only where n8n itself keeps them there': async () => {
		const parameters = { selfieField: '_files.selfie', photoField: '_files.photo' };
		const nodeTypes = { [ITEMS]: combined(itemsNode([itemOf(PASSES)])) };
		const run = async (settings: IWorkflowSettings) =>
			leaving(await verify([], { parameters }, { nodeTypes }, settings));
		const approved = { Approved: [0] };
		assert.deepEqual(await run({}), {});
		assert.deepEqual(await run({ binaryMode: 'combined' }), hasCombinedMode ? approved : {});
	},
	'pairs selfies and photos from two inputs': async () => {
		const run = await engine.run(
			{
				nodes: [
					{ name: 'Selfies', type: ITEMS },
					{ name: 'Photos', type: 'test.photos' },
					{ name: 'Verify', type: BIOMETRIC_VERIFY, parameters: { inputMode: 'twoInputs' } },
				],
				connections: {
					Selfies: { main: [[to('Verify', 0), to('Photos', 0)]] },
					Photos: { main: [[to('Verify', 1)]] },
				},
			},
			{
				credential,
				items: [itemOf(PASSES, 0), itemOf(DOCUMENTED, 1)],
				nodeTypes: { 'test.photos': itemsNode([itemOf('a.jpg', 0), itemOf('b.jpg', 1)]) },
			},
		);
		assert.deepEqual(leaving(run), {
			Rejected: [1],
			Approved: [0],
			'Match Failed': [1],
			'Liveness Failed': [1],
		});
	},
	'sends an item again after an error that passes': async () => {
		// The sandbox counts by image, and serves the other releases too.
		const unique = Buffer.concat([selfie, Buffer.from(randomUUID())]);
		const item = itemOf('me.match-0.9.liveness-0.9.status-503.times-1.jpg', 0, unique);
		const run = await verify([], {}, { items: [item] });
		assert.deepEqual(leaving(run), { Approved: [0] });
		assert.equal(verificationOf(run, 2).attempts, 2);
	},
	'ends a request at its timeout': async () => {
		const parameters = { options: { timeout: 1, maxAttempts: 1 } };
		const { run, ms } = await timed(() => verify(['me.delay-8000.jpg'], { parameters }));
		assert.match(messageOf(run), /^Kairos did not respond within 1 seconds? \[item 0\]/);
		assert.ok(ms < 4000, `It took ${ms} ms`);
	},
	'ends at once when the execution is cancelled': async () => {
		const onStart = (cancel: () => void) => void setTimeout(cancel, 500);
		const { run, ms } = await timed(() => verify(['me.delay-8000.jpg'], {}, { onStart }));
		assert.ok(ms < 4000, `It took ${ms} ms`);
		assert.equal(outputsOf(run, 'Verify').flat().length, 0);
	},
	'gives an agent its decision, by the wrapper of the engine': async () => {
		const observed = await observe(FILES_OF_ITEMS);
		assert.equal(observed.length, 1);
		assert.equal(observed[0]?.verification?.decision, 'reject');
	},
	'tells an agent by a sentence that a file is missing': async () => {
		const [observed] = await observe({});
		assert.match(String(observed?.error), /^The item has no file in the field "selfie"/);
	},
};

for (const [name, check] of Object.entries(cases)) test(name, check);
after(() => engine.dispose());

interface Verification {
	decision: string;
	summary: string;
	faceMatch: object;
	liveness: object;
	findings: object[];
	attempts: number;
}

interface Observed {
	verification?: Verification;
	error?: string;
}

/** An item whose selfie has a name that steers the sandbox. */
function itemOf(selfieName: string, id = 0, bytes = selfie): TestItem {
	return {
		json: { id },
		files: {
			selfie: { bytes, fileName: selfieName },
			photo: { bytes: photo, fileName: 'photo.jpg' },
		},
	};
}

/** Makes a node put its files where n8n keeps them when a workflow's binary mode is `combined`. */
function combined(node: INodeType): INodeType {
	return {
		...node,
		async execute(this: IExecuteFunctions) {
			const [items = []] = (await node.execute?.call(this)) as INodeExecutionData[][];
			return [items.map(({ json, binary }) => ({ json: { ...json, _files: { ...binary } } }))];
		},
	};
}

/** The node as n8n changes it for agents (`convertNodeToAiTool` of n8n's server). */
function toolType(): INodeType {
	const tool = new engine.BiometricVerify();
	const { name } = tool.description;
	Object.assign(tool.description, { name: `${name}Tool`, inputs: [], outputs: ['ai_tool'] });
	return tool;
}

function agentType(): INodeType {
	return {
		description: {
			displayName: 'Agent',
			name: 'agent',
			group: ['transform'],
			version: 1,
			description: 'Calls its tool once',
			defaults: { name: 'Agent' },
			inputs: ['main', { type: 'ai_tool' }],
			outputs: ['main'],
			properties: [],
		},
		execute: callTool,
	};
}

function to(node: string, index: number) {
	return { node, type: 'main' as NodeConnectionType, index };
}

/** Runs items, one for each selfie, through one Biometric Verify. */
async function verify(
	selfies: string[],
	step: Partial<Step> = {},
	options: RunOptions = {},
	settings: IWorkflowSettings = {},
): Promise<IRun> {
	return await engine.run(
		{
			nodes: [
				{ name: 'Items', type: ITEMS },
				{ name: 'Verify', type: BIOMETRIC_VERIFY, ...step },
			],
			connections: { Items: { main: [[to('Verify', 0)]] } },
			settings,
		},
		{ items: selfies.map((name, id) => itemOf(name, id)), credential, ...options },
	);
}

/** What an agent gets that calls the node once. */
async function observe(parameters: INodeParameters): Promise<Observed[]> {
	const run = await engine.run(
		{
			nodes: [
				{ name: 'Items', type: ITEMS },
				{ name: 'Agent', type: 'test.agent' },
				{ name: 'Verify', type: VERIFY_TOOL, parameters },
			],
			connections: {
				Items: { main: [[to('Agent', 0)]] },
				Verify: { ai_tool: [[{ ...to('Agent', 0), type: 'ai_tool' as NodeConnectionType }]] },
			},
		},
		{
			credential,
			items: [itemOf(DOCUMENTED)],
			nodeTypes: { [VERIFY_TOOL]: toolType(), 'test.agent': agentType() },
		},
	);
	const [item] = outputsOf(run, 'Agent')[0] ?? [];
	return JSON.parse((item?.json.observed ?? messageOf(run)) as string) as Observed[];
}

async function callTool(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const connected = await this.getInputConnectionData('ai_tool' as AINodeConnectionType, 0);
	const [tool] = connected as [{ invoke(input: object): Promise<string> }];
	return [[{ json: { observed: await tool.invoke({}) } }]];
}

/** The numbers of the items on each output that has any, by the output's name. */
function leaving(run: IRun, branches: keyof typeof engine.outputs = 'decisionAndChecks') {
	const names = [...engine.outputs[branches], 'Error'];
	const entries = outputsOf(run, 'Verify').map((items, index) => [
		names[index],
		items.map(({ json }) => json.id),
	]);
	return Object.fromEntries(entries.filter(([, ids]) => ids?.length)) as Record<string, unknown[]>;
}

function verificationOf(run: IRun, output: number): Verification {
	const [item] = outputsOf(run, 'Verify')[output] ?? [];
	return item?.json.verification as unknown as Verification;
}

function messageOf(run: IRun): string {
	return run.data.resultData.error?.message ?? 'There was no error';
}

async function timed(work: () => Promise<IRun>): Promise<{ run: IRun; ms: number }> {
	const start = Date.now();
	const run = await work();
	return { run, ms: Date.now() - start };
}
