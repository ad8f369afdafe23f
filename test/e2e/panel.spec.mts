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

test(
	"the node's panel shows few parameters, each with its label, hints for the two fields, and all options",
	{ tag: '@docs' },
	async ({ n8n, editor, keepForDocs }) => {
		await n8n.client.saveWorkflow(nodeAmidst('panelOfTheNode', n8n));
		await editor.open('panelOfTheNode');
		const panel = await editor.openPanel(NODE);
		await expect(panel.labels).toHaveText([...PARAMETERS, 'Options'].map(startingWith));
		for (const hint of HINTS) await expect(panel.parameters).toContainText(hint);
		await expectReadable(editor.page, '[data-test-id="node-parameters"]');
		await panel.openOptions();
		for (const option of OPTIONS) {
			await expect(panel.entries.filter({ hasText: option })).toBeVisible();
		}
		await keepForDocs('panel', async () => {
			await panel.close();
			await editor.openPanel(NODE);
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

test('changing Branches changes the outputs on the canvas, and choosing two inputs the inputs, whose labels are whole', async ({
	n8n,
	editor,
}) => {
	// Another workflow: n8n lets nobody change one that another tab has just changed.
	await n8n.client.saveWorkflow(nodeAmidst('labelsOfTheNode', n8n));
	await editor.open('labelsOfTheNode');
	for (const [entry, outputs] of Object.entries(BRANCHES)) {
		const panel = await editor.openPanel(NODE);
		await panel.choose('branches', entry);
		await panel.close();
		await expectWhole(editor.outputLabels(NODE), outputs);
	}
	const panel = await editor.openPanel(NODE);
	await panel.choose('inputMode', 'Two Inputs');
	await panel.close();
	await expectWhole(editor.inputLabels(NODE), ['Selfie', 'Photo']);
	await expectReadable(editor.page, `[data-node-name="${NODE}"]`);
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
