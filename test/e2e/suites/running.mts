import assert from 'node:assert/strict';
import { DEMO, loadWorkflow } from '../../../scripts/demo/workflows.mts';
import { samples } from '../../../scripts/samples.mts';
import { Editor } from '../pages/editor.mts';
import { keepDocsScreenshot, keepScreenshot } from '../screenshots.mts';
import type { Stage } from '../stage.mts';
import type { Suite } from '../tests.mts';

const NODE = 'Biometric Verify';

/** A run of several items in the editor, with the sample pictures of the demo. */
export function runningSuite(stage: Stage): Suite {
	const open = async (change: (workflow: ReturnType<typeof loadWorkflow>) => void = () => {}) => {
		const workflow = loadWorkflow(DEMO.samples, stage.files, stage.credentialId);
		change(workflow);
		await stage.client.saveWorkflow(workflow);
		const editor = new Editor(await stage.ownerPage(), stage.n8nUrl);
		await editor.open(workflow.id);
		return editor;
	};
	return {
		title: 'A run in the editor',
		tests: [
			[
				'each line shows how many items took it, and the panel shows the items of each branch',
				async () => {
					const editor = await open();
					await editor.execute();
					const expected = itemsOfBranches();
					for (const [branch, count] of expected) {
						const items = `${count} item${count === 1 ? '' : 's'}`;
						assert.equal(await editor.itemsBetween(NODE, branch), items, branch);
					}
					assert.equal(await editor.itemsBetween(NODE, 'Other Check Failed'), undefined);
					await editor.closeNotices();

					const panel = await editor.openPanel(NODE);
					const tabs = await panel.locator('[data-test-id="branches"]').innerText();
					for (const [branch, count] of expected) {
						assert.match(tabs, new RegExp(`${branch} Branch \\(${count} items?\\)`));
					}
					await panel.getByText(/^Approved Branch/).click();
					// The files of the input are shown with the folder where they are on this machine.
					const input = panel.locator('[data-test-id="ndv-input-panel"]');
					await input.locator('[data-test-id="radio-button-schema"]').click();
					const output = panel.locator('[data-test-id="output-panel"]');
					await output.locator('[data-test-id="radio-button-json"]').click();
					await output.getByText('Approved: face match').first().waitFor();
					await keepDocsScreenshot(editor.page, 'result');
					await editor.closePanel();
					await keepDocsScreenshot(await editor.canvasOnly(), 'canvas');
				},
			],
			[
				'the item that failed says what happened and how to go on',
				async () => {
					const editor = await open();
					await editor.execute();
					await editor.closeNotices();
					const panel = await editor.openPanel(NODE);
					await panel.getByText(/^Error Branch/).click();
					const output = panel.locator('[data-test-id="output-panel"]');
					await output.locator('[data-test-id="radio-button-json"]').click();
					const message = /Kairos has a fault \(status 503\) \[item 6\]\. Try again later/;
					await output.getByText(message).first().waitFor();
					await keepScreenshot(editor.page, 'failed-item');
				},
			],
			[
				'a run that stops names the item and the field that is missing',
				async () => {
					const editor = await open(({ nodes }) => {
						const verify = nodes.find(({ name }) => name === NODE);
						assert.ok(verify);
						verify.parameters['photoField'] = 'passport';
						verify['onError'] = 'stopWorkflow';
					});
					await editor.execute('The item has no file in the field "passport" [item 0]');
					const panel = await editor.openPanel(NODE);
					const output = panel.locator('[data-test-id="output-panel"]');
					await output
						.getByText(/It has: .*"selfie".*Correct Photo Input Field/)
						.first()
						.waitFor();
					await keepScreenshot(editor.page, 'stopped-run');
				},
			],
		],
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
