import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { loadExample } from '../examples.mts';
import { photoOf, type Selfie, selfieOf } from '../people.mts';
import { keepDocsScreenshot, keepScreenshot } from '../screenshots.mts';
import type { Stage } from '../stage.mts';
import type { Suite } from '../tests.mts';

const SELFIE = 'Selfie: your face from the front, nobody else';
const PHOTO = 'ID document: the side with your photo';
/** What must not be told to a person who may be cheating. */
const SCORES = /0\.4803|0\.0026|liveness|face match/i;

/** The example `onboarding-form`, filled in on n8n's own form page. */
export function onboardingFormSuite(stage: Stage): Suite {
	const open = async () => {
		const page = await stage.visitorPage();
		await page.goto(`${stage.n8nUrl}/form/kairos-onboarding`);
		await page.getByRole('heading', { name: 'Verify your identity' }).waitFor();
		return page;
	};
	const handIn = async (page: Page, selfie: Selfie) => {
		await page.getByLabel(SELFIE).setInputFiles(selfieOf(stage, selfie));
		await page.getByLabel(PHOTO).setInputFiles(photoOf(stage));
		await page.locator('#submit-btn').click();
	};
	const onboard = async (selfie: Selfie, ending: string, picture: string) => {
		const page = await open();
		await page.getByLabel('Your full name').fill('Alex Example');
		await handIn(page, selfie);
		await endsOn(page, ending);
		await keepScreenshot(page, picture);
		return await page.locator('body').innerText();
	};
	return {
		title: 'The example of an onboarding form',
		tests: [
			[
				'the form asks for a name and two pictures, and takes no answer without them',
				async () => {
					await stage.client.publishWorkflow(loadExample('onboarding-form'));
					await formIsUp(stage);
					const page = await open();
					await keepDocsScreenshot(page, 'form');
					await page.locator('#submit-btn').click();
					assert.equal(await page.getByText('This field is required').count(), 3);
				},
			],
			[
				'who is approved ends on a page that greets by name',
				async () => {
					const text = await onboard('approved', 'You are verified', 'form-approved');
					assert.match(text, /Thank you, Alex Example\./);
				},
			],
			[
				'who is rejected ends on a page that tells no scores',
				async () => {
					const text = await onboard('rejected', 'We could not verify you', 'form-rejected');
					assert.doesNotMatch(text, SCORES);
				},
			],
			[
				'who is for review ends on a page that says that a colleague will look',
				async () => {
					const ending = 'A colleague will have a look';
					assert.doesNotMatch(await onboard('review', ending, 'form-review'), SCORES);
				},
			],
			[
				'when Kairos is down the last page says that nothing was decided',
				async () => {
					const ending = 'We cannot verify you right now';
					assert.match(await onboard('kairosIsDown', ending, 'form-error'), /Nothing was decided/);
				},
			],
			[
				'who sent a picture without a face is asked for new ones, and can then be approved',
				async () => {
					const page = await open();
					await page.getByLabel('Your full name').fill('Alex Example');
					await handIn(page, 'noFace');
					await endsOn(page, 'Please take them again');
					assert.match(await page.locator('body').innerText(), /No face in the selfie\./);
					await keepDocsScreenshot(page, 'form-retake');
					await handIn(page, 'approved');
					await endsOn(page, 'You are verified');
					assert.match(await page.locator('body').innerText(), /Thank you, Alex Example\./);
				},
			],
			[
				'who sends no face three times more goes to review',
				async () => {
					const page = await open();
					await page.getByLabel('Your full name').fill('Alex Example');
					await handIn(page, 'noFace');
					for (let retake = 1; retake <= 3; retake++) {
						await endsOn(page, 'Please take them again');
						// The next page has the same address and the same heading.
						const nextPage = page.waitForEvent('framenavigated');
						await handIn(page, 'noFace');
						await nextPage;
					}
					await endsOn(page, 'A colleague will have a look');
				},
			],
		],
	};
}

/** n8n publishes a moment after it was asked to. */
async function formIsUp({ client }: Stage): Promise<void> {
	const response = await client.callWebhook('form/kairos-onboarding');
	await response.body?.cancel();
}

async function endsOn(page: Page, heading: string): Promise<void> {
	await page.getByRole('heading', { name: heading }).waitFor();
}
