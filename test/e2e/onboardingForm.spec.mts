import { outputsOf } from '../../scripts/n8n/execution.mts';
import { HEADINGS, loadExample, SCORES, TIME_UP_WITHIN_MS } from './examples.mts';
import { expect, expectAccessible, type N8n, test } from './fixtures.mts';
import { NODE } from './names.mts';
import { type HandedIn, photoOf, postOf, type Selfie, selfieOf } from './people.mts';

const PATH = 'kairos-onboarding';
const BRIEF_PATH = 'kairos-brief-onboarding';
const MISSING = 'Something is missing';

type Parts = Record<string, HandedIn | string>;

test.describe('The example onboarding-form', () => {
	let unanswered: string;

	test.beforeAll(async ({ n8n }) => {
		await n8n.client.publishWorkflow(loadExample('onboarding-form'));
		// Its time is up when the last test asks, and not before the person came to the page.
		const brief = loadExample('onboarding-form', {
			[PATH]: BRIEF_PATH,
			'"resumeAmount": 4': '"resumeAmount": 0.004',
		});
		await n8n.client.publishWorkflow({ ...brief, id: BRIEF_PATH });
		unanswered = await post(n8n, formOf(n8n, 'noFace'), BRIEF_PATH);
	});

	test('the form asks for a name, an address, two images and consent, and takes no answer without them', async ({
		form,
	}) => {
		await form.open();
		await expectAccessible(form.page);
		await form.submitButton.click();
		await expect(form.missing).toHaveCount(5);
		await expectAccessible(form.page);
	});

	test('who is approved reads that the face matches, and a name can put nothing else into the page', async ({
		form,
		n8n,
	}) => {
		const name = '<img src="https://evil.example/x.png"><a href="https://evil.example">Ada</a>';
		await form.open(`?name=${encodeURIComponent(name)}`);
		await expect(form.fullName).toHaveValue(name);
		await form.email.fill('alex@example.com');
		await form.selfie.setInputFiles(selfieOf(n8n, 'approved'));
		await form.photo.setInputFiles(photoOf(n8n));
		await form.consent.check();
		await form.submitButton.click();
		await expect(form.heading(HEADINGS.matches)).toBeVisible();
		await expect(form.body).toContainText(`Thank you, ${name}.`);
		await expect(form.page.locator('img, a')).toHaveCount(0);
		await expectAccessible(form.page);
	});

	for (const [selfie, heading, text] of [
		['review', HEADINGS.inReview, 'Thank you, '],
		['rejectedWithoutFace', HEADINGS.rejected, ''],
		['kairosIsDown', 'We cannot compare your photos right now', 'Nothing was decided'],
	] as const) {
		test(`the last page with the heading "${heading}" tells no scores, and a name can put nothing into it`, async ({
			form,
			n8n,
		}) => {
			const name = '<iframe src="https://evil.example"></iframe>';
			await form.openNext(await post(n8n, { ...formOf(n8n, selfie), 'field-0': name }));
			await expect(form.heading(heading)).toBeVisible();
			await expect(form.body).toContainText(text);
			await expect(form.page.locator('iframe')).toHaveCount(0);
			await expect(form.body).not.toContainText(SCORES);
			await expect(form.body).not.toContainText(/face match/i);
			await expectAccessible(form.page);
		});
	}

	test('each retake asks for one image only, counts for that one, and can end with an approval', async ({
		form,
		n8n,
	}) => {
		const html = { name: 'id.jpg', mimeType: 'text/html', buffer: Buffer.from('<html></html>') };
		await form.openNext(await post(n8n, { ...formOf(n8n, 'noFace'), 'field-3': html }));
		await expect(form.heading('Please take the photo of your ID again')).toBeVisible();
		await expect(form.body).toContainText('We cannot read this file: it is no image.');
		await expect(form.selfie).toHaveCount(0);
		await form.photo.setInputFiles(photoOf(n8n));
		await form.submitButton.click();
		await expect(form.heading(HEADINGS.retakeSelfie)).toBeVisible();
		await expect(form.body).toContainText('We found no face in the selfie.');
		await expect(form.photo).toHaveCount(0);
		await expectAccessible(form.page);
		await form.retakeSelfie(selfieOf(n8n, 'approved'));
		await expect(form.heading(HEADINGS.matches)).toBeVisible();
		await expect(form.body).toContainText('Thank you, Alex Example.');
	});

	test('an image that is cut off leads to a page that asks again', async ({ form, n8n }) => {
		const selfie = selfieOf(n8n, 'approved');
		const cut = { ...selfie, buffer: selfie.buffer.subarray(0, 400) };
		await form.openNext(await post(n8n, { ...formOf(n8n, 'approved'), 'field-2': cut }));
		await expect(form.heading('Please take both photos again')).toBeVisible();
		await expect(form.body).toContainText('We cannot read these files.');
	});

	test('who sends no face at three retakes goes to review', async ({ form, n8n }) => {
		await form.openNext(await post(n8n, formOf(n8n, 'noFace')));
		for (let retake = 1; retake <= 3; retake++) {
			await expect(form.heading(HEADINGS.retakeSelfie)).toBeVisible();
			await form.retakeSelfie(selfieOf(n8n, 'noFace'));
		}
		await expect(form.heading(HEADINGS.inReview)).toBeVisible();
	});

	test('a post without a name, an address, an image or consent is not sent', async ({
		form,
		n8n,
	}) => {
		const whole = formOf(n8n, 'approved');
		const lacks: Parts[] = Object.keys(whole).map((field) => {
			const parts = { ...whole };
			delete parts[field];
			return parts;
		});
		lacks.push({ ...whole, 'field-5': '[]' }, { ...whole, 'field-0': ' \n ' });
		for (const parts of lacks) {
			const url = await post(n8n, parts);
			await form.isNext(url);
			const { data } = await n8n.client.execution(idIn(url));
			expect(outputsOf(data, 'Is it complete?').map((items) => items.length)).toEqual([0, 1]);
			expect(outputsOf(data, NODE)).toEqual([]);
		}
		await form.openNext(await post(n8n, {}));
		await expect(form.heading(MISSING)).toBeVisible();
		await expectAccessible(form.page);
	});

	test('a link that ticks the box is no consent, and leads back to the form', async ({
		form,
		n8n,
	}) => {
		const query = '?consent=I%20agree';
		await form.open(query);
		await expect(form.consent).toBeChecked();
		await form.openNext(await post(n8n, formOf(n8n, 'approved'), `${PATH}${query}`));
		await expect(form.heading(MISSING)).toBeVisible();
		await form.page.getByRole('link', { name: 'Back to the form' }).click();
		await expect(form.heading('Take two photos')).toBeVisible();
		await expect(form.consent).not.toBeChecked();
	});

	test('every page has a deadline, and who does not answer a retake is sent nowhere', async ({
		n8n,
	}) => {
		test.setTimeout(3 * TIME_UP_WITHIN_MS);
		const pages = loadExample('onboarding-form').nodes.filter(({ type }) => type.endsWith('.form'));
		for (const { name, parameters } of pages) {
			expect(parameters, name).toMatchObject({ limitWaitTime: true, resumeUnit: 'hours' });
		}
		const read = () => n8n.client.execution(idIn(unanswered));
		const status = async () => (await read()).status;
		await expect.poll(status, { timeout: TIME_UP_WITHIN_MS }).toBe('success');
		const { data } = await read();
		expect(outputsOf(data, 'Nobody answered').flat()).toHaveLength(1);
		expect(data.resultData.runData[NODE]).toHaveLength(1);
	});
});

/** What the page sends. */
function formOf(n8n: N8n, selfie: Selfie): Parts {
	return {
		'field-0': 'Alex Example',
		'field-1': 'alex@example.com',
		'field-2': selfieOf(n8n, selfie),
		'field-3': photoOf(n8n),
		'field-5': '["I agree"]',
	};
}

/** Posts without the page, as anybody can, and gives the address of the page that comes next. */
async function post({ url }: N8n, parts: Parts, path = PATH): Promise<string> {
	const response = await fetch(`${url}/form/${path}`, { method: 'POST', body: postOf(parts) });
	return ((await response.json()) as { formWaitingUrl: string }).formWaitingUrl;
}

/** The ID of the execution that a page belongs to. */
function idIn(url: string): string {
	return /form-waiting\/(\d+)/.exec(url)?.[1] ?? '';
}
