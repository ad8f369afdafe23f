import type { Workflow } from '../../scripts/n8n/rest.mts';
import { idOf, loadExample } from './examples.mts';
import { expect, test } from './fixtures.mts';
import { NODE } from './names.mts';

const FORM_ALONE = 'formAlone';
const WORDS = [NODE, 'kairos', 'face match', 'liveness', 'selfie', 'KYC', 'identity'];

test.describe('The nodes panel', () => {
	test.beforeEach(async ({ n8n, editor }) => {
		await n8n.client.saveWorkflow(loadExample('batch-recheck'));
		await editor.open(idOf('batch-recheck'));
	});

	test(`it finds the node by ${WORDS.map((word) => `"${word}"`).join(', ')}`, async ({
		editor,
	}) => {
		for (const word of WORDS) {
			await editor.searchNodes(word);
			const firstNames = async () => (await editor.foundNames.allInnerTexts()).slice(0, 3);
			await expect.poll(firstNames, `"${word}" finds it among the first`).toContain(NODE);
		}
	});

	test(
		'it shows the icon for the theme',
		{ tag: ['@dark', '@docs'] },
		async ({ n8n, editor, colorScheme, keepForDocs }) => {
			const icon = colorScheme === 'dark' ? /kairos\.dark\.svg$/ : /kairos\.svg$/;
			await editor.searchNodes('kairos');
			await expect(editor.foundIcon(NODE)).toHaveAttribute('src', icon);
			await expect(editor.node(NODE).locator('img').first()).toHaveAttribute('src', icon);
			await keepForDocs('nodes-panel', async () => {
				await editor.page.setViewportSize({ width: 1000, height: 420 });
				await n8n.client.saveWorkflow(formAlone());
				await editor.open(FORM_ALONE);
				await editor.searchNodes('kairos');
				await expect(editor.foundIcon(NODE)).toBeVisible();
				return await editor.page.screenshot();
			});
		},
	);
});

/** A workflow that has just been begun. */
function formAlone(): Workflow {
	const { nodes, settings } = loadExample('onboarding-form');
	return {
		id: FORM_ALONE,
		name: 'My workflow',
		nodes: nodes.filter(({ type }) => type.endsWith('.formTrigger')),
		connections: {},
		settings,
	};
}
