import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { KairosError } from '../../../nodes/BiometricVerify/kairos/failures/KairosError';
import { httpError } from '../../../nodes/BiometricVerify/kairos/failures/statuses';
import {
	type Account,
	type ClientSettings,
	KairosClient,
	newAccount,
	newAttemptLog,
	SkippedError,
} from '../../../nodes/BiometricVerify/kairos/client';
import { readAccess } from '../../../nodes/BiometricVerify/kairos/endpoint';
import type { MultipartBody } from '../../../nodes/BiometricVerify/kairos/multipart';
import { documentedBody } from '../../support/answers.cts';
import { contextWith } from '../../support/context.cts';
import { FakeClock } from '../../support/fakeClock.cts';

const SETTINGS = { maxConcurrent: 5, timeoutMs: 5000, maxAttempts: 1, maxWaitMs: 0 };
const CREDENTIAL = {
	...{ baseUrl: 'http://kairos.internal', apiVersion: 'v0.1' },
	...{ appId: 'app', appSecretKey: 'the-secret-key' },
};

afterEach(() => jest.restoreAllMocks());

function image(content: string) {
	return { bytes: Buffer.from(content), mimeType: 'image/jpeg' };
}

function imagesOf(name: string) {
	return { selfie: image(name), photo: image(`id of ${name}`) };
}

const requestFor = (name: string) => ({
	loadImages: jest.fn(() => Promise.resolve(imagesOf(name))),
	matchAllFaces: false,
	log: newAttemptLog(),
});

interface ClientOptions extends Partial<ClientSettings> {
	ended?: AbortSignal;
	account?: Account;
	clock?: FakeClock;
	credential?: typeof CREDENTIAL;
}

function clientFor(context: IExecuteFunctions, options: ClientOptions = {}): KairosClient {
	const { ended = new AbortController().signal, account = newAccount(), ...settings } = options;
	const { clock = new FakeClock(), credential = CREDENTIAL } = options;
	const run = { ended, accountOf: () => account, clock };
	return new KairosClient(context, readAccess(credential), { ...SETTINGS, ...settings }, run);
}

/** Takes in the whole request, as a server does, and responds. */
function responding(body: string, status = 200, headers = {}) {
	return jest.fn(async (request: IHttpRequestOptions) => {
		await buffer((request.body as MultipartBody).stream());
		return await response(status, body, headers);
	});
}

test('a client says how often it sent an item, and reads its images anew each time', async () => {
	const failing = responding('{}', 500, { 'retry-after': '0' });
	const answer = responding(documentedBody).mockImplementationOnce(failing);
	const context = contextWith({ answer });
	const clock = new FakeClock();
	const kairos = clientFor(context, { clock, maxAttempts: 2, maxWaitMs: 60_000 });
	const request = requestFor('ada');
	await clock.until(kairos.verify(request));
	expect(request.log.attempts).toBe(2);
	expect(request.loadImages).toHaveBeenCalledTimes(2);
});

interface Given extends Partial<ClientSettings> {
	items?: string[];
	/** How long reading an item's images takes, in milliseconds. */
	loadMs?: (item: string) => number;
}

/** What became of items that are verified at the same time, in one run. */
async function outcomesOf(
	answer: (request: IHttpRequestOptions, item: string) => Promise<unknown>,
	{ items = ['ada', 'bob'], loadMs, ...settings }: Given = {},
): Promise<unknown[]> {
	const clock = new FakeClock();
	const kairos = clientFor(
		contextWith({
			answer: async (request) => {
				const body = await buffer((request.body as MultipartBody).stream());
				return await answer(request, items.find((name) => body.includes(`id of ${name}`)) ?? '');
			},
		}),
		{ clock, ...settings },
	);
	const outcomes = items.map(async (name) => {
		const loadImages = async () => {
			await clock.sleep(loadMs?.(name) ?? 0);
			return imagesOf(name);
		};
		return await kairos
			.verify({ loadImages, matchAllFaces: false, log: newAttemptLog() })
			.catch((error: unknown) => error);
	});
	return await clock.until(Promise.all(outcomes));
}

function response(status: number, text = documentedBody, headers = {}): Promise<unknown> {
	const body = Readable.from([Buffer.from(text)]);
	return Promise.resolve({ statusCode: status, headers, body });
}

test.each<[what: string, statuses: number[], sent: number]>([
	['costs its item', [403, 200, 403, 200, 403, 400, 403], 7],
	['ends the run when the next item gets it, too', [200, 403, 403, 200, 200], 3],
])('a 403 without JSON %s', async (_what, statuses, sent) => {
	const queue = [...statuses];
	const items = statuses.map((_status, index) => `item ${index}`);
	const answer = () => {
		const status = queue.shift() ?? 200;
		return response(status, status === 403 ? '<html>Blocked</html>' : documentedBody);
	};
	const outcomes = await outcomesOf(answer, { items, maxConcurrent: 1 });
	expect(statuses.length - queue.length).toBe(sent);
	const notSent = outcomes.filter((outcome) => outcome instanceof SkippedError);
	expect(notSent).toHaveLength(statuses.length - sent);
	for (const { reason } of notSent) expect(reason).toMatchObject({ httpCode: 403 });
});

const logAfter = async (statuses: number[]) => {
	const rest = [...statuses];
	const answer = async (request: IHttpRequestOptions) => {
		await buffer((request.body as MultipartBody).stream());
		return await response(rest.shift() ?? 200, '{}');
	};
	const context = contextWith({ answer });
	const clock = new FakeClock();
	const settings = { clock, maxAttempts: statuses.length, maxWaitMs: 60_000 };
	const request = requestFor('ada');
	const verifying = clientFor(context, settings).verify(request);
	const error = await clock.until(verifying.catch((thrown: unknown) => thrown));
	return { error, log: request.log };
};

test.each<[what: string, statuses: number[]]>([
	['failed as often as Max Attempts allows', [500, 502]],
	['got a response that is none', [200]],
	['got a response with another status', [201]],
])(
	'An item that n8n tries once more is over where it may have been billed: it %s',
	async (_what, statuses) => {
		const { log, error } = await logAfter(statuses);
		expect(error).toBeInstanceOf(KairosError);
		expect(log.finalError).toBe(error);
		expect(log.attempts).toBe(statuses.length);
	},
);

test('An item that n8n tries once more is not over where Kairos did not take it, however long', async () => {
	const request = requestFor('ada');
	const context = contextWith({ answer: responding('{}', 503), credential: CREDENTIAL });
	const clock = new FakeClock();
	const kairos = clientFor(context, { clock, maxWaitMs: 5000 });
	await expect(clock.until(kairos.verify(request))).rejects.toThrow('HTTP 503');
	expect(request.log.finalError).toBeUndefined();
	expect(request.log.attemptsUsed).toBe(0);
	expect(request.log.attempts).toBeGreaterThan(1);
});

test.each([300, 400, 499])(
	'An item that n8n tries once more is not over where Kairos refused it (HTTP %i)',
	async (status) => {
		const { log } = await logAfter([status]);
		expect(log.finalError).toBeUndefined();
	},
);

test('An item that n8n tries once more has only those attempts left that it did not use before', async () => {
	const request = requestFor('ada');
	request.log.attemptsUsed = 2;
	const answer = responding('{}', 500);
	const context = contextWith({ answer });
	const clock = new FakeClock();
	const verifying = clientFor(context, { clock, maxAttempts: 3 }).verify(request);
	await expect(clock.until(verifying)).rejects.toThrow('HTTP 500');
	expect(answer).toHaveBeenCalledTimes(1);
	expect(request.log).toMatchObject({ attempts: 1, attemptsUsed: 3 });
});

test('An item that n8n tries once more says what it has been through when the run ends before its turn', async () => {
	const request = requestFor('ada');
	const lastError = httpError({ status: 503, serverMessage: '', isJson: true, requestBytes: 0 });
	Object.assign(request.log, { attempts: 1, lastError });
	const context = contextWith({ answer: responding(documentedBody), credential: CREDENTIAL });
	const ended = AbortSignal.abort(new Error('The keys were rejected'));
	await expect(clientFor(context, { ended }).verify(request)).rejects.toMatchObject({
		message: lastError.message,
		description: expect.stringMatching(/sent once; then another item's error ended/) as unknown,
	});
});

test('an error that is none of Kairos is passed on as it is', async () => {
	const [error] = await outcomesOf(() => response(200), { items: ['ada'], timeoutMs: -1 });
	expect(error).toMatchObject({ name: 'RangeError' });
});

test('nothing is sent once the run has ended or the execution was canceled', async () => {
	const answer = responding(documentedBody);
	const reason = new Error('The keys were rejected');
	const context = contextWith({ answer });
	const kairos = clientFor(context, { ended: AbortSignal.abort(reason) });
	const notSent: unknown = await kairos.verify(requestFor('ada')).catch((error: unknown) => error);
	expect(notSent).toBeInstanceOf(SkippedError);
	expect(notSent).toMatchObject({ reason });

	const cancelSignal = AbortSignal.abort();
	const canceled = contextWith({ answer, cancelSignal, credential: CREDENTIAL });
	await expect(clientFor(canceled).verify(requestFor('ada'))).rejects.toMatchObject({
		message: 'Not verified: the execution was canceled',
	});
	expect(answer).not.toHaveBeenCalled();
});

test.each([200, 500])('the files of an attempt are closed after it (status %i)', async (status) => {
	const file = Readable.from([Buffer.from('by'), Buffer.from('tes')]);
	const stored = { length: 5, open: () => Promise.resolve(file) };
	const images = imagesOf('ada');
	const answer = async (request: IHttpRequestOptions) => {
		const reading = (request.body as MultipartBody).stream();
		await reading.next();
		await reading.next();
		return { statusCode: status, headers: {}, body: Readable.from([Buffer.from('{}')]) };
	};
	const context = contextWith({ answer });
	const loadImages = () =>
		Promise.resolve({ ...images, selfie: { ...images.selfie, bytes: stored } });
	const verifying = clientFor(context).verify({
		...requestFor('ada'),
		loadImages,
	});
	await expect(verifying).rejects.toThrow('Kairos');
	expect(file.destroyed).toBe(true);
});
