import assert from 'node:assert/strict';
import { idOf, loadExample } from '../examples.mts';
import { type HandedIn, photoOf, postOf, type Selfie, selfieOf } from '../people.mts';
import type { Stage } from '../stage.mts';
import type { Suite } from '../tests.mts';

const PATH = 'webhook/kairos-verification';
const REQUEST_ID = /^[0-9a-f-]{36}$/;

/** The example `verification-api`, called as an app calls it. */
export function verificationApiSuite(stage: Stage): Suite {
	const post = async (body: FormData) => {
		const response = await stage.client.callWebhook(PATH, body);
		const answer = (await response.json()) as Record<string, unknown>;
		return { status: response.status, headers: response.headers, answer };
	};
	const postPair = (selfie: Selfie) =>
		post(postOf({ selfie: selfieOf(stage, selfie), photo: photoOf(stage) }));
	const decides = async (selfie: Selfie, decision: string, reason: RegExp) => {
		const { status, answer } = await postPair(selfie);
		assert.equal(status, 200);
		assert.deepEqual(Object.keys(answer), ['decision', 'summary', 'requestId']);
		assert.equal(answer['decision'], decision);
		assert.match(String(answer['summary']), reason);
		assert.match(String(answer['requestId']), REQUEST_ID);
	};
	return {
		title: 'The example of an API',
		tests: [
			[
				'an app gets "approve" for a live person who is the one of the photo',
				async () => {
					await stage.client.publishWorkflow(loadExample('verification-api'));
					await decides('approved', 'approve', /^Approved: face match 0\.93, liveness 0\.97\.$/);
				},
			],
			[
				'an app gets "review", with the reason',
				() => decides('review', 'review', /^For review: face match 0\.4803 is below 0\.56\.$/),
			],
			[
				'an app gets "reject", with the reason',
				() => decides('rejected', 'reject', /^Rejected: liveness 0\.0026 is below 0\.4\./),
			],
			[
				'an app is asked for both pictures when one is missing, or is no picture',
				async () => {
					const selfie = selfieOf(stage, 'approved');
					const text = {
						name: 'id.txt',
						mimeType: 'text/plain',
						buffer: Buffer.from('no picture'),
					};
					const incomplete: Record<string, HandedIn>[] = [
						{},
						{ selfie },
						{ photo: selfie },
						{ selfie, photo: text },
					];
					for (const pictures of incomplete) {
						const { status, answer } = await post(postOf({ app: 'a test', ...pictures }));
						assert.equal(status, 400);
						assert.match(String(answer['error']), /selfie and photo/);
					}
				},
			],
			[
				'an app gets 503 and no decision when Kairos has a fault',
				async () => {
					const { status, headers, answer } = await postPair('kairosIsDown');
					assert.equal(status, 503);
					assert.equal(headers.get('retry-after'), '60');
					assert.deepEqual(Object.keys(answer), ['error']);
					assert.match(String(answer['error']), /Nothing was decided: try again later/);
				},
			],
			[
				'n8n does not publish it before a Kairos credential is chosen',
				async () => {
					const workflow = loadExample('verification-api', {
						'kairos-verification': 'no-credential',
					});
					workflow.id = `${idOf('verification-api')}2`;
					for (const node of workflow.nodes) delete node.credentials;
					const published = stage.client.publishWorkflow(workflow);
					await assert.rejects(published, /Missing required credential: kairosApi/);
				},
			],
		],
	};
}
