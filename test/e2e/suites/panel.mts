import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Workflow, WorkflowNode } from '../../../scripts/n8n/rest.mts';
import { loadExample } from '../examples.mts';
import { Editor } from '../pages/editor.mts';
import { keepDocsScreenshot, keepScreenshot } from '../screenshots.mts';
import type { Stage, Theme } from '../stage.mts';
import type { Suite } from '../tests.mts';

const NODE = 'Biometric Verify';

const BRANCHES: Record<string, string[]> = {
	Decision: ['Review', 'Rejected', 'Approved'],
	'Failed Checks': [
		'Face Match Failed',
		'Liveness Failed',
		'Face Detection Failed',
		'Other Check Failed',
		'All Passed',
	],
	'Single Output': ['Result'],
	'Decision and Failed Checks': [
		'Review',
		'Rejected',
		'Approved',
		'Face Match Failed',
		'Liveness Failed',
		'Face Detection Failed',
		'Other Check Failed',
	],
};

const OPTIONS = [
	'Face Match Reject Below',
	'Face Match Review Below',
	'Keep Images',
	'Liveness Reject Below',
	'Liveness Review Below',
	'Max Concurrent Requests',
	'Max Tries',
	'Output Field Name',
	'Photo May Show Several Faces',
	'Several Faces in Selfie',
	'Timeout',
	'Warnings',
];

/** The node's panel, and what it does to the canvas. */
export function panelSuite(stage: Stage): Suite {
	let opened = 0;
	const open = async (theme: Theme = 'light') => {
		// A workflow for each test: n8n lets nobody change one that another tab has just changed.
		const id = `panelOfTheNode${++opened}`;
		await stage.client.saveWorkflow(nodeAlone(id, stage));
		const editor = new Editor(await stage.ownerPage(theme), stage.n8nUrl);
		await editor.open(id);
		return editor;
	};
	return {
		title: "The node's panel",
		tests: [
			[
				'it shows few parameters, each with its label, and hints for the two fields',
				async () => {
					const editor = await open();
					const panel = await editor.openPanel(NODE);
					assert.deepEqual(await labelsIn(panel), [
						'Images Arrive',
						'Selfie Input Field',
						'Photo Input Field',
						'Branches',
						'Simplify',
					]);
					const text = await panel.innerText();
					assert.match(text, /The name of the field that holds the selfie/);
					assert.match(text, /The name of the field that holds the photo to match/);
					await keepDocsScreenshot(editor.page, 'panel');
				},
			],
			[
				'it reads as well in the dark theme',
				async () => {
					const editor = await open('dark');
					await editor.openPanel(NODE);
					await keepScreenshot(editor.page, 'panel-dark');
				},
			],
			[
				'all options can be added, and each says what it does',
				async () => {
					const editor = await open();
					const panel = await editor.openPanel(NODE);
					await panel.locator('[data-test-id="collection-parameter-add"]').click();
					const entries = editor.page.getByRole('option');
					await entries.filter({ hasText: 'Warnings' }).waitFor();
					const listed = (await entries.allInnerTexts()).map((entry) => entry.trim());
					assert.deepEqual(
						listed.filter((entry) => OPTIONS.includes(entry)),
						OPTIONS,
					);
					await keepScreenshot(editor.page, 'panel-options');
				},
			],
			[
				'changing Branches changes the outputs on the canvas',
				async () => {
					const editor = await open();
					for (const [entry, outputs] of Object.entries(BRANCHES)) {
						await editor.openPanel(NODE);
						await editor.choose('branches', entry);
						await editor.closePanel();
						assert.deepEqual(await editor.outputLabels(NODE), outputs);
						const name = `branches-${entry.toLowerCase().replaceAll(' ', '-')}`;
						await keepScreenshot(editor.page, name);
					}
				},
			],
			[
				'choosing two inputs shows two, labelled Selfie and Photo',
				async () => {
					const editor = await open();
					await editor.openPanel(NODE);
					await editor.choose('imagesArrive', 'From Two Inputs');
					await editor.closePanel();
					assert.deepEqual(await editor.inputLabels(NODE), ['Selfie', 'Photo']);
				},
			],
		],
	};
}

/** A node as it is when it was just added, beside a trigger. */
function nodeAlone(id: string, { credentialId }: Stage): Workflow {
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

async function labelsIn(panel: Locator): Promise<string[]> {
	const texts = await panel
		.locator('[data-test-id="node-parameters"] [data-test-id="input-label"]:visible')
		.allInnerTexts();
	// Beneath a label stand, unseen, the switch to an expression and the hint.
	return texts.map((text) => text.trim().split('\n')[0] ?? '').filter((text) => text !== 'Options');
}
