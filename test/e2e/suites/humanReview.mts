import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { outputsOf } from '../../../scripts/n8n/execution.mts';
import type { Execution } from '../../../scripts/n8n/rest.mts';
import { idOf, loadExample } from '../examples.mts';
import { photoOf, postOf, type Selfie, selfieOf } from '../people.mts';
import { keepDocsScreenshot, keepScreenshot } from '../screenshots.mts';
import type { Stage } from '../stage.mts';
import type { Suite } from '../tests.mts';

const PATH = 'kairos-human-review';
/** n8n looks once a minute for executions whose time has come. */
const TIME_UP_WITHIN_MS = 80_000;
const POLL_MS = 200;

/** The suites of the example `human-review`: an applicant, and a reviewer with the link. */
export function humanReviewSuites(stage: Stage): { answered: Suite; unanswered: Suite } {
	let unanswered: Execution;
	const apply = async (selfie: Selfie, path = PATH, applicant = 'Alex Example') => {
		const body = postOf({
			applicant,
			selfie: selfieOf(stage, selfie),
			photo: photoOf(stage),
		});
		const id = path === PATH ? idOf('human-review') : path;
		return await stage.client.runByWebhook(id, `webhook/${path}`, body);
	};
	const answered: Suite = {
		title: 'The example of a human review',
		tests: [
			[
				'who is for review waits for a person',
				async () => {
					await stage.client.publishWorkflow(loadExample('human-review'));
					// Its time is up when the other suite asks: n8n looks only once a minute.
					const path = 'kairosBriefReview';
					const brief = loadExample('human-review', {
						[PATH]: path,
						'plus({ days: 3 })': 'plus({ seconds: 1 })',
					});
					await stage.client.publishWorkflow({ ...brief, id: path });
					unanswered = await apply('review', path);
					assert.equal(unanswered.status, 'waiting');
				},
			],
			[
				'who is approved or rejected is so at once, and no reviewer is asked',
				async () => {
					for (const [selfie, step] of [
						['approved', 'Answer: approved'],
						['rejected', 'Answer: rejected'],
						['kairosIsDown', 'Answer: nothing decided'],
					] as const) {
						const execution = await apply(selfie);
						assert.equal(execution.status, 'success');
						assert.equal(outputsOf(execution.data, step).flat().length, 1);
						assert.deepEqual(outputsOf(execution.data, 'Prepare the review'), []);
					}
				},
			],
			[
				'the applicant is told of the review, and not given the link of the reviewer',
				async () => {
					const selfie = selfieOf(stage, 'review');
					const body = postOf({ selfie, photo: photoOf(stage) });
					const response = await stage.client.callWebhook(`webhook/${PATH}`, body);
					const answer = (await response.json()) as object;
					assert.equal(response.status, 202);
					assert.deepEqual(Object.keys(answer), ['decision', 'requestId']);
				},
			],
			[
				'the reviewer sees both pictures, the scores and the reasons, also after a reload',
				async () => {
					const link = linkIn(await apply('review'));
					for (const theme of ['light', 'dark'] as const) {
						const page = await openReview(await stage.visitorPage(theme), link);
						await page.reload();
						await checkReview(page);
						await (theme === 'light' ? keepDocsScreenshot : keepScreenshot)(
							page,
							theme === 'light' ? 'human-review' : 'human-review-dark',
						);
					}
				},
			],
			[
				'what an applicant writes cannot put anything into the page of the reviewer',
				async () => {
					const applicant = '<button>Ada</button>" onload="x';
					const page = await stage.visitorPage();
					await page.goto(linkIn(await apply('review', PATH, applicant)));
					const text = await page.locator('body').innerText();
					assert.ok(text.includes(`Applicant: ${applicant}`));
					assert.equal(await page.locator('button').count(), 1);
				},
			],
			[
				'a yes approves, with the name of the reviewer',
				async () => {
					const execution = await apply('review');
					const page = await openReview(await stage.visitorPage(), linkIn(execution));
					await answer(page, 'Yes, approve', 'The hair is new');
					const [item] = outputsOf(
						(await ended(stage, execution)).data,
						'Approved by a person',
					).flat();
					const { requestId, ...decision } = item?.json ?? {};
					assert.match(String(requestId), /^[0-9a-f-]{36}$/);
					assert.deepEqual(decision, {
						applicant: 'Alex Example',
						decision: 'approve',
						decidedBy: 'Grace',
						reason: 'The hair is new',
					});
				},
			],
			[
				'a no rejects, and the link then decides nothing more',
				async () => {
					const execution = await apply('review');
					const link = linkIn(execution);
					const page = await openReview(await stage.visitorPage(), link);
					await answer(page, 'No, reject', '');
					const { data } = await ended(stage, execution);
					assert.equal(
						outputsOf(data, 'Rejected by a person').flat()[0]?.json['decision'],
						'reject',
					);
					const again = await fetch(`${link}&answer=yes&by=Mallory`);
					assert.ok(again.status >= 400, `the link answers ${again.status}`);
					const after = await stage.client.execution(execution.id);
					assert.deepEqual(outputsOf(after.data, 'Approved by a person'), []);
				},
			],
			[
				'a link without its signature decides nothing',
				async () => {
					const link = linkIn(await apply('review'));
					const url = new URL(link);
					url.searchParams.set('signature', '0'.repeat(64));
					url.searchParams.set('answer', 'yes');
					const response = await fetch(url);
					assert.ok(response.status >= 400, `the link answers ${response.status}`);
				},
			],
			[
				'the reviewer cannot send the form without an answer',
				async () => {
					const page = await openReview(await stage.visitorPage(), linkIn(await apply('review')));
					await page.getByLabel('Your name').fill('Grace');
					await page.getByLabel('Your name').press('Enter');
					await checkReview(page);
				},
			],
		],
	};
	return {
		answered,
		unanswered: {
			title: 'The example of a human review, later',
			tests: [
				[
					'nobody is approved when the time is up without an answer',
					async () => {
						const { data } = await ended(stage, unanswered);
						assert.equal(outputsOf(data, 'Nobody answered').flat()[0]?.json['decision'], 'review');
						assert.deepEqual(outputsOf(data, 'Approved by a person'), []);
					},
				],
			],
		},
	};
}

function linkIn({ status, data }: Execution): string {
	assert.equal(status, 'waiting');
	return String(outputsOf(data, 'Prepare the review').flat()[0]?.json['link']);
}

async function openReview(page: Page, link: string): Promise<Page> {
	await page.goto(link);
	await checkReview(page);
	return page;
}

async function checkReview(page: Page): Promise<void> {
	const text = await page.locator('body').innerText();
	assert.match(text, /Applicant: Alex Example/);
	assert.match(text, /Face match\s+0\.4803\s+review/);
	assert.match(text, /Liveness\s+0\.97\s+pass/);
	assert.match(text, /For review: face match 0\.4803 is below 0\.56\./);
	const widths = await page.evaluate<number[]>(
		'[...document.images].map((image) => image.naturalWidth)',
	);
	assert.deepEqual(widths, [800, 800]);
}

async function answer(page: Page, choice: string, why: string): Promise<void> {
	await page.getByLabel(choice).check();
	await page.getByLabel('Your name').fill('Grace');
	await page.getByLabel('Why?').fill(why);
	await page.getByRole('button', { name: 'Send' }).click();
	await page.getByRole('heading', { name: 'Thank you' }).waitFor();
}

async function ended({ client }: Stage, { id }: Execution): Promise<Execution> {
	for (const until = Date.now() + TIME_UP_WITHIN_MS; Date.now() < until; await sleep(POLL_MS)) {
		const execution = await client.execution(id);
		if (execution.status !== 'waiting' && execution.status !== 'running') return execution;
	}
	throw new Error('The execution did not end.');
}
