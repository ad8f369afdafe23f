import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { loadOnboarding, withSettings } from '../../scripts/demo/workflows.mts';
import { type Mail, type Mailbox, startMailbox } from '../../scripts/mailbox.mts';
import type { TableRow, Workflow } from '../../scripts/n8n/rest.mts';
import { nodeOf } from '../../scripts/n8n/workflow.mts';
import { sandboxCredential, serviceOf } from '../../scripts/sandbox.mts';
import { steered } from '../../sandbox/steering.mts';
import { HEADER_AUTH, HEADINGS, idOf, SECRET, TIME_UP_WITHIN_MS } from './examples.mts';
import { expect, expectAccessible, type N8n, test } from './fixtures.mts';
import { type HandedIn, photoOf, postOf, type Selfie, selfieOf, steerSandbox } from './people.mts';

const OWNER = 'owner@example.com';
const REVIEWERS = 'reviewers@example.com';
const LOOKING = 'A person is looking at your photos';
const ERROR = 'We cannot compare your photos right now';
const NO_LINK = 'This link does not work';
/** What must not be told to a person who may be cheating. */
const SCORES = /0\.\d\d|liveness/i;
const PUBLISHED_WITHIN_MS = 1000;
const BASIC_AUTH = { user: 'owner', password: 'a password of the tests' };

test.describe('The example identity-onboarding', () => {
	let mailbox: Mailbox;
	/** As the notes say to set them up, by the names of their files. */
	let workflows: Map<string, Workflow>;
	/** Of a review whose reminder, and of one whose end is due while the tests run. */
	const [reminded, expired] = [anEmail(), anEmail()];

	test.beforeAll(async ({ n8n, sandbox }) => {
		mailbox = await startMailbox('Mailbox');
		const smtpId = await n8n.client.saveCredential(mailbox.credential);
		const ids = { kairosId: n8n.credentialId, smtpId };
		const headerId = await n8n.client.saveCredential(HEADER_AUTH);
		const basic = { name: 'Basic Auth', type: 'httpBasicAuth', data: BASIC_AUTH };
		const basicId = await n8n.client.saveCredential(basic);
		const apiId = await saveApiKey(n8n);
		const all = loadOnboarding(ids, serviceOf(sandbox.url));
		workflows = new Map(all.map((workflow) => [workflow.id, workflow]));
		for (const node of all.flatMap(({ nodes }) => nodes)) {
			const { parameters, type } = node;
			if (parameters['authentication'] === 'headerAuth') {
				node.credentials = { httpHeaderAuth: { id: headerId, name: HEADER_AUTH.name } };
			} else if (parameters['authentication'] === 'basicAuth') {
				node.credentials = { httpBasicAuth: { id: basicId, name: basic.name } };
			} else if (type.endsWith('.n8n')) {
				node.credentials = { n8nApi: { id: apiId, name: 'n8n API' } };
			} else continue;
			delete node['disabled'];
		}
		for (const workflow of all) await n8n.client.publishWorkflow(workflow);
		await expect.poll(async () => (await fetch(`${n8n.url}/webhook/identity`)).status).toBe(404);
		for (const [email, times] of [
			[reminded, { remindAfterDays: 1 / 86_400, expireAfterDays: 3 }],
			[expired, { remindAfterDays: 3, expireAfterDays: 1 / 86_400 }],
		] as const) {
			const due = (workflow: Workflow) => withSettings(workflow, times);
			await changed(n8n, 'identity-review', due, async () => {
				await post(await linkOf(n8n, email), n8n, 'review');
				await mailTo(mailbox, REVIEWERS, email);
			});
		}
	});
	test.afterAll(() => mailbox.stop());

	/** Publishes one of the workflows in another way for the time of a test. */
	async function changed(
		n8n: N8n,
		name: Parameters<typeof idOf>[0],
		change: (workflow: Workflow) => Workflow,
		run: () => Promise<void>,
	): Promise<void> {
		const workflow = workflows.get(idOf(name)) as Workflow;
		const publish = async (version: Workflow) => {
			await n8n.client.publishWorkflow(version);
			// n8n publishes a moment later; until then a call finds nothing.
			await sleep(PUBLISHED_WITHIN_MS);
		};
		await publish(change(structuredClone(workflow)));
		try {
			await run();
		} finally {
			await publish(workflow);
		}
	}

	test(
		'the first page mails a personal link, one for an address in ten minutes',
		{ tag: ['@dark', '@phone'] },
		async ({ capture, n8n }) => {
			const email = anEmail();
			await capture.page.goto('/webhook/identity-start');
			await expectAccessible(capture.page);
			await capture.email.fill(email);
			await capture.page.getByRole('button').click();
			await expect(capture.heading('Check your email')).toBeVisible();
			await expectAccessible(capture.page);
			const { text } = await mailTo(mailbox, email);
			expect(text).toMatch(/^http\S+\/webhook\/identity\?secret=[0-9a-f]{64}\n/);
			const again = new URLSearchParams({ email: ` ${email.toUpperCase()} ` });
			const url = `${n8n.url}/webhook/identity-start`;
			const answers = await Promise.all(
				Array.from({ length: 4 }, () => fetch(url, { method: 'POST', body: again })),
			);
			for (const answer of answers) expect(await headingOf(answer)).toBe('Check your email');
			expect(mailbox.mails.filter(({ to }) => to === email)).toHaveLength(1);
			const bad = await fetch(url, { method: 'POST', body: new URLSearchParams({ email: 'x' }) });
			expect(bad.status).toBe(422);
		},
	);

	test('four who ask for the first link of an address at once get one mail', async ({ n8n }) => {
		const email = anEmail();
		const body = new URLSearchParams({ email });
		const url = `${n8n.url}/webhook/identity-start`;
		await Promise.all([1, 2, 3, 4].map(() => fetch(url, { method: 'POST', body })));
		await mailTo(mailbox, email);
		const links = new Set(mailbox.mails.filter(({ to }) => to === email).map(({ text }) => text));
		expect(links.size).toBe(1);
	});

	test('the limit of links of a day stops mails, and not the company', async ({ n8n }) => {
		await linkOf(n8n);
		const change = (workflow: Workflow) => withSettings(workflow, { linksADay: 1 });
		await changed(n8n, 'identity-link', change, async () => {
			const email = anEmail();
			const body = new URLSearchParams({ email });
			const answer = await fetch(`${n8n.url}/webhook/identity-start`, { method: 'POST', body });
			expect(answer.status).toBe(503);
			expect((await mailTo(mailbox, OWNER, email)).text).toContain('LINK_LIMIT');
			expect(await linkOf(n8n, email)).toContain('secret=');
			expect(mailbox.mails.filter(({ to }) => to === email)).toEqual([]);
		});
	});

	test("the company's own call gets the link, with its header only", async ({ n8n }) => {
		const email = anEmail();
		const link = await linkOf(n8n, email);
		expect(await linkOf(n8n, email)).toBe(link);
		const call = (headers: Record<string, string>, body: object) =>
			fetch(`${n8n.url}/webhook/identity-link`, {
				method: 'POST',
				headers: { 'Content-Type': 'application/json', ...headers },
				body: JSON.stringify(body),
			});
		expect((await call({}, { email })).status).toBe(403);
		expect((await call({ Authorization: SECRET }, {})).status).toBe(400);
	});

	test('a link that is wrong, missing, empty or doubled opens nothing and takes nothing', async ({
		n8n,
	}) => {
		const link = await linkOf(n8n);
		const { length } = await attemptsOf(n8n);
		const secret = new URL(link).searchParams.get('secret');
		const url = `${n8n.url}/webhook/identity`;
		const wrong = [
			`?secret=${'0'.repeat(64)}`,
			'',
			'?secret=',
			`?secret=${secret}&secret=${secret}`,
		];
		for (const query of wrong) {
			for (const answer of [await fetch(url + query), await post(url + query, n8n, 'approved')]) {
				expect(answer.status).toBe(404);
				expect(await headingOf(answer)).toBe(NO_LINK);
			}
		}
		expect(await attemptsOf(n8n)).toHaveLength(length);
	});

	test(
		'on a phone, a large photo arrives upright, small and without its place, and the page says that the face matches',
		{ tag: '@phone' },
		async ({ capture, n8n, sandbox, review }) => {
			await steerSandbox(sandbox, { match: 0.93, liveness: 0.97 });
			const email = anEmail();
			await capture.page.goto(await linkOf(n8n, email));
			await expectAccessible(capture.page);
			await capture.fillIn('Alex Example', await fromPhone(n8n), photoOf(n8n));
			await expectAccessible(capture.page);
			let sent = '';
			capture.page.on('request', (request) => (sent = request.postData() ?? sent));
			await capture.send.click();
			await expect(capture.heading(HEADINGS.matches)).toBeVisible();
			await expect(capture.body).not.toContainText(SCORES);
			await expectAccessible(capture.page);
			const { selfie } = JSON.parse(sent) as { selfie: string };
			const { width, height, exif } = await sharp(Buffer.from(selfie, 'base64')).metadata();
			expect({ width, height, exif }).toEqual({ width: 1500, height: 2000, exif: undefined });
			expect(await attemptsOf(n8n, email)).toEqual([
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

			await steerSandbox(sandbox, { match: 0.4803, liveness: 0.97 });
			const name = '<button>Ada</button>" onload="x';
			const other = anEmail();
			await capture.page.goto(await linkOf(n8n, other));
			await capture.fillIn(name, await fromPhone(n8n), photoOf(n8n));
			await capture.send.click();
			await expect(capture.heading(HEADINGS.inReview)).toBeVisible();
			await expect(capture.body).toContainText(`Thank you, ${name}.`);
			await expect(capture.body).not.toContainText(SCORES);
			await expectAccessible(capture.page);
			const { text } = await mailTo(mailbox, REVIEWERS, other);
			await review.open(text.split('\n')[0] ?? '');
			await expect(review.body).toContainText(`Applicant: ${name}, ${other}`);
			await expect(review.buttons).toHaveCount(1);
			await expect(review.score('Face match 0.4803. Kairos rejects below 0.4')).toBeVisible();
			await expect(review.body).toContainText('FAILED_FACE_MATCH');
			await expectAccessible(review.page);
			await review.answer(review.yes, 'The hair is new');
			await expectAccessible(review.page);
			await review.open(text.split('\n')[0] ?? '');
			await expect(review.body).toContainText('Approved by Grace at');
			await expectAccessible(review.page);
			await mailTo(mailbox, other, 'Your face matches the photo');
			await steerSandbox(sandbox, {});
		},
	);

	test(
		'a retake asks only for the image that needs it, and sends the other one again',
		{ tag: ['@dark', '@phone'] },
		async ({ capture, n8n, sandbox }) => {
			const email = anEmail();
			await capture.page.goto(await linkOf(n8n, email));
			await capture.fillIn('Alex Example', await fromPhone(n8n), photoOf(n8n));
			// Text inside an image is lost on the phone, so only the whole service can be steered.
			await capture.page.route('**/webhook/identity?**', async (route) => {
				const answer = await post(route.request().url(), n8n, 'noFace', {
					name: 'Alex Example',
				});
				await route.fulfill({
					status: answer.status,
					contentType: 'text/html',
					body: await answer.text(),
				});
			});
			await capture.send.click();
			await expect(capture.heading(HEADINGS.retakeSelfie)).toBeVisible();
			await expect(capture.photo).toBeHidden();
			await expect(capture.fullName).toBeHidden();
			await expectAccessible(capture.page);
			await capture.page.unroute('**/webhook/identity?**');
			await steerSandbox(sandbox, { match: 0.93, liveness: 0.97 });
			await capture.selfie.setInputFiles(await fromPhone(n8n));
			await capture.send.click();
			await expect(capture.heading(HEADINGS.matches)).toBeVisible();
			const outcomes = (await attemptsOf(n8n, email)).map((row) => row['outcome']);
			expect(outcomes).toEqual(['retake', 'approve']);
			await steerSandbox(sandbox, {});
		},
	);

	test('without JavaScript a plain form does', async ({ browser, n8n, sandbox }) => {
		await steerSandbox(sandbox, { match: 0.93, liveness: 0.97 });
		const context = await browser.newContext({ javaScriptEnabled: false });
		const page = await context.newPage();
		await page.goto(await linkOf(n8n));
		await page.getByLabel('Your full name').fill('Alex Example');
		await page.locator('#selfie').setInputFiles(await fromPhone(n8n));
		await page.locator('#photo').setInputFiles(photoOf(n8n));
		await page.getByRole('checkbox').check();
		await page.getByRole('button', { name: 'Send' }).click();
		await expect(page.getByRole('heading', { name: HEADINGS.matches })).toBeVisible();
		await context.close();
		await steerSandbox(sandbox, {});
	});

	test('a post without consent, name or images is not stored and not sent', async ({ n8n }) => {
		const email = anEmail();
		const link = await linkOf(n8n, email);
		for (const lack of ['consent', 'name', 'selfie', 'photo']) {
			const answer = await post(link, n8n, 'approved', { [lack]: '' });
			expect(answer.status).toBe(422);
		}
		expect((await fetch(`${link}&consent=yes&name=Ada`, { method: 'POST' })).status).toBe(422);
		expect(await attemptsOf(n8n, email)).toEqual([]);
	});

	test('a file that is no image, or cut off, leads to a retake of it', async ({ n8n }) => {
		const html = Buffer.from('<html>'.repeat(50)).toString('base64');
		expect(await headingOf(await post(await linkOf(n8n), n8n, 'approved', { selfie: html }))).toBe(
			HEADINGS.retakeSelfie,
		);
		const whole = selfieOf(n8n, 'approved').buffer;
		const cut = (await sharp(whole).jpeg().toBuffer()).subarray(0, 400).toString('base64');
		const answer = await post(await linkOf(n8n), n8n, 'approved', { selfie: cut });
		expect(answer.status).toBe(422);
		expect(await headingOf(answer)).toMatch(/^Please take .* again$/);
	});

	test('a rejection stays one, also where the selfie has no face', async ({ n8n }) => {
		const email = anEmail();
		const buffer = steered(selfieOf(n8n, 'rejected').buffer, { faces: 0, liveness: 0.0026 });
		const selfie = buffer.toString('base64');
		const answer = await post(await linkOf(n8n, email), n8n, 'rejected', { selfie });
		const [row] = await attemptsOf(n8n, email);
		expect(row?.['outcome']).toBe('reject');
		expect(await headingOf(answer)).toBe(HEADINGS.rejected);
	});

	test('a name is one line of at most 100 characters, in the row and in the mail', async ({
		n8n,
	}) => {
		const email = anEmail();
		const name = `Ada\r\n\r\nhttps://evil.example\u2028${'x'.repeat(5000)}`;
		await post(await linkOf(n8n, email), n8n, 'review', { name });
		const [row] = await attemptsOf(n8n, email);
		expect(String(row?.['name'])).toMatch(/^Ada https:\/\/evil\.example x+$/);
		expect(row?.['name']).toHaveLength(100);
		const { subject, text } = await mailTo(mailbox, REVIEWERS, email);
		expect(subject).not.toContain('\n');
		expect(text.split('\n')[0]).toContain('/webhook/identity-review?secret=');
		expect(text).not.toMatch(/^https:\/\/evil/m);
	});

	test('after three rejections nothing is sent, and one review is opened', async ({ n8n }) => {
		const email = anEmail();
		const link = await linkOf(n8n, email);
		for (let count = 1; count <= 3; count++) {
			expect(await headingOf(await post(link, n8n, 'rejected'))).toBe(HEADINGS.rejected);
		}
		expect(await headingOf(await post(link, n8n, 'approved'))).toBe(HEADINGS.inReview);
		for (const answer of [await fetch(link), await post(link, n8n, 'approved')]) {
			expect(await headingOf(answer)).toBe(LOOKING);
		}
		const rows = await attemptsOf(n8n, email);
		expect(rows.map(({ counted, service }) => [counted, Boolean(service)])).toEqual([
			...Array.from({ length: 3 }, () => ['yes', true]),
			['no', false],
		]);
		expect(await reviewsOf(n8n, email)).toHaveLength(1);
		const { text } = await mailTo(mailbox, REVIEWERS, email);
		await fetch(text.split('\n')[0] ?? '', decision('no', 'Grace'));
		expect(await headingOf(await post(link, n8n, 'approved'))).toBe('We have decided');
	});

	test('of twelve posts side by side at most five are sent, and one review is opened', async ({
		n8n,
	}) => {
		const email = anEmail();
		const link = await linkOf(n8n, email);
		await Promise.all(Array.from({ length: 12 }, () => post(link, n8n, 'rejected')));
		const rows = await attemptsOf(n8n, email);
		expect(rows).toHaveLength(12);
		expect(rows.filter(({ service }) => service).length).toBeLessThanOrEqual(5);
		const isOpen = (row: TableRow) => row['decision'] === '';
		await expect.poll(async () => (await reviewsOf(n8n, email)).filter(isOpen).length).toBe(1);
		const mails = mailbox.mails.filter(({ to, text }) => to === REVIEWERS && text.includes(email));
		expect(mails).toHaveLength(1);
	});

	test('the limit of all people of a day stops everybody', async ({ n8n }) => {
		const change = (workflow: Workflow) => withSettings(workflow, { allADay: 1 });
		await changed(n8n, 'identity-attempts', change, async () => {
			const email = anEmail();
			const answer = await post(await linkOf(n8n, email), n8n, 'approved');
			expect(answer.status).toBe(503);
			const [row] = await attemptsOf(n8n, email);
			expect(row).toMatchObject({ counted: 'no', reason: 'cap', service: null });
			await mailTo(mailbox, OWNER, email);
		});
	});

	for (const step of [
		'Find the link',
		'Find reviews',
		'Attempts of the person',
		'Attempts of all',
		'Record the result',
		'Find the same',
		'Record the outcome',
	]) {
		test(`nobody is approved, and the owner hears of it, where "${step}" fails`, async ({
			n8n,
		}) => {
			const link = await linkOf(n8n);
			const unknownColumn = (workflow: Workflow) => {
				const filters = { conditions: [{ keyName: 'renamed', condition: 'eq', keyValue: 'x' }] };
				nodeOf(workflow, step).parameters['filters'] = filters;
				return workflow;
			};
			await changed(n8n, 'identity-attempts', unknownColumn, async () => {
				const answer = await post(link, n8n, 'approved');
				expect([answer.status, await headingOf(answer)]).toEqual([503, ERROR]);
			});
			await mailTo(mailbox, OWNER, step);
		});
	}

	test('nobody is verified whose attempt could not be written', async ({ n8n }) => {
		const email = anEmail();
		const link = await linkOf(n8n, email);
		const unknownColumn = (workflow: Workflow) => {
			const columns = nodeOf(workflow, 'Append the attempt').parameters['columns'] as {
				value: Record<string, string>;
			};
			columns.value['renamed'] = 'x';
			return workflow;
		};
		await changed(n8n, 'identity-attempts', unknownColumn, async () => {
			expect(await headingOf(await post(link, n8n, 'approved'))).toBe(ERROR);
		});
		expect(await attemptsOf(n8n, email)).toEqual([]);
	});

	test('nobody is approved by another service than that of Settings', async ({ n8n }) => {
		const change = (workflow: Workflow) =>
			withSettings(workflow, { service: 'idv-eu.kairos.com/v0.1' });
		await changed(n8n, 'identity-onboarding', change, async () => {
			const email = anEmail();
			expect(await headingOf(await post(await linkOf(n8n, email), n8n, 'approved'))).toBe(ERROR);
			const [row] = await attemptsOf(n8n, email);
			expect(row).toMatchObject({ outcome: 'error', reason: expect.stringContaining('not by') });
		});
	});

	test('nobody is approved while Biometric Verify is deactivated', async ({ n8n }) => {
		const disable = (workflow: Workflow) => {
			nodeOf(workflow, 'Biometric Verify')['disabled'] = true;
			return workflow;
		};
		await changed(n8n, 'identity-onboarding', disable, async () => {
			expect(await headingOf(await post(await linkOf(n8n), n8n, 'approved'))).toBe(ERROR);
		});
	});

	test('when Kairos is down nothing is decided and no attempt is used up; the owner hears who it was, once', async ({
		n8n,
	}) => {
		const email = anEmail();
		const link = await linkOf(n8n, email);
		await Promise.all(
			Array.from({ length: 5 }, async () => {
				const answer = await post(link, n8n, 'kairosIsDown');
				expect([answer.status, await headingOf(answer)]).toEqual([503, ERROR]);
			}),
		);
		const outcomes = (await attemptsOf(n8n, email)).map(({ outcome, codes }) => [outcome, codes]);
		expect(outcomes).toEqual(Array(5).fill(['error', 'SERVER_ERROR']));
		expect(await headingOf(await post(link, n8n, 'approved'))).toBe(HEADINGS.matches);
		await mailTo(mailbox, OWNER, email);
		const mails = mailbox.mails.filter(({ text }) => text.startsWith('SERVER_ERROR'));
		expect(mails).toHaveLength(1);
	});

	test('a selfie file that was handed in before goes to review', async ({ n8n }) => {
		const selfie = selfieOf(n8n, 'approved').buffer.toString('base64');
		const first = anEmail();
		const second = anEmail();
		expect(await headingOf(await post(await linkOf(n8n, first), n8n, 'approved', { selfie }))).toBe(
			HEADINGS.matches,
		);
		expect(
			await headingOf(await post(await linkOf(n8n, second), n8n, 'approved', { selfie })),
		).toBe(HEADINGS.inReview);
		const [row] = await reviewsOf(n8n, second);
		expect(row?.['reason']).toContain(first);
	});

	test('an answer of Kairos that was used before approves nobody', async ({ n8n, sandbox }) => {
		const replay = await startReplay(sandbox.url);
		const credential = { ...sandboxCredential(replay.url), name: 'Replay' };
		const id = await n8n.client.saveCredential(credential);
		const change = (workflow: Workflow) => {
			const changedToo = withSettings(workflow, { service: serviceOf(replay.url) });
			const credentials = { kairosApi: { id, name: credential.name } };
			nodeOf(changedToo, 'Biometric Verify').credentials = credentials;
			return changedToo;
		};
		await changed(n8n, 'identity-onboarding', change, async () => {
			const second = anEmail();
			expect(await headingOf(await post(await linkOf(n8n), n8n, 'approved'))).toBe(
				HEADINGS.matches,
			);
			expect(await headingOf(await post(await linkOf(n8n, second), n8n, 'approved'))).toBe(
				HEADINGS.inReview,
			);
			const [row] = await reviewsOf(n8n, second);
			expect(row?.['reason']).toContain('already used');
		});
		replay.stop();
	});

	test('of four reviewers at once one decides, and the others see who did', async ({ n8n }) => {
		const email = anEmail();
		await post(await linkOf(n8n, email), n8n, 'review');
		const link = (await mailTo(mailbox, REVIEWERS, email)).text.split('\n')[0] ?? '';
		const names = ['Ada', 'Grace', 'Mary', 'Jean'];
		const answers = await Promise.all(
			names.map(async (name, at) =>
				headingOf(await fetch(link, decision(at % 2 === 0 ? 'yes' : 'no', name))),
			),
		);
		expect(answers.toSorted()).toEqual([
			...Array.from({ length: 3 }, () => 'Already decided'),
			'Thank you',
		]);
		const [row] = await reviewsOf(n8n, email);
		expect(row?.['decidedBy']).toBe(names[answers.indexOf('Thank you')]);
		const again = await fetch(link, decision('yes', 'Mallory'));
		expect(await again.text()).toContain(`by ${String(row?.['decidedBy'])} at`);
	});

	test('a wrong link, opening one, HEAD, no name, and odd or doubled answers decide nothing', async ({
		n8n,
	}) => {
		const email = anEmail();
		await post(await linkOf(n8n, email), n8n, 'review');
		const link = (await mailTo(mailbox, REVIEWERS, email)).text.split('\n')[0] ?? '';
		const wrong = link.replace(/.{4}$/, '0000');
		expect((await fetch(wrong, decision('yes', 'Mallory'))).status).toBe(404);
		await fetch(`${link}&answer=yes&by=Grace`);
		await fetch(link, { method: 'HEAD' });
		for (const body of [
			'answer=yes&answer=no&by=Grace',
			'answer=maybe&by=Grace',
			'answer=yes&by=',
		]) {
			const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
			await fetch(link, { method: 'POST', headers, body });
		}
		const [row] = await reviewsOf(n8n, email);
		expect(row).toMatchObject({ decision: '', decidedBy: '' });
		await fetch(link, decision('no', 'Grace'));
	});

	test('deleting the execution that asked for a review takes no image from it', async ({ n8n }) => {
		const email = anEmail();
		await post(await linkOf(n8n, email), n8n, 'review');
		const link = (await mailTo(mailbox, REVIEWERS, email)).text.split('\n')[0] ?? '';
		const [row] = await attemptsOf(n8n, email);
		await n8n.client.call('POST', '/rest/executions/delete', { ids: [row?.['attempt']] });
		const page = await (await fetch(link)).text();
		expect(page.match(/src="data:image\/jpeg;base64,[^"]{1000}/g)).toHaveLength(2);
		await fetch(link, decision('no', 'Grace'));
	});

	test('the owner hears at once of a mail to the reviewers that fails', async ({ n8n }) => {
		const email = anEmail();
		const nowhere = await n8n.client.saveCredential({
			name: 'Nowhere',
			type: 'smtp',
			data: { host: '127.0.0.1', port: 9, user: '', password: '', secure: false },
		});
		const change = (workflow: Workflow) => {
			const credentials = { smtp: { id: nowhere, name: 'Nowhere' } };
			nodeOf(workflow, 'Mail the reviewers').credentials = credentials;
			return workflow;
		};
		await changed(n8n, 'identity-review', change, async () => {
			await post(await linkOf(n8n, email), n8n, 'review');
			await mailTo(mailbox, OWNER, email);
		});
	});

	test('reviewers are reminded once; nobody is approved when the time is up, and the owner hears of it', async ({
		n8n,
	}) => {
		const mails = () =>
			mailbox.mails.filter(({ to, text }) => to === REVIEWERS && text.includes(reminded));
		await expect.poll(mails, { timeout: TIME_UP_WITHIN_MS }).toHaveLength(2);
		expect(mails().map(({ subject }) => subject.startsWith('Reminder'))).toEqual([false, true]);
		const decisionOf = async (email: string) => (await reviewsOf(n8n, email))[0]?.['decision'];
		expect(await decisionOf(reminded)).toBe('');

		await expect.poll(() => decisionOf(expired), { timeout: TIME_UP_WITHIN_MS }).toBe('expired');
		await mailTo(mailbox, OWNER, expired);
		const link = (await mailTo(mailbox, REVIEWERS, expired)).text.split('\n')[0] ?? '';
		expect(await headingOf(await fetch(link, decision('yes', 'Grace')))).toBe(
			'This review has expired',
		);
	});

	test('deletion on request removes the rows and executions of a person, and of nobody else', async ({
		n8n,
	}) => {
		const [gone, stays] = [anEmail(), anEmail()];
		for (const email of [gone, stays]) await post(await linkOf(n8n, email), n8n, 'review');
		const [row] = await attemptsOf(n8n, gone);
		const [review] = await reviewsOf(n8n, gone);
		const form = `${n8n.url}/form/identity-delete`;
		expect((await fetch(form)).status).toBe(401);
		const basic = Buffer.from(`${BASIC_AUTH.user}:${BASIC_AUTH.password}`).toString('base64');
		const headers = { Authorization: `Basic ${basic}` };
		const answer = await fetch(form, {
			method: 'POST',
			headers,
			body: postOf({ 'field-0': gone }),
		});
		expect(answer.status).toBe(200);
		await expect.poll(() => attemptsOf(n8n, gone)).toEqual([]);
		expect(await reviewsOf(n8n, gone)).toEqual([]);
		const ids = [String(row?.['attempt']), String(review?.['execution'])];
		for (const id of ids) await expect.poll(() => exists(n8n, id)).toBe(false);
		expect(await attemptsOf(n8n, stays)).toHaveLength(1);
		expect(await reviewsOf(n8n, stays)).toHaveLength(1);
	});

	test('every night what is too old is deleted, and open reviews are spared', async ({ n8n }) => {
		const email = anEmail();
		await post(await linkOf(n8n, email), n8n, 'review');
		const [before] = await attemptsOf(n8n, email);
		await changed(
			n8n,
			'identity-housekeeping',
			(workflow) => withSettings(workflow, { keepDays: 0 }),
			async () => {
				const body = { triggerToStartFrom: { name: 'Every night' } };
				const path = `/rest/workflows/${idOf('identity-housekeeping')}/run`;
				await n8n.client.call('POST', path, body);
				await expect.poll(() => attemptsOf(n8n)).toEqual([]);
				const attempt = String(before?.['attempt']);
				await expect.poll(() => exists(n8n, attempt)).toBe(false);
			},
		);
		expect(await n8n.client.rowsOf('kyc_executions')).toEqual([]);
		const [review] = await reviewsOf(n8n, email);
		expect(review).toMatchObject({ decision: '' });
		expect(await exists(n8n, String(review?.['execution']))).toBe(true);
	});
});

function anEmail(): string {
	return `${randomUUID()}@example.com`;
}

/** The personal link of somebody, as the company's own call gets it. */
async function linkOf({ url }: N8n, email = anEmail()): Promise<string> {
	const response = await fetch(`${url}/webhook/identity-link`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json', Authorization: SECRET },
		body: JSON.stringify({ email }),
	});
	return ((await response.json()) as { link: string }).link;
}

/** Posts images as the page does. */
async function post(
	link: string,
	n8n: N8n,
	selfie: Selfie,
	changes: Record<string, string> = {},
): Promise<Response> {
	return await fetch(link, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({
			name: 'Alex Example',
			consent: 'yes',
			selfie: selfieOf(n8n, selfie).buffer.toString('base64'),
			photo: photoOf(n8n).buffer.toString('base64'),
			...changes,
		}),
	});
}

/** A server in between that gives Kairos's first answer to everybody. */
async function startReplay(kairos: string): Promise<{ url: string; stop(): void }> {
	let first: Promise<string> | undefined;
	const server = createServer((request, response) => {
		const { 'content-type': type = '', app_id: id = '', app_key: key = '' } = request.headers;
		const ask = async () => {
			const headers = { 'Content-Type': type, app_id: String(id), app_key: String(key) };
			const body = await buffer(request);
			return await (await fetch(kairos + request.url, { method: 'POST', headers, body })).text();
		};
		first ??= ask();
		void first.then((text) => response.setHeader('Content-Type', 'application/json').end(text));
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const { port } = server.address() as AddressInfo;
	return { url: `http://127.0.0.1:${port}`, stop: () => server.close() };
}

function decision(answer: string, by: string): RequestInit {
	return { method: 'POST', body: new URLSearchParams({ answer, by }) };
}

async function headingOf(response: Response): Promise<string> {
	const text = await response.text();
	return /<h1>([^<]*)<\/h1>/.exec(text)?.[1] ?? text;
}

/** A selfie as phones store it: large, lying on its side, and telling where it was taken. */
async function fromPhone(n8n: N8n): Promise<HandedIn> {
	const buffer = await sharp(selfieOf(n8n, 'approved').buffer)
		.resize(4000, 3000, { fit: 'cover' })
		// Nobody else's: the page takes off what would tell them apart but the pixels.
		.modulate({ brightness: 0.9 + Math.random() / 10 })
		.withExif({ IFD3: { GPSLatitude: '48/1 8/1 0/1' } })
		.withMetadata({ orientation: 6 })
		.jpeg()
		.toBuffer();
	return { name: 'me.jpg', mimeType: 'image/jpeg', buffer };
}

async function attemptsOf({ client }: N8n, email?: string): Promise<TableRow[]> {
	const rows = await client.rowsOf('kyc_attempts');
	return rows.filter((row) => email === undefined || row['email'] === email);
}

async function reviewsOf({ client }: N8n, email: string): Promise<TableRow[]> {
	const rows = await client.rowsOf('kyc_reviews');
	return rows.filter((row) => row['email'] === email);
}

async function mailTo({ mails }: Mailbox, to: string, part = ''): Promise<Mail> {
	const find = () => mails.find((mail) => mail.to === to && mail.text.includes(part));
	await expect.poll(find, { message: `a mail to ${to} with ${part}` }).toBeDefined();
	return find() as Mail;
}

async function exists({ client }: N8n, id: string): Promise<boolean> {
	return await client.execution(id).then(
		() => true,
		() => false,
	);
}

/** Makes a credential for n8n's public API. */
async function saveApiKey({ client, url }: N8n): Promise<string> {
	const scopes = await client.call<string[]>('GET', '/rest/api-keys/scopes');
	const { rawApiKey } = await client.call<{ rawApiKey: string }>('POST', '/rest/api-keys', {
		label: randomUUID(),
		scopes: scopes.filter((scope) => scope.startsWith('execution:')),
		expiresAt: null,
	});
	const data = { apiKey: rawApiKey, baseUrl: `${url}/api/v1` };
	return await client.saveCredential({ name: 'n8n API', type: 'n8nApi', data });
}
