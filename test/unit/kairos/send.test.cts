import { createHash } from 'node:crypto';
import { Readable, addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { readAccess } from '../../../nodes/BiometricVerify/kairos/endpoint';
import { KairosError } from '../../../nodes/BiometricVerify/kairos/failures/KairosError';
import { sendRequest } from '../../../nodes/BiometricVerify/kairos/send';
import { verificationRequest } from '../../../nodes/BiometricVerify/kairos/request';
import { bodyWith, documentedBody } from '../../support/answers.cts';
import { contextWith, type StandIn } from '../../support/context.cts';

const SERVICE = {
	url: 'http://kairos.test:81/v0.1/biometric-verification',
	host: 'kairos.test:81',
	isOnOwnNetwork: false,
};
const SECRET = 'the-very-secret-key';
const CREDENTIAL = { baseUrl: 'http://kairos', apiVersion: 'v0.1', appId: 'app' };
const accessWith = (appSecretKey: string) => readAccess({ ...CREDENTIAL, appSecretKey });

const image = (bytes: string) => ({
	bytes: Buffer.from(bytes),
	mimeType: 'image/jpeg',
});
const IMAGES = { selfie: image('the selfie'), photo: image('the photo') };

interface Given {
	status?: number;
	body?: string | Buffer | Readable;
	headers?: Record<string, unknown>;
}

function responseOf({ status = 200, body = documentedBody, headers = {} }: Given) {
	return {
		statusCode: status,
		headers,
		body: body instanceof Readable ? body : Readable.from([Buffer.from(body)]),
	};
}

/** Sends the two images, and takes in the whole request, as a server does, before it responds. */
async function sendWith({ answer, ...standIn }: StandIn, timeoutMs = 5000, secret = SECRET) {
	const request = verificationRequest(SERVICE, IMAGES, false);
	const context = contextWith({
		...standIn,
		answer: async (...sent) => {
			await buffer(request.body.stream());
			return await answer?.(...sent);
		},
	});
	return await sendRequest(context, request, timeoutMs, accessWith(secret));
}

async function errorWith(standIn: StandIn, timeoutMs?: number): Promise<KairosError> {
	try {
		await sendWith(standIn, timeoutMs);
	} catch (error) {
		if (error instanceof KairosError) return error;
		throw error;
	}
	throw new Error('There was a verification');
}

async function errorOf(given: Given): Promise<KairosError> {
	return await errorWith({ answer: () => Promise.resolve(responseOf(given)) });
}

/** A request that never comes to an end by itself, as n8n ends it when its signal says so. */
function never(_request: unknown, signal: AbortSignal | undefined): Promise<never> {
	return new Promise((_resolve, reject) => {
		const end = () => reject(new Error('canceled'));
		if (signal?.aborted) end();
		signal?.addEventListener('abort', end);
	});
}

describe('a request', () => {
	test('is sent as it is, signed by the credential, and its response is read', async () => {
		const answer = jest.fn(() => Promise.resolve(responseOf({})));
		const { response } = await sendWith({ answer });
		expect(response).toMatchObject({ faceMatchScore: 0.4803, livenessScore: 0.0026 });
		expect(answer).toHaveBeenCalledTimes(1);
		expect(answer).toHaveBeenCalledWith(
			expect.objectContaining({ method: 'POST', url: SERVICE.url }),
			expect.any(AbortSignal),
			'kairosApi',
			accessWith(SECRET).credential,
		);
	});

	test('is remembered by the SHA-256 of the two images that were sent', async () => {
		const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
		expect(await sendWith({ answer: () => Promise.resolve(responseOf({})) })).toMatchObject({
			selfieSha256: sha256('the selfie'),
			photoSha256: sha256('the photo'),
		});
	});

	test.each([0, 2, 3, 5])(
		'whose response comes before both images were sent (after %i pieces) is not verified',
		async (pieces) => {
			const request = verificationRequest(SERVICE, IMAGES, false);
			const context = contextWith({
				answer: async () => {
					const reading = request.body.stream();
					for (let count = 0; count < pieces; count++) await reading.next();
					return responseOf({ body: bodyWith() });
				},
			});
			await expect(sendRequest(context, request, 5000, accessWith(SECRET))).rejects.toMatchObject({
				message: expect.stringMatching(/it came before both images were sent$/) as unknown,
				retry: 'never',
			});
		},
	);

	test('may have a response in pieces, also within a letter', async () => {
		const bytes = Buffer.from(bodyWith({ api_req_uid: 'Größe' }));
		const body = Readable.from(Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)));
		const { response } = await sendWith({ answer: () => Promise.resolve(responseOf({ body })) });
		expect(response.requestId).toBe('Größe');
	});

	test('is verified only by the status 200', async () => {
		for (const status of [201, 202, 203, 206]) {
			expect(await errorOf({ status })).toMatchObject({
				message: `Kairos sent an unexpected response (HTTP ${status})`,
				httpCode: status,
			});
		}
	});
});

describe('a response that is no verification', () => {
	test.each<[what: string, body: string | Buffer, reason: RegExp]>([
		['a page', '<!doctype html>Welcome', /not JSON/],
		['nothing', '', /empty/],
		['half a response', documentedBody.slice(0, 500), /not JSON/],
		['bytes that are no text', Buffer.from('ff00fe80', 'hex'), /not JSON/],
		['another object', '{"ok":true}', /no response data/],
		['more than any response', `"${'x'.repeat(1024 * 1024)}"`, /too large/],
	])('(%s) is an error, and is not requested again', async (_what, body, reason) => {
		expect(await errorOf({ body })).toMatchObject({
			message: expect.stringMatching(reason) as unknown,
			retry: 'never',
			endsRun: false,
		});
	});

	test('is one also when it is as long as it may be', async () => {
		const body = documentedBody.padEnd(1024 * 1024);
		const { response } = await sendWith({ answer: () => Promise.resolve(responseOf({ body })) });
		expect(response.faceMatchScore).toBe(0.4803);
		expect((await errorOf({ body: `${body} ` })).message).toMatch(/too large/);
	});

	test('is cut off when it has no end', async () => {
		let given = 0;
		const body = new Readable({
			read() {
				given += 65536;
				this.push(Buffer.alloc(65536, ' '));
			},
		});
		expect((await errorOf({ body })).message).toMatch(/too large/);
		expect(body.destroyed).toBe(true);
		expect(given).toBeLessThan(2 * 1024 * 1024);
	});
});

describe('a status other than 200', () => {
	const page = '<html><body>Bad gateway</body></html>';

	test.each<[status: number, body: string, facts: Partial<KairosError>]>([
		[401, '', { endsRun: true, cause: 'credential-invalid' }],
		[401, page, { endsRun: true, cause: 'credential-invalid' }],
		[402, '', { endsRun: true, cause: 'quota-exhausted' }],
		[403, '{}', { endsRun: true, cause: 'quota-exhausted' }],
		[403, 'Forbidden', { endsRun: false, cause: 'quota-exhausted' }],
		[404, page, { endsRun: false, retry: 'never' }],
		[413, page, { endsRun: false, retry: 'never' }],
		[429, '', { retry: 'notTaken', cause: 'rate-limited' }],
		[500, '', { retry: 'uncertain', cause: 'temporarily-unavailable' }],
		[502, page, { retry: 'uncertain', cause: 'temporarily-unavailable' }],
		[503, '{"message":', { retry: 'notTaken', cause: 'temporarily-unavailable' }],
		[504, 'x'.repeat(2 * 1024 * 1024), { retry: 'uncertain', cause: 'temporarily-unavailable' }],
		[302, '', { retry: 'never', cause: 'configuration-invalid' }],
		[204, '', { retry: 'never', cause: 'configuration-invalid' }],
	])('(%i) is explained by its status, whatever its body', async (status, body, facts) => {
		expect(await errorOf({ status, body })).toMatchObject({ httpCode: status, ...facts });
	});

	test.each<[what: string, body: unknown, said: string]>([
		['its message', { message: 'quota is used up' }, 'quota is used up'],
		['its error', { error: 'no such app' }, 'no such app'],
		['its message before its error', { error: 'E1', message: 'no such app' }, 'no such app'],
		['letters of all scripts', { message: 'ungültige Größe 中文' }, 'ungültige Größe 中文'],
		['at most 200 characters', { message: 'ab '.repeat(200) }, 'ab '.repeat(200).slice(0, 200)],
	])('is explained with what its body says: %s', async (_what, body, said) => {
		const silent = await errorOf({ status: 500, body: '{}' });
		const { description } = await errorOf({ status: 500, body: JSON.stringify(body) });
		expect(description).toBe(`${silent.description} Kairos says: ${said}`);
	});

	test.each<[what: string, body: unknown]>([
		['nothing', {}],
		['an empty message', { message: '' }],
		['a message that is an object', { message: { text: 'x' } }],
		['a message that is a number', { message: 5 }],
		['several lines', { message: 'Traceback:\n  line 1' }],
		['bytes', { message: 'a\u0000b' }],
		['something without spaces, as a key or an image', { message: 'a'.repeat(60) }],
		['a list', ['message']],
		['a text', 'message'],
		['null', null],
	])('is explained without what its body says when that is %s', async (_what, body) => {
		const silent = await errorOf({ status: 500, body: '{}' });
		const { description } = await errorOf({ status: 500, body: JSON.stringify(body) });
		expect(description).toBe(silent.description);
	});
});

describe('the App Key', () => {
	test('is in no error, also when the service sends it back', async () => {
		const body = JSON.stringify({ message: `unknown key ${SECRET} for ${SECRET}` });
		const { message, description } = await errorOf({ status: 401, body });
		expect(message + description).not.toContain(SECRET);
		expect(description).toContain('unknown key [App Key] for [App Key]');
	});

	test('is in no response, also when the service sends it back', async () => {
		const body = bodyWith({ api_req_uid: `id of ${SECRET}`, echo: { app_key: SECRET } });
		const { response } = await sendWith({ answer: () => Promise.resolve(responseOf({ body })) });
		expect(JSON.stringify(response)).not.toContain(SECRET);
		expect(response.requestId).toBe('id of [App Key]');
	});

	test.each<[what: string, secret: string, spelled: string]>([
		['as it is', SECRET, SECRET],
		['in escapes', SECRET, SECRET.replace('v', '\\u0076').replace('-', '\\u002D')],
		['with quotes and backslashes', 'a"very\\secret"key', 'a\\"very\\\\secret\\"key'],
		['with a slash in escapes', 'very/secret/key', 'very\\/secret\\/key'],
	])('is found however JSON spells it (%s)', async (_what, secret, spelled) => {
		const answer = () =>
			Promise.resolve(responseOf({ status: 500, body: `{"message":"it was ${spelled} here"}` }));
		await expect(sendWith({ answer }, 5000, secret)).rejects.toMatchObject({
			description: expect.stringContaining('Kairos says: it was [App Key] here') as unknown,
		});
	});

	test('is in no error, also when it comes back in a page', async () => {
		const { message, description } = await errorOf({ status: 500, body: `<p>${SECRET}</p>` });
		expect(message + description).not.toContain(SECRET);
		expect(message).toBe('Kairos is temporarily unavailable (HTTP 500)');
	});

	test('of eight characters is found', async () => {
		const answer = () =>
			Promise.resolve(responseOf({ body: bodyWith({ api_req_uid: 'x-12345678' }) }));
		const { response } = await sendWith({ answer }, 5000, '12345678');
		expect(response.requestId).toBe('x-[App Key]');
	});

	test('that is very short changes no response', async () => {
		for (const secret of ['1', '0.4803']) {
			const answer = () => Promise.resolve(responseOf({}));
			const { response } = await sendWith({ answer }, 5000, secret);
			expect(response.raw).toEqual(JSON.parse(documentedBody));
		}
	});
});

describe('a wait that the service asks for', () => {
	const SOON = new Date('2026-01-01T00:00:00Z').getTime();

	beforeEach(() => {
		jest.spyOn(Date, 'now').mockReturnValue(SOON);
	});

	afterEach(() => {
		jest.restoreAllMocks();
	});

	test.each<[what: string, header: unknown, expected: number | undefined]>([
		['seconds', '7', 7000],
		['seconds with white space', ' 7 ', 7000],
		['no time', '0', 0],
		['a very long time', '86400', 86_400_000],
		['a date', 'Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
		['a date as it was once written', 'Thursday, 01-Jan-26 00:00:30 GMT', 30_000],
		['a date without a time zone', 'Thu Jan  1 00:00:30 2026', undefined],
		['a word with a number and half a time', 'try 5, 1:2 GMT', undefined],
		['a date without a time', 'Thu, 01 Jan 2026 GMT', undefined],
		['a date with more after it', 'Thu, 01 Jan 2026 00:00:30 GMT+0100', undefined],
		['a date without its day of the week', '01 Jan 2026 00:00:30 GMT', undefined],
		['a date that is over', 'Wed, 31 Dec 2025 23:59:00 GMT', 0],
		['missing', undefined, undefined],
		['empty', '', undefined],
		['a word', 'soon', undefined],
		['a word with a number', 'try 5', undefined],
		['seconds with a fraction', '1.5', undefined],
		['negative', '-5', undefined],
		['a list', ['5'], undefined],
		['a number', 5, undefined],
	])(
		'is read when it is seconds or a date, and else not known (%s)',
		async (_what, header, expected) => {
			const error = await errorOf({
				status: 503,
				body: '{}',
				headers: { 'retry-after': header },
			});
			expect(error.retryAfterMs).toBe(expected);
		},
	);

	test.each<[what: string, date: string | undefined, expected: number]>([
		['that is ahead', 'Thu, 01 Jan 2026 00:10:00 GMT', 5000],
		['that is behind', 'Wed, 31 Dec 2025 23:00:00 GMT', 4_205_000],
		['that is none', 'soon', 605_000],
		['that is missing', undefined, 605_000],
	])('counts a date from the clock of the server %s', async (_what, date, expected) => {
		const headers = { 'retry-after': 'Thu, 01 Jan 2026 00:10:05 GMT', ...(date && { date }) };
		const error = await errorOf({ status: 503, body: '{}', headers });
		expect(error.retryAfterMs).toBe(expected);
	});
});

describe('a request that comes to no end', () => {
	test('is ended at its time when no response begins', async () => {
		expect(await errorWith({ answer: never }, 30)).toMatchObject({
			message: 'Kairos did not respond within 0.03 seconds',
			retry: 'uncertain',
		});
	});

	test('is ended at its time when a response begins and never finishes', async () => {
		const answer: StandIn['answer'] = (_request, signal) => {
			const body = new Readable({ read() {} });
			body.push('{');
			if (signal) addAbortSignal(signal, body);
			return Promise.resolve(responseOf({ body }));
		};
		expect((await errorWith({ answer }, 30)).message).toBe(
			'Kairos did not respond within 0.03 seconds',
		);
	});

	test('is ended at its time also in an execution that can be canceled', async () => {
		const cancelSignal = new AbortController().signal;
		expect((await errorWith({ answer: never, cancelSignal }, 30)).message).toBe(
			'Kairos did not respond within 0.03 seconds',
		);
	});

	test('is ended at once when the execution is canceled', async () => {
		const cancel = new AbortController();
		const error = errorWith({ answer: never, cancelSignal: cancel.signal });
		cancel.abort();
		expect(await error).toMatchObject({
			message: 'Not verified: the execution was canceled',
			endsRun: true,
			retry: 'never',
		});
	});

	test('is not begun when the execution was canceled before', async () => {
		const answer: StandIn['answer'] = (_request, signal) =>
			signal?.aborted ? Promise.reject(new Error('canceled')) : Promise.resolve(responseOf({}));
		const error = await errorWith({ answer, cancelSignal: AbortSignal.abort() });
		expect(error.message).toBe('Not verified: the execution was canceled');
	});
});

test('a connection that breaks names the host, not the address with its path', async () => {
	const answer = () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNRESET' }));
	expect(await errorWith({ answer })).toMatchObject({
		message: 'The connection to kairos.test:81 was interrupted',
		retry: 'uncertain',
	});
});

test('a connection that breaks within a response may have been billed', async () => {
	const answer = () => {
		const body = new Readable({ read() {} });
		body.push('{"response_data":');
		setImmediate(() => body.destroy(Object.assign(new Error('x'), { code: 'ECONNRESET' })));
		return Promise.resolve(responseOf({ body }));
	};
	expect(await errorWith({ answer })).toMatchObject({
		message: 'The connection to kairos.test:81 was interrupted',
		retry: 'uncertain',
	});
});
