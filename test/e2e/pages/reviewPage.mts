import { expect, type Locator, type Page } from '@playwright/test';

/** The page on which a reviewer decides, as `identity-review` draws it. */
export class ReviewPage {
	readonly page: Page;

	constructor(page: Page) {
		this.page = page;
	}

	get body(): Locator {
		return this.page.locator('body');
	}

	/** The bar of a score, by what it says to who cannot see it. */
	score(text: string): Locator {
		return this.page.getByRole('img', { name: text });
	}

	get buttons(): Locator {
		return this.page.locator('button');
	}

	/** Approves as Grace. */
	async answer(why: string): Promise<void> {
		await this.page.getByLabel('Yes, approve').check();
		await this.page.getByLabel('Your name').fill('Grace');
		await this.page.getByLabel('Reason').fill(why);
		await this.page.getByRole('button', { name: 'Send' }).click();
		await this.page.getByRole('heading', { name: 'Thank you' }).waitFor();
	}

	/** Fails unless the page shows all that a reviewer must see of the person for review. */
	async expectWhole(): Promise<void> {
		await expect(this.body).toContainText('Applicant: Alex Example');
		await expect(this.score('Face match 0.4803. Kairos rejects below 0.4')).toBeVisible();
		await expect(this.score('Liveness 0.97')).toBeVisible();
		await expect(this.body).toContainText('FAILED_FACE_MATCH');
		await expect(this.page.locator('svg rect')).toHaveCount(2);
		for (const name of ['The selfie', 'The photo']) {
			const image = this.page.getByAltText(`${name}, 1 face found`);
			await expect(image).toBeVisible();
			await expect(image).toHaveJSProperty('naturalWidth', 800);
		}
	}
}
