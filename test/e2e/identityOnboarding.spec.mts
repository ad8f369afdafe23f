import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { devices } from '@playwright/test';
import sharp from 'sharp';
import { request } from 'undici';
import { steered } from '../../sandbox/steering.mts';
import { withSettings } from '../../scripts/demo/workflows.mts';
import type { TableRow, Workflow } from '../../scripts/n8n/rest.mts';
import { nodeOf } from '../../scripts/n8n/workflow.mts';
import { sandboxCredential, serviceOf } from '../../scripts/sandbox.mts';
import { type Answer, Applicant, ask, decide, REVIEWERS } from './applicant.mts';
import {
	BASIC_AUTH,
	type Example,
	HEADINGS,
	idOf,
	SCORES,
	SECRET,
	TIME_UP_WITHIN_MS,
} from './examples.mts';
import { expect, expectAccessible, type N8n, test } from './fixtures.mts';
import { CapturePage } from './pages/capturePage.mts';
import { type HandedIn, photoOf, postOf, selfieOf, steerSandbox } from './people.mts';

const OWNER = 'owner@example.com';
const LOOKING = 'A person is looking at your photos';
const ERROR = 'We cannot compare your photos right now';
/** The steps by which identity-attempts looks something up or changes it, by a condition. */
const LOOKUPS = [
	'Find the link',
	'Find reviews',
	'Attempts of the person',
	'Attempts of all',
	'Record the result',
	'Find the same',
	'Record the outcome',
];

/** What goes wrong in a workflow, what the record must say of it, and what the owner is told. */
interface Failure {
	where: string;
	example: Example;
	change: (workflow: Workflow) => Workflow;
	/** Of the page, if it is not that for an error. */
	heading?: string;
	attempts?: TableRow[];
	told?: string;
}

const FAILURES: Failure[] = [
	...LOOKUPS.map((step): Failure => ({
		where: `"${step}" fails`,
		example: 'identity-attempts',
		told: step,
		change: (workflow) => {
			const filters = { conditions: [{ keyName: 'renamed', condition: 'eq', keyValue: 'x' }] };
			nodeOf(workflow, step).parameters['filters'] = filters;
			return workflow;
		},
	})),
	{
		where: 'the attempt cannot be written',
		example: 'identity-attempts',
		attempts: [],
		change: (workflow) => {
			const { parameters } = nodeOf(workflow, 'Append the attempt');
			(parameters['columns'] as { value: Record<string, string> }).value['renamed'] = 'x';
			return workflow;
		},
	},
	{
		where: 'the limit of all people of a day is reached',
		example: 'identity-attempts',
		change: (workflow) => withSettings(workflow, { allADay: 1 }),
		attempts: [{ counted: 'no', reason: 'cap', service: null }],
		heading: 'Too many people today',
		told: 'The limit of all people',
	},
	{
		where: 'another service answers than that of Settings',
		example: 'identity-onboarding',
		change: (workflow) => withSettings(workflow, { service: 'idv-eu.kairos.com/v0.1' }),
		attempts: [{ outcome: 'error', reason: expect.stringContaining('not by') }],
	},
	{
		where: 'Biometric Verify is deactivated',
		example: 'identity-onboarding',
		change: (workflow) => {
			nodeOf(workflow, 'Biometric Verify')['disabled'] = true;
			return workflow;
		},
	},
];

const { userAgent, isMobile, hasTouch } = devices['Pixel 7'];

test.describe('The example identity-onboarding', () => {
	test.use({ userAgent, isMobile, hasTouch });

	/** Of a review whose reminder, and of one whose end is due while the tests run. */
	let reminded: Applicant;
	let expired: Applicant;

	test.beforeAll(async ({ identity }) => {
		reminded = new Applicant(identity);
		expired = new Applicant(identity);
		for (const [applicant, times] of [
			[reminded, { remindAfterDays: 1 / 86_400, expireAfterDays: 3 }],
			[expired, { remindAfterDays: 3, expireAfterDays: 1 / 86_400 }],
		] as const) {
			const due = (workflow: Workflow) => withSettings(workflow, times);
			await identity.changed('identity-review', due, async () => {
				await applicant.openReview();
			});
		}
		// Looking at a review ends none of its waits.
		await ask(await reminded.reviewLink());
	});

	test('the first page mails a personal link, one for an address in ten minutes', async ({
		applicant,
		capture,
		n8n,
	}) => {
		const { email } = applicant;
		await capture.page.goto('/webhook/identity-start');
		await expectAccessible(capture.page);
		await capture.email.fill(email);
		await capture.page.getByRole('button').click();
		await expect(capture.heading('Check your email')).toBeVisible();
		await expectAccessible(capture.page);
		const { text } = await applicant.mailTo(email);
		expect(text).toMatch(/^http\S+\/webhook\/identity\?secret=[0-9a-f]{64}\n/);
		const { heading } = await askForLink(n8n, ` ${email.toUpperCase()} `);
		expect(heading).toBe('Check your email');
		expect((await askForLink(n8n, 'x')).status).toBe(422);

		const other = applicant.another();
		await Promise.all([1, 2, 3, 4].map(() => askForLink(n8n, other.email)));
		await other.mailTo(other.email);
		expect(applicant.mailsTo(email)).toHaveLength(1);
		expect(new Set(other.mailsTo(other.email).map((mail) => mail.text)).size).toBe(1);
	});

	test('a request that only opens the first page mails nothing, and keeps no mail from anybody', async ({
		applicant,
		n8n,
	}) => {
		const response = await request(`${n8n.url}/webhook/identity-start`, {
			method: 'GET',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ email: applicant.email }),
		});
		expect(response.statusCode).toBe(200);
		await response.body.dump();
		await askForLink(n8n, applicant.email);
		await applicant.mailTo(applicant.email);
	});

	test('a link that has expired stays dead when a new one is asked for', async ({
		applicant,
		identity,
	}) => {
		let old = '';
		const change = (workflow: Workflow) => withSettings(workflow, { linkDays: 0 });
		await identity.changed('identity-link', change, async () => {
			old = await applicant.link();
		});
		const link = await applicant.link();
		expect((await ask(link)).status).toBe(200);
		expect((await ask(old)).status).toBe(404);
	});

	test('the limit of links of a day stops mails, and not the company', async ({
		applicant,
		identity,
		n8n,
	}) => {
		await applicant.another().link();
		const change = (workflow: Workflow) => withSettings(workflow, { linksADay: 1 });
		await identity.changed('identity-link', change, async () => {
			expect((await askForLink(n8n, applicant.email)).status).toBe(503);
			expect((await applicant.mailTo(OWNER)).text).toContain('LINK_LIMIT');
			expect(await applicant.link()).toContain('secret=');
			expect(applicant.mailsTo(applicant.email)).toEqual([]);
		});
	});

	test("the company's own call gets the link, with its header only", async ({ applicant, n8n }) => {
		const { email } = applicant;
		expect(await applicant.link()).toBe(await applicant.link());
		const call = (headers: Record<string, string>, body: object) =>
			ask(`${n8n.url}/webhook/identity-link`, {
				method: 'POST',
				headers: { 'Content-Type': 'application/json', ...headers },
				body: JSON.stringify(body),
			});
		expect((await call({}, { email })).status).toBe(403);
		expect((await call({ Authorization: SECRET }, {})).status).toBe(400);
	});

	test('a link that is wrong, missing, empty or doubled opens nothing and takes nothing', async ({
		applicant,
		n8n,
	}) => {
		const { searchParams, origin, pathname } = new URL(await applicant.link());
		const secret = String(searchParams.get('secret'));
		const attempts = () => n8n.client.rowsOf('kyc_attempts');
		const { length } = await attempts();
		for (const query of [
			`?secret=${'0'.repeat(64)}`,
			'',
			'?secret=',
			`?secret=${secret}&secret=${secret}`,
		]) {
			const link = origin + pathname + query;
			for (const answer of [await ask(link), await applicant.post('approved', {}, link)]) {
				expect(answer).toMatchObject({ status: 404, heading: 'This link does not work' });
			}
		}
		expect(await attempts()).toHaveLength(length);
	});

	test('on a phone, a large photo arrives upright, small and without its place, and the page says that the face matches', async ({
		applicant,
		capture,
		n8n,
		sandbox,
	}) => {
		await steerSandbox(sandbox, { match: 0.93, liveness: 0.97 });
		await capture.page.goto(await applicant.link());
		await expectAccessible(capture.page);
		await capture.fillIn('Alex Example', await fromPhone(n8n), photoOf(n8n));
		await expectAccessible(capture.page);
		let sent = '';
		capture.page.on('request', (posted) => (sent = posted.postData() ?? sent));
		await capture.send.click();
		await expect(capture.heading(HEADINGS.matches)).toBeVisible();
		await expect(capture.body).not.toContainText(SCORES);
		await expectAccessible(capture.page);
		await steerSandbox(sandbox, {});
		const { selfie } = JSON.parse(sent) as { selfie: string };
		const { width, height, exif } = await sharp(Buffer.from(selfie, 'base64')).metadata();
		expect({ width, height, exif }).toEqual({ width: 1500, height: 2000, exif: undefined });
		expect(await applicant.attempts()).toEqual([
			expect.objectContaining({
				name: 'Alex Example',
				outcome: 'approve',
				counted: 'yes',
				consentVersion: '2026-01',
				consentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
				service: serviceOf(sandbox.url),
				nodeVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
				rules: expect.stringContaining('faceMatchReviewBelow'),
			}),
		]);
	});

	test('a name can put nothing into a page, the applicant sees no scores, the reviewer sees them and decides, and the applicant hears of it', async ({
		applicant,
		capture,
		review,
	}) => {
		const name = '<button>Ada</button>" onload="x';
		const { html } = await applicant.post('review', { name });
		await capture.page.setContent(html);
		await expect(capture.heading(HEADINGS.inReview)).toBeVisible();
		await expect(capture.body).toContainText(`Thank you, ${name}.`);
		await expect(capture.body).not.toContainText(SCORES);
		await expectAccessible(capture.page);

		const link = await applicant.reviewLink();
		await review.page.goto(link);
		await expect(review.body).toContainText(`Applicant: ${name}, ${applicant.email}`);
		await expect(review.buttons).toHaveCount(1);
		await review.answer('The hair is new');
		await expectAccessible(review.page);
		await review.page.goto(link);
		await expect(review.body).toContainText('Approved by Grace at');
		await expectAccessible(review.page);
		const { text } = await applicant.mailTo(applicant.email);
		expect(text).toContain('Your face matches the photo');
	});

	test('a retake asks only for the image that needs it, and sends the other one again', async ({
		applicant,
		capture,
		n8n,
		sandbox,
	}) => {
		// Text inside an image is lost on the phone, so only the whole service can be steered.
		await steerSandbox(sandbox, { faces: 0 });
		await capture.page.goto(await applicant.link());
		await capture.fillIn('Alex Example', await fromPhone(n8n), photoOf(n8n));
		await capture.send.click();
		await expect(capture.heading(HEADINGS.retakeSelfie)).toBeVisible();
		await expect(capture.photo).toBeHidden();
		await expect(capture.fullName).toBeHidden();
		await expectAccessible(capture.page);
		await steerSandbox(sandbox, { match: 0.93, liveness: 0.97 });
		await capture.selfie.setInputFiles(await fromPhone(n8n));
		await capture.send.click();
		await expect(capture.heading(HEADINGS.matches)).toBeVisible();
		await steerSandbox(sandbox, {});
		const outcomes = (await applicant.attempts()).map(({ outcome }) => outcome);
		expect(outcomes).toEqual(['retake', 'approve']);
	});

	test('a retake of the photo sends the same selfie once more, and can be approved', async ({
		applicant,
		n8n,
	}) => {
		const selfie = selfieOf(n8n, 'approved').buffer.toString('base64');
		const photo = steered(photoOf(n8n).buffer, { faces: 0 }).toString('base64');
		const { heading } = await applicant.post('approved', { selfie, photo });
		expect(heading).toBe('Please take the photo of your ID again');
		expect((await applicant.post('approved', { selfie })).heading).toBe(HEADINGS.matches);
	});

	test('without JavaScript a plain form does', async ({ applicant, browser, n8n }) => {
		const context = await browser.newContext({ javaScriptEnabled: false });
		const capture = new CapturePage(await context.newPage());
		await capture.page.goto(await applicant.link());
		await capture.fullName.fill('Alex Example');
		await capture.selfie.setInputFiles(selfieOf(n8n, 'approved'));
		await capture.photo.setInputFiles(photoOf(n8n));
		await capture.consent.check();
		await capture.send.click();
		await expect(capture.heading(HEADINGS.matches)).toBeVisible();
		await context.close();
	});

	test('a post without consent, name or images is not stored and not sent', async ({
		applicant,
	}) => {
		for (const lack of ['consent', 'name', 'selfie', 'photo']) {
			expect((await applicant.post('approved', { [lack]: '' })).status).toBe(422);
		}
		const query = `${await applicant.link()}&consent=yes&name=Ada`;
		expect((await ask(query, { method: 'POST' })).status).toBe(422);
		expect(await applicant.attempts()).toEqual([]);
	});

	test('a file that is no image, or cut off, leads to a retake of it', async ({
		applicant,
		n8n,
	}) => {
		const html = Buffer.from('<html>'.repeat(50));
		const cut = await sharp(selfieOf(n8n, 'approved').buffer).jpeg().toBuffer();
		for (const [file, heading] of [
			[html, HEADINGS.retakeSelfie],
			[cut.subarray(0, 400), expect.stringMatching(/^Please take .* again$/)],
		] as const) {
			const answer = await applicant.post('approved', { selfie: file.toString('base64') });
			expect(answer).toMatchObject({ status: 422, heading });
		}
	});

	test('a rejection stays one, also where the selfie has no face', async ({
		applicant,
		capture,
	}) => {
		const { heading, html } = await applicant.post('rejectedWithoutFace');
		expect(heading).toBe(HEADINGS.rejected);
		expect(await applicant.attempts()).toMatchObject([{ outcome: 'reject' }]);
		await capture.page.setContent(html);
		await expect(capture.body).not.toContainText(SCORES);
		await expectAccessible(capture.page);
	});

	test('a name is one line of at most 100 characters, in the row and in the mail', async ({
		applicant,
	}) => {
		const name = `Ada\r\n\r\nhttps://evil.example\u2028${'x'.repeat(5000)}`;
		const link = await applicant.openReview({ name });
		const [row] = await applicant.attempts();
		expect(String(row?.['name'])).toMatch(/^Ada https:\/\/evil\.example x+$/);
		expect(row?.['name']).toHaveLength(100);
		const { subject, text } = await applicant.mailTo(REVIEWERS);
		expect(subject).not.toContain('\n');
		expect(link).toContain('/webhook/identity-review?secret=');
		expect(text).not.toMatch(/^https:\/\/evil/m);
	});

	test('after three rejections nothing is sent, and one review is opened', async ({
		applicant,
	}) => {
		for (let count = 1; count <= 3; count++) {
			expect((await applicant.post('rejected')).heading).toBe(HEADINGS.rejected);
		}
		expect((await applicant.post('approved')).heading).toBe(HEADINGS.inReview);
		for (const answer of [await ask(await applicant.link()), await applicant.post('approved')]) {
			expect(answer.heading).toBe(LOOKING);
		}
		const rows = await applicant.attempts();
		expect(rows.map(({ counted, service }) => [counted, Boolean(service)])).toEqual([
			...Array.from({ length: 3 }, () => ['yes', true]),
			['no', false],
		]);
		const review = await applicant.reviewLink();
		expect(await applicant.reviews()).toHaveLength(1);
		await decide(review, 'no', 'Grace');
		expect((await applicant.post('approved')).heading).toBe('We have decided');
	});

	test('of twelve posts side by side at most five are sent, and one review is opened', async ({
		applicant,
	}) => {
		const link = await applicant.link();
		await Promise.all(Array.from({ length: 12 }, () => applicant.post('rejected', {}, link)));
		const rows = await applicant.attempts();
		expect(rows).toHaveLength(12);
		expect(rows.filter(({ service }) => service).length).toBeLessThanOrEqual(5);
		const isOpen = (row: TableRow) => row['decision'] === '';
		await expect.poll(async () => (await applicant.reviews()).filter(isOpen).length).toBe(1);
		expect(applicant.mailsTo(REVIEWERS)).toHaveLength(1);
	});

	for (const { where, example, change, heading = ERROR, attempts, told } of FAILURES) {
		test(`nobody is approved where ${where}`, async ({ applicant, identity, n8n }) => {
			const link = await applicant.link();
			await identity.changed(example, change, async () => {
				const answer = await applicant.post('approved', {}, link);
				expect(answer).toMatchObject({ status: 503, heading });
			});
			if (attempts) expect(await applicant.attempts()).toMatchObject(attempts);
			if (told === undefined) return;
			const { mails } = n8n.mailbox;
			const hears = () => mails.some(({ to, text }) => to === OWNER && text.includes(told));
			await expect.poll(hears, `the owner hears of "${told}"`).toBe(true);
		});
	}

	test('when Kairos is down nothing is decided and no attempt is used up; the owner hears who it was, once', async ({
		applicant,
		capture,
		n8n,
	}) => {
		const link = await applicant.link();
		const post = () => applicant.post('kairosIsDown', {}, link);
		const answers = await Promise.all(Array.from({ length: 5 }, post));
		for (const answer of answers) expect(answer).toMatchObject({ status: 503, heading: ERROR });
		await capture.page.setContent(String(answers[0]?.html));
		await expectAccessible(capture.page);
		const outcomes = (await applicant.attempts()).map(({ outcome, codes }) => [outcome, codes]);
		expect(outcomes).toEqual(Array(5).fill(['error', 'SERVER_ERROR']));
		expect((await applicant.post('approved')).heading).toBe(HEADINGS.matches);
		await applicant.mailTo(OWNER);
		const mails = n8n.mailbox.mails.filter(({ text }) => text.startsWith('SERVER_ERROR'));
		expect(mails).toHaveLength(1);
	});

	test('a selfie file that was handed in before goes to review', async ({ applicant, n8n }) => {
		const selfie = selfieOf(n8n, 'approved').buffer.toString('base64');
		const second = applicant.another();
		expect((await applicant.post('approved', { selfie })).heading).toBe(HEADINGS.matches);
		expect((await second.post('approved', { selfie })).heading).toBe(HEADINGS.inReview);
		expect((await second.review())['reason']).toContain(applicant.email);
	});

	test('an answer of Kairos that was used before approves nobody', async ({
		applicant,
		identity,
		n8n,
		sandbox,
	}) => {
		const replay = await startReplay(sandbox.url);
		const credential = { ...sandboxCredential(replay.url), name: 'Replay' };
		const id = await n8n.client.saveCredential(credential);
		const change = (workflow: Workflow) => {
			const credentials = { kairosApi: { id, name: credential.name } };
			nodeOf(workflow, 'Biometric Verify').credentials = credentials;
			return withSettings(workflow, { service: serviceOf(replay.url) });
		};
		const second = applicant.another();
		await identity.changed('identity-onboarding', change, async () => {
			expect((await applicant.post('approved')).heading).toBe(HEADINGS.matches);
			expect((await second.post('approved')).heading).toBe(HEADINGS.inReview);
		});
		replay.stop();
		expect((await second.review())['reason']).toContain('already used');
	});

	test('of four reviewers at once one decides, and the others see who did', async ({
		applicant,
	}) => {
		const link = await applicant.openReview();
		const names = ['Ada', 'Grace', 'Mary', 'Jean'];
		const answers = await Promise.all(
			names.map((name, at) => decide(link, at % 2 === 0 ? 'yes' : 'no', name)),
		);
		const headings = answers.map(({ heading }) => heading);
		const lost = Array<string>(3).fill('Already decided');
		expect(headings.toSorted()).toEqual([...lost, 'Thank you']);
		const winner = names[headings.indexOf('Thank you')];
		expect(await applicant.reviews()).toMatchObject([{ decidedBy: winner }]);
		expect((await decide(link, 'yes', 'Mallory')).html).toContain(`by ${winner} at`);
	});

	test('a wrong link, opening one, HEAD, no name, and odd or doubled answers decide nothing', async ({
		applicant,
	}) => {
		const link = await applicant.openReview();
		expect((await decide(link.replace(/.{4}$/, '0000'), 'yes', 'Mallory')).status).toBe(404);
		await ask(`${link}&answer=yes&by=Grace`);
		await ask(link, { method: 'HEAD' });
		await decide(link, 'maybe', 'Grace');
		await decide(link, 'yes', '');
		const doubled = new URLSearchParams('answer=yes&answer=no&by=Grace');
		await ask(link, { method: 'POST', body: doubled });
		expect(await applicant.reviews()).toMatchObject([{ decision: '', decidedBy: '' }]);
	});

	test('deleting the execution that asked for a review takes no image from it', async ({
		applicant,
		n8n,
	}) => {
		const link = await applicant.openReview();
		const [row] = await applicant.attempts();
		await n8n.client.call('POST', '/rest/executions/delete', { ids: [row?.['attempt']] });
		const { html } = await ask(link);
		expect(html.match(/src="data:image\/jpeg;base64,[^"]{1000}/g)).toHaveLength(2);
	});

	test('the owner hears at once of a mail to the reviewers that fails', async ({
		applicant,
		identity,
		n8n,
	}) => {
		const { data, ...smtp } = n8n.mailbox.credential;
		const nowhere = { ...smtp, name: 'Nowhere', data: { ...data, port: 9 } };
		const id = await n8n.client.saveCredential(nowhere);
		const change = (workflow: Workflow) => {
			const credentials = { smtp: { id, name: nowhere.name } };
			nodeOf(workflow, 'Mail the reviewers').credentials = credentials;
			return workflow;
		};
		await identity.changed('identity-review', change, async () => {
			await applicant.post('review');
			await applicant.mailTo(OWNER);
		});
	});

	test('reviewers are reminded once; nobody is approved when the time is up, and the owner hears of it', async () => {
		const mails = () => reminded.mailsTo(REVIEWERS);
		await expect.poll(mails, { timeout: TIME_UP_WITHIN_MS }).toHaveLength(2);
		expect(mails().map(({ subject }) => subject.startsWith('Reminder'))).toEqual([false, true]);
		const decisionOf = async (applicant: Applicant) => (await applicant.reviews())[0]?.['decision'];
		expect(await decisionOf(reminded)).toBe('');

		await expect.poll(() => decisionOf(expired), { timeout: TIME_UP_WITHIN_MS }).toBe('expired');
		await expired.mailTo(OWNER);
		const { heading } = await decide(await expired.reviewLink(), 'yes', 'Grace');
		expect(heading).toBe('This review has expired');
	});

	test('deletion on request removes the rows, executions and images of a person, and of nobody else', async ({
		applicant: gone,
		n8n,
		ownerPage,
	}) => {
		const stays = gone.another();
		for (const applicant of [gone, stays]) await applicant.openReview();
		const [attempt, review] = [
			(await gone.attempts())[0]?.['attempt'],
			(await gone.review())['execution'],
		].map(String) as [string, string];
		const { data } = await n8n.client.execution(attempt);
		const images = new Set(JSON.stringify(data).match(/(?:filesystem-v2|database):[^"]+/g));
		const isThere = async (id: string) => {
			const params = { id, action: 'view' };
			return (await ownerPage.request.get('/rest/binary-data', { params })).ok();
		};
		expect(images.size).toBeGreaterThanOrEqual(2);
		for (const id of images) expect(await isThere(id)).toBe(true);
		const form = `${n8n.url}/form/identity-delete`;
		expect((await ask(form)).status).toBe(401);
		const headers = { Authorization: `Basic ${btoa(Object.values(BASIC_AUTH.data).join(':'))}` };
		const body = postOf({ 'field-0': gone.email });
		expect((await ask(form, { method: 'POST', headers, body })).status).toBe(200);
		await expect.poll(() => gone.attempts()).toEqual([]);
		expect(await gone.reviews()).toEqual([]);
		for (const id of [attempt, review]) await expect.poll(() => exists(n8n, id)).toBe(false);
		for (const id of images) await expect.poll(() => isThere(id)).toBe(false);
		expect(await stays.attempts()).toHaveLength(1);
		expect(await stays.reviews()).toHaveLength(1);
	});

	test('every night what is too old is deleted, and open reviews are spared', async ({
		applicant,
		identity,
		n8n,
	}) => {
		await applicant.openReview();
		const [row] = await applicant.attempts();
		const change = (workflow: Workflow) => withSettings(workflow, { keepDays: 0 });
		await identity.changed('identity-housekeeping', change, async () => {
			const path = `/rest/workflows/${idOf('identity-housekeeping')}/run`;
			await n8n.client.call('POST', path, { triggerToStartFrom: { name: 'Every night' } });
			await expect.poll(() => n8n.client.rowsOf('kyc_attempts')).toEqual([]);
			await expect.poll(() => exists(n8n, String(row?.['attempt']))).toBe(false);
		});
		expect(await n8n.client.rowsOf('kyc_executions')).toEqual([]);
		const review = await applicant.review();
		expect(review).toMatchObject({ decision: '' });
		expect(await exists(n8n, String(review['execution']))).toBe(true);
	});
});

/** Asks for a personal link, as the first page does. */
async function askForLink({ url }: N8n, email: string): Promise<Answer> {
	const body = new URLSearchParams({ email });
	return await ask(`${url}/webhook/identity-start`, { method: 'POST', body });
}

/** A server in between that gives Kairos's first answer to everybody. */
async function startReplay(kairos: string): Promise<{ url: string; stop(): void }> {
	let first: Promise<string> | undefined;
	const server = createServer((asked, response) => {
		const { 'content-type': type = '', app_id: id = '', app_key: key = '' } = asked.headers;
		const send = async () => {
			const headers = { 'Content-Type': type, app_id: String(id), app_key: String(key) };
			const body = await buffer(asked);
			return await (await fetch(kairos + asked.url, { method: 'POST', headers, body })).text();
		};
		first ??= send();
		void first.then((text) => response.setHeader('Content-Type', 'application/json').end(text));
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const { port } = server.address() as AddressInfo;
	return { url: `http://127.0.0.1:${port}`, stop: () => server.close() };
}

/** A selfie as phones store it: large, lying on its side, and telling where it was taken. */
async function fromPhone(n8n: N8n): Promise<HandedIn> {
	const buffer = await sharp(selfieOf(n8n, 'approved').buffer)
		.resize(2400, 1800, { fit: 'cover' })
		// Nobody else's: the page takes off what would tell them apart but the pixels.
		.modulate({ brightness: 0.9 + Math.random() / 10 })
		.withExif({ IFD3: { GPSLatitude: '48/1 8/1 0/1' } })
		.withMetadata({ orientation: 6 })
		.jpeg()
		.toBuffer();
	return { name: 'me.jpg', mimeType: 'image/jpeg', buffer };
}

async function exists({ client }: N8n, id: string): Promise<boolean> {
	return await client.execution(id).then(
		() => true,
		() => false,
	);
}
