import type { Locator, Page } from '@playwright/test';

export interface Keys {
	appId: string;
	appSecretKey: string;
	baseUrl: string;
}

/** Pixels that an image shows beneath its last parameter. */
const BENEATH = 16;

/** The dialog of a new Kairos credential, and its Test. */
export class CredentialDialog {
	readonly page: Page;
	readonly root: Locator;

	constructor(page: Page) {
		this.page = page;
		this.root = page.getByTestId('editCredential-modal');
	}

	/** The label of a parameter with all that belongs to it. */
	parameter(name: string): Locator {
		return this.root.getByTestId(name);
	}

	input(name: string): Locator {
		return this.root.getByTestId(`parameter-input-${name}`).locator('input');
	}

	async open(): Promise<void> {
		await this.page.goto('/home/credentials/create');
		const type = this.page.getByTestId('new-credential-type-select').locator('input');
		await type.click();
		await type.fill('Kairos');
		await this.page.getByTestId('new-credential-type-select-option').first().click();
		await this.page.getByTestId('new-credential-type-button').click();
		await this.input('appId').waitFor();
	}

	/** Fills in the keys and saves them, upon which n8n tests them. */
	async save(keys: Keys): Promise<void> {
		for (const [name, value] of Object.entries(keys)) await this.input(name).fill(String(value));
		await this.root.getByTestId('credential-save-button').click();
	}

	/** An image of the dialog that ends with a parameter: what is beneath it takes scrolling. */
	async imageDownTo(name: string): Promise<Buffer> {
		const [dialog, last] = await Promise.all([
			this.root.boundingBox(),
			this.page.getByTestId(`parameter-input-${name}`).boundingBox(),
		]);
		if (dialog === null || last === null) throw new Error('The dialog is not there.');
		const height = last.y + last.height + BENEATH - dialog.y;
		return await this.page.screenshot({ clip: { ...dialog, height } });
	}

	async showDetails(): Promise<void> {
		await this.root.getByText('More details').click();
	}

	/** Hovers over the sign beside a label, as a person does who wants to know more. */
	async askAbout(name: string): Promise<void> {
		await this.parameter(name).hover();
		await this.parameter(name).locator('[data-icon="circle-help"], .n8n-icon').first().hover();
	}
}
