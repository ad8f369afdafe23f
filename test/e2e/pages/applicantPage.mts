import type { Locator, Page } from '@playwright/test';

/** What all pages have that an example shows to an applicant, whoever draws them. */
export class ApplicantPage {
	readonly page: Page;

	constructor(page: Page) {
		this.page = page;
	}

	heading(name: string): Locator {
		return this.page.getByRole('heading', { name });
	}

	get body(): Locator {
		return this.page.locator('body');
	}

	get fullName(): Locator {
		return this.page.getByLabel('Your full name');
	}

	get email(): Locator {
		return this.page.getByLabel('Your email address');
	}
}
