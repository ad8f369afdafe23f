import assert from 'node:assert/strict';
import { idOf, loadExample } from '../examples.mts';
import { Editor } from '../pages/editor.mts';
import { keepDocsScreenshot, keepScreenshot } from '../screenshots.mts';
import type { Stage } from '../stage.mts';
import type { Suite } from '../tests.mts';

const WORDS = ['Biometric Verify', 'kairos', 'face match', 'liveness', 'selfie', 'KYC', 'identity'];

/** How a builder finds the node. */
export function nodesPanelSuite(stage: Stage): Suite {
	let editor: Editor;
	const isThemed = async (theme: 'light' | 'dark', icon: string) => {
		editor = await openEditor(stage, theme);
		await editor.searchNodes('kairos');
		const icons = editor.page.locator('[data-test-id="node-creator-node-item"] img');
		assert.match((await icons.first().getAttribute('src')) ?? '', new RegExp(`${icon}$`));
		const onCanvas = editor.node('Biometric Verify').locator('img').first();
		assert.match((await onCanvas.getAttribute('src')) ?? '', new RegExp(`${icon}$`));
	};
	return {
		title: 'The nodes panel',
		tests: [
			[
				`it finds the node by ${WORDS.map((word) => `"${word}"`).join(', ')}`,
				async () => {
					editor = await openEditor(stage, 'light');
					for (const word of WORDS) {
						const names = await editor.searchNodes(word);
						const message = `"${word}" finds ${names.join(', ')}`;
						assert.ok(names.slice(0, 3).includes('Biometric Verify'), message);
					}
				},
			],
			[
				'it shows the icon for the light theme',
				async () => {
					await isThemed('light', 'kairos.svg');
					await keepDocsScreenshot(editor.page, 'nodes-panel');
				},
			],
			[
				'it shows the icon for the dark theme',
				async () => {
					await isThemed('dark', 'kairos.dark.svg');
					await keepScreenshot(editor.page, 'nodes-panel-dark');
				},
			],
		],
	};
}

async function openEditor(stage: Stage, theme: 'light' | 'dark'): Promise<Editor> {
	await stage.client.saveWorkflow(loadExample('batch-recheck'));
	const editor = new Editor(await stage.ownerPage(theme), stage.n8nUrl);
	await editor.open(idOf('batch-recheck'));
	return editor;
}
