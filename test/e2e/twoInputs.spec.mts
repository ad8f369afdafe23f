import { outputsOf } from '../../scripts/n8n/execution.mts';
import type { Workflow, WorkflowNode } from '../../scripts/n8n/rest.mts';
import { expect, expectReadable, type N8n, test } from './fixtures.mts';
import { BRANCHES, ERRORS, NODE, TWO_INPUTS } from './names.mts';

const ID = 'selfieAndPhotoApart';
const DECISIONS = BRANCHES.Decision;

test.describe('Selfies and photos from two steps', () => {
	test(
		'the node has two inputs, labelled Selfie and Photo, and pairs what arrives by them',
		{ tag: ['@dark', '@docs'] },
		async ({ n8n, editor, keepForDocs }) => {
			await n8n.client.saveWorkflow(workflowOf(n8n, 'failed-liveness.*', 'man.photo.jpg'));
			await editor.open(ID);
			await expect(editor.inputLabels(NODE)).toHaveText(TWO_INPUTS.labels);
			await expect(editor.outputLabels(NODE)).toHaveText(DECISIONS);
			await expectReadable(editor.page, `[data-node-name="${NODE}"]`);
			await editor.execute();
			await expect(editor.itemsBetween(NODE, 'Rejected')).toHaveText('1 item');
			await editor.closeNotices();
			await keepForDocs(editor.page, 'two-inputs');
		},
	);

	test('a selfie without a photo is never approved, and the run says why', async ({ n8n }) => {
		const selfies = '{same-person,failed-liveness}.*';
		await n8n.client.saveWorkflow(workflowOf(n8n, selfies, 'man.photo.jpg'));
		const { status, data } = await n8n.client.runManually(ID, 'When someone clicks');
		expect(status).toBe('error');
		expect(data.resultData.error?.message).toContain(`${ERRORS.noPhoto} [item 1]`);
		expect(outputsOf(data, 'Approved')).toEqual([]);
	});
});

function workflowOf({ files, credentialId }: N8n, selfies: string, photos: string): Workflow {
	const node = (
		name: string,
		type: string,
		position: [number, number],
		parameters: Record<string, unknown> = {},
	): WorkflowNode => ({
		id: `two-inputs-${name}`,
		...{ name, type, position, parameters },
		typeVersion: 1,
	});
	const read = (name: string, y: number, selector: string, dataPropertyName: string) =>
		node(name, 'n8n-nodes-base.readWriteFile', [240, y], {
			operation: 'read',
			fileSelector: `${files}/${selector}`,
			options: { dataPropertyName },
		});
	const to = (name: string, index = 0) => [{ node: name, type: 'main', index }];
	return {
		id: ID,
		name: 'Selfies and photos from two steps',
		nodes: [
			node('When someone clicks', 'n8n-nodes-base.manualTrigger', [0, 96]),
			read('Get selfies', 0, selfies, 'selfie'),
			read('Get photos', 192, photos, 'photo'),
			{
				...node(NODE, 'n8n-nodes-kairos.biometricVerify', [496, 80], {
					[TWO_INPUTS.parameter]: TWO_INPUTS.value,
					branches: 'decision',
				}),
				credentials: { kairosApi: { id: credentialId, name: 'Kairos API' } },
			},
			...DECISIONS.map((name, index) =>
				node(name, 'n8n-nodes-base.noOp', [800, -64 + 160 * index]),
			),
		],
		connections: {
			'When someone clicks': { main: [[...to('Get selfies'), ...to('Get photos')]] },
			'Get selfies': { main: [to(NODE, 0)] },
			'Get photos': { main: [to(NODE, 1)] },
			[NODE]: { main: DECISIONS.map((name) => to(name)) },
		},
		settings: { executionOrder: 'v1' },
	};
}
