import { DEMO, loadWorkflow } from '../../scripts/demo/workflows.mts';
import { expect, expectAccessible, test } from './fixtures.mts';
import { NODE } from './names.mts';
import { photoOf, selfieOf } from './people.mts';

/** The nodes at the ends of its workflow. */
const ENDS = ['A selfie and an ID photo', 'Review page', 'Error page'];

test(
	"the demo's form for images of one's own can be read by everybody, and ends with the decision",
	{ tag: '@docs' },
	async ({ page, n8n, editor, keepForDocs }) => {
		await n8n.client.publishWorkflow(loadWorkflow(DEMO.ownImages, n8n.files, n8n.credentialId));
		await page.goto(DEMO.ownImages.path);
		await expectAccessible(page);
		await page.getByLabel('Selfie').setInputFiles(selfieOf(n8n, 'review'));
		await page.getByLabel('ID photo').setInputFiles(photoOf(n8n));
		await page.getByRole('button', { name: 'Compare' }).click();
		await expect(page.getByRole('heading', { name: 'Needs a review' })).toBeVisible();
		await keepForDocs('canvas', async () => {
			await editor.open(DEMO.ownImages.id);
			const shown = [...ENDS, NODE].map((name) => editor.node(name));
			return await editor.imageOf(shown, { width: 1900, height: 1000 }, { x: 110, y: 60 });
		});
	},
);
