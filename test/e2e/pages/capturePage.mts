import type { Locator } from '@playwright/test';
import type { HandedIn } from '../people.mts';
import { ApplicantPage } from './applicantPage.mts';

/** The pages that `identity-link` and `identity-onboarding` show to an applicant. */
export class CapturePage extends ApplicantPage {
	get selfie(): Locator {
		return this.page.locator('#selfie');
	}

	get photo(): Locator {
		return this.page.locator('#photo');
	}

	get previews(): Locator {
		return this.page.getByAltText('What will be sent');
	}

	get consent(): Locator {
		return this.page.getByRole('checkbox');
	}

	get send(): Locator {
		return this.page.getByRole('button', { name: 'Send' });
	}

	async fillIn(name: string, selfie: HandedIn, photo: HandedIn): Promise<void> {
		await this.fullName.fill(name);
		await this.selfie.setInputFiles(selfie);
		await this.photo.setInputFiles(photo);
		await this.previews.nth(1).waitFor();
		await this.consent.check();
	}
}
