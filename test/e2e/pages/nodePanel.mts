import type { Locator, Page } from '@playwright/test';

const README_WIDTH = 600;

/** The panel that a node opens into: its parameters between what comes in and what goes out. */
export class NodePanel {
	readonly page: Page;
	readonly root: Locator;

	constructor(page: Page) {
		this.page = page;
		this.root = page.getByTestId('ndv');
	}

	get parameters(): Locator {
		return this.root.getByTestId('node-parameters');
	}

	/** The middle of the panel: the parameters, or the settings, with what is above them. */
	get column(): Locator {
		return this.root.locator('.node-settings');
	}

	/** The labels of the parameters. Beneath each stand, unseen, its other modes and its hint. */
	get labels(): Locator {
		return this.parameters.locator('[data-test-id="input-label"]:visible');
	}

	/** The entries of the list that is open. */
	get entries(): Locator {
		return this.page.getByRole('option');
	}

	/** The tabs of the branches, each with the number of its items. */
	get branches(): Locator {
		return this.root.getByTestId('branches');
	}

	get output(): Locator {
		return this.root.getByTestId('output-panel');
	}

	async close(): Promise<void> {
		await this.page.getByTestId('ndv-close-button').click();
		await this.root.waitFor({ state: 'hidden' });
	}

	/** Chooses an entry of a parameter's list. */
	async choose(parameter: string, entry: string): Promise<void> {
		await this.page.getByTestId(`parameter-input-${parameter}`).click();
		await this.entries.filter({ has: this.page.getByText(entry, { exact: true }) }).click();
	}

	async openSettings(): Promise<void> {
		await this.root.getByTestId('tab-settings').click();
	}

	async openOptions(): Promise<void> {
		await this.root.getByTestId('collection-parameter-add').click();
	}

	/** Shows the items of a branch as JSON. */
	async showBranch(branch: string): Promise<void> {
		await this.root.getByText(new RegExp(`^${branch} Branch`)).click();
		await this.output.getByTestId('radio-button-json').click();
	}

	/** What the output shows from one text to another one. */
	async imageOfOutput(from: string, to: string): Promise<Buffer> {
		const [output, first, end] = await Promise.all([
			this.output.boundingBox(),
			this.output.getByText(from).first().boundingBox(),
			this.output.getByText(to).first().boundingBox(),
		]);
		if (!output || !first || !end) throw new Error(`The output does not show ${from} and ${to}`);
		const clip = { x: output.x, y: first.y, width: README_WIDTH, height: end.y - first.y };
		return await this.page.screenshot({ clip, animations: 'disabled' });
	}
}
