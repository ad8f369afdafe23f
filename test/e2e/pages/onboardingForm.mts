import type { Locator, Page } from '@playwright/test';
import type { HandedIn } from '../people.mts';

/** The page of n8n's own that the example `onboarding-form` makes. */
export class OnboardingForm {
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

	get selfie(): Locator {
		return this.page.getByLabel('Selfie: only you, facing the camera');
	}

	get photo(): Locator {
		return this.page.getByLabel('ID: the side with your photo');
	}

	get submitButton(): Locator {
		return this.page.locator('#submit-btn');
	}

	get missing(): Locator {
		return this.page.getByText('This field is required');
	}

	async open(): Promise<void> {
		await this.page.goto('/form/kairos-onboarding');
		await this.heading('Verify your identity').waitFor();
	}

	async handIn(selfie: HandedIn, photo: HandedIn): Promise<void> {
		await this.selfie.setInputFiles(selfie);
		await this.photo.setInputFiles(photo);
		await this.submitButton.click();
	}
}
