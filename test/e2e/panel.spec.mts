import type { Locator } from '@playwright/test';
import sharp from 'sharp';
import type { Workflow } from '../../scripts/n8n/rest.mts';
import { node, nodeOf, to } from '../../scripts/n8n/workflow.mts';
import { loadExample } from './examples.mts';
import { expect, expectReadable, type N8n, test } from './fixtures.mts';
import { BRANCHES, HINTS, NODE, OPTIONS, PARAMETERS } from './names.mts';

/** Pixels between two images that become one. */
const GAP = 32;

const NEXT = 'What happens next';

let opened = 0;

test.describe("The node's panel", () => {
	test.beforeEach(async ({ n8n, editor }) => {
		// A workflow for each test: n8n lets nobody change one that another tab has just changed.
		const id = `panelOfTheNode${++opened}`;
		await n8n.client.saveWorkflow(nodeAmidst(id, n8n));
		await editor.open(id);
	});

	test(
		'it shows few parameters, each with its label, and hints for the two fields',
		{ tag: '@docs' },
		async ({ editor, keepForDocs }) => {
			const panel = await editor.openPanel(NODE);
			await expect(panel.labels).toHaveText([...PARAMETERS, 'Options'].map(startingWith));
			for (const hint of HINTS) await expect(panel.parameters).toContainText(hint);
			await expectReadable(editor.page, '[data-test-id="node-parameters"]');
			await keepForDocs('panel', async () => {
				await editor.page.setViewportSize({ width: 1440, height: 690 });
				const parameters = await panel.column.screenshot({ animations: 'disabled' });
				await panel.openSettings();
				await panel.choose('onError', 'Continue (using error output)');
				return await sideBySide(
					parameters,
					await panel.column.screenshot({ animations: 'disabled' }),
				);
			});
		},
	);

	test('all options can be added, and each says what it does', async ({ editor }) => {
		const panel = await editor.openPanel(NODE);
		await panel.openOptions();
		for (const option of OPTIONS) {
			await expect(panel.entries.filter({ hasText: option })).toBeVisible();
		}
	});

	test('changing Branches changes the outputs on the canvas, whose labels are whole', async ({
		editor,
	}) => {
		for (const [entry, outputs] of Object.entries(BRANCHES)) {
			const panel = await editor.openPanel(NODE);
			await panel.choose('branches', entry);
			await panel.close();
			await expectWhole(editor.outputLabels(NODE), outputs);
		}
	});

	test('choosing two inputs shows two, whose labels Selfie and Photo are whole', async ({
		editor,
	}) => {
		const panel = await editor.openPanel(NODE);
		await panel.choose('inputMode', 'Two Inputs');
		await panel.close();
		await expectWhole(editor.inputLabels(NODE), ['Selfie', 'Photo']);
		await expectReadable(editor.page, `[data-node-name="${NODE}"]`);
	});
});

function startingWith(label: string): RegExp {
	return new RegExp(`^\\s*${label}`);
}

/** What is read of an element of the page. */
interface TextElement {
	textContent: string;
	clientWidth: number;
	scrollWidth: number;
}

/** Fails unless the canvas shows these labels, each with its whole text. */
async function expectWhole(labels: Locator, texts: string[]): Promise<void> {
	await expect(labels).toHaveText(texts);
	// In pixels: how much of a text n8n shows, and how long it is.
	const widths = await labels
		.locator('css=:not(:has(*)):not(:empty)')
		.evaluateAll((parts: TextElement[]) =>
			parts.map(({ textContent, clientWidth, scrollWidth }) => ({
				text: textContent.trim(),
				shown: clientWidth,
				needed: scrollWidth,
			})),
		);
	expect(widths.map(({ text }) => text)).toEqual(texts);
	expect(widths.filter(({ shown, needed }) => needed > shown)).toEqual([]);
}

/** Two images of the same size as one. */
async function sideBySide(left: Buffer, right: Buffer): Promise<Buffer> {
	const { width, height } = await sharp(left).metadata();
	return await sharp({
		create: { width: 2 * width + GAP, height, channels: 4, background: '#0000' },
	})
		.composite([
			{ input: left, left: 0, top: 0 },
			{ input: right, left: width + GAP, top: 0 },
		])
		.png()
		.toBuffer();
}

/**
 * A node as it is when it was just added, between a trigger and a node to which every output leads.
 * n8n shows 96 pixels of the label of an output that leads somewhere, and 76 of another one.
 */
function nodeAmidst(id: string, { credentialId }: N8n): Workflow {
	const example = loadExample('batch-recheck');
	const trigger = nodeOf(example, 'When someone clicks');
	const { type } = nodeOf(example, NODE);
	return {
		id,
		name: 'The panel of the node',
		nodes: [
			trigger,
			{
				...node(NODE, type, 1),
				position: [256, 304],
				credentials: { kairosApi: { id: credentialId, name: 'Kairos API' } },
			},
			{ ...node(NEXT, 'n8n-nodes-base.noOp', 1), position: [640, 304] },
		],
		connections: {
			[trigger.name]: { main: [[to(NODE)]] },
			[NODE]: { main: BRANCHES['Decision and Failed Checks'].map(() => [to(NEXT)]) },
		},
		settings: { executionOrder: 'v1' },
	};
}
