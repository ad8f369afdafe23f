import type { Locator, Page } from 'playwright-core';

/** How long a run of a few items may take on a machine that does much else. */
const RUN_WITHIN_MS = 60_000;
const LABEL_WITHIN_MS = 3_000;

const CANVAS_ONLY = `
	[data-test-id="canvas-controls"], [data-test-id="canvas-wrapper"] button, [role="radiogroup"],
	:has(> [role="radiogroup"]) { visibility: hidden }
`;

/** n8n's editor, by what a person sees and does there. */
export class Editor {
	readonly page: Page;
	readonly #url: string;

	/** @param n8nUrl `http://127.0.0.1:5678` */
	constructor(page: Page, n8nUrl: string) {
		this.page = page;
		this.#url = n8nUrl;
	}

	async open(workflowId: string): Promise<void> {
		await this.page.goto(`${this.#url}/workflow/${workflowId}`);
		await this.page.locator('[data-test-id="canvas-node"]').first().waitFor();
		await this.zoomToFit();
	}

	async zoomToFit(): Promise<void> {
		await this.page.locator('[data-test-id="zoom-to-fit"]').click();
		// The canvas glides there.
		await this.page.waitForTimeout(700);
	}

	node(name: string): Locator {
		return this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
	}

	/** The labels beside the outputs of a node, in their order. */
	async outputLabels(node: string): Promise<string[]> {
		return await this.#handleLabels(node, 'outputs');
	}

	/** The labels beside the inputs of a node, in their order. */
	async inputLabels(node: string): Promise<string[]> {
		return await this.#handleLabels(node, 'inputs');
	}

	/** What stands on the line between two nodes, such as `3 items`; undefined where there is nothing. */
	async itemsBetween(source: string, target: string): Promise<string | undefined> {
		const label = this.page.locator(
			`[data-test-id="edge-label"][data-source-node-name="${source}"][data-target-node-name="${target}"]`,
		);
		// The canvas draws the numbers a moment after n8n has said that it is through.
		await label
			.filter({ hasText: /\S/ })
			.waitFor({ timeout: LABEL_WITHIN_MS })
			.catch(() => {});
		const text = (await label.count()) > 0 ? (await label.innerText()).trim() : '';
		return text === '' ? undefined : text;
	}

	/** Presses "Execute workflow" and waits for n8n to say that it is through. */
	async execute(message = 'Workflow executed successfully'): Promise<void> {
		await this.page.locator('[data-test-id^="execute-workflow-button"]').last().click();
		await this.page.getByText(message).first().waitFor({ timeout: RUN_WITHIN_MS });
	}

	async openPanel(node: string): Promise<Locator> {
		await this.node(node).dblclick();
		const panel = this.page.locator('[data-test-id="ndv"]');
		await panel.locator('[data-test-id="node-parameters"]').waitFor();
		return panel;
	}

	async closePanel(): Promise<void> {
		await this.page.locator('[data-test-id="ndv-close-button"]').click();
		await this.page.locator('[data-test-id="ndv"]').waitFor({ state: 'hidden' });
	}

	/** Chooses an entry of a parameter's list in the open panel. */
	async choose(parameter: string, entry: string): Promise<void> {
		await this.page.locator(`[data-test-id="parameter-input-${parameter}"]`).click();
		const name = this.page.getByText(entry, { exact: true });
		await this.page.getByRole('option').filter({ has: name }).click();
	}

	/** Closes what n8n tells over the canvas, so that a screenshot shows the canvas. */
	async closeNotices(): Promise<void> {
		const buttons = this.page.locator('.el-notification__closeBtn');
		for (const button of await buttons.all()) await button.click().catch(() => undefined);
		await this.page.waitForTimeout(500);
	}

	/** Searches the nodes panel and gives the names that it lists. */
	async searchNodes(text: string): Promise<string[]> {
		const search = this.page.locator('[data-test-id="node-creator-search-bar"]');
		if (!(await search.isVisible())) {
			await this.page.locator('[data-test-id="node-creator-plus-button"]').click();
			await search.waitFor();
		}
		await search.fill(text);
		// The list follows the typing a moment later.
		await this.page.waitForTimeout(700);
		return await this.page.locator('[data-test-id="node-creator-item-name"]').allInnerTexts();
	}

	/** Leaves nothing but the canvas, in a larger window: how the documentation shows a workflow. */
	async canvasOnly(): Promise<Locator> {
		await this.page.setViewportSize({ width: 1760, height: 1240 });
		await this.zoomToFit();
		await this.page.addStyleTag({ content: CANVAS_ONLY });
		return this.page.locator('[data-test-id="canvas-wrapper"]');
	}

	async #handleLabels(node: string, side: 'inputs' | 'outputs'): Promise<string[]> {
		const handles = await this.node(node).locator(`[data-handleid^="${side}/main/"]`).all();
		const labelled = await Promise.all(
			handles.map(async (handle) => ({
				position: Number(await handle.getAttribute('data-index')),
				label: (await handle.innerText()).trim(),
			})),
		);
		return labelled.sort((one, other) => one.position - other.position).map(({ label }) => label);
	}
}
