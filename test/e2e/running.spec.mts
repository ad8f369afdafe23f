import { DEMO, loadWorkflow } from '../../scripts/demo/workflows.mts';
import { samples } from '../../scripts/samples.mts';
import { expect, test } from './fixtures.mts';
import { ERRORS, NODE } from './names.mts';

test.describe('A run in the editor', () => {
	test(
		'each line shows how many items took it, and the panel the items of each branch, with the decision, or why there is none and how to go on',
		{ tag: '@docs' },
		async ({ n8n, editor, keepForDocs }) => {
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

/** How many of the samples each branch of the node must get; branches without any are left out. */
function itemsOfBranches(): Map<string, number> {
	const counts = new Map<string, number>();
	for (const branch of samples.flatMap(({ expected }) => expected)) {
		counts.set(branch, (counts.get(branch) ?? 0) + 1);
	}
	return counts;
}
