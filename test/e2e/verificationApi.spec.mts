import { idOf, loadExample, SECRET } from './examples.mts';
import { expect, type N8n, test } from './fixtures.mts';
import { type HandedIn, photoOf, postOf, type Selfie, selfieOf } from './people.mts';

const REQUEST_ID = /^[0-9a-f-]{36}$/;

const DECISIONS: { selfie: Selfie; decision: string; reason: RegExp }[] = [
	{
		selfie: 'approved',
		decision: 'approve',
		reason: /^Approved: face match 0\.93, liveness 0\.97\.$/,
	},
	{
		selfie: 'review',
		decision: 'review',
		reason: /^For review: face match 0\.4803 is below 0\.56\.$/,
	},
	{
		selfie: 'rejected',
		decision: 'reject',
		reason: /^Rejected: liveness 0\.0026 is below 0\.4\./,
	},
];

test.describe('The example verification-api', () => {
	test.beforeAll(async ({ n8n }) => {
		await n8n.client.publishWorkflow(loadExample('verification-api'));
	});

	for (const { selfie, decision, reason } of DECISIONS) {
		test(`an app gets "${decision}", with the reason`, async ({ n8n }) => {
			const { status, answer } = await postPair(n8n, selfie);
			expect(status).toBe(200);
			expect(Object.keys(answer)).toEqual(['decision', 'summary', 'requestId']);
			expect(answer).toEqual({
				decision,
				summary: expect.stringMatching(reason),
				requestId: expect.stringMatching(REQUEST_ID),
			});
		});
	}

	test('an app is asked for both images when one is missing, or is no image', async ({ n8n }) => {
		const selfie = selfieOf(n8n, 'approved');
		const text = { name: 'id.txt', mimeType: 'text/plain', buffer: Buffer.from('no image') };
		const incomplete: Record<string, HandedIn>[] = [
			{},
			{ selfie },
			{ photo: selfie },
			{ selfie, photo: text },
		];
		for (const images of incomplete) {
			const { status, answer } = await post(n8n, postOf({ app: 'a test', ...images }));
			expect(status).toBe(400);
			expect(answer['error']).toMatch(/selfie and photo/);
		}
	});

	test('an app gets 503 and no decision when Kairos is down', async ({ n8n }) => {
		const { status, headers, answer } = await postPair(n8n, 'kairosIsDown');
		expect(status).toBe(503);
		expect(headers.get('retry-after')).toBe('60');
		expect(Object.keys(answer)).toEqual(['error']);
		expect(answer['error']).toMatch(/No decision was made. Try again later/);
	});

	test('an app is told why an image cannot be used, so that it does not try again', async ({
		n8n,
	}) => {
		const selfie = { name: 'me.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no image') };
		const { status, answer } = await post(n8n, postOf({ selfie, photo: photoOf(n8n) }));
		expect(status).toBe(422);
		expect(answer['error']).toMatch(/^The selfie is not an image\./);
	});

	test('n8n does not publish it before a Kairos credential is chosen', async ({ n8n }) => {
		const workflow = loadExample('verification-api', { 'kairos-verification': 'no-credential' });
		workflow.id = `${idOf('verification-api')}2`;
		for (const node of workflow.nodes) delete node.credentials;
		await expect(n8n.client.publishWorkflow(workflow)).rejects.toThrow(
			'Missing required credential: kairosApi',
		);
	});
});

async function post({ client }: N8n, body: FormData) {
	const response = await client.callWebhook('webhook/kairos-verification', body, {
		Authorization: SECRET,
	});
	const answer = (await response.json()) as Record<string, unknown>;
	return { status: response.status, headers: response.headers, answer };
}

async function postPair(n8n: N8n, selfie: Selfie) {
	return await post(n8n, postOf({ selfie: selfieOf(n8n, selfie), photo: photoOf(n8n) }));
}
