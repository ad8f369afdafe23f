import { Readable, addAbortSignal } from 'node:stream';
import type { IHttpRequestOptions } from 'n8n-workflow';
import { exchange } from '../../nodes/BiometricVerify/kairos/exchange';
import { KairosFailure } from '../../nodes/BiometricVerify/kairos/failure';
import { bodyWith, documentedBody } from '../support/answers.cts';
import { contextWith, type StandIn } from '../support/context.cts';

const REQUEST: IHttpRequestOptions = {
	method: 'POST',
	url: 'http://kairos.test:81/v0.1/biometric-verification',
};
const SECRET = 'the-very-secret-key';

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

function exchangeWith(standIn: StandIn, timeoutMs = 5000) {
	return exchange(contextWith(standIn), REQUEST, timeoutMs, SECRET);
}

async function failureWith(standIn: StandIn, timeoutMs?: number): Promise<KairosFailure> {
	try {
		await exchangeWith(standIn, timeoutMs);
	} catch (error) {
		if (error instanceof KairosFailure) return error;
		throw error;
	}
	throw new Error('The exchange gave an answer');
}

async function failureOf(given: Given): Promise<KairosFailure> {
	return await failureWith({ answer: () => Promise.resolve(responseOf(given)) });
}

/** A request that never comes to an end by itself, as n8n ends it when its signal says so. */
function never(_request: unknown, signal: AbortSignal | undefined): Promise<never> {
	return new Promise((_resolve, reject) => {
		signal?.addEventListener('abort', () => reject(new Error('canceled')));
	});
}

describe('an exchange', () => {
	test('sends the request as it is, signed by the credential, and reads the answer', async () => {
		const answer = jest.fn(() => Promise.resolve(responseOf({})));
		expect(await exchangeWith({ answer })).toMatchObject({
			faceMatchScore: 0.4803,
			livenessScore: 0.0026,
		});
		expect(answer).toHaveBeenCalledTimes(1);
		expect(answer).toHaveBeenCalledWith(REQUEST, expect.any(AbortSignal), 'kairosApi');
	});

	test('reads an answer that comes in pieces, also within a letter', async () => {
		const bytes = Buffer.from(bodyWith({ api_req_uid: 'Größe' }));
		const body = Readable.from(Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)));
		const answer = await exchangeWith({ answer: () => Promise.resolve(responseOf({ body })) });
		expect(answer.requestId).toBe('Größe');
	});

	test('takes only the status 200 for an answer', async () => {
		for (const status of [201, 202, 203, 206]) {
			expect(await failureOf({ status })).toMatchObject({
				message: `Kairos answered with the unexpected status ${status}`,
				httpCode: status,
			});
		}
	});
});

describe('an answer that is no verification', () => {
	test.each<[what: string, body: string | Buffer, reason: RegExp]>([
		['a page', '<!doctype html>Welcome', /not JSON/],
		['nothing', '', /empty/],
		['the half of an answer', documentedBody.slice(0, 500), /not JSON/],
		['bytes that are no text', Buffer.from('ff00fe80', 'hex'), /not JSON/],
		['another object', '{"ok":true}', /no response data/],
		['more than any answer', `"${'x'.repeat(1024 * 1024)}"`, /far too long/],
	])('(%s) fails the item, and is not asked for again', async (_what, body, reason) => {
		expect(await failureOf({ body })).toMatchObject({
			message: expect.stringMatching(reason) as unknown,
			mayPass: false,
			haltsRun: false,
		});
	});

	test('is hung up on when it has no end', async () => {
		let given = 0;
		const body = new Readable({
			read() {
				given += 65536;
				this.push(Buffer.alloc(65536, ' '));
			},
		});
		expect((await failureOf({ body })).message).toMatch(/far too long/);
		expect(body.destroyed).toBe(true);
		expect(given).toBeLessThan(2 * 1024 * 1024);
	});
});

describe('a status other than 200', () => {
	const page = '<html><body>Bad gateway</body></html>';

	test.each<[status: number, body: string, facts: Partial<KairosFailure>]>([
		[401, '', { haltsRun: true, cause: 'credential-invalid' }],
		[401, page, { haltsRun: true, cause: 'credential-invalid' }],
		[402, '', { haltsRun: true, cause: 'quota-exhausted' }],
		[403, 'Forbidden', { haltsRun: true, cause: 'quota-exhausted' }],
		[404, page, { haltsRun: false, mayPass: false }],
		[413, page, { haltsRun: false, mayPass: false }],
		[429, '', { mayPass: true, cause: 'rate-limited' }],
		[500, '', { mayPass: true, cause: 'temporarily-unavailable' }],
		[502, page, { mayPass: true, cause: 'temporarily-unavailable' }],
		[503, '{"message":', { mayPass: true, cause: 'temporarily-unavailable' }],
		[504, 'x'.repeat(2 * 1024 * 1024), { mayPass: true, cause: 'temporarily-unavailable' }],
		[302, '', { mayPass: false, cause: 'configuration-invalid' }],
		[204, '', { mayPass: false, cause: 'configuration-invalid' }],
	])('(%i) is told by its status, whatever its body', async (status, body, facts) => {
		expect(await failureOf({ status, body })).toMatchObject({ httpCode: status, ...facts });
	});

	test.each<[what: string, body: unknown, said: string]>([
		['its message', { message: 'quota is used up' }, 'quota is used up'],
		['its error', { error: 'no such app' }, 'no such app'],
		['its message before its error', { error: 'E1', message: 'no such app' }, 'no such app'],
		['letters of all scripts', { message: 'ungültige Größe 中文' }, 'ungültige Größe 中文'],
		['at most 200 characters', { message: 'ab '.repeat(200) }, 'ab '.repeat(200).slice(0, 200)],
	])('is told with what its body says: %s', async (_what, body, said) => {
		const silent = await failureOf({ status: 500, body: '{}' });
		const { wayOut } = await failureOf({ status: 500, body: JSON.stringify(body) });
		expect(wayOut).toBe(`${silent.wayOut} Kairos says: ${said}`);
	});

	test.each<[what: string, body: unknown]>([
		['nothing', {}],
		['an empty message', { message: '' }],
		['a message that is an object', { message: { text: 'x' } }],
		['a message that is a number', { message: 5 }],
		['several lines', { message: 'Traceback:\n  line 1' }],
		['bytes', { message: 'a\u0000b' }],
		['something without spaces, as a key or a picture', { message: 'a'.repeat(60) }],
		['a list', ['message']],
		['a text', 'message'],
		['null', null],
	])('is told without what its body says when that is %s', async (_what, body) => {
		const silent = await failureOf({ status: 500, body: '{}' });
		const { wayOut } = await failureOf({ status: 500, body: JSON.stringify(body) });
		expect(wayOut).toBe(silent.wayOut);
	});
});

describe('the App Key', () => {
	test('is in no error, also when the service sends it back', async () => {
		const body = JSON.stringify({ message: `unknown key ${SECRET} for ${SECRET}` });
		const { message, wayOut } = await failureOf({ status: 401, body });
		expect(message + wayOut).not.toContain(SECRET);
		expect(wayOut).toContain('unknown key [App Key] for [App Key]');
	});

	test('is in no answer, also when the service sends it back', async () => {
		const body = bodyWith({ api_req_uid: `id of ${SECRET}`, echo: { app_key: SECRET } });
		const answer = await exchangeWith({ answer: () => Promise.resolve(responseOf({ body })) });
		expect(JSON.stringify(answer)).not.toContain(SECRET);
		expect(answer.requestId).toBe('id of [App Key]');
	});

	test.each<[what: string, secret: string, spelled: string]>([
		['as it is', SECRET, SECRET],
		['in escapes', SECRET, SECRET.replace('v', '\\u0076').replace('-', '\\u002D')],
		['with quotes and backslashes', 'a"very\\secret"key', 'a\\"very\\\\secret\\"key'],
		['with a slash in escapes', 'very/secret/key', 'very\\/secret\\/key'],
	])('is found however JSON spells it (%s)', async (_what, secret, spelled) => {
		const answer = () =>
			Promise.resolve(responseOf({ status: 500, body: `{"message":"it was ${spelled} here"}` }));
		const failing = exchange(contextWith({ answer }), REQUEST, 5000, secret);
		await expect(failing).rejects.toMatchObject({
			wayOut: expect.stringContaining('Kairos says: it was [App Key] here') as unknown,
		});
	});

	test('that is empty or very short changes no answer', async () => {
		for (const secret of ['', '1', '0.4803']) {
			const context = contextWith({ answer: () => Promise.resolve(responseOf({})) });
			const answer = await exchange(context, REQUEST, 5000, secret);
			expect(answer.response).toEqual(JSON.parse(documentedBody));
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
			const failure = await failureOf({
				status: 503,
				body: '{}',
				headers: { 'retry-after': header },
			});
			expect(failure.retryAfterMs).toBe(expected);
		},
	);
});

describe('an exchange that comes to no end', () => {
	test('is ended at its time when no answer begins', async () => {
		expect(await failureWith({ answer: never }, 30)).toMatchObject({
			message: 'Kairos did not answer within 0.03 s',
			mayPass: true,
		});
	});

	test('is ended at its time when an answer begins and never finishes', async () => {
		const answer: StandIn['answer'] = (_request, signal) => {
			const body = new Readable({ read() {} });
			body.push('{');
			if (signal) addAbortSignal(signal, body);
			return Promise.resolve(responseOf({ body }));
		};
		expect((await failureWith({ answer }, 30)).message).toBe('Kairos did not answer within 0.03 s');
	});

	test('is ended at its time also in an execution that can be cancelled', async () => {
		const cancelSignal = new AbortController().signal;
		expect((await failureWith({ answer: never, cancelSignal }, 30)).message).toBe(
			'Kairos did not answer within 0.03 s',
		);
	});

	test('is ended at once when the execution is cancelled', async () => {
		const cancel = new AbortController();
		const failing = failureWith({ answer: never, cancelSignal: cancel.signal });
		cancel.abort();
		expect(await failing).toMatchObject({
			message: 'Not verified: the execution was canceled',
			haltsRun: true,
			mayPass: false,
		});
	});

	test('is not begun when the execution was cancelled before', async () => {
		const answer: StandIn['answer'] = (_request, signal) =>
			signal?.aborted ? Promise.reject(new Error('canceled')) : Promise.resolve(responseOf({}));
		const failure = await failureWith({ answer, cancelSignal: AbortSignal.abort() });
		expect(failure.message).toBe('Not verified: the execution was canceled');
	});
});

test('a connection that breaks names the host, not the address with its path', async () => {
	const answer = () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNRESET' }));
	expect(await failureWith({ answer })).toMatchObject({
		message: 'The connection to kairos.test:81 failed',
		mayPass: true,
	});
});

test('a connection that breaks within an answer may pass', async () => {
	const answer = () => {
		const body = new Readable({ read() {} });
		body.push('{"response_data":');
		setImmediate(() => body.destroy(Object.assign(new Error('x'), { code: 'ECONNRESET' })));
		return Promise.resolve(responseOf({ body }));
	};
	expect(await failureWith({ answer })).toMatchObject({
		message: 'The connection to kairos.test:81 failed',
		mayPass: true,
	});
});
