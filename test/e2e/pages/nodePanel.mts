import type { Locator, Page } from '@playwright/test';

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
		await this.showOutputAsJson();
	}

	async showOutputAsJson(): Promise<void> {
		await this.output.getByTestId('radio-button-json').click();
	}

	/** What the output shows from a text on. */
	async imageOfOutputFrom(text: string): Promise<Buffer> {
		const whole = await this.output.boundingBox();
		const first = await this.output.getByText(text).first().boundingBox();
		if (!whole || !first) throw new Error(`The output does not show ${text}`);
		const y = first.y - first.height / 2;
		const clip = { ...whole, y, height: whole.y + whole.height - y };
		return await this.page.screenshot({ clip, animations: 'disabled' });
	}
}
