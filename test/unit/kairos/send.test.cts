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
	name: 'kairos.test:81/v0.1',
	isPrivateHost: false,
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

test('A request is sent as it is, signed by the credential, and its response is read', async () => {
	const answer = jest.fn(() => Promise.resolve(responseOf({})));
	const response = await sendWith({ answer });
	expect(response).toMatchObject({ faceMatchScore: 0.4803, livenessScore: 0.0026 });
	expect(answer).toHaveBeenCalledTimes(1);
	expect(answer).toHaveBeenCalledWith(
		expect.objectContaining({ method: 'POST', url: SERVICE.url }),
		expect.any(AbortSignal),
		'kairosApi',
		accessWith(SECRET).credential,
	);
});

test('A request is remembered by the SHA-256 of the two images that were sent', async () => {
	const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
	const response = await sendWith({ answer: () => Promise.resolve(responseOf({})) });
	expect(response).toMatchObject({
		selfieSha256: sha256('the selfie'),
		photoSha256: sha256('the photo'),
	});
});

test.each([201, 203, 206, 299])(
	'A request is verified by a whole answer with the status %i',
	async (status) => {
		const answer = () => Promise.resolve(responseOf({ status }));
		expect((await sendWith({ answer })).faceMatchScore).toBe(0.4803);
	},
);

test('A request may have a response in pieces, also within a letter', async () => {
	const bytes = Buffer.from(bodyWith({ api_req_uid: 'Größe' }));
	const body = Readable.from(Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)));
	const response = await sendWith({ answer: () => Promise.resolve(responseOf({ body })) });
	expect(response.requestId).toBe('Größe');
});

const notJson = { code: 'UNREADABLE_RESPONSE', retry: 'withinMaxAttempts' };
const lost = { code: 'CONNECTION_LOST', retry: 'withinMaxAttempts' };
const invalid = { code: 'UNREADABLE_RESPONSE', retry: 'never' };
const refused = { code: 'REFUSED_REQUEST', retry: 'never' };

test.each<[what: string, body: string | Buffer, status: number, facts: object]>([
	['a page', '<!doctype html>Welcome', 200, notJson],
	['nothing', '', 204, notJson],
	['bytes that are not text', Buffer.from('ff00fe80', 'hex'), 200, notJson],
	['half a response', documentedBody.slice(0, 500), 200, lost],
	['another object', '{"ok":true}', 200, invalid],
	['an error', '{"Errors":[{}],"x":1}', 201, invalid],
	['an error in words', '{"Message":"no"}', 201, refused],
	['more than any response', `"${'x'.repeat(1024 * 1024)}"`, 200, invalid],
])(
	'A response that is not a verification (%s) is an error with its status, and may be billed',
	async (_what, body, status, facts) => {
		const error = await errorOf({ body, status });
		expect(error).toMatchObject({ httpCode: status, mayBeBilled: true, ...facts });
	},
);

test('A response that is not a verification is cut off when it has no end', async () => {
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

const page = '<html><body>Bad gateway</body></html>';

test.each<[status: number, body: string, facts: Partial<KairosError>]>([
	[401, page, { code: 'INVALID_KEYS', isFatal: true }],
	[403, 'Forbidden', { code: 'FORBIDDEN', isFatal: false }],
	[403, '{}', { code: 'FORBIDDEN', isFatal: true }],
	[413, page, { code: 'REFUSED_REQUEST', retry: 'never' }],
	[503, '{"message":', { code: 'UNAVAILABLE', retry: 'withinMaxWait' }],
	[504, 'x'.repeat(2 * 1024 * 1024), { code: 'SERVER_ERROR', retry: 'withinMaxAttempts' }],
	[302, '', { code: 'WRONG_ADDRESS', retry: 'never' }],
])('The status %i decides, whatever its body', async (status, body, facts) => {
	expect(await errorOf({ status, body })).toMatchObject({ httpCode: status, ...facts });
});

test('An error status decides even if its body breaks', async () => {
	const error = await errorOf({ status: 413, body: breaking() });
	expect(error).toMatchObject({ code: 'REFUSED_REQUEST', httpCode: 413, retry: 'never' });
	expect(error.message).toMatch(/ 0\.0 MB \(HTTP 413\)$/);
});

test('An error status does not hide that the execution was canceled while its body came', async () => {
	const cancel = new AbortController();
	const answer = () => {
		cancel.abort();
		return Promise.resolve(responseOf({ status: 500, body: breaking() }));
	};
	expect(await errorWith({ answer, cancelSignal: cancel.signal })).toMatchObject({
		...{ code: 'CANCELED', httpCode: 500, mayBeBilled: true },
	});
});

test('An error status is explained with the words of the service', async () => {
	const silent = await errorOf({ status: 500, body: '{}' });
	const body = '{"Errors":[{"Message":"quota is used up"}]}';
	const { description } = await errorOf({ status: 500, body });
	expect(description).toBe(`${silent.description} Kairos says: quota is used up`);
});

const UUID = '601d8377-03be-481e-a314-d61675154d3e';
const headers = { 'x-request-id': 'from-the-header' };

test.each<[what: string, given: Given, id: string | undefined]>([
	['from its body', { body: `{"api_req_uid":"${UUID}"}`, headers }, UUID],
	['from its body by another name', { body: `{"api_req_uuid":"${UUID}"}` }, UUID],
	['from its header', { body: '{}', headers }, 'from-the-header'],
	['from its header where the body is not JSON', { body: '<p>', headers }, 'from-the-header'],
	['from its header where the body breaks', { body: breaking(), headers }, 'from-the-header'],
	['without one', { body: '{}' }, undefined],
	['with the App Key as one', { headers: { 'x-request-id': SECRET.toUpperCase() } }, undefined],
	['with words as one', { headers: { 'x-request-id': 'two words' } }, undefined],
	['with a long one', { headers: { 'x-request-id': 'x'.repeat(129) } }, undefined],
	['with a list of them', { headers: { 'x-request-id': ['x'] } }, undefined],
])('The ID of a request is in an error %s', async (_what, { body = '{}', ...given }, id) => {
	expect((await errorOf({ body, status: 500, ...given })).requestId).toBe(id);
});

test('The ID of a request is in an error of a success, too', async () => {
	expect((await errorOf({ body: `{"api_req_uid":"${UUID}"}` })).requestId).toBe(UUID);
	expect((await errorOf({ body: '<p>', headers })).requestId).toBe('from-the-header');
});

test('The ID of a request is kept apart by where it came from', async () => {
	const response = await sendWith({ answer: () => Promise.resolve(responseOf({ headers })) });
	expect(response).toMatchObject({ requestId: UUID, headerRequestId: 'from-the-header' });
});

test('The App Key is in no error, also when the service sends it back', async () => {
	const body = JSON.stringify({ message: `unknown key ${SECRET} for ${SECRET}` });
	const { message, description } = await errorOf({ status: 401, body });
	expect(message + description).not.toContain(SECRET);
	expect(description).toContain('unknown key [App Key] for [App Key]');
});

test.each<[what: string, secret: string, spelled: string]>([
	['as it is', SECRET, SECRET],
	['in other case', SECRET, SECRET.toUpperCase()],
	['with signs of patterns', 'a.very+secret*key(1)', 'a.very+secret*key(1)'],
	['in escapes', SECRET, SECRET.replace('v', '\\u0076').replace('-', '\\u002D')],
	['with quotes and backslashes', 'a"very\\secret"key', 'a\\"very\\\\secret\\"key'],
	['with a slash in escapes', 'very/secret/key', 'very\\/secret\\/key'],
])('The App Key is redacted however JSON spells it (%s)', async (_what, secret, spelled) => {
	const answer = () =>
		Promise.resolve(responseOf({ status: 500, body: `{"message":"it was ${spelled} here"}` }));
	await expect(sendWith({ answer }, 5000, secret)).rejects.toMatchObject({
		description: expect.stringContaining('Kairos says: it was [App Key] here') as unknown,
	});
});

test('An App Key of eight characters is redacted', async () => {
	const answer = () =>
		Promise.resolve(responseOf({ body: bodyWith({ api_req_uid: 'x-12345678' }) }));
	const response = await sendWith({ answer }, 5000, '12345678');
	expect(response.requestId).toBe('x-[App Key]');
});

test('A very short App Key changes no response', async () => {
	for (const secret of ['1', '0.4803']) {
		const answer = () => Promise.resolve(responseOf({}));
		const response = await sendWith({ answer }, 5000, secret);
		expect(response.raw).toEqual(JSON.parse(documentedBody));
	}
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
		'A wait that the service asks for is read when it is seconds or a date, and else not known (%s)',
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
	])(
		'A wait that the service asks for counts a date from the clock of the server %s',
		async (_what, date, expected) => {
			const headers = { 'retry-after': 'Thu, 01 Jan 2026 00:10:05 GMT', ...(date && { date }) };
			const error = await errorOf({ status: 503, body: '{}', headers });
			expect(error.retryAfterMs).toBe(expected);
		},
	);
});

test('A request ends at its time when no response begins', async () => {
	expect(await errorWith({ answer: never }, 30)).toMatchObject({
		message: 'Kairos did not respond within 0.03 seconds',
		retry: 'withinMaxAttempts',
	});
});

test('A request ends at its time when a response begins and never finishes', async () => {
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

test('A request ends at once when the execution is canceled', async () => {
	const cancel = new AbortController();
	const error = errorWith({ answer: never, cancelSignal: cancel.signal });
	cancel.abort();
	expect(await error).toMatchObject({
		message: 'Not verified: the execution was canceled',
		...{ isFatal: true, retry: 'never', mayBeBilled: true },
	});
});

test('A request is not sent when the execution was canceled before', async () => {
	const answer: StandIn['answer'] = (_request, signal) =>
		signal?.aborted ? Promise.reject(new Error('canceled')) : Promise.resolve(responseOf({}));
	const error = await errorWith({ answer, cancelSignal: AbortSignal.abort() });
	expect(error.message).toBe('Not verified: the execution was canceled');
});

test('a connection that breaks names the host, not the address with its path', async () => {
	const answer = () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNRESET' }));
	expect(await errorWith({ answer })).toMatchObject({
		message: 'The connection to kairos.test:81 was interrupted',
		...{ retry: 'withinMaxAttempts', mayBeBilled: true, httpCode: undefined },
	});
});

test('a connection that breaks within a response may have been billed, and has its status', async () => {
	expect(await errorOf({ body: breaking() })).toMatchObject({
		message: 'The connection to kairos.test:81 was interrupted',
		...{ retry: 'withinMaxAttempts', mayBeBilled: true, httpCode: 200 },
	});
});

/** Takes in so many pieces of the body, then does this. */
async function errorAfter(pieces: number, answer: () => Promise<unknown>, timeoutMs = 5000) {
	const request = verificationRequest(SERVICE, IMAGES, false);
	const context = contextWith({
		answer: async () => {
			const reading = request.body.stream();
			for (let count = 0; count < pieces; count++) await reading.next();
			return await answer();
		},
	});
	return await sendRequest(context, request, timeoutMs, accessWith(SECRET)).then(
		() => undefined,
		(error: unknown) => error,
	);
}
const breaks = () => Promise.reject(Object.assign(new Error('x'), { code: 'EPIPE' }));

test.each([0, 2, 3, 5])(
	'A request of which not all was sent is not verified by an early response (after %i pieces)',
	async (pieces) => {
		expect(
			await errorAfter(pieces, () => Promise.resolve(responseOf({ body: bodyWith() }))),
		).toMatchObject({
			message: expect.stringMatching(/it came before both images were sent$/) as unknown,
			retry: 'never',
		});
	},
);

test.each([
	[3, false],
	[9, true],
])(
	'A request of which not all was sent is billed only as a whole (after %i pieces)',
	async (pieces, mayBeBilled) => {
		expect(await errorAfter(pieces, breaks)).toMatchObject({
			...{ code: 'CONNECTION_LOST', retry: 'withinMaxAttempts', mayBeBilled },
		});
	},
);

/** A body that ends before it is complete. */
function breaking(): Readable {
	return Readable.from(
		(async function* () {
			yield Buffer.from('{"response_data":');
			await Promise.reject(Object.assign(new Error('x'), { code: 'ECONNRESET' }));
		})(),
	);
}
