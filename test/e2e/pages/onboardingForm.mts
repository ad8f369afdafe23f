import { expect, type Locator } from '@playwright/test';
import type { HandedIn } from '../people.mts';
import { ApplicantPage } from './applicantPage.mts';

/** The pages of n8n's own that the example `onboarding-form` makes. */
export class OnboardingForm extends ApplicantPage {
	get selfie(): Locator {
		return this.page.getByLabel('Selfie: only you, facing the camera');
	}

	get photo(): Locator {
		return this.page.getByLabel('ID: the side with your photo');
	}

	get consent(): Locator {
		return this.page.getByLabel('I agree');
	}

	get submitButton(): Locator {
		return this.page.locator('#submit-btn');
	}

	get missing(): Locator {
		return this.page.locator('.error-show');
	}

	/** @param query with the `?`; n8n fills in the fields that it names */
	async open(query = ''): Promise<void> {
		await this.page.goto(`/form/kairos-onboarding${query}`);
		await this.heading('Take two photos').waitFor();
	}

	/** Waits until an execution has come to the page that n8n said will be there. */
	async isNext(url: string): Promise<void> {
		const statusUrl = new URL(url);
		statusUrl.pathname += '/n8n-execution-status';
		const status = async () => (await fetch(statusUrl)).text();
		await expect.poll(status).toBe('form-waiting');
	}

	async openNext(url: string): Promise<void> {
		await this.isNext(url);
		await this.page.goto(url);
	}

	async retakeSelfie(selfie: HandedIn): Promise<void> {
		// The page of the next retake has the same address and heading, but no files yet.
		await expect(this.selfie).toHaveValue('');
		await this.selfie.setInputFiles(selfie);
		await this.submitButton.click();
	}
}
