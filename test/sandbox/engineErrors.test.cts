import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type FaceEngine, startFaceEngine } from '../../sandbox/faceEngine.mts';
import { buildServer } from '../../sandbox/server.mts';
import { sampleImage } from '../support/sampleImages.cts';
import { type Reply, verify } from './client.cts';

jest.setTimeout(30_000);

const workerFile = (name: string) => pathToFileURL(join(__dirname, 'workers', `${name}.mts`));
const pixels = (width: number) => ({ data: new Uint8Array(width * 3), width, height: 1 });
const until = async (condition: () => boolean) => {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('the pool of face workers', () => {
	let engine: FaceEngine;
	const widthOf = async (width: number, signal?: AbortSignal) =>
		(await engine.analyze(pixels(width), signal))[0]?.embedding[0];

	beforeEach(async () => {
		engine = await startFaceEngine(2, workerFile('fragile'));
	});
	afterEach(() => engine.close());

	test('gives every caller the result of its own image', async () => {
		const widths = Array.from({ length: 40 }, (_, index) => index + 20);
		expect(await Promise.all(widths.map((width) => widthOf(width)))).toEqual(widths);
	});

	test('fails only the job of a worker that breaks down, and replaces the worker', async () => {
		const results = await Promise.allSettled([13, 20, 21, 13, 22].map((width) => widthOf(width)));
		expect(
			results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed')),
		).toEqual(['failed', 20, 21, 'failed', 22]);
		await expect(widthOf(13)).rejects.toThrow('a worker of the face engine broke down: bad luck');
		await until(() => engine.ready() === 2);
		expect(await widthOf(23)).toBe(23);
	});

	test('drops a job from the queue when its client went away', async () => {
		const started = performance.now();
		const slow = [widthOf(1000), widthOf(1000)];
		const gone = new AbortController();
		const dropped = [widthOf(1000, gone.signal), widthOf(1000, gone.signal)];
		gone.abort();
		for (const job of dropped) await expect(job).rejects.toThrow('the client went away');
		expect(await widthOf(20)).toBe(20);
		expect(performance.now() - started).toBeLessThan(1900);
		expect(await Promise.all(slow)).toEqual([1000, 1000]);
	});

	test('does not take a job whose client is gone already', async () => {
		await expect(widthOf(20, AbortSignal.abort())).rejects.toThrow('the client went away');
	});

	test('takes no image after it was closed', async () => {
		await engine.close();
		await expect(widthOf(20)).rejects.toThrow('no worker of the face engine is left');
	});
});

test('a worker that cannot load its models fails the start', async () => {
	await expect(startFaceEngine(2, workerFile('stillborn'))).rejects.toThrow(
		'these models did not load: blazeface',
	);
});

describe('the server, with an engine made for the test,', () => {
	let broken: boolean;
	let asked: number;
	let app: ReturnType<typeof buildServer>;
	let ask: (
		selfieName: string,
		more?: { imageName?: string; signal?: AbortSignal },
	) => Promise<Reply<unknown>>;

	beforeEach(async () => {
		broken = false;
		asked = 0;
		const engine: FaceEngine = {
			analyze: () => {
				asked++;
				return broken ? Promise.reject(new Error('bad luck')) : Promise.resolve([]);
			},
			ready: () => 1,
			close: () => Promise.resolve(),
		};
		const keys = { appId: 'sandbox', appKey: 'sandbox' };
		app = buildServer({ keys, engine, log: () => undefined });
		const url = await app.listen({ port: 0, host: '127.0.0.1' });
		const bytes = await sampleImage('portrait-man.jpg');
		ask = (name, { imageName = 'id.jpg', signal } = {}) =>
			verify(url, { selfie: { bytes, name }, image: { bytes, name: imageName }, signal });
	});
	afterEach(() => app.close());

	test('gives a breakdown the status 500 and a message, and serves the next request', async () => {
		broken = true;
		const failed = await ask('me.jpg');
		expect(failed.status).toBe(500);
		expect(failed.body).toEqual({ message: expect.stringContaining('bad luck') as string });
		broken = false;
		expect((await ask('me.jpg')).status).toBe(200);
	});

	test('asks it only for what is not steered', async () => {
		for (const [name, imageName, calls] of [
			['me.jpg', 'id.jpg', 2],
			['me.match-1.liveness-1.jpg', 'id.jpg', 2],
			['me.match-1.liveness-1.faces-1.jpg', 'id.jpg', 1],
			['me.match-1.liveness-1.faces-1.jpg', 'id.faces-1.jpg', 0],
			['me.liveness-1.faces-1.jpg', 'id.faces-1.jpg', 2],
			['me.faces-0.jpg', 'id.jpg', 1],
			['me.faces-0.jpg', 'id.faces-2.jpg', 0],
		] as const) {
			asked = 0;
			await ask(name, { imageName });
			expect([name, imageName, asked]).toEqual([name, imageName, calls]);
		}
	});

	test('gives a delayed request up when its client goes away', async () => {
		await expect(ask('me.delay-300.jpg', { signal: AbortSignal.timeout(100) })).rejects.toThrow();
		await new Promise((resolve) => setTimeout(resolve, 400));
		expect(asked).toBe(0);
	});
});
