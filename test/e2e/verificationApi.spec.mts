import { steered } from '../../sandbox/steering.mts';
import { serviceOf } from '../../scripts/sandbox.mts';
import { idOf, loadExample, SECRET } from './examples.mts';
import { expect, type N8n, test } from './fixtures.mts';
import { type HandedIn, photoOf, postOf, type Selfie, selfieOf } from './people.mts';

const REQUEST_ID = /^[0-9a-f-]{36}$/;
const IMAGES = ['selfie', 'photo'];

const DECISIONS = {
	approved: { decision: 'approve', codes: [], summary: /^Approved: face match 0\.93/ },
	rejected: {
		decision: 'reject',
		codes: ['FAILED_SELFIE_LIVENESS', 'FAILED_FACE_MATCH'],
		summary: /^Rejected: liveness 0\.0026 is below 0\.4\./,
	},
	noFace: { decision: 'review', codes: ['NO_FACE_IN_SELFIE'], summary: /no face in the selfie/ },
} satisfies Partial<Record<Selfie, object>>;

/** The two examples that an app calls, which give the same answers. */
const APIS = [
	{
		example: 'verification-api',
		path: 'kairos-verification',
		texts: {},
		needed: IMAGES,
		review: 200,
	},
	{
		example: 'human-review',
		path: 'kairos-human-review',
		texts: { name: 'Alex Example' },
		needed: ['name', ...IMAGES],
		review: 202,
	},
] as const;

for (const { example, path, texts, needed, review } of APIS) {
	test.describe(`The example ${example}, called by an app`, () => {
		test.beforeAll(({ identity }) => identity.publish(example));

		for (const [selfie, { decision, codes, summary }] of Object.entries(DECISIONS)) {
			test(`gives "${decision}", with the codes, the image to take again, and who answered`, async ({
				n8n,
				sandbox,
			}) => {
				const { status, answer } = await call(n8n, { selfie: selfieOf(n8n, selfie as Selfie) });
				expect(status).toBe(decision === 'review' ? review : 200);
				expect(answer).toEqual({
					decision,
					codes,
					retake: selfie === 'noFace' ? 'selfie' : null,
					summary: expect.stringMatching(summary),
					requestId: expect.stringMatching(REQUEST_ID),
					service: serviceOf(sandbox.url),
				});
			});
		}

		test('answers 400 with what is missing', async ({ n8n }) => {
			expect(await post(n8n)).toMatchObject({
				status: 400,
				answer: { code: 'INCOMPLETE', missing: needed },
			});
			for (const name of needed) {
				const parts: Record<string, HandedIn | string> = partsOf(n8n);
				delete parts[name];
				const { status, answer } = await post(n8n, parts);
				expect([status, answer]).toEqual([400, { code: 'INCOMPLETE', missing: [name] }]);
			}
		});

		test('answers 422 with the image that cannot be used, whatever the app calls it', async ({
			n8n,
		}) => {
			const html = { name: 'me.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<html>') };
			const cut = { ...html, buffer: selfieOf(n8n, 'approved').buffer.subarray(0, 400) };
			for (const [parts, code, retake] of [
				[{ selfie: html }, 'NOT_AN_IMAGE', 'selfie'],
				[{ photo: html }, 'NOT_AN_IMAGE', 'photo'],
				[{ selfie: cut }, 'REFUSED_REQUEST', 'both'],
			] as const) {
				const { status, answer } = await call(n8n, parts);
				expect([status, answer]).toEqual([422, { code, retake }]);
			}
		});

		test('answers 503 with when to try again, and whether it may be billed', async ({ n8n }) => {
			const down = await call(n8n, { selfie: selfieOf(n8n, 'kairosIsDown') });
			expect([down.status, down.retryAfter, down.answer]).toEqual([
				503,
				'60',
				{ code: 'SERVER_ERROR', mayBeBilled: true },
			]);
			// It gives up after 10 s, or at once where Kairos asks for a longer wait.
			const selfie = selfieOf(n8n, 'approved');
			const buffer = steered(selfie.buffer, { status: 429, retryAfter: 20 });
			const refused = await call(n8n, { selfie: { ...selfie, buffer } });
			expect([refused.status, refused.retryAfter, refused.answer]).toEqual([
				503,
				'20',
				{ code: 'RATE_LIMITED', mayBeBilled: false },
			]);
		});

		test('its first note says how to set up the header, and how to call it', () => {
			const note = String(loadExample(example).nodes[0]?.parameters['content']);
			expect(note).toMatch(/\*Name\* is `Authorization`, its \*Value\* the secret/);
			expect(note).toContain("curl -H 'Authorization: SECRET'");
			for (const name of needed) expect(note).toContain(`-F ${name}=`);
		});

		test('answers 403 without the secret', async ({ n8n }) => {
			const body = postOf(partsOf(n8n));
			const { status } = await fetch(`${n8n.url}/webhook/${path}`, { method: 'POST', body });
			expect(status).toBe(403);
		});

		function partsOf(n8n: N8n, parts: Record<string, HandedIn> = {}) {
			return { ...texts, selfie: selfieOf(n8n, 'approved'), photo: photoOf(n8n), ...parts };
		}

		async function call(n8n: N8n, parts: Record<string, HandedIn>) {
			return await post(n8n, partsOf(n8n, parts));
		}

		async function post({ url }: N8n, parts: Record<string, HandedIn | string> = {}) {
			const request = { headers: { Authorization: SECRET }, body: postOf(parts) };
			const response = await fetch(`${url}/webhook/${path}`, { method: 'POST', ...request });
			const answer = (await response.json()) as Record<string, unknown>;
			return { status: response.status, retryAfter: response.headers.get('retry-after'), answer };
		}
	});
}

test('n8n does not publish an example before a Kairos credential is chosen', async ({ n8n }) => {
	const workflow = loadExample('verification-api', { 'kairos-verification': 'no-credential' });
	workflow.id = `${idOf('verification-api')}2`;
	for (const node of workflow.nodes) delete node.credentials;
	await expect(n8n.client.publishWorkflow(workflow)).rejects.toThrow(
		'Missing required credential: kairosApi',
	);
});
