import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { VerificationResponse } from '../../sandbox/response.mts';
import { type Steering, steered } from '../../sandbox/steering.mts';
import { images, sampleImage } from '../support/sampleImages.cts';
import { runSandbox, type Sandbox, startSandbox } from '../support/sandbox.cts';
import { send, verify } from './client.cts';

let sandbox: Sandbox;
let portrait: Buffer;

beforeAll(async () => {
	sandbox = await startSandbox();
	portrait = await sampleImage('portrait-man.jpg');
});
afterAll(() => sandbox.stop());

const ask = <Body = VerificationResponse,>(
	bySelfie: Steering,
	byPhoto: Steering = {},
	signal?: AbortSignal,
) =>
	verify<Body>(sandbox.url, {
		selfie: steered(portrait, bySelfie),
		image: steered(portrait, byPhoto),
		signal,
	});

const orderNext = (steering: unknown) =>
	send(`${sandbox.url}/sandbox/steering`, { method: 'PUT', body: JSON.stringify(steering) });

function outline({ response_data: { biometric } }: VerificationResponse) {
	return {
		match: biometric.face_match_confidence,
		liveness: biometric.selfie.faces_liveness,
		selfieFaces: biometric.selfie.faces_predicted.length,
		photoFaces: biometric.image.faces_predicted.length,
	};
}

const UNSTEERED = { match: 1, liveness: 1, selfieFaces: 1, photoFaces: 1 };

test.each<[Steering, Steering, object]>([
	[{}, {}, {}],
	[{ match: 0.5 }, {}, { match: 0.5 }],
	[{ match: 0, liveness: 0.0026 }, {}, { match: 0, liveness: 0.0026 }],
	[{ match: null, liveness: null }, {}, { match: null, liveness: null }],
	[{ match: 0.4 }, { match: 0.5, liveness: 0.5 }, { match: 0.4, liveness: 0.5 }],
	[{ faces: 3 }, { faces: 2 }, { selfieFaces: 3, photoFaces: 2 }],
	[{ faces: 0 }, {}, { match: null, liveness: null, selfieFaces: 0 }],
	[{}, { faces: 0 }, { match: null, photoFaces: 0 }],
	[{ faces: 0, match: 0.9 }, {}, { match: 0.9, liveness: null, selfieFaces: 0 }],
])('a selfie that says %j and a photo that says %j are obeyed', async (selfie, photo, expected) => {
	const { status, body } = await ask(selfie, photo);
	expect(status).toBe(200);
	expect(outline(body)).toEqual({ ...UNSTEERED, ...expected });
});

test.each(['jpeg', 'png', 'webp'] as const)('a %s image can carry a steering', async (format) => {
	const image = await sharp(portrait).toFormat(format).toBuffer();
	const selfie = steered(steered(image, { match: 0.1, faces: 4 }), { match: 0.5, id: 'Ada-1' });
	const { body } = await verify(sandbox.url, { selfie, image });
	expect(outline(body)).toMatchObject({ match: 0.5, selfieFaces: 1 });
});

test('steered faces lie inside the image, apart from each other, and elsewhere in the photo', async () => {
	const { selfie, image } = (await ask({ faces: 20 }, { faces: 20 })).body.response_data.biometric;
	for (const { top_left: corner, delta } of selfie.faces_predicted) {
		expect(corner.x + delta.x).toBeLessThanOrEqual(selfie.img.width);
		expect(corner.y + delta.y).toBeLessThanOrEqual(selfie.img.height);
	}
	expect(new Set(selfie.faces_predicted.map((face) => face.top_left.x)).size).toBe(20);
	// Else the node would take the two for the same image.
	expect(image.faces_predicted.at(-1)).not.toEqual(selfie.faces_predicted.at(-1));
});

test.each([200, 204, 302, 403, 429, 503])('status %i is given', async (status) => {
	const reply = await ask<{ message: string } | undefined>({ status, retryAfter: 7 });
	expect(reply.status).toBe(status);
	expect(reply.headers['retry-after']).toBe('7');
	expect(reply.body?.message ?? '204').toContain(String(status));
});

test('a status is given for the first requests only, counted for each id', async () => {
	const steering = { status: 503, times: 2, match: 0.9 };
	const statuses = async (id: string) => {
		const replies = [];
		for (let count = 0; count < 4; count++) replies.push((await ask({ ...steering, id })).status);
		return replies;
	};
	expect(await statuses('a')).toEqual([503, 503, 200, 200]);
	expect(await statuses('b')).toEqual([503, 503, 200, 200]);
});

test('a delay ends when the client goes away, and holds nobody up', async () => {
	const gone = ask({ delay: 100_000, id: 'gone' }, {}, AbortSignal.timeout(200));
	await expect(gone).rejects.toThrow();
	expect((await ask({ delay: 1 })).status).toBe(200);
	expect(sandbox.output()).toMatch(/client went away \| steering .*"gone"/);
});

test('the admin route steers what the images leave open, until it is called again', async () => {
	expect((await orderNext({ match: 0.3, status: 429, times: 1 })).status).toBe(200);
	expect((await ask({})).status).toBe(429);
	expect(outline((await ask({ liveness: 0.2 })).body)).toMatchObject({ match: 0.3, liveness: 0.2 });
	await orderNext({});
	expect(outline((await ask({})).body)).toEqual(UNSTEERED);
});

test.each([
	[{ match: 1.5 }, 'steering.match should be <= 1'],
	[{ liveness: '0.5' }, 'steering.liveness should be number,null'],
	[{ faces: 0.5 }, 'steering.faces should be integer'],
	[{ status: null }, 'steering.status'],
	[{ id: 'a b' }, 'steering.id'],
	[{ score: 1 }, "'score' is invalid"],
])('%j is refused with 400, in an image and by the admin route', async (steering, message) => {
	for (const reply of [
		await ask<{ message: string }>(steering as Steering),
		await orderNext(steering),
	]) {
		expect(reply.status).toBe(400);
		expect(reply.body.message).toContain(message);
	}
});

test('the command that steers an image writes a copy that is obeyed, and never the same copy twice', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'steer-'));
	const copies = [join(folder, 'a.jpg'), join(folder, 'b.jpg')];
	for (const out of copies) {
		const options = ['--match', '0.3', '--liveness', 'null', '--out', out];
		const ended = await runSandbox(['steer', join(images, 'portrait-man.jpg'), ...options]);
		expect(ended).toMatchObject({ code: 0 });
	}
	const [selfie, other] = await Promise.all(copies.map((copy) => readFile(copy)));
	await rm(folder, { recursive: true });
	expect(selfie?.equals(other as Buffer)).toBe(false);
	const { body } = await verify(sandbox.url, { selfie, image: portrait });
	expect(outline(body)).toMatchObject({ match: 0.3, liveness: null });
});

test('the command that steers an image says what is wrong with its options', async () => {
	const options = ['--match', '3', '--out', 'none.jpg'];
	const ended = await runSandbox(['steer', join(images, 'portrait-man.jpg'), ...options]);
	expect(ended).toMatchObject({ code: 1, stderr: 'steering.match should be <= 1\n' });
});
