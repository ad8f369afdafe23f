import { createHash, randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../scripts/paths.mts';
import { type Mail, type Mailbox, startMailbox } from '../../scripts/mailbox.mts';
import type { Credential, TableRow, Workflow } from '../../scripts/n8n/rest.mts';
import { nodeOf } from '../../scripts/n8n/workflow.mts';
import { idOf, loadExample, publishForm, SCORES } from './examples.mts';
import { steered } from '../../sandbox/steering.mts';
import { expect, expectAccessible, type N8n, test } from './fixtures.mts';
import { IdentityForm } from './pages/identityForm.mts';
import { type HandedIn, photoOf, type Selfie, selfieOf, steerSandbox } from './people.mts';

const FILE = join(ROOT, 'examples', 'identity-onboarding.json');
const TABLE = 'kyc_verifications';
const OWNER = 'owner@example.com';
const REVIEWERS = 'reviewers@example.com';
const RETAKE = 'Please take a new selfie';
const IN_REVIEW = 'We are reviewing your images';
/** n8n looks once a minute for executions whose time has come. */
const TIME_UP_WITHIN_MS = 80_000;
const UUID = /^[0-9a-f-]{36}$/;

test.describe('The example identity-onboarding', () => {
	let mailbox: Mailbox;
	let smtp: Found;

	test.beforeAll(async ({ n8n }) => {
		mailbox = await startMailbox('Mailbox');
		smtp = await save(n8n, mailbox.credential);
		await publish(n8n, setUp(smtp));
	});
	test.afterAll(() => mailbox.stop());

	test(
		'the form asks for name, email and two images, and takes no answer without them',
		{ tag: ['@dark', '@phone'] },
		async ({ identityForm: form }) => {
			await form.open();
			await expectAccessible(form.page);
			await form.submitButton.click();
			await expect(form.missing).toHaveCount(4);
			await expectAccessible(form.page);
		},
	);

	test(
		'who is approved is greeted by name, and the row tells what that rests on',
		{ tag: ['@dark', '@phone'] },
		async ({ identityForm: form, n8n }) => {
			const applicant = applicantOf(n8n, 'approved');
			await apply(form, applicant);
			await expect(form.heading('You are verified')).toBeVisible();
			await expect(form.body).toContainText(`Thank you, ${applicant.name}.`);
			await expectAccessible(form.page);
			const [row, ...others] = await rowsOf(n8n, applicant);
			expect(others).toEqual([]);
			expect(row).toEqual({
				id: expect.any(Number),
				createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
				updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
				name: applicant.name,
				email: applicant.email,
				decision: 'approve',
				finalDecision: 'approve',
				decidedBy: 'Kairos',
				reason: '',
				summary: expect.stringContaining('Approved'),
				codes: '',
				faceMatch: 0.93,
				liveness: 0.97,
				requestId: expect.stringMatching(UUID),
				selfieSha256: sha256Of(applicant.selfie),
				photoSha256: sha256Of(applicant.photo),
				attempts: 1,
			});
		},
	);

	test('of who is through, n8n deletes the execution and the images', async ({
		identityForm: form,
		n8n,
	}) => {
		await apply(form, applicantOf(n8n, 'approved'));
		await expect(form.heading('You are verified')).toBeVisible();
		await expect.poll(() => executionsOf(n8n)).toEqual([]);
		await expect.poll(() => storedImages(n8n)).toEqual([]);
	});

	test(
		'who is rejected ends on a page that tells no scores',
		{ tag: '@dark' },
		async ({ identityForm: form, n8n }) => {
			const applicant = applicantOf(n8n, 'rejected');
			await apply(form, applicant);
			await expect(form.heading('We could not verify you')).toBeVisible();
			await expect(form.body).not.toContainText(SCORES);
			await expectAccessible(form.page);
			expect(await rowsOf(n8n, applicant)).toEqual([
				expect.objectContaining({
					decision: 'reject',
					finalDecision: 'reject',
					decidedBy: 'Kairos',
					codes: 'FAILED_SELFIE_LIVENESS, FAILED_FACE_MATCH',
				}),
			]);
		},
	);

	test(
		'who is for review is approved by a yes, and the row tells by whom',
		{ tag: ['@dark', '@phone'] },
		async ({ identityForm: form, n8n, review }) => {
			const applicant = applicantOf(n8n, 'review');
			await apply(form, applicant);
			await expect(form.heading(IN_REVIEW)).toBeVisible();
			await expect(form.body).not.toContainText(SCORES);
			await expectAccessible(form.page);
			expect(await rowsOf(n8n, applicant)).toEqual([
				expect.objectContaining({ decision: 'review', finalDecision: 'review', decidedBy: '' }),
			]);

			await review.open(await linkFor(mailbox, applicant));
			await review.expectWhole(`${applicant.name} (${applicant.email})`);
			await review.reload();
			await review.expectWhole(`${applicant.name} (${applicant.email})`);
			await expectAccessible(review.page);
			await review.answer(review.yes, 'The hair is new');
			await expectAccessible(review.page);
			expect(await rowsOf(n8n, applicant)).toEqual([
				expect.objectContaining({
					decision: 'review',
					finalDecision: 'approve',
					decidedBy: 'Grace',
					reason: 'The hair is new',
				}),
			]);
		},
	);

	test('a no rejects, and the link then decides nothing more', async ({
		identityForm: form,
		n8n,
		review,
	}) => {
		const { applicant, link } = await applyForReview(form, n8n, mailbox);
		await review.open(link);
		await review.answer(review.no, '');
		const again = await fetch(`${link}&answer=yes&by=Mallory`);
		expect(again.status).toBeGreaterThanOrEqual(400);
		expect(await rowsOf(n8n, applicant)).toEqual([
			expect.objectContaining({ finalDecision: 'reject', decidedBy: 'Grace' }),
		]);
	});

	test('a link with another key, or with two answers, shows and decides nothing', async ({
		identityForm: form,
		n8n,
		review,
	}) => {
		const { applicant, link } = await applyForReview(form, n8n, mailbox);
		const guessed = new URL(link);
		guessed.searchParams.set('key', '0'.repeat(32));
		guessed.searchParams.set('answer', 'yes');
		await n8n.client.waitUntilResumable(link);
		const response = await fetch(guessed);
		expect(response.status).toBe(404);
		expect(await response.text()).not.toContain(applicant.name);
		await n8n.client.waitUntilResumable(link);
		expect((await fetch(`${link}&answer=yes&answer=no`)).status).toBe(200);
		expect(await rowsOf(n8n, applicant)).toEqual([
			expect.objectContaining({ finalDecision: 'review', decidedBy: '' }),
		]);
		await review.open(link);
		await review.expectWhole(`${applicant.name} (${applicant.email})`);
		await review.answer(review.no, '');
	});

	test('what an applicant writes cannot put anything into the page of the reviewer', async ({
		identityForm: form,
		n8n,
		review,
	}) => {
		const applicant = { ...applicantOf(n8n, 'review'), name: '<button>Ada</button>" onload="x' };
		await apply(form, applicant);
		await expect(form.heading(IN_REVIEW)).toBeVisible();
		await review.open(await linkFor(mailbox, applicant));
		await expect(review.body).toContainText(`Applicant: ${applicant.name}`);
		await expect(review.buttons).toHaveCount(1);
		await review.answer(review.no, '');
	});

	test('nobody is approved when the time is up without an answer, and the owner is told', async ({
		identityForm: form,
		n8n,
	}) => {
		test.setTimeout(3 * TIME_UP_WITHIN_MS);
		await publish(n8n, setUp(smtp, { reviewDays: 1e-5 }));
		const { applicant, link } = await applyForReview(form, n8n, mailbox);
		await publish(n8n, setUp(smtp));
		const decider = async () => (await rowsOf(n8n, applicant))[0]?.['decidedBy'];
		await expect.poll(decider, { timeout: TIME_UP_WITHIN_MS }).toBe('Nobody');
		expect((await fetch(`${link}&answer=yes&by=Grace`)).status).toBeGreaterThanOrEqual(400);
		const [row] = await rowsOf(n8n, applicant);
		expect(row).toMatchObject({ finalDecision: 'review', decidedBy: 'Nobody' });
		await mailWith(mailbox, OWNER, `Nobody decided about row ${String(row?.['id'])}`);
	});

	test('a selfie that was already submitted goes to review, by whomever, and the reviewer is told', async ({
		identityForm: form,
		n8n,
		review,
	}) => {
		const first = applicantOf(n8n, 'approved');
		await apply(form, first);
		await expect(form.heading('You are verified')).toBeVisible();
		const second = { ...applicantOf(n8n, 'approved'), selfie: first.selfie };
		await apply(form, second);
		await expect(form.heading(IN_REVIEW)).toBeVisible();
		expect(await rowsOf(n8n, second)).toEqual([
			expect.objectContaining({
				decision: 'approve',
				finalDecision: 'review',
				decidedBy: '',
				codes: 'SELFIE_ALREADY_SUBMITTED',
			}),
		]);
		await review.open(await linkFor(mailbox, second));
		await expect(review.body).toContainText(`already submitted by ${first.name} on`);
		await review.answer(review.no, 'Somebody else');
	});

	test('of two people who hand in one selfie at once, at most one is approved', async ({
		browser,
		baseURL,
		n8n,
	}) => {
		const first = applicantOf(n8n, 'approved');
		const second = { ...applicantOf(n8n, 'approved'), selfie: first.selfie };
		const both = await Promise.all(
			[first, second].map(async (applicant) => {
				const context = await browser.newContext({ ...(baseURL !== undefined && { baseURL }) });
				const form = new IdentityForm(await context.newPage());
				await fillIn(form, applicant);
				return { applicant, form };
			}),
		);
		await Promise.all(both.map(({ form }) => form.submitButton.click()));
		for (const { form } of both) {
			await expect(form.heading('You are verified').or(form.heading(IN_REVIEW))).toBeVisible();
			await form.page.context().close();
		}
		const rows = await Promise.all(both.map(({ applicant }) => rowsOf(n8n, applicant)));
		const decisions = rows.flat().map((row) => row['finalDecision']);
		expect(decisions).toHaveLength(2);
		expect(decisions.filter((decision) => decision === 'approve').length).toBeLessThan(2);
	});

	test(
		'who sent a selfie without a face is asked for a new one, and can then be approved',
		{ tag: ['@dark', '@phone'] },
		async ({ identityForm: form, n8n }) => {
			const applicant = applicantOf(n8n, 'noFace');
			await apply(form, applicant);
			await expect(form.heading(RETAKE)).toBeVisible();
			await expect(form.photo).toHaveCount(0);
			await expectAccessible(form.page);
			await retake(form, selfieOf(n8n, 'approved'));
			await expect(form.heading('You are verified')).toBeVisible();
			await expect(form.body).toContainText(`Thank you, ${applicant.name}.`);
			const rows = await rowsOf(n8n, applicant);
			expect(rows).toEqual([
				expect.objectContaining({ decision: 'review', finalDecision: '', decidedBy: '' }),
				expect.objectContaining({ decision: 'approve', finalDecision: 'approve' }),
			]);
			expect(rows[0]?.['codes']).toContain('NO_FACE_IN_SELFIE');
			const photos = rows.map((row) => row['photoSha256']);
			expect(photos).toEqual(Array(2).fill(sha256Of(applicant.photo)));
		},
	);

	test('who sends no face at three retakes goes to review', async ({ identityForm: form, n8n }) => {
		const applicant = applicantOf(n8n, 'noFace');
		await apply(form, applicant);
		for (let count = 1; count <= 3; count++) {
			await expect(form.heading(RETAKE)).toBeVisible();
			// The page of the next retake has the same address and heading, but no file yet.
			await expect(form.selfie).toHaveValue('');
			await retake(form, selfieOf(n8n, 'noFace'));
		}
		await expect(form.heading(IN_REVIEW)).toBeVisible();
		const rows = await rowsOf(n8n, applicant);
		expect(rows.map((row) => row['finalDecision'])).toEqual(['', '', '', 'review']);
	});

	test('who sent a photo without a face goes to review, and is asked for no selfie', async ({
		identityForm: form,
		n8n,
	}) => {
		for (const selfie of ['approved', 'noFace'] as const) {
			const applicant = applicantOf(n8n, selfie);
			applicant.photo.buffer = steered(applicant.photo.buffer, { faces: 0 });
			await apply(form, applicant);
			await expect(form.heading(IN_REVIEW)).toBeVisible();
			const [row] = await rowsOf(n8n, applicant);
			expect(row?.['codes']).toContain('NO_FACE_IN_PHOTO');
		}
	});

	test(
		'when Kairos is down the page leads back to the form, the owner is told, and the same selfie will do',
		{ tag: ['@dark', '@phone'] },
		async ({ identityForm: form, n8n, sandbox }) => {
			const applicant = applicantOf(n8n, 'approved');
			await steerSandbox(sandbox, { status: 500 });
			await apply(form, applicant);
			await expect(form.heading('We cannot verify you right now')).toBeVisible();
			await expect(form.body).toContainText('No decision was made');
			await expectAccessible(form.page);
			expect(await rowsOf(n8n, applicant)).toEqual([
				expect.objectContaining({
					decision: 'error',
					finalDecision: '',
					decidedBy: '',
					summary: expect.stringContaining('Kairos is temporarily unavailable'),
					selfieSha256: null,
				}),
			]);
			await mailWith(mailbox, OWNER, 'Kairos is temporarily unavailable');

			await form.tryAgain.click();
			await expect(form.fullName).toHaveValue(applicant.name);
			await expect(form.email).toHaveValue(applicant.email);
			await steerSandbox(sandbox, {});
			await form.handIn(applicant.selfie, applicant.photo);
			await expect(form.heading('You are verified')).toBeVisible();
		},
	);

	test('nobody is approved while Biometric Verify is deactivated', async ({
		identityForm: form,
		n8n,
	}) => {
		const workflow = setUp(smtp);
		nodeOf(workflow, 'Biometric Verify')['disabled'] = true;
		await publish(n8n, workflow);
		const applicant = applicantOf(n8n, 'approved');
		await apply(form, applicant);
		await expect(form.heading('We cannot verify you right now')).toBeVisible();
		expect(await rowsOf(n8n, applicant)).toEqual([
			expect.objectContaining({ finalDecision: '', decidedBy: '' }),
		]);
	});

	test('nobody is approved whose attempt could not be recorded', async ({
		identityForm: form,
		n8n,
	}) => {
		const name = 'other_columns';
		await n8n.client.createTable(name, ['other']);
		const workflow = setUp(smtp);
		nodeOf(workflow, 'Make the table').parameters['tableName'] = name;
		await publish(n8n, workflow);
		await apply(form, applicantOf(n8n, 'approved'));
		await expect(form.heading('We cannot verify you right now')).toBeVisible();
		await mailWith(mailbox, OWNER, 'could not be recorded');
	});

	test('imported in the editor, it is whole', async ({ editor, n8n }) => {
		const path = `/rest/workflows/${await editor.importFile(FILE)}`;
		const namesIn = ({ nodes }: Workflow) => nodes.map(({ name }) => name).toSorted();
		// The editor saves a moment later.
		const stored = () => n8n.client.session.call<Workflow>('GET', path).then(namesIn, () => []);
		await expect.poll(stored).toEqual(namesIn(loadExample('identity-onboarding')));
	});

	test('n8n does not publish it before the mail to the reviewers is set up', async ({ n8n }) => {
		const shipped = JSON.parse(readFileSync(FILE, 'utf8')) as Workflow;
		// Only one workflow can be published at the form's address.
		await n8n.client.session.call(
			'POST',
			`/rest/workflows/${idOf('identity-onboarding')}/deactivate`,
			{},
		);
		const publishing = n8n.client.publishWorkflow({ ...shipped, id: 'asShipped' });
		await expect(publishing).rejects.toThrow(/Node "Send the link":\s+- Missing/);
	});

	test('it has no code, and its setup is five steps', () => {
		const { nodes } = loadExample('identity-onboarding');
		expect(nodes.filter(({ type }) => type.endsWith('.code'))).toEqual([]);
		const [first] = nodes;
		expect(String(first?.parameters['content']).match(/^\d\./gm)).toHaveLength(5);
	});

	test('every night what is too old is deleted: rows, and executions with their images', async ({
		identityForm: form,
		n8n,
	}) => {
		// As n8n keeps them for who imported the example in the editor, which leaves out its settings.
		const kept = setUp(smtp);
		kept.settings['saveDataSuccessExecution'] = 'all';
		await publish(n8n, kept);
		const applicant = applicantOf(n8n, 'approved');
		await apply(form, applicant);
		await expect(form.heading('You are verified')).toBeVisible();
		await expect.poll(() => executionsOf(n8n)).toContainEqual(expect.stringContaining('success'));
		const apiKey = await apiKeyOf(n8n);

		await runNight(n8n, setUp(smtp, { apiKey }));
		expect(await rowsOf(n8n, applicant)).toHaveLength(1);
		expect(await executionsOf(n8n)).toContainEqual(expect.stringContaining('success'));
		expect(storedImages(n8n)).not.toEqual([]);

		await runNight(n8n, setUp(smtp, { apiKey, keepDays: 0 }));
		await expect.poll(() => n8n.client.rowsOf(TABLE)).toEqual([]);
		await expect.poll(() => executionsOf(n8n)).toEqual([]);
		await expect.poll(() => storedImages(n8n)).toEqual([]);
	});
});

interface Applicant {
	name: string;
	email: string;
	selfie: HandedIn;
	photo: HandedIn;
}

/** A credential as a node names it. */
interface Found {
	id: string;
	name: string;
}

interface Changes {
	keepDays?: number;
	reviewDays?: number;
	/** Of n8n's public API. Default: the two nodes that need it stay deactivated. */
	apiKey?: Found;
}

/** The example as its notes say to set it up. */
function setUp(smtp: Found, { apiKey, ...settings }: Changes = {}): Workflow {
	const workflow = loadExample('identity-onboarding');
	for (const node of workflow.nodes) {
		if (node.type.endsWith('.emailSend')) {
			node.credentials = { smtp };
			delete node['disabled'];
		}
		if (node.type.endsWith('.n8n') && apiKey !== undefined) {
			node.credentials = { n8nApi: apiKey };
			delete node['disabled'];
		}
	}
	const { assignments } = nodeOf(workflow, 'Settings').parameters['assignments'] as {
		assignments: { name: keyof typeof settings; value: number }[];
	};
	for (const setting of assignments) setting.value = settings[setting.name] ?? setting.value;
	return workflow;
}

async function publish({ client }: N8n, workflow: Workflow): Promise<void> {
	await publishForm(client, workflow, 'form/identity-onboarding');
}

/** Starts what starts by itself every night. */
async function runNight({ client }: N8n, workflow: Workflow): Promise<void> {
	await client.saveWorkflow(workflow);
	const body = { triggerToStartFrom: { name: 'Every night' } };
	const { executionId } = await client.session.call<{ executionId: string }>(
		'POST',
		`/rest/workflows/${workflow.id}/run`,
		body,
	);
	// n8n keeps no execution of this workflow that somebody started by hand and that has ended.
	const path = `/rest/executions/${executionId}`;
	await expect.poll(() => client.session.call('GET', path)).toBeUndefined();
}

/** Makes a credential for n8n's public API. */
async function apiKeyOf(n8n: N8n): Promise<Found> {
	const { session } = n8n.client;
	const scopes = await session.call<string[]>('GET', '/rest/api-keys/scopes');
	const { rawApiKey } = await session.call<{ rawApiKey: string }>('POST', '/rest/api-keys', {
		label: randomUUID(),
		scopes: scopes.filter((scope) => scope.startsWith('execution:')),
		expiresAt: null,
	});
	const data = { apiKey: rawApiKey, baseUrl: `${n8n.url}/api/v1` };
	return await save(n8n, { name: 'n8n API', type: 'n8nApi', data });
}

async function save({ client }: N8n, credential: Credential): Promise<Found> {
	return { id: await client.saveCredential(credential), name: credential.name };
}

/** A person whose selfie nobody has handed in yet. */
function applicantOf(n8n: N8n, selfie: Selfie): Applicant {
	const id = randomUUID();
	return {
		name: `Alex Example ${id}`,
		email: `${id}@example.com`,
		selfie: selfieOf(n8n, selfie),
		photo: photoOf(n8n),
	};
}

async function fillIn(form: IdentityForm, { name, email, selfie, photo }: Applicant) {
	await form.open();
	await form.fullName.fill(name);
	await form.email.fill(email);
	await form.selfie.setInputFiles(selfie);
	await form.photo.setInputFiles(photo);
}

async function apply(form: IdentityForm, applicant: Applicant): Promise<void> {
	await fillIn(form, applicant);
	await form.submitButton.click();
}

/** Somebody whose images are for review, and the link that the reviewers were sent. */
async function applyForReview(form: IdentityForm, n8n: N8n, mailbox: Mailbox) {
	const applicant = applicantOf(n8n, 'review');
	await apply(form, applicant);
	await expect(form.heading(IN_REVIEW)).toBeVisible();
	return { applicant, link: await linkFor(mailbox, applicant) };
}

async function retake(form: IdentityForm, selfie: HandedIn): Promise<void> {
	await form.selfie.setInputFiles(selfie);
	await form.submitButton.click();
}

async function rowsOf({ client }: N8n, { email }: Applicant): Promise<TableRow[]> {
	const rows = await client.rowsOf(TABLE);
	return rows.filter((row) => row['email'] === email);
}

/** The reviewer's link, as the mail to the reviewers gives it. */
async function linkFor(mailbox: Mailbox, { email }: Applicant): Promise<string> {
	const { text } = await mailWith(mailbox, REVIEWERS, email);
	return /^Decide here: (\S+)$/m.exec(text)?.[1] ?? '';
}

async function mailWith({ mails }: Mailbox, to: string, part: string): Promise<Mail> {
	const find = () => mails.find((mail) => mail.to === to && mail.text.includes(part));
	await expect.poll(find, { message: `a mail to ${to} with ${part}` }).toBeDefined();
	return find() as Mail;
}

/** What n8n has of executions of the example, running and waiting ones included. */
async function executionsOf({ client }: N8n): Promise<string[]> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId: idOf('identity-onboarding') }));
	const { results } = await client.session.call<{ results: { id: string; status: string }[] }>(
		'GET',
		`/rest/executions?filter=${filter}&limit=100`,
	);
	return results.map(({ id, status }) => `${id} ${status}`);
}

function storedImages({ files }: N8n): string[] {
	const path = join('**', 'workflows', idOf('identity-onboarding'), '**', 'binary_data', '*');
	return globSync(path, { cwd: join(dirname(files), '.n8n') });
}

function sha256Of({ buffer }: HandedIn): string {
	return createHash('sha256').update(buffer).digest('hex');
}
