import { expect, type Locator, type Page } from '@playwright/test';
import type { N8nClient } from '../../../scripts/n8n/rest.mts';

/** The page on which a reviewer decides, as `identity-review` draws it. */
export class ReviewPage {
	readonly page: Page;
	readonly #client: N8nClient;

	constructor(page: Page, client: N8nClient) {
		this.page = page;
		this.#client = client;
	}

	get body(): Locator {
		return this.page.locator('body');
	}

	get images(): Locator[] {
		return ['The selfie', 'The photo'].map((name) =>
			this.page.getByAltText(`${name}, 1 face found`),
		);
	}

	/** The bar of a score, by what it says to who cannot see it. */
	score(text: string): Locator {
		return this.page.getByRole('img', { name: text });
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

	/**
	 * @param link the address that the workflow made for this review
	 * @returns the HTTP status
	 */
	async open(link: string): Promise<number | undefined> {
		await this.#untilItWaits(link);
		return (await this.page.goto(link))?.status();
	}

	async reload(): Promise<void> {
		await this.#untilItWaits(this.page.url());
		await this.page.reload();
	}

	async answer(choice: Locator, why: string): Promise<void> {
		await this.#untilItWaits(this.page.url());
		await choice.check();
		await this.name.fill('Grace');
		await this.page.getByLabel('Reason').fill(why);
		await this.page.getByRole('button', { name: 'Send' }).click();
		await this.page.getByRole('heading', { name: 'Thank you' }).waitFor();
	}

	/** Only a link to an execution itself must be waited for. */
	async #untilItWaits(link: string): Promise<void> {
		if (link.includes('/webhook-waiting/')) await this.#client.waitUntilResumable(link);
	}

	/** Fails unless the page shows all that a reviewer must see of the person for review. */
	async expectWhole(applicant = 'Alex Example'): Promise<void> {
		await expect(this.body).toContainText(`Applicant: ${applicant}`);
		await expect(this.score('Face match 0.4803. Kairos rejects below 0.4')).toBeVisible();
		await expect(this.score('Liveness 0.97')).toBeVisible();
		await expect(this.body).toContainText('FAILED_FACE_MATCH');
		await expect(this.page.locator('svg rect')).toHaveCount(2);
		for (const image of this.images) {
			await expect(image).toBeVisible();
			await expect(image).toHaveJSProperty('naturalWidth', 800);
		}
	}
}
