import { once } from 'node:events';
import FormData from 'form-data';
import sharp from 'sharp';
import { steered } from '../../sandbox/steering.mts';
import { body as documented } from '../fixtures/responses/documented.json';
import { sampleImage } from '../support/sampleImages.cts';
import { type Sandbox, startSandbox } from '../support/sandbox.cts';
import { send, sandboxKeys, verify } from './client.cts';

type Failure = { message: string };

let sandbox: Sandbox;
let portrait: Buffer;
/** Needs no face engine. */
let quick: Buffer;

beforeAll(async () => {
	sandbox = await startSandbox(['--workers', '1', '--allow-host', 'Host.docker.internal']);
	portrait = await sampleImage('portrait-man.jpg');
	quick = steered(portrait, { match: 1, liveness: 1, faces: 1 });
});
afterAll(() => sandbox.stop());

const endpoint = () => `${sandbox.url}/v0.1/biometric-verification`;

/** The keys and nesting of a value, with types for its values; of an array, its first element's. */
function shape(value: unknown): unknown {
	if (Array.isArray(value)) return value.slice(0, 1).map(shape);
	if (typeof value !== 'object' || value === null) return typeof value;
	return Object.entries(value).map(([key, inner]) => [key, shape(inner)]);
}

test('the documented scores get a response of the documented shape, with the documented decision', async () => {
	const selfie = steered(portrait, { match: 0.4803, liveness: 0.0026 });
	const { body, headers } = await verify(sandbox.url, { selfie, image: portrait });
	expect(shape(body)).toEqual(shape(documented));
	expect(body.response_data.decision).toEqual(documented.response_data.decision);
	expect(headers['x-sandbox-liveness']).toBe('placeholder');
	const again = await verify(sandbox.url, { selfie, image: portrait });
	expect(again.body.api_req_uid).not.toBe(body.api_req_uid);
	expect(Math.abs(Date.parse(`${body.processed_at}Z`) - Date.now())).toBeLessThan(60_000);
});

test.each([
	[0.39996, 1, ['FAILED_FACE_MATCH review']],
	[0.39994, 1, ['FAILED_FACE_MATCH reject']],
	[0.5599, 1, ['FAILED_FACE_MATCH review']],
	[0.56, 0.5999, ['FAILED_SELFIE_LIVENESS review']],
	[1, 0.3999, ['FAILED_SELFIE_LIVENESS reject']],
	[0.56, 0.6, []],
	[null, null, []],
])('match %p and liveness %p get the details %j', async (match, liveness, details) => {
	const selfie = steered(portrait, { match, liveness, faces: 1 });
	const { body } = await verify(sandbox.url, { selfie, image: quick });
	const found = body.response_data.decision.details;
	expect(found.map(({ code, decision }) => `${code} ${decision}`)).toEqual(details);
});

describe('keys', () => {
	const underscores = { app_id: 'sandbox', app_key: 'sandbox' };
	const hyphens = { 'app-id': 'sandbox', 'app-key': 'sandbox' };

	test.each([
		['v0.1', underscores, 200],
		['v0.1', { ...underscores, ...hyphens }, 200],
		['v0.1', hyphens, 401],
		['v0.1', { app_id: 'sandbox' }, 401],
		['v0.1', { ...underscores, app_key: 'Sandbox' }, 401],
		['v0.2', hyphens, 200],
		['v0.2', { ...underscores, ...hyphens }, 200],
		['v0.2', { ...underscores, ...hyphens, app_key: 'wrong' }, 401],
		['v0.2', {}, 401],
	])('%s answers %j with %i', async (version, headers, status) => {
		const images = { selfie: quick, image: quick };
		const reply = await verify<Partial<Failure>>(sandbox.url, { ...images, version, headers });
		expect(reply.status).toBe(status);
		if (status === 401) expect(reply.body.message).toContain('app_key');
	});
});

describe('a request that cannot be verified', () => {
	const form = (...parts: [name: string, options: FormData.AppendOptions][]) => {
		const data = new FormData();
		for (const [name, options] of parts) data.append(name, portrait, options);
		return { body: data.getBuffer(), headers: data.getHeaders() };
	};
	const file = { filename: 'a.jpg' };
	const json = { 'content-type': 'application/json' };

	test.each<[string, string, () => { body?: string | Buffer; headers?: object }]>([
		['no body, as a credential test sends it,', 'selfie', () => ({})],
		['broken JSON', 'selfie', () => ({ body: '{', headers: json })],
		['a body of no type', 'selfie', () => ({ body: 'x' })],
		['a form without an image', 'image', () => form(['selfie', file])],
		['a selfie without a file name', 'selfie', () => form(['selfie', {}], ['image', file])],
		['an image twice', 'image', () => form(['selfie', file], ['image', file], ['image', file])],
	])('%s gets 400 that names the part "%s"', async (_what, part, make) => {
		const { headers, ...options } = make();
		const reply = await send(endpoint(), { ...options, headers: { ...sandboxKeys, ...headers } });
		expect(reply.status).toBe(400);
		expect(reply.body.message).toContain(`"${part}" is missing`);
	});

	test.each<[string, (image: sharp.Sharp) => Buffer | Promise<Buffer>]>([
		['of 100 megapixels', (image) => image.resize(10_000, 10_000).toBuffer()],
		['that is a GIF', (image) => image.gif().toBuffer()],
		['that is an SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
		['that is cut off', async (image) => (await image.png().toBuffer()).subarray(0, 20_000)],
		['without a byte', () => Buffer.alloc(0)],
	])('an image %s gets 400 that names its part', async (_what, make) => {
		const image = await make(sharp(portrait));
		const reply = await verify<Failure>(sandbox.url, { selfie: portrait, image });
		expect(reply.status).toBe(400);
		expect(reply.body.message).toContain('"image" is not an image that the sandbox can read');
	});

	test('a file over 20 MB gets 413 that names its part', async () => {
		const image = Buffer.alloc(20 * 1024 * 1024 + 1);
		const reply = await verify<Failure>(sandbox.url, { selfie: portrait, image });
		expect(reply.status).toBe(413);
		expect(reply.body.message).toContain('"image" is over 20 MB');
	});
});

// A web page can point a name of its own at 127.0.0.1 and then read what that answers.
test.each([
	...['localhost:7411', '127.0.0.1', '[::1]:80', 'LOCALHOST'].map((host) => [host, 200]),
	['host.docker.internal:7411', 200],
	...['rebound.example:7411', 'localhost.rebound.example', '127.0.0.1.'].map((host) => [host, 421]),
])('the Host %s gets %i', async (host, status) => {
	const headers = { ...sandboxKeys, host: String(host) };
	const reply = await verify(sandbox.url, { selfie: quick, image: quick, headers });
	expect(reply.status).toBe(status);
});

test('a foreign Host cannot steer either', async () => {
	const request = { method: 'PUT', headers: { host: 'rebound.example' }, body: '{}' } as const;
	expect((await send(`${sandbox.url}/sandbox/steering`, request)).status).toBe(421);
});

test('the sandbox ends with the script that started it', async () => {
	const started = await startSandbox(['--workers', '1']);
	started.process.disconnect();
	expect(await once(started.process, 'exit')).toEqual([0, null]);
});
