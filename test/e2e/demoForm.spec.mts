import { DEMO, loadWorkflow } from '../../scripts/demo/workflows.mts';
import { expect, expectAccessible, test } from './fixtures.mts';
import { photoOf, selfieOf } from './people.mts';

test("the demo's form for images of one's own can be read by everybody, and ends with the decision", async ({
	page,
	n8n,
}) => {
	await n8n.client.publishWorkflow(loadWorkflow(DEMO.ownImages, n8n.files, n8n.credentialId));
	await page.goto(DEMO.ownImages.path);
	await expectAccessible(page);
	await page.getByLabel('Selfie').setInputFiles(selfieOf(n8n, 'review'));
	await page.getByLabel('ID photo').setInputFiles(photoOf(n8n));
	await page.getByRole('button', { name: 'Compare' }).click();
	await expect(page.getByRole('heading', { name: 'Needs a review' })).toBeVisible();
});
