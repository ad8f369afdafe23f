import { idOf, loadExample } from './examples.mts';
import { expect, test } from './fixtures.mts';
import { NODE } from './names.mts';

const WORDS = [NODE, 'kairos', 'face match', 'liveness', 'selfie', 'KYC', 'identity'];

test(`the nodes panel finds the node by ${WORDS.join(', ')}, and shows the icon for the theme`, async ({
	n8n,
	editor,
}) => {
	await n8n.client.saveWorkflow(loadExample('batch-recheck'));
	await editor.open(idOf('batch-recheck'));
	for (const word of WORDS) {
		await editor.searchNodes(word);
		const firstNames = async () => (await editor.foundNames.allInnerTexts()).slice(0, 3);
		await expect.poll(firstNames, `"${word}" finds it among the first`).toContain(NODE);
	}
	for (const [colorScheme, icon] of [
		['dark', /kairos\.dark\.svg$/],
		['light', /kairos\.svg$/],
	] as const) {
		await editor.page.emulateMedia({ colorScheme });
		await expect(editor.foundIcon(NODE)).toHaveAttribute('src', icon);
		await expect(editor.node(NODE).locator('img').first()).toHaveAttribute('src', icon);
	}
});
