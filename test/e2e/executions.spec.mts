import type { IRunExecutionData } from 'n8n-workflow';
import { readOutcomes, VERIFY_NODE } from '../../scripts/demo/outcome.mts';
import { DEMO, loadWorkflow } from '../../scripts/demo/workflows.mts';
import { outputsOf } from '../../scripts/n8n/execution.mts';
import type { Execution, Workflow, WorkflowNode } from '../../scripts/n8n/rest.mts';
import { node, nodeOf, to } from '../../scripts/n8n/workflow.mts';
import { samples } from '../../scripts/samples.mts';
import { expect, type N8n, test } from './fixtures.mts';

/** What hands the images to the node in the demo's workflow. */
const IMAGES = 'Sample with images';
const TRIGGER = DEMO.samples.trigger;
const CALL = 'Call the sub-workflow';
const BEHIND = 'Behind the call';

/** By which outputs each sample must leave. */
const EXPECTED = new Map(samples.map(({ name, expected }) => [name, expected]));

test.describe('In an execution that was not started and run through at once', () => {
	test('the node verifies in a sub-workflow what it is handed, and by its branches nobody comes back as approved', async ({
		n8n,
	}) => {
		const { data } = await callSubWorkflow(n8n, { branches: 'decisionAndChecks' });
		const executionId = data.resultData.runData[CALL]?.[0]?.metadata?.subExecution?.executionId;
		const called = await n8n.client.execution(String(executionId));
		expect(branchesIn(called.data)).toEqual(EXPECTED);
		expect(Object.values(decisionsIn(data))).toEqual(['review', 'review', 'review']);
	});

	test('a sub-workflow that ends with the node gives back all who were verified, by Single Output', async ({
		n8n,
	}) => {
		const { data } = await callSubWorkflow(n8n, { branches: 'single' });
		expect(decisionsIn(data)).toEqual({
			'Same person': 'approve',
			'Different people': 'reject',
			'Uncertain match': 'review',
			'Failed liveness': 'reject',
			'No face in the selfie': 'review',
			'Two people in the selfie': 'review',
		});
	});

	test('the node verifies images of a node before a call that was waited for, and once', async ({
		n8n,
	}) => {
		const workflow = samplesOf(n8n, 'waitsForCall');
		const untilCalled = { resume: 'webhook', options: {} };
		insertBefore(workflow, VERIFY_NODE, waitNode('Wait', untilCalled));
		const { parameters } = nodeOf(workflow, VERIFY_NODE);
		for (const image of ['selfie', 'photo']) {
			parameters[`${image}Field`] = `={{ $('${IMAGES}').first().binary.${image} }}`;
		}
		insertBefore(workflow, 'Approved', waitNode('Wait again', untilCalled));
		const { id } = await run(n8n, workflow);
		await resume(n8n, id);
		await resume(n8n, id);
		const { data } = await whenThrough(n8n, id);
		expect([...branchesIn(data).values()]).toEqual([['Approved']]);
		expect(data.resultData.runData[VERIFY_NODE]).toHaveLength(1);
		expect(outputsOf(data, 'Approved').flat()).toHaveLength(1);
	});

	test('executed again as a single step, the node takes the images of the execution before', async ({
		n8n,
	}) => {
		const workflow = { ...samplesOf(n8n, 'step'), pinData: {} };
		const whole = await run(n8n, workflow);
		const { id, data } = await n8n.client.runStep(workflow.id, VERIFY_NODE, whole);
		expect(id).not.toBe(whole.id);
		expect(branchesIn(data)).toEqual(EXPECTED);
		expect(data.resultData.runData).not.toHaveProperty('Approved');
	});
});

/** The demo's workflow, under an ID of the test's own. */
function samplesOf({ files, credentialId }: N8n, id: string): Workflow {
	return { ...loadWorkflow(DEMO.samples, files, credentialId), id };
}

async function run({ client }: N8n, workflow: Workflow): Promise<Execution> {
	await client.saveWorkflow(workflow);
	return await client.runManually(workflow.id, TRIGGER);
}

/** Runs the demo's workflow with its node in a sub-workflow, which ends there. */
async function callSubWorkflow(n8n: N8n, { branches }: { branches: string }): Promise<Execution> {
	const calling = samplesOf(n8n, 'calling');
	const verify = nodeOf(calling, VERIFY_NODE);
	const called: Workflow = {
		id: 'called',
		name: 'Called',
		nodes: [
			node('When called', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, {
				inputSource: 'passthrough',
			}),
			{ ...verify, parameters: { ...verify.parameters, branches } },
		],
		connections: { 'When called': { main: [[to(VERIFY_NODE)]] } },
		settings: { executionOrder: 'v1' },
	};
	await n8n.client.publishWorkflow(called);
	const call = node(CALL, 'n8n-nodes-base.executeWorkflow', 1.3, {
		workflowId: { __rl: true, mode: 'id', value: called.id },
		options: {},
	});
	const behind = node(BEHIND, 'n8n-nodes-base.noOp', 1);
	calling.nodes = [...calling.nodes.filter(({ name }) => name !== VERIFY_NODE), call, behind];
	calling.connections[IMAGES] = { main: [[to(CALL)]] };
	calling.connections[CALL] = { main: [[to(BEHIND)]] };
	delete calling.connections[VERIFY_NODE];
	return await run(n8n, calling);
}

/** Puts a node between another one and all that leads to it. */
function insertBefore(workflow: Workflow, name: string, inserted: WorkflowNode): void {
	const text = JSON.stringify(workflow.connections);
	const connections = text.replaceAll(`"node":"${name}"`, `"node":"${inserted.name}"`);
	workflow.connections = JSON.parse(connections) as Workflow['connections'];
	workflow.connections[inserted.name] = { main: [[to(name)]] };
	workflow.nodes.push(inserted);
}

function waitNode(name: string, parameters: WorkflowNode['parameters']): WorkflowNode {
	return node(name, 'n8n-nodes-base.wait', 1.1, parameters);
}

/** Calls the address at which a waiting execution goes on. */
async function resume({ client, url }: N8n, executionId: string): Promise<void> {
	const { resumeToken = '' } = (await client.execution(executionId)).data;
	const address = `${url}/webhook-waiting/${executionId}?signature=${resumeToken}`;
	// The execution may still be on its way to the wait.
	await expect.poll(async () => (await fetch(address)).status).toBe(200);
}

async function whenThrough({ client }: N8n, executionId: string): Promise<Execution> {
	const execution = () => client.execution(executionId);
	await expect.poll(async () => (await execution()).status).toBe('success');
	return await execution();
}

function branchesIn(data: IRunExecutionData): Map<string, string[]> {
	const outcomes = readOutcomes(data);
	return new Map([...outcomes].map(([sample, { outputs }]) => [sample, outputs]));
}

/** What a node behind the call is told about each sample. */
function decisionsIn(data: IRunExecutionData): Record<string, string> {
	const told = outputsOf(data, BEHIND).flat();
	return Object.fromEntries(
		told.map(({ json }) => {
			const { decision } = json['verification'] as { decision: string };
			return [json['sample'] as string, decision];
		}),
	);
}
