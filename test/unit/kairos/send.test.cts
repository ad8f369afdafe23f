import { createHash } from 'node:crypto';
import { Readable, addAbortSignal } from 'node:stream';
import { readAccess } from '../../../nodes/BiometricVerify/kairos/endpoint';
import type { KairosError } from '../../../nodes/BiometricVerify/kairos/failures/KairosError';
import { sendRequest } from '../../../nodes/BiometricVerify/kairos/send';
import { verificationRequest } from '../../../nodes/BiometricVerify/kairos/request';
import { bodyWith, documentedBody } from '../../support/answers.cts';
import { contextWith, type StandIn } from '../../support/context.cts';

const KEY = 'the-very-secret-key';
const CREDENTIAL = { baseUrl: 'http://localhost:81', apiVersion: 'v0.1', appId: 'app' };

const image = (bytes: string) => ({ bytes: Buffer.from(bytes), mimeType: 'image/jpeg' });

interface Given extends Pick<StandIn, 'cancelSignal'> {
	status?: number;
	body?: string | Buffer | Readable;
	headers?: Record<string, unknown>;
	/** Responds in another way. */
	answer?: StandIn['answer'];
	/** How many pieces of the request the service takes in before it responds; all by default. */
	pieces?: number;
	timeoutMs?: number;
	appSecretKey?: string;
}

/** Sends two images to a service that responds so; resolves with the response, or with the error. */
async function send(given: Given = {}): Promise<unknown> {
	const { status = 200, body = documentedBody, headers = {}, answer, cancelSignal } = given;
	const { pieces = Infinity, timeoutMs = 5000, appSecretKey = KEY } = given;
	const access = readAccess({ ...CREDENTIAL, appSecretKey });
	const images = { selfie: image('the selfie'), photo: image('the photo') };
	const request = verificationRequest(access.service, images, false);
	const context = contextWith({
		cancelSignal,
		answer: async (...sent) => {
			const reading = request.body.stream();
			for (let count = 0; count < pieces; count++) if ((await reading.next()).done) break;
			const stream = body instanceof Readable ? body : Readable.from([Buffer.from(body)]);
			return (await answer?.(...sent)) ?? { statusCode: status, headers, body: stream };
		},
	});
	return await sendRequest(context, request, timeoutMs, access).catch((error: unknown) => error);
}

const errorOf = async (given: Given) => (await send(given)) as KairosError;

/** A body that ends before it is complete. */
function breaking(): Readable {
	return Readable.from(
		(async function* () {
			yield Buffer.from('{"response_data":');
			await Promise.reject(Object.assign(new Error('x'), { code: 'ECONNRESET' }));
		})(),
	);
}

test('A request is sent once, signed by the credential, and remembered by the SHA-256 of its images', async () => {
	const answer = jest.fn();
	const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
	expect(await send({ answer })).toMatchObject({
		faceMatchScore: 0.4803,
		livenessScore: 0.0026,
		selfieSha256: sha256('the selfie'),
		photoSha256: sha256('the photo'),
	});
	expect(answer.mock.calls).toEqual([
		[
			expect.objectContaining({ url: 'http://localhost:81/v0.1/biometric-verification' }),
			expect.any(AbortSignal),
			'kairosApi',
			{ ...CREDENTIAL, appSecretKey: KEY },
		],
	]);
});

test.each([201, 299])('A whole answer with the status %i is a verification', async (status) => {
	expect(await send({ status })).toMatchObject({ faceMatchScore: 0.4803 });
});

test('A response may come in pieces, also within a letter', async () => {
	const bytes = Buffer.from(bodyWith({ api_req_uid: 'Größe' }));
	const body = Readable.from(Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)));
	expect(await send({ body })).toMatchObject({ requestId: 'Größe' });
});

const AGAIN = { retry: 'withinMaxAttempts', mayBeBilled: true };
const notJson = { code: 'UNREADABLE_RESPONSE', ...AGAIN };
const lost = { code: 'CONNECTION_LOST', ...AGAIN };
const invalid = { code: 'UNREADABLE_RESPONSE', retry: 'never', mayBeBilled: true };
const refused = { code: 'REFUSED_REQUEST', retry: 'never' };
const page = '<html><body>Bad gateway</body></html>';

test.each<[what: string, status: number, body: string | Buffer, facts: object]>([
	['a page', 200, page, notJson],
	['nothing', 204, '', notJson],
	['bytes that are not text', 200, Buffer.from('ff00fe80', 'hex'), notJson],
	['half a response', 200, documentedBody.slice(0, 500), lost],
	['another object', 200, '{"ok":true}', invalid],
	['an error in words', 201, '{"Message":"no"}', { ...refused, mayBeBilled: true }],
	['more than any response', 200, `"${'x'.repeat(1024 * 1024)}"`, invalid],
	['a page', 401, page, { code: 'INVALID_KEYS', isFatal: true }],
	['a page', 403, page, { code: 'FORBIDDEN', isFatal: false }],
	['nothing, in JSON', 403, 'null', { code: 'FORBIDDEN', isFatal: false }],
	['an object', 403, '{}', { code: 'FORBIDDEN', isFatal: true }],
	['half an object', 503, '{"message":', { code: 'UNAVAILABLE', retry: 'withinMaxWait' }],
	['more than any response', 504, 'x'.repeat(2e6), { code: 'SERVER_ERROR', ...AGAIN }],
	['nothing', 302, '', { code: 'WRONG_ADDRESS', retry: 'never' }],
])(
	'A response of %s with the status %i is an error with it',
	async (_what, status, body, facts) => {
		expect(await send({ status, body })).toMatchObject({ httpCode: status, ...facts });
	},
);

test('A response that breaks is a lost connection with its status, unless that is an error', async () => {
	const message = 'The connection to localhost:81 was interrupted';
	expect(await send({ body: breaking() })).toMatchObject({ ...lost, message, httpCode: 200 });
	const error = await errorOf({ status: 413, body: breaking() });
	expect(error).toMatchObject({ ...refused, httpCode: 413 });
	expect(error.message).toMatch(/ 0\.0 MB \(HTTP 413\)$/);
});

test('A response that has no end is cut off', async () => {
	let given = 0;
	const body = new Readable({
		read() {
			given += 65536;
			this.push(Buffer.alloc(65536, ' '));
		},
	});
	expect(await send({ body })).toMatchObject(invalid);
	expect(body.destroyed).toBe(true);
	expect(given).toBeLessThan(2 * 1024 * 1024);
});

test('An error status is explained with the words of the service', async () => {
	const silent = await errorOf({ status: 500, body: '{}' });
	const body = '{"Errors":[{"Message":"quota is used up"}]}';
	const { description } = await errorOf({ status: 500, body });
	expect(description).toBe(`${silent.description} Kairos says: quota is used up`);
});

const HEX = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
const HEX_AS_UUID = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const UUID = '601d8377-03be-481e-a314-d61675154d3e';
const header = (value: unknown) => ({ headers: { 'x-request-id': value } });
const given = header('from-the-header');

test.each<[what: string, given: Given, id: string | undefined]>([
	['from its body', { body: `{"api_req_uid":"${UUID}"}`, ...given }, UUID],
	['from its body by another name', { body: `{"api_req_uuid":"${UUID}"}` }, UUID],
	['from its header', given, 'from-the-header'],
	['from its header where the body is not JSON', { body: '<p>', ...given }, 'from-the-header'],
	['from its header where the body breaks', { body: breaking(), ...given }, 'from-the-header'],
	['without one', {}, undefined],
	['with the App Key as one', header(KEY.toUpperCase()), undefined],
	['with the App Key as a UUID', { ...header(HEX_AS_UUID), appSecretKey: HEX }, undefined],
	['with words as one', header('two words'), undefined],
	['with a long one', header('x'.repeat(129)), undefined],
	['with a list of them', header(['x']), undefined],
])('The ID of a request is in an error %s', async (_what, { body = '{}', ...rest }, id) => {
	expect((await errorOf({ status: 500, body, ...rest })).requestId).toBe(id);
});

test('The ID of a request is in an error of a success, too, and a result has both', async () => {
	expect(await send({ body: '<p>', ...given })).toMatchObject({ requestId: 'from-the-header' });
	const both = { requestId: UUID, headerRequestId: 'from-the-header' };
	expect(await send(given)).toMatchObject(both);
});

test.each<[what: string, key: string, spelled: string]>([
	['as it is', KEY, `${KEY} or ${KEY}`],
	['in other case', KEY, KEY.toUpperCase()],
	['with signs of patterns', 'a.very+secret*key(1)', 'a.very+secret*key(1)'],
	['in escapes', KEY, KEY.replace('v', '\\u0076').replace('-', '\\u002D')],
	['with quotes and backslashes', 'a"very\\secret"key', 'a\\"very\\\\secret\\"key'],
	['with a slash in escapes', 'very/secret/key', 'very\\/secret\\/key'],
	['of eight characters', '12345678', '12345678'],
	['as a UUID', HEX, HEX_AS_UUID],
])('The App Key is redacted however JSON spells it (%s)', async (_what, appSecretKey, spelled) => {
	const body = `{"message":"it was ${spelled} here"}`;
	const { message, description } = await errorOf({ status: 500, body, appSecretKey });
	expect(message + description).toMatch(/Kairos says: it was \[App Key\].* here/);
	expect(message + description).not.toContain(appSecretKey);
});

test('An App Key of digits changes no number of a response', async () => {
	const body = documentedBody.replace('0.4803', '0.9123456789');
	const response = await send({ body, appSecretKey: '12345678' });
	expect(response).toMatchObject({ faceMatchScore: 0.9123456789 });
});

test('A very short App Key changes no response', async () => {
	for (const appSecretKey of ['1', '0.4803']) {
		const raw = JSON.parse(documentedBody) as unknown;
		expect(await send({ appSecretKey })).toMatchObject({ raw });
	}
});

const soon = 'Thu, 01 Jan 2026 00:00:30 GMT';

test.each<[retryAfter: unknown, date: string | undefined, expected: number | undefined]>([
	['17', undefined, 17_000],
	[' 7 ', undefined, 7000],
	['0', undefined, 0],
	[soon, undefined, 30_000],
	['Thursday, 01-Jan-26 00:00:30 GMT', undefined, 30_000],
	['Wed, 31 Dec 2025 23:59:00 GMT', undefined, 0],
	[soon, 'Thu, 01 Jan 2026 00:00:25 GMT', 5000],
	[soon, 'Wed, 31 Dec 2025 23:00:00 GMT', 3_630_000],
	[soon, 'soon', 30_000],
	['Thu Jan  1 00:00:30 2026', undefined, undefined],
	['try 5, 1:2 GMT', undefined, undefined],
	['Thu, 01 Jan 2026 GMT', undefined, undefined],
	[`${soon}+0100`, undefined, undefined],
	['01 Jan 2026 00:00:30 GMT', undefined, undefined],
	['try 5', undefined, undefined],
	['1.5', undefined, undefined],
	['-5', undefined, undefined],
	[['5'], undefined, undefined],
	[undefined, undefined, undefined],
])(
	'A wait that the service asks for is read when it is seconds or a date: %j (its clock: %s)',
	async (retryAfter, date, expected) => {
		const now = jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 0, 1));
		const headers = { 'retry-after': retryAfter, ...(date && { date }) };
		const { retryAfterMs } = await errorOf({ status: 503, body: '{}', headers });
		now.mockRestore();
		expect(retryAfterMs).toBe(expected);
	},
);

/** A request that never comes to an end by itself, as n8n ends it when its signal says so. */
const never: StandIn['answer'] = (_request, signal) =>
	new Promise((_resolve, reject) => {
		const end = () => reject(new Error('canceled'));
		if (signal?.aborted) end();
		signal?.addEventListener('abort', end);
	});

const endless: StandIn['answer'] = (_request, signal) => {
	const body = new Readable({ read() {} });
	body.push('{');
	if (signal) addAbortSignal(signal, body);
	return Promise.resolve({ statusCode: 200, headers: {}, body });
};

test.each([
	['no response begins', never],
	['a response begins and never finishes', endless],
])('A request ends at its time when %s', async (_what, answer) => {
	expect(await send({ answer, timeoutMs: 30 })).toMatchObject({
		message: 'Kairos did not respond within 0.03 seconds',
		code: 'TIMEOUT',
		...AGAIN,
	});
});

test('A request ends at once when the execution is canceled, also where an error status came', async () => {
	const canceled = { code: 'CANCELED', isFatal: true, retry: 'never', mayBeBilled: true };
	const cancel = new AbortController();
	const error = send({ answer: never, cancelSignal: cancel.signal });
	cancel.abort();
	expect(await error).toMatchObject(canceled);
	const body = breaking();
	const late = await send({ status: 500, body, cancelSignal: cancel.signal });
	expect(late).toMatchObject({ ...canceled, httpCode: 500 });
});

test.each([0, 3, 5])(
	'A request of which not all was sent is not verified by an early response (after %i pieces)',
	async (pieces) => {
		expect(await send({ pieces, body: bodyWith() })).toMatchObject({
			message: expect.stringMatching(/it came before both images were sent$/) as unknown,
			retry: 'never',
		});
	},
);

test.each([
	[3, false],
	[9, true],
])(
	'A connection that breaks may only have been billed where all was sent (after %i pieces)',
	async (pieces, mayBeBilled) => {
		const answer = () => Promise.reject(Object.assign(new Error('x'), { code: 'EPIPE' }));
		expect(await send({ pieces, answer })).toMatchObject({ ...lost, mayBeBilled });
	},
);
