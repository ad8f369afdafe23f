import { idOf, loadExample, publishForm, SCORES } from './examples.mts';
import { expect, expectAccessible, type N8n, test } from './fixtures.mts';
import { NODE } from './names.mts';
import type { OnboardingForm } from './pages/onboardingForm.mts';
import { photoOf, type Selfie, selfieOf } from './people.mts';

const RETAKE = 'Please try again with new images';

test.describe('The example onboarding-form', () => {
	test.beforeAll(async ({ n8n }) => {
		await publishForm(n8n.client, loadExample('onboarding-form'), 'form/kairos-onboarding');
	});

	test(
		'the form asks for a name and two images, and takes no answer without them',
		{ tag: ['@dark', '@phone'] },
		async ({ form }) => {
			await form.open();
			await expectAccessible(form.page);
			await form.submitButton.click();
			await expect(form.missing).toHaveCount(3);
			await expectAccessible(form.page);
		},
	);

	test(
		'who is approved ends on a page that greets by name',
		{ tag: ['@dark', '@phone', '@docs'] },
		async ({ form, n8n, editor, keepForDocs }) => {
			await onboard(form, n8n, 'approved');
			await expect(form.heading('You are verified')).toBeVisible();
			await expect(form.body).toContainText('Thank you, Alex Example.');
			await expectAccessible(form.page);
			await keepForDocs('canvas', async () => {
				await editor.open(idOf('onboarding-form'));
				const shown = ['Onboarding form', 'Start again page', NODE, 'Review page', 'Error page'];
				return await editor.imageOf(
					shown.map((name) => editor.node(name)),
					{ width: 1900, height: 1000 },
					{ x: 60, y: 60 },
				);
			});
		},
	);

	test(
		'who is rejected ends on a page that tells no scores',
		{ tag: '@dark' },
		async ({ form, n8n }) => {
			await onboard(form, n8n, 'rejected');
			await expect(form.heading('We could not verify you')).toBeVisible();
			await expect(form.body).not.toContainText(SCORES);
			await expectAccessible(form.page);
		},
	);

	test(
		'who is for review ends on a page that says that a colleague will look',
		{ tag: '@dark' },
		async ({ form, n8n }) => {
			await onboard(form, n8n, 'review');
			await expect(form.heading('We are reviewing your images')).toBeVisible();
			await expect(form.body).not.toContainText(SCORES);
			await expectAccessible(form.page);
		},
	);

	test(
		'when Kairos is down the last page says that nothing was decided',
		{ tag: '@dark' },
		async ({ form, n8n }) => {
			await onboard(form, n8n, 'kairosIsDown');
			await expect(form.heading('We cannot verify you right now')).toBeVisible();
			await expect(form.body).toContainText('No decision was made');
			await expectAccessible(form.page);
		},
	);

	test(
		'who sent an image without a face is asked for a retake, and can then be approved',
		{ tag: ['@dark', '@phone'] },
		async ({ form, n8n }) => {
			await onboard(form, n8n, 'noFace');
			await expect(form.heading(RETAKE)).toBeVisible();
			await expect(form.body).toContainText('No face in the selfie.');
			await expectAccessible(form.page);
			await form.handIn(selfieOf(n8n, 'approved'), photoOf(n8n));
			await expect(form.heading('You are verified')).toBeVisible();
			await expect(form.body).toContainText('Thank you, Alex Example.');
		},
	);

	test('who sends no face at three retakes goes to review', async ({ form, n8n }) => {
		await onboard(form, n8n, 'noFace');
		for (let retake = 1; retake <= 3; retake++) {
			await expect(form.heading(RETAKE)).toBeVisible();
			// The page of the next retake has the same address and heading, but no files yet.
			await expect(form.selfie).toHaveValue('');
			await form.handIn(selfieOf(n8n, 'noFace'), photoOf(n8n));
		}
		await expect(form.heading('We are reviewing your images')).toBeVisible();
	});
});

async function onboard(form: OnboardingForm, n8n: N8n, selfie: Selfie): Promise<void> {
	await form.open();
	await form.fullName.fill('Alex Example');
	await form.handIn(selfieOf(n8n, selfie), photoOf(n8n));
}
