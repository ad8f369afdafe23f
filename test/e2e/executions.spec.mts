import { outputsOf } from '../../scripts/n8n/execution.mts';
import type { Execution, Workflow, WorkflowNode } from '../../scripts/n8n/rest.mts';
import { expect, type N8n, test } from './fixtures.mts';
import { NODE } from './names.mts';
import { photoOf, postOf, selfieOf } from './people.mts';

const POST = 'Post';
const CALL = 'Call';
const CALLED = 'When called';
const APPROVED = 2;

/** In these kinds of executions n8n hands files on in its own way. */
test.describe('The files of a person are found', () => {
	test('in a sub-workflow, which gets them from its caller', async ({ n8n }) => {
		const sub = workflow('subVerifies', [called(), verify(n8n)]);
		await n8n.client.publishWorkflow(sub);
		const { data } = await post(n8n, workflow('callsSub', [posted('callsSub'), callOf(sub)]));
		expect(outputsOf(data, CALL)[0]?.map(decisionOf)).toEqual(['approve']);
	});

	test('in a sub-workflow by an expression, where its last node lost them', async ({ n8n }) => {
		const sub = workflow('subLooksBack', [called(), dropFiles(), verify(n8n, filesOf(CALLED))]);
		await n8n.client.publishWorkflow(sub);
		const { data } = await post(n8n, workflow('callsBack', [posted('callsBack'), callOf(sub)]));
		expect(outputsOf(data, CALL)[0]?.map(decisionOf)).toEqual(['approve']);
	});

	test('in what a sub-workflow gives back', async ({ n8n }) => {
		const sub = workflow('subGivesBack', [called()]);
		await n8n.client.publishWorkflow(sub);
		const steps = [posted('getsBack'), callOf(sub), verify(n8n)];
		const { data } = await post(n8n, workflow('getsBack', steps));
		expect(outputsOf(data, NODE)[APPROVED]?.map(decisionOf)).toEqual(['approve']);
	});

	for (const [id, where, fields] of [
		['waitsItem', 'on the item', {}],
		['waitsNode', 'at a node from before it', filesOf(POST)],
	] as const) {
		test(`${where}, when an execution goes on after a wait`, async ({ n8n }) => {
			const wait = node('Wait', 'n8n-nodes-base.wait', 1.1, { resume: 'webhook', options: {} });
			const steps = [posted(id), resumeLink(), wait, verify(n8n, fields)];
			const waiting = await post(n8n, workflow(id, steps));
			expect(waiting.status).toBe('waiting');
			const { link } = outputsOf(waiting.data, 'Link')[0]?.[0]?.json ?? {};
			expect((await fetch(String(link))).status).toBe(200);
			const statusNow = async () => (await n8n.client.execution(waiting.id)).status;
			await expect.poll(statusNow).toBe('success');
			const { data } = await n8n.client.execution(waiting.id);
			expect(outputsOf(data, NODE)[APPROVED]?.map(decisionOf)).toEqual(['approve']);
		});
	}
});

test('A node that is run alone verifies the items of the run before', async ({ n8n }) => {
	const start = node('Start', 'n8n-nodes-base.manualTrigger', 1, {});
	const read = node('Read', 'n8n-nodes-base.readWriteFile', 1.1, {
		fileSelector: `${n8n.files}/same-person.selfie.liveness-0.98.jpg`,
		options: { dataPropertyName: 'selfie' },
	});
	const readPhoto = node('Read Photo', 'n8n-nodes-base.readWriteFile', 1.1, {
		fileSelector: `${n8n.files}/astronaut.photo.jpg`,
		options: { dataPropertyName: 'photo' },
	});
	const whole = workflow('runsPartly', [
		start,
		read,
		readPhoto,
		verify(n8n, { ...filesOf('Read'), photoField: 'photo' }),
	]);
	await n8n.client.saveWorkflow(whole);
	const { data } = await n8n.client.runManually(whole.id, 'Start');
	expect(outputsOf(data, NODE)[APPROVED]?.map(decisionOf)).toEqual(['approve']);

	const path = `/rest/workflows/${whole.id}/run`;
	const { executionId } = await n8n.session.call<{ executionId: string }>('POST', path, {
		runData: data.resultData.runData,
		dirtyNodeNames: [NODE],
		destinationNode: { nodeName: NODE, mode: 'inclusive' },
	});
	const statusNow = async () => (await n8n.client.execution(executionId)).status;
	await expect.poll(statusNow).toBe('success');
	const { data: again } = await n8n.client.execution(executionId);
	expect(outputsOf(again, NODE)[APPROVED]?.map(decisionOf)).toEqual(['approve']);
	expect(again.resultData.runData['Read']).toEqual(data.resultData.runData['Read']);
});

function decisionOf({ json }: { json: Record<string, unknown> }): unknown {
	return (json['verification'] as { decision?: unknown } | undefined)?.decision;
}

/** Publishes a workflow and posts a pair of images of one person to it. */
async function post(n8n: N8n, { id, ...rest }: Workflow): Promise<Execution> {
	await n8n.client.publishWorkflow({ id, ...rest });
	const images = postOf({ selfie: selfieOf(n8n, 'approved'), photo: photoOf(n8n) });
	return await n8n.client.runByWebhook(id, `webhook/${id}`, images);
}

/** A workflow whose nodes stand in a row. */
function workflow(id: string, nodes: WorkflowNode[]): Workflow {
	const connections: Workflow['connections'] = {};
	for (const [index, { name }] of nodes.slice(1).entries()) {
		const before = nodes[index]?.name ?? '';
		connections[before] = { main: [[{ node: name, type: 'main', index: 0 }]] };
	}
	return { id, name: id, nodes, connections, settings: { executionOrder: 'v1' } };
}

function node(
	name: string,
	type: string,
	typeVersion: number,
	parameters: WorkflowNode['parameters'],
): WorkflowNode {
	return { id: name, name, type, typeVersion, position: [0, 0], parameters };
}

function posted(path: string): WorkflowNode {
	const parameters = { httpMethod: 'POST', path, responseMode: 'onReceived', options: {} };
	return { ...node(POST, 'n8n-nodes-base.webhook', 2.1, parameters), webhookId: path };
}

function called(): WorkflowNode {
	const parameters = { inputSource: 'passthrough' };
	return node(CALLED, 'n8n-nodes-base.executeWorkflowTrigger', 1.1, parameters);
}

function callOf({ id }: Workflow): WorkflowNode {
	const workflowId = { __rl: true, mode: 'id', value: id };
	const parameters = { workflowId, options: { waitForSubWorkflow: true } };
	return node(CALL, 'n8n-nodes-base.executeWorkflow', 1.2, parameters);
}

function dropFiles(): WorkflowNode {
	return node('Drop Files', 'n8n-nodes-base.set', 3.4, { options: { stripBinary: true } });
}

function resumeLink(): WorkflowNode {
	return node('Link', 'n8n-nodes-base.set', 3.4, {
		assignments: {
			assignments: [
				{ id: 'link', name: 'link', type: 'string', value: '={{ $execution.resumeUrl }}' },
			],
		},
		includeOtherFields: true,
		options: { stripBinary: false },
	});
}

function verify(n8n: N8n, fields: Record<string, string> = {}): WorkflowNode {
	const parameters = {
		selfieField: 'selfie',
		photoField: 'photo',
		branches: 'decision',
		...fields,
	};
	return {
		...node(NODE, 'n8n-nodes-kairos.biometricVerify', 1, { ...parameters, options: {} }),
		credentials: { kairosApi: { id: n8n.credentialId, name: 'Kairos API' } },
		onError: 'continueErrorOutput',
	};
}

/** Expressions that give the files that a node gave out. */
function filesOf(name: string): Record<string, string> {
	const fileOf = (field: string) => `={{ $('${name}').item.binary.${field} }}`;
	return { selfieField: fileOf('selfie'), photoField: fileOf('photo') };
}
