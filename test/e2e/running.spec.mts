import { DEMO, loadWorkflow } from '../../scripts/demo/workflows.mts';
import type { Workflow } from '../../scripts/n8n/rest.mts';
import { samples } from '../../scripts/samples.mts';
import { expect, test } from './fixtures.mts';
import { BRANCHES, ERRORS, NODE } from './names.mts';

test.describe('A run in the editor', () => {
	test('each line shows how many items took it, and the panel shows the items of each branch', async ({
		n8n,
		editor,
	}) => {
		await n8n.client.saveWorkflow(loadWorkflow(DEMO.samples, n8n.files, n8n.credentialId));
		await editor.open(DEMO.samples.id);
		await editor.execute();
		const expected = itemsOfBranches();
		for (const [branch, count] of expected) {
			const items = `${count} item${count === 1 ? '' : 's'}`;
			await expect(editor.itemsBetween(NODE, branch)).toHaveText(items);
		}
		await expect(editor.itemsBetween(NODE, 'Other Issue')).toHaveCount(0);
		await editor.closeNotices();

		const panel = await editor.openPanel(NODE);
		for (const [branch, count] of expected) {
			await expect(panel.branches).toContainText(`${branch} Branch (${count} item`);
		}
		await panel.close();
	});

	test(
		'the panel shows the decision of an item, or why it failed and how to go on',
		{ tag: '@docs' },
		async ({ n8n, editor, keepForDocs }) => {
			const workflow = loadWorkflow(DEMO.samples, n8n.files, n8n.credentialId);
			await n8n.client.saveWorkflow(withDecisionsOnly(workflow));
			await editor.open(DEMO.samples.id);
			await editor.execute();
			await editor.closeNotices();
			const panel = await editor.openPanel(NODE);
			await panel.showBranch('Error');
			await expect(panel.output).toContainText(
				`${ERRORS.kairosIsDown} (HTTP 503) [item 6]. Try again in a few minutes.`,
			);
			await panel.showBranch('Approved');
			await expect(panel.output.getByText('Approved: face match').first()).toBeVisible();
			await keepForDocs('result', async () => {
				await editor.page.setViewportSize({ width: 2100, height: 1100 });
				return await panel.imageOfOutput('"verification"', '"faceDetection"');
			});
		},
	);

	test('a run that stops names the item and the field that is missing', async ({ n8n, editor }) => {
		const workflow = loadWorkflow(DEMO.samples, n8n.files, n8n.credentialId);
		for (const node of workflow.nodes.filter(({ name }) => name === NODE)) {
			node.parameters['photoField'] = 'passport';
			node['onError'] = 'stopWorkflow';
		}
		await n8n.client.saveWorkflow(workflow);
		await editor.open(DEMO.samples.id);
		await editor.execute(`${ERRORS.noFile} "passport" [item 0]`);
		const panel = await editor.openPanel(NODE);
		await expect(panel.output).toContainText(/It has: .*"selfie".*Change 'Photo Input Field'/);
	});
});

/** The demo's workflow with Branches set to Decision, and without what is behind the checks. */
function withDecisionsOnly(workflow: Workflow): Workflow {
	const { main } = workflow.connections[NODE] as { main: unknown[][] };
	const kept = [...BRANCHES.Decision.map((_name, index) => main[index]), main.at(-1)];
	return {
		...workflow,
		nodes: workflow.nodes
			.filter(({ name }) => !/Failed/.test(name))
			.map((node) =>
				node.name === NODE
					? { ...node, parameters: { ...node.parameters, branches: 'decision' } }
					: node,
			),
		connections: { ...workflow.connections, [NODE]: { main: kept } },
	};
}

/** How many of the samples each branch of the node must get; branches without any are left out. */
function itemsOfBranches(): Map<string, number> {
	const counts = new Map<string, number>();
	for (const branch of samples.flatMap(({ expected }) => expected)) {
		counts.set(branch, (counts.get(branch) ?? 0) + 1);
	}
	return counts;
}
