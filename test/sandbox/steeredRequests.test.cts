import type { VerificationResponse } from '../../sandbox/response.mts';
import { sampleImage } from '../support/sampleImages.cts';
import { type Sandbox, startSandbox } from '../support/sandbox.cts';
import { verify } from './client.cts';

jest.setTimeout(30_000);

let sandbox: Sandbox;
let portrait: Buffer;
let noFace: Buffer;

beforeAll(async () => {
	sandbox = await startSandbox();
	[portrait, noFace] = await Promise.all([
		sampleImage('portrait-man.jpg'),
		sampleImage('no-face.jpg'),
	]);
});
afterAll(() => sandbox.stop());

function send<Body = VerificationResponse>(
	selfieName: string,
	imageName = 'id.jpg',
	more: { selfieBytes?: Buffer; imageBytes?: Buffer; signal?: AbortSignal } = {},
) {
	return verify<Body>(sandbox.url, {
		selfie: { bytes: more.selfieBytes ?? portrait, name: selfieName },
		image: { bytes: more.imageBytes ?? portrait, name: imageName },
		signal: more.signal,
	});
}

function outline({ response_data: { biometric, decision } }: VerificationResponse) {
	return {
		match: biometric.face_match_confidence,
		liveness: biometric.selfie.faces_liveness,
		selfieFaces: biometric.selfie.faces_predicted.length,
		photoFaces: biometric.image.faces_predicted.length,
		decisions: decision.details.map((detail) => `${detail.code} ${detail.decision}`),
	};
}

describe('a name steers the response', () => {
	const asIs = { match: 1, liveness: 1, selfieFaces: 1, photoFaces: 1, decisions: [] };
	const [matchReview, matchReject] = ['review', 'reject'].map((d) => `FAILED_FACE_MATCH ${d}`);
	const [liveReview, liveReject] = ['review', 'reject'].map((d) => `FAILED_SELFIE_LIVENESS ${d}`);

	test.each([
		['me.jpg', 'id.jpg', {}],
		['match-0.1.jpg', 'id.match-0.1.liveness-0.jpg', {}],
		['me.match-0.5.jpg', 'id.jpg', { match: 0.5, decisions: [matchReview] }],
		['me.match-0.jpg', 'id.jpg', { match: 0, decisions: [matchReject] }],
		['me.match-null.jpg', 'id.jpg', { match: null }],
		['me.liveness-0.5.jpg', 'id.jpg', { liveness: 0.5, decisions: [liveReview] }],
		['me.liveness-0.0026.jpg', 'id.jpg', { liveness: 0.0026, decisions: [liveReject] }],
		['me.liveness-null.jpg', 'id.jpg', { liveness: null }],
		[
			'me.match-0.1.liveness-0.1.faces-3.jpg',
			'id.faces-2.jpg',
			{
				match: 0.1,
				liveness: 0.1,
				selfieFaces: 3,
				photoFaces: 2,
				decisions: [matchReject, liveReject],
			},
		],
		['me.faces-0.jpg', 'id.jpg', { match: null, liveness: null, selfieFaces: 0 }],
		['me.jpg', 'id.faces-0.jpg', { match: null, photoFaces: 0 }],
		['me.faces-0.match-0.9.jpg', 'id.jpg', { match: 0.9, liveness: null, selfieFaces: 0 }],
		['me.faces-2.jpg', 'id.faces-4.jpg', { selfieFaces: 2, photoFaces: 4 }],
	])('%s against %s', async (selfieName, imageName, expected) => {
		const { status, body } = await send(selfieName, imageName);
		expect(status).toBe(200);
		expect(outline(body)).toEqual({ ...asIs, ...expected });
	});

	test('the boxes of steered faces lie in the image and differ', async () => {
		const { body } = await send('me.faces-20.match-1.liveness-1.jpg', 'id.faces-2.jpg');
		const { selfie } = body.response_data.biometric;
		for (const { top_left: corner, delta, confidence } of selfie.faces_predicted) {
			expect(Math.min(corner.x, corner.y, confidence)).toBeGreaterThanOrEqual(0);
			expect(Math.min(delta.x, delta.y)).toBeGreaterThan(0);
			expect(corner.x + delta.x).toBeLessThanOrEqual(selfie.img.width);
			expect(corner.y + delta.y).toBeLessThanOrEqual(selfie.img.height);
		}
		expect(new Set(selfie.faces_predicted.map((face) => face.top_left.x)).size).toBe(20);
	});

	test('faces that the engine found come before steered ones', async () => {
		const [plain, steered] = await Promise.all([send('me.jpg'), send('me.faces-2.jpg')]);
		const faces = (response: VerificationResponse) =>
			response.response_data.biometric.selfie.faces_predicted;
		expect(faces(steered.body)[0]).toEqual(faces(plain.body)[0]);
	});

	test('a file that is no image is refused all the same', async () => {
		const { status } = await send('me.match-1.liveness-1.faces-1.jpg', 'id.faces-1.jpg', {
			imageBytes: Buffer.from('x'),
		});
		expect(status).toBe(400);
	});
});

describe('a status is steered', () => {
	test.each([
		['x.status-503.jpg', 503],
		['x.status-429.jpg', 429],
		['x.status-403.jpg', 403],
		['x.status-302.jpg', 302],
		['x.status-200.jpg', 200],
	])('%s', async (name, expected) => {
		const { status, body } = await send<{ message: string }>(name);
		expect(status).toBe(expected);
		expect(body).toEqual({ message: expect.stringContaining(String(expected)) as string });
	});

	test.each([204, 205, 304])('%i, which has no body, has none', async (status) => {
		expect(await send(`x.status-${status}.jpg`)).toMatchObject({ status, body: undefined });
	});

	test('for the first times-2 requests with that selfie, with Retry-After', async () => {
		const ask = () => send('x.status-503.times-2.retry-after-1.match-0.9.jpg');
		const replies = [await ask(), await ask(), await ask(), await ask()];
		expect(replies.map(({ status }) => status)).toEqual([503, 503, 200, 200]);
		expect(replies.map(({ headers }) => headers['retry-after'])).toEqual([
			'1',
			'1',
			undefined,
			undefined,
		]);
		expect(outline(replies[2]!.body).match).toBe(0.9);
	});
});

describe('a delay is steered', () => {
	test('and the response comes after it', async () => {
		const started = performance.now();
		expect((await send('x.delay-400.jpg')).status).toBe(200);
		expect(performance.now() - started).toBeGreaterThanOrEqual(400);
	});

	test('together with a status', async () => {
		const started = performance.now();
		expect((await send('x.delay-300.status-500.jpg')).status).toBe(500);
		expect(performance.now() - started).toBeGreaterThanOrEqual(300);
	});

	test('and ends when the client goes away', async () => {
		const name = 'gone.delay-100000.jpg';
		await expect(send(name, 'id.jpg', { signal: AbortSignal.timeout(200) })).rejects.toThrow();
		const line = () =>
			sandbox
				.output()
				.split('\n')
				.find((text) => text.includes(name));
		while (!line()) await new Promise((resolve) => setTimeout(resolve, 10));
		expect(line()).toContain('client went away');
	});
});

test('no face gives an empty list and null scores, and no detail', async () => {
	const selfieless = await send('me.jpg', 'id.jpg', { selfieBytes: noFace });
	expect(outline(selfieless.body)).toEqual({
		match: null,
		liveness: null,
		selfieFaces: 0,
		photoFaces: 1,
		decisions: [],
	});
	const photoless = await send('me.jpg', 'id.jpg', { imageBytes: noFace });
	expect(outline(photoless.body)).toMatchObject({ match: null, liveness: 1, photoFaces: 0 });
});
