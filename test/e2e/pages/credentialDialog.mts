import { expect, type Locator, type Page } from '@playwright/test';
import { goTo } from './goTo.mts';

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
		await goTo(this.page, '/home/credentials/create');
		const type = this.page.getByTestId('new-credential-type-select').locator('input');
		await type.click();
		await type.fill('Kairos');
		await this.page.getByTestId('new-credential-type-select-option').first().click();
		await this.page.getByTestId('new-credential-type-button').click();
		await this.input('appId').waitFor();
		// n8n asks its server for a name, without which nothing can be saved.
		await expect(this.root.getByTestId('credential-name')).toContainText('Kairos account');
	}

	async close(): Promise<void> {
		await this.root.getByRole('button', { name: 'Close' }).first().click();
		await this.root.waitFor({ state: 'hidden' });
	}

	/** Fills in fields and saves them, upon which n8n tests the credential. */
	async save(fields: Record<string, string>): Promise<void> {
		for (const [name, value] of Object.entries(fields)) await this.input(name).fill(value);
		await this.root.getByTestId('credential-save-button').click();
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
