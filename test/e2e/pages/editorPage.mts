import { expect, type Locator, type Page } from '@playwright/test';
import { goTo } from './goTo.mts';
import { NodePanel } from './nodePanel.mts';

/** How long n8n's editor may take to come up. */
const EDITOR_WITHIN_MS = 120_000;
/** How long a run of a few items may take on a machine that does much else. */
const RUN_WITHIN_MS = 120_000;

/** Hides notes and n8n's controls, and lets no line shine through a label. */
const CANVAS_ONLY = `
	[data-test-id="sticky"],
	[data-test-id="canvas-controls"], [data-test-id="canvas-wrapper"] button, [role="radiogroup"],
	:has(> [role="radiogroup"]) { visibility: hidden }
	[data-test-id="canvas-wrapper"] {
		--canvas--label--color--background: var(--canvas--color--background);
	}
`;
/** Pixels around what an image of the canvas is about. */
const AROUND = 16;

/** What is read of an element. */
interface Box {
	scrollHeight: number;
	clientHeight: number;
	textContent: string;
}

/** n8n's editor, by what a person sees and does there. */
export class EditorPage {
	readonly page: Page;

	constructor(page: Page) {
		this.page = page;
	}

	node(name: string): Locator {
		return this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
	}

	/** The labels beside the outputs of a node, in their order. */
	outputLabels(node: string): Locator {
		return this.node(node).locator('[data-handleid^="outputs/main/"]');
	}

	/** The labels beside the inputs of a node, in their order. */
	inputLabels(node: string): Locator {
		return this.node(node).locator('[data-handleid^="inputs/main/"]');
	}

	/** What stands on the line between two nodes, such as `3 items`; nothing where none took it. */
	itemsBetween(source: string, target: string): Locator {
		return this.page
			.locator(`[data-source-node-name="${source}"][data-target-node-name="${target}"]`)
			.and(this.page.getByTestId('edge-label'))
			.filter({ hasText: /\S/ });
	}

	get stickyNotes(): Locator {
		return this.page.getByTestId('sticky');
	}

	/** The beginnings of the sticky notes that do not show all of their text. */
	async clippedNotes(): Promise<string[]> {
		return await this.stickyNotes
			.locator('div')
			.evaluateAll((boxes: Box[]) =>
				boxes
					.filter(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight + 1)
					.map(({ textContent }) => textContent.slice(0, 30)),
			);
	}

	/** The icon of an entry of the nodes panel; what is dragged from there holds another one. */
	foundIcon(name: string): Locator {
		const entries = this.page.getByTestId('node-creator-node-item').filter({ hasText: name });
		return entries.locator('img').first();
	}

	get foundNames(): Locator {
		return this.page.getByTestId('node-creator-item-name');
	}

	async open(workflowId: string): Promise<void> {
		await goTo(this.page, `/workflow/${workflowId}`);
		await this.page.getByTestId('canvas-node').first().waitFor({ timeout: EDITOR_WITHIN_MS });
		await this.#zoomToFit();
	}

	/** Presses "Execute workflow" and waits until n8n tells how it ended. */
	async execute(message = 'Workflow executed successfully'): Promise<void> {
		await this.page.locator('[data-test-id^="execute-workflow-button"]').last().click();
		await this.page.getByText(message).first().waitFor({ timeout: RUN_WITHIN_MS });
	}

	async openPanel(node: string): Promise<NodePanel> {
		await this.node(node).dblclick();
		const panel = new NodePanel(this.page);
		await panel.parameters.waitFor();
		return panel;
	}

	/** Searches the nodes panel, which shows no node before something is searched. */
	async searchNodes(text: string): Promise<void> {
		const search = this.page.getByTestId('node-creator-search-bar');
		if (!(await search.isVisible())) {
			await this.page.getByTestId('node-creator-plus-button').click();
		}
		await search.fill('');
		await expect(this.page.getByTestId('node-creator-node-item')).toHaveCount(0);
		await search.fill(text);
	}

	/** Closes what n8n tells over the canvas, so that it hides nothing. */
	async closeNotices(): Promise<void> {
		const buttons = this.page.locator('.el-notification__closeBtn');
		for (const button of await buttons.all()) await button.click().catch(() => undefined);
		await expect(buttons).toHaveCount(0);
	}

	/**
	 * An image of a part of the canvas: these nodes, and what is between them.
	 *
	 * @param window as large that n8n shows the whole workflow in it at a size to be read
	 */
	async imageOf(
		parts: Locator[],
		window: { width: number; height: number },
		around: { x: number; y: number } = { x: AROUND, y: AROUND },
	): Promise<Buffer> {
		await this.page.setViewportSize(window);
		await this.#zoomToFit();
		const boxes = (await Promise.all(parts.map((part) => part.boundingBox()))).filter(
			(box) => box !== null,
		);
		const x = Math.min(...boxes.map((box) => box.x)) - around.x;
		const y = Math.min(...boxes.map((box) => box.y)) - around.y;
		const right = Math.max(...boxes.map((box) => box.x + box.width)) + around.x;
		const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + around.y;
		const clip = { x, y, width: right - x, height: bottom - y };
		return await this.page.screenshot({ clip, style: CANVAS_ONLY, animations: 'disabled' });
	}

	async #zoomToFit(): Promise<void> {
		await this.page.getByTestId('zoom-to-fit').click();
		// The canvas glides there.
		const pane = this.page.locator('.vue-flow__transformationpane');
		let before: string | null;
		await expect
			.poll(async () => {
				const after = await pane.getAttribute('style');
				const isStill = after === before;
				before = after;
				return isStill;
			})
			.toBe(true);
	}
}
