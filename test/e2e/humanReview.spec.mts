import { outputsOf } from '../../scripts/n8n/execution.mts';
import type { Execution } from '../../scripts/n8n/rest.mts';
import { idOf, loadExample, SECRET } from './examples.mts';
import { expect, expectAccessible, type N8n, test } from './fixtures.mts';
import { photoOf, postOf, type Selfie, selfieOf } from './people.mts';

const PATH = 'kairos-human-review';
const SIGNED = { Authorization: SECRET };
const BRIEF_PATH = 'kairosBriefReview';
/** n8n looks once a minute for executions whose time has come. */
const TIME_UP_WITHIN_MS = 80_000;
const ENDS_WITHIN_MS = 20_000;

test.describe('The example human-review', () => {
	let unanswered: Execution;

	test.beforeAll(async ({ n8n }) => {
		await n8n.client.publishWorkflow(loadExample('human-review'));
		// Its time is up when the last test asks, and not before the workflow has come to the wait.
		const brief = loadExample('human-review', {
			[PATH]: BRIEF_PATH,
			'plus({ days: 3 })': 'plus({ seconds: 10 })',
		});
		await n8n.client.publishWorkflow({ ...brief, id: BRIEF_PATH });
		unanswered = await apply(n8n, { path: BRIEF_PATH, id: BRIEF_PATH });
	});

	test('who is for review waits for a person', async ({ n8n }) => {
		expect((await apply(n8n)).status).toBe('waiting');
	});

	test('who is approved or rejected is so at once, and no reviewer is asked', async ({ n8n }) => {
		for (const [selfie, step] of [
			['approved', 'Respond: approved'],
			['rejected', 'Respond: rejected'],
			['kairosIsDown', 'Respond: not verified'],
		] as const) {
			const { status, data } = await apply(n8n, { selfie });
			expect(status).toBe('success');
			expect(outputsOf(data, step).flat()).toHaveLength(1);
			expect(outputsOf(data, 'Prepare the review')).toEqual([]);
		}
	});

	test('the applicant is told of the review, and not given the link of the reviewer', async ({
		n8n,
	}) => {
		const body = postOf({ selfie: selfieOf(n8n, 'review'), photo: photoOf(n8n) });
		const response = await n8n.client.callWebhook(`webhook/${PATH}`, body, SIGNED);
		expect(response.status).toBe(202);
		expect(Object.keys((await response.json()) as object)).toEqual(['decision', 'requestId']);
	});

	test(
		'the reviewer sees both images, the scores and the reasons, also after a reload',
		{ tag: ['@dark', '@phone', '@docs'] },
		async ({ n8n, review, keepForDocs }) => {
			await review.open(linkIn(await apply(n8n)));
			await review.expectWhole();
			await review.reload();
			await review.expectWhole();
			await expectAccessible(review.page);
			await keepForDocs('human-review', async () => {
				await review.page.setViewportSize({ width: 840, height: 800 });
				return await review.page.screenshot({ fullPage: true });
			});
		},
	);

	test('what an applicant writes cannot put anything into the page of the reviewer', async ({
		n8n,
		review,
	}) => {
		const applicant = '<button>Ada</button>" onload="x';
		await review.open(linkIn(await apply(n8n, { applicant })));
		await expect(review.body).toContainText(`Applicant: ${applicant}`);
		await expect(review.buttons).toHaveCount(1);
	});

	test(
		'a yes approves, with the name of the reviewer',
		{ tag: ['@dark', '@phone'] },
		async ({ n8n, review }) => {
			const execution = await apply(n8n);
			await review.open(linkIn(execution));
			await review.answer(review.yes, 'The hair is new');
			await expectAccessible(review.page);
			const { data } = await ended(n8n, execution);
			expect(outputsOf(data, 'Approved by a person').flat()[0]?.json).toEqual({
				applicant: 'Alex Example',
				decision: 'approve',
				decidedBy: 'Grace',
				reason: 'The hair is new',
				requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
			});
		},
	);

	test('a no rejects, and the link then decides nothing more', async ({ n8n, review }) => {
		const execution = await apply(n8n);
		const link = linkIn(execution);
		await review.open(link);
		await review.answer(review.no, '');
		const { data } = await ended(n8n, execution);
		const [rejected] = outputsOf(data, 'Rejected by a person').flat();
		expect(rejected?.json['decision']).toBe('reject');

		const again = await fetch(`${link}&answer=yes&by=Mallory`);
		expect(again.status).toBeGreaterThanOrEqual(400);
		const after = await n8n.client.execution(execution.id);
		expect(outputsOf(after.data, 'Approved by a person')).toEqual([]);
	});

	test('a link without its signature decides nothing', async ({ n8n }) => {
		const url = new URL(linkIn(await apply(n8n)));
		url.searchParams.set('signature', '0'.repeat(64));
		url.searchParams.set('answer', 'yes');
		expect((await fetch(url)).status).toBeGreaterThanOrEqual(400);
	});

	test(
		'a link with another key shows nothing and decides nothing, and the reviewer still can',
		{ tag: '@dark' },
		async ({ n8n, review }) => {
			const link = linkIn(await apply(n8n));
			const guessed = new URL(link);
			guessed.searchParams.set('key', '0'.repeat(32));
			guessed.searchParams.set('answer', 'yes');
			expect(await review.open(guessed.href)).toBe(404);
			await expect(review.body).toContainText('This link does not work');
			await expect(review.body).not.toContainText('Alex Example');
			await expectAccessible(review.page);
			await review.open(link);
			await review.expectWhole();
		},
	);

	test('an answer that is given twice, and one by another method, decide nothing', async ({
		n8n,
		review,
	}) => {
		const execution = await apply(n8n);
		const link = linkIn(execution);
		await fetch(`${link}&answer=yes&answer=no&by=Grace`);
		await n8n.client.waitUntilResumable(link);
		await fetch(`${link}&answer=yes&by=Grace`, { method: 'POST' });
		await review.open(link);
		await review.answer(review.no, '');
		const { data } = await ended(n8n, execution);
		expect(outputsOf(data, 'Approved by a person')).toEqual([]);
	});

	test('a caller without the secret starts nothing', async ({ n8n }) => {
		const body = postOf({ selfie: selfieOf(n8n, 'review'), photo: photoOf(n8n) });
		const response = await n8n.client.callWebhook(`webhook/${PATH}`, body);
		expect(response.status).toBe(403);
	});

	test('the reviewer cannot send the form without an answer', async ({ n8n, review }) => {
		const link = linkIn(await apply(n8n));
		await review.open(link);
		await review.name.fill('Grace');
		await review.name.press('Enter');
		for (const choice of [review.yes, review.no]) {
			await expect(choice).not.toHaveJSProperty('validationMessage', '');
		}
		await expect(review.page).toHaveURL(link);
		await review.expectWhole();
	});

	test('nobody is approved when the time is up without an answer', async ({ n8n }) => {
		test.setTimeout(2 * TIME_UP_WITHIN_MS);
		expect(unanswered.status).toBe('waiting');
		const { data } = await ended(n8n, unanswered, TIME_UP_WITHIN_MS);
		const [nobody] = outputsOf(data, 'Nobody decided').flat();
		expect(nobody?.json['decision']).toBe('review');
		expect(outputsOf(data, 'Approved by a person')).toEqual([]);
	});
});

interface Application {
	selfie?: Selfie;
	applicant?: string;
	/** Of the webhook. */
	path?: string;
	/** Of the workflow. */
	id?: string;
}

async function apply(
	n8n: N8n,
	{
		selfie = 'review',
		applicant = 'Alex Example',
		path = PATH,
		id = idOf('human-review'),
	}: Application = {},
): Promise<Execution> {
	const body = postOf({ applicant, selfie: selfieOf(n8n, selfie), photo: photoOf(n8n) });
	return await n8n.client.runByWebhook(id, `webhook/${path}`, body, SIGNED);
}

/** The reviewer's link to an execution that waits for a person. */
function linkIn({ status, data }: Execution): string {
	expect(status).toBe('waiting');
	return String(outputsOf(data, 'Prepare the review').flat()[0]?.json['link']);
}

async function ended(
	{ client }: N8n,
	{ id }: Execution,
	timeout = ENDS_WITHIN_MS,
): Promise<Execution> {
	const status = async () => (await client.execution(id)).status;
	await expect.poll(status, { timeout }).not.toMatch(/waiting|running/);
	return await client.execution(id);
}
