import { DEMO, loadWorkflow } from '../../scripts/demo/workflows.mts';
import { publishForm } from './examples.mts';
import { expect, expectAccessible, test } from './fixtures.mts';
import { photoOf, type Selfie, selfieOf } from './people.mts';

const ENDS: Record<Selfie, string> = {
	approved: 'You are verified',
	review: 'Needs a review',
	rejected: 'We could not verify you',
	noFace: 'Please take it again',
	kairosIsDown: 'We cannot verify you right now',
};

test.describe("The demo's form for images of one's own", () => {
	test.beforeAll(async ({ n8n }) => {
		const workflow = loadWorkflow(DEMO.ownImages, n8n.files, n8n.credentialId);
		await publishForm(n8n.client, workflow, DEMO.ownImages.path);
	});

	for (const [selfie, heading] of Object.entries(ENDS) as [Selfie, string][]) {
		test(
			`it ends with "${heading}", and everybody can read it`,
			{ tag: '@dark' },
			async ({ page, n8n }) => {
				await page.goto(DEMO.ownImages.path);
				await expectAccessible(page);
				await page.getByLabel('Selfie').setInputFiles(selfieOf(n8n, selfie));
				await page.getByLabel('ID photo').setInputFiles(photoOf(n8n));
				await page.getByRole('button', { name: 'Compare' }).click();
				await expect(page.getByRole('heading', { name: heading })).toBeVisible();
				await expectAccessible(page);
			},
		);
	}
});
