import { expect, type Locator, type Page } from '@playwright/test';

/** The page of the example `human-review`, on which a reviewer decides. */
export class ReviewPage {
	readonly page: Page;

	constructor(page: Page) {
		this.page = page;
	}

	get body(): Locator {
		return this.page.locator('body');
	}

	get pictures(): Locator[] {
		return ['The selfie', 'The photo'].map((name) => this.page.getByAltText(name));
	}

	/** The line of the table for a check: its name, score and result. */
	check(text: string): Locator {
		return this.page.getByRole('row', { name: text });
	}

	get yes(): Locator {
		return this.page.getByLabel('Yes, approve');
	}

	get no(): Locator {
		return this.page.getByLabel('No, reject');
	}

	get name(): Locator {
		return this.page.getByLabel('Your name');
	}

	get buttons(): Locator {
		return this.page.locator('button');
	}

	/** @param link the address that the workflow made for this review */
	async open(link: string): Promise<void> {
		await this.page.goto(link);
	}

	async answer(choice: Locator, why: string): Promise<void> {
		await choice.check();
		await this.name.fill('Grace');
		await this.page.getByLabel('Why?').fill(why);
		await this.page.getByRole('button', { name: 'Send' }).click();
		await this.page.getByRole('heading', { name: 'Thank you' }).waitFor();
	}

	/** Fails unless the page shows all that a reviewer must see of the person for review. */
	async expectWhole(): Promise<void> {
		await expect(this.body).toContainText('Applicant: Alex Example');
		await expect(this.check('Face match 0.4803 review')).toBeVisible();
		await expect(this.check('Liveness 0.97 pass')).toBeVisible();
		await expect(this.body).toContainText('For review: face match 0.4803 is below 0.56.');
		for (const picture of this.pictures) {
			await expect(picture).toBeVisible();
			await expect(picture).toHaveJSProperty('naturalWidth', 800);
		}
	}
}
