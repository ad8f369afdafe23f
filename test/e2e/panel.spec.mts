import type { Workflow, WorkflowNode } from '../../scripts/n8n/rest.mts';
import { loadExample } from './examples.mts';
import { expect, expectReadable, type N8n, test } from './fixtures.mts';
import { BRANCHES, HINTS, NODE, OPTIONS, PARAMETERS, TWO_INPUTS } from './names.mts';

let opened = 0;

test.describe("The node's panel", () => {
	test.beforeEach(async ({ n8n, editor }) => {
		// A workflow for each test: n8n lets nobody change one that another tab has just changed.
		const id = `panelOfTheNode${++opened}`;
		await n8n.client.saveWorkflow(nodeAlone(id, n8n));
		await editor.open(id);
	});

	test(
		'it shows few parameters, each with its label, and hints for the two fields',
		{ tag: ['@dark', '@docs'] },
		async ({ editor, keepForDocs }) => {
			const panel = await editor.openPanel(NODE);
			await expect(panel.labels).toHaveText([...PARAMETERS, 'Options'].map(startingWith));
			for (const hint of HINTS) await expect(panel.parameters).toContainText(hint);
			await expectReadable(editor.page, '[data-test-id="node-parameters"]');
			await keepForDocs(editor.page, 'panel');
		},
	);

	test('all options can be added, and each says what it does', async ({ editor }) => {
		const panel = await editor.openPanel(NODE);
		await panel.openOptions();
		for (const option of OPTIONS) {
			await expect(panel.entries.filter({ hasText: option })).toBeVisible();
		}
	});

	test('changing Branches changes the outputs on the canvas', async ({ editor }) => {
		for (const [entry, outputs] of Object.entries(BRANCHES)) {
			const panel = await editor.openPanel(NODE);
			await panel.choose('branches', entry);
			await panel.close();
			await expect(editor.outputLabels(NODE)).toHaveText(outputs);
		}
	});

	test('choosing two inputs shows two, labelled Selfie and Photo', async ({ editor }) => {
		const panel = await editor.openPanel(NODE);
		await panel.choose(TWO_INPUTS.parameter, TWO_INPUTS.entry);
		await panel.close();
		await expect(editor.inputLabels(NODE)).toHaveText(TWO_INPUTS.labels);
	});
});

function startingWith(label: string): RegExp {
	return new RegExp(`^\\s*${label}`);
}

/** A node as it is when it was just added, beside a trigger. */
function nodeAlone(id: string, { credentialId }: N8n): Workflow {
	const { nodes } = loadExample('batch-recheck');
	const [trigger, verify] = ['When someone clicks', NODE].map((name) =>
		nodes.find((node) => node.name === name),
	) as [WorkflowNode, WorkflowNode];
	return {
		id,
		name: 'The panel of the node',
		nodes: [
			trigger,
			{
				id: verify.id,
				name: NODE,
				type: verify.type,
				typeVersion: 1,
				position: [256, 304],
				parameters: {},
				credentials: { kairosApi: { id: credentialId, name: 'Kairos API' } },
			},
		],
		connections: { [trigger.name]: { main: [[{ node: NODE, type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}
