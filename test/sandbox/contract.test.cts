import FormData from 'form-data';
import { request } from 'undici';
import type { VerificationResponse } from '../../sandbox/response.mts';
import { body as documented } from '../fixtures/responses/documented.json';
import { sampleImage } from '../support/sampleImages.cts';
import { type Sandbox, startSandbox } from '../support/sandbox.cts';
import { type File, post, sandboxKeys, verify } from './client.cts';

jest.setTimeout(30_000);

type Failure = { message: string };

let sandbox: Sandbox;
let me: File;
let id: File;

beforeAll(async () => {
	sandbox = await startSandbox(['--workers', '1']);
	const bytes = await sampleImage('portrait-man.jpg');
	me = { bytes, name: 'me.jpg' };
	id = { bytes, name: 'id.jpg' };
});
afterAll(() => sandbox.stop());

const endpoint = (version = 'v0.1') => `${sandbox.url}/${version}/biometric-verification`;

/** The keys and nesting of a value, with types for its values; of an array, its first element's. */
function shape(value: unknown): unknown {
	if (Array.isArray(value)) return value.slice(0, 1).map(shape);
	if (typeof value !== 'object' || value === null) return typeof value;
	return Object.entries(value).map(([key, inner]) => [key, shape(inner)]);
}

describe('the documented response', () => {
	let response: VerificationResponse;
	let headers: Record<string, unknown>;

	beforeAll(async () => {
		const selfie = { ...me, name: 'me.match-0.4803.liveness-0.0026.jpg' };
		({ body: response, headers } = await verify(sandbox.url, { selfie, image: id }));
	});

	test('has the same keys in the same nesting, with values of the same types', () => {
		expect(shape(response)).toEqual(shape(documented));
		expect(response.response_data.decision.details).toHaveLength(2);
	});

	test('has the documented decision when it is steered to the documented scores', () => {
		const { decision, biometric } = response.response_data;
		expect(decision).toEqual(documented.response_data.decision);
		expect(biometric.face_match_confidence).toBe(0.4803);
		expect(biometric.selfie.faces_liveness).toBe(0.0026);
	});

	test('carries a UUID, times as Kairos writes them in UTC, and response code 1', () => {
		expect(response.api_req_uid).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
		for (const time of [response.requested_at, response.processed_at]) {
			expect(time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
			expect(Math.abs(Date.parse(`${time}Z`) - Date.now())).toBeLessThan(60_000);
		}
		expect(response.response_code).toBe(1);
	});

	test('says in a header that its liveness is a placeholder', () => {
		expect(headers['x-sandbox-liveness']).toBe('placeholder');
	});

	test('has a new request id each time', async () => {
		const again = await verify(sandbox.url, { selfie: me, image: id });
		expect(again.body.api_req_uid).not.toBe(response.api_req_uid);
	});
});

describe('keys', () => {
	const underscores = { app_id: 'sandbox', app_key: 'sandbox' };
	const hyphens = { 'app-id': 'sandbox', 'app-key': 'sandbox' };

	test.each([
		['v0.1', underscores, 200],
		['v0.1', { ...underscores, ...hyphens }, 200],
		['v0.1', hyphens, 401],
		['v0.1', {}, 401],
		['v0.1', { app_id: 'sandbox' }, 401],
		['v0.1', { ...underscores, app_key: 'Sandbox' }, 401],
		['v0.1', { ...underscores, app_id: 'sandbox2' }, 401],
		['v0.2', underscores, 200],
		['v0.2', hyphens, 200],
		['v0.2', { ...underscores, ...hyphens }, 200],
		['v0.2', { 'app-id': 'sandbox', app_key: 'sandbox' }, 200],
		['v0.2', { ...hyphens, app_key: 'wrong' }, 401],
		['v0.2', { 'app-id': 'sandbox', 'app-key': '' }, 401],
		['v0.2', {}, 401],
	])('%s with %j gets %i', async (version, headers, status) => {
		const selfie = { ...me, name: 'me.match-1.liveness-1.faces-1.jpg' };
		const image = { ...id, name: 'id.faces-1.jpg' };
		const reply = await verify<Partial<Failure>>(sandbox.url, { selfie, image, version, headers });
		expect(reply.status).toBe(status);
		if (status === 401) expect(reply.body.message).toContain('app_key');
	});

	test('are checked before the body is looked at', async () => {
		const large = { bytes: Buffer.alloc(21 * 1024 * 1024), name: 'me.jpg' };
		const reply = await verify(sandbox.url, { selfie: large, headers: {} });
		expect(reply.status).toBe(401);
	});
});

describe('right keys without images, as a credential test sends them, get 400 naming the selfie', () => {
	const empty = new FormData();
	test.each([
		['no body at all', {}],
		['an empty JSON body', { body: '{}', headers: { 'content-type': 'application/json' } }],
		['broken JSON', { body: '{', headers: { 'content-type': 'application/json' } }],
		['a body of no type', { body: 'x' }],
		['a form', { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
		['an unknown type', { body: 'x', headers: { 'content-type': 'what/ever' } }],
		['multipart with no parts', { body: empty.getBuffer(), headers: empty.getHeaders() }],
		[
			'multipart with no boundary',
			{ body: 'x', headers: { 'content-type': 'multipart/form-data' } },
		],
		[
			'multipart and no body',
			{ headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '0' } },
		],
	])('%s', async (_what, { headers, ...options }: { headers?: object; body?: string | Buffer }) => {
		const reply = await post(endpoint(), { ...options, headers: { ...sandboxKeys, ...headers } });
		expect(reply.status).toBe(400);
		expect(reply.body.message).toContain('"selfie"');
	});
});

describe('a part that is not as it should be gets 400 naming it', () => {
	const failure = (what: Parameters<typeof verify>[1]) => verify<Failure>(sandbox.url, what);
	const sent = (form: FormData) =>
		post(endpoint(), {
			body: form.getBuffer(),
			headers: { ...sandboxKeys, ...form.getHeaders() },
		});

	test('a missing part', async () => {
		expect(await failure({ image: id })).toMatchObject({
			status: 400,
			body: { message: expect.stringContaining('"selfie" is missing') as string },
		});
		expect(await failure({ selfie: me })).toMatchObject({
			status: 400,
			body: { message: expect.stringContaining('"image" is missing') as string },
		});
	});

	test.each(['selfie', 'image'])('a %s without a file name', async (nameless) => {
		const form = new FormData();
		for (const part of ['selfie', 'image']) {
			const options = { contentType: 'image/jpeg', filename: `${part}.jpg` };
			form.append(part, me.bytes, part === nameless ? { contentType: 'image/jpeg' } : options);
		}
		const reply = await sent(form);
		expect(reply.status).toBe(400);
		expect(reply.body.message).toMatch(`"${nameless}" is missing: it came without a file name`);
	});

	test('a part of octets without a file name', async () => {
		const form = new FormData();
		form.append('selfie', me.bytes, { contentType: 'application/octet-stream' });
		const reply = await sent(form);
		expect(reply.body.message).toMatch('"selfie" is missing: it came without a file name');
	});

	test.each([
		['selfie', 'is empty', Buffer.alloc(0)],
		['image', 'is empty', Buffer.alloc(0)],
		['selfie', 'is not an image', Buffer.from('not an image')],
		['image', 'is not an image', Buffer.from('not an image')],
	])('%s: %s', async (part, message, bytes) => {
		const reply = await failure({ selfie: me, image: id, [part]: { bytes, name: 'bad.jpg' } });
		expect(reply.status).toBe(400);
		expect(reply.body.message).toContain(`"${part}" ${message}`);
	});

	test('half a file', async () => {
		const half = { bytes: me.bytes.subarray(0, me.bytes.length / 2), name: 'me.jpg' };
		const reply = await failure({ selfie: half, image: id });
		expect(reply).toMatchObject({ status: 400 });
	});

	test('a part that comes twice', async () => {
		const form = new FormData();
		for (const part of ['selfie', 'image', 'image']) {
			form.append(part, me.bytes, { filename: 'a.jpg' });
		}
		const reply = await sent(form);
		expect(reply.status).toBe(400);
		expect(reply.body.message).toContain('"image" came twice');
	});

	test('image_multiface that is no boolean', async () => {
		const reply = await failure({ selfie: me, image: id, multiface: 'perhaps' });
		expect(reply.status).toBe(400);
		expect(reply.body.message).toContain('"image_multiface"');
	});

	test('a body that ends in the middle of a part', async () => {
		const form = new FormData();
		form.append('selfie', me.bytes, { filename: 'a.jpg' });
		const reply = await post(endpoint(), {
			body: form.getBuffer().subarray(0, 5000),
			headers: { ...sandboxKeys, ...form.getHeaders() },
		});
		expect(reply.status).toBe(400);
		expect(reply.body.message).toContain('malformed');
	});

	test('a steering score out of its range', async () => {
		const selfie = { ...me, name: 'me.match-1.5.jpg' };
		const reply = await failure({ selfie, image: id });
		expect(reply.status).toBe(400);
		expect(reply.body.message).toContain('match-1.5');
	});
});

test('a file over 20 MB gets 413, one of 20 MB does not', async () => {
	const limit = 20 * 1024 * 1024;
	const sized = (size: number) => ({ selfie: { bytes: Buffer.alloc(size), name: 'me.jpg' } });
	const over = await verify<Failure>(sandbox.url, sized(limit + 1));
	expect(over.status).toBe(413);
	expect(over.body.message).toContain('"selfie" is over 20 MB');
	expect((await verify(sandbox.url, sized(limit))).status).toBe(400);
});

test.each(['/', '/v0.3/biometric-verification', '/v0.1/biometric-verification/'])(
	'POST %s gets 404 with a message',
	async (path) => {
		const reply = await post(sandbox.url + path, { headers: sandboxKeys });
		expect(reply.status).toBe(404);
		expect(typeof reply.body.message).toBe('string');
	},
);

test('an unknown path gets 404, whatever the keys', async () => {
	const reply = await post(`${sandbox.url}/v1/other`);
	expect(reply.status).toBe(404);
	expect(reply.body.message).toContain('/v0.1/biometric-verification');
});

test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const)(
	'%s on a known path gets 405, and is told the right method',
	async (method) => {
		for (const version of ['v0.1', 'v0.2']) {
			const reply = await post(endpoint(version), { method });
			expect(reply.status).toBe(405);
			expect(reply.headers['allow']).toBe('POST');
			expect(reply.body.message).toContain('POST');
		}
	},
);

test('GET /health says that the engine is ready, to anyone', async () => {
	const { statusCode, body } = await request(`${sandbox.url}/health`);
	expect(statusCode).toBe(200);
	expect(await body.json()).toEqual({ status: 'ok', engine: 'ready', workers: 1 });
	expect((await post(`${sandbox.url}/health`)).status).toBe(405);
});
