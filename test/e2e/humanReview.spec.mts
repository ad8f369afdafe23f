import { randomUUID } from 'node:crypto';
import { ask } from './applicant.mts';
import { idOf, SECRET } from './examples.mts';
import { expect, expectAccessible, type N8n, test } from './fixtures.mts';
import { photoOf, postOf, type Selfie, selfieOf } from './people.mts';

test.describe('The example human-review', () => {
	test.beforeAll(({ identity }) => identity.publish('human-review'));

	test(
		'a reviewer is mailed a link, sees both images, the scores and the reasons, and decides',
		{ tag: '@docs' },
		async ({ applicant, n8n, review, keepForDocs }) => {
			const { email } = applicant;
			const response = await apply(n8n, 'review', { reference: randomUUID(), email });
			expect(response.status).toBe(202);
			const link = await applicant.reviewLink();
			expect(await response.text()).not.toContain(new URL(link).searchParams.get('secret'));
			await review.page.goto(link);
			await review.expectWhole();
			await review.page.reload();
			await review.expectWhole();
			await expectAccessible(review.page);
			await keepForDocs('human-review', async () => {
				await review.page.setViewportSize({ width: 840, height: 800 });
				return await review.page.screenshot({ fullPage: true });
			});
			await review.answer('The hair is new');
			const decided = { decision: 'approve', decidedBy: 'Grace', why: 'The hair is new' };
			expect(await applicant.reviews()).toMatchObject([{ name: 'Alex Example', ...decided }]);
		},
	);

	test('no reviewer is asked about who is approved or rejected', async ({ applicant, n8n }) => {
		for (const selfie of ['approved', 'rejected'] as const) {
			const texts = { reference: randomUUID(), email: applicant.email };
			expect((await apply(n8n, selfie, texts)).status).toBe(200);
		}
		expect(await applicant.reviews()).toEqual([]);
	});

	test('there is one open review for a reference, which keeps nobody from identity-onboarding', async ({
		applicant,
		n8n,
	}) => {
		const texts = { reference: randomUUID(), email: applicant.email.toUpperCase() };
		for (const selfie of ['review', 'noFace'] as const) {
			expect((await apply(n8n, selfie, texts)).status).toBe(202);
		}
		const decisions = async () =>
			(await applicant.reviews()).map(({ decision }) => decision).toSorted();
		await expect.poll(decisions).toEqual(['', 'duplicate']);
		expect((await ask(await applicant.link())).heading).toBe('Take two photos');
	});

	test('an app hears that a review could not be started, and nobody waits for it', async ({
		n8n,
		identity,
	}) => {
		const reference = randomUUID();
		const path = `/rest/workflows/${idOf('identity-review')}/deactivate`;
		await n8n.client.call('POST', path, {});
		const response = await apply(n8n, 'review', { reference });
		expect(response.status).toBe(500);
		expect(await response.json()).toEqual({ code: 'REVIEW_NOT_STARTED', mayBeBilled: true });
		const filter = JSON.stringify({ workflowId: idOf('human-review'), status: ['error'] });
		const failed = `/rest/executions?filter=${encodeURIComponent(filter)}&limit=1`;
		await expect(async () => {
			const { results } = await n8n.client.call<{ results: { id: string }[] }>('GET', failed);
			const { data } = await n8n.client.execution(String(results[0]?.id));
			expect(data.resultData.error?.message).toContain(reference);
		}).toPass();
		await identity.publish('identity-review');
	});
});

async function apply(n8n: N8n, selfie: Selfie, texts: Record<string, string>): Promise<Response> {
	const images = { selfie: selfieOf(n8n, selfie), photo: photoOf(n8n) };
	const body = postOf({ name: 'Alex Example', ...images, ...texts });
	const headers = { Authorization: SECRET };
	return await fetch(`${n8n.url}/webhook/kairos-human-review`, { method: 'POST', headers, body });
}
