import type { Locator } from '@playwright/test';
import { OnboardingForm } from './onboardingForm.mts';

/** The pages that the example `identity-onboarding` shows to an applicant. */
export class IdentityForm extends OnboardingForm {
	get email(): Locator {
		return this.page.getByLabel('Your email address');
	}

	get tryAgain(): Locator {
		return this.page.getByRole('link', { name: 'Try again' });
	}

	override async open(): Promise<void> {
		await this.page.goto('/form/identity-onboarding');
		await this.heading('Verify your identity').waitFor();
	}
}
