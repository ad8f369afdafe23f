import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { KairosError } from '../../../nodes/BiometricVerify/kairos/failures/KairosError';
import { httpError } from '../../../nodes/BiometricVerify/kairos/failures/statuses';
import { systemClock } from '../../../nodes/BiometricVerify/kairos/clock';
import {
	type ClientSettings,
	KairosClient,
	newHistory,
	NotSent,
} from '../../../nodes/BiometricVerify/kairos/client';
import type { MultipartBody } from '../../../nodes/BiometricVerify/kairos/multipart';
import { bodyWith, documentedBody } from '../../support/answers.cts';
import { contextWith } from '../../support/context.cts';
import { FakeClock } from '../../support/fakeClock.cts';

const SETTINGS = { maxConcurrent: 5, timeoutMs: 5000, maxAttempts: 1, maxWaitMs: 0 };
const RESET = { code: 'ECONNRESET' };
const GOING_ON = new AbortController().signal;
const CREDENTIAL = {
	...{ baseUrl: 'http://kairos.internal', apiVersion: 'v0.1' },
	appSecretKey: 'the-secret-key',
};

afterEach(() => jest.restoreAllMocks());

function image(fileName: string) {
	return { bytes: Buffer.from(fileName), fileName, mimeType: 'image/jpeg' };
}

function imagesOf(name: string) {
	return { selfie: image(name), photo: image(`id of ${name}`) };
}

const requestFor = (name: string) => ({
	loadImages: jest.fn(() => Promise.resolve(imagesOf(name))),
	matchAllFaces: false,
	history: newHistory(),
});

/** Puts a clock that stands still in the place of the machine's. */
function fakeClock(): FakeClock {
	const clock = new FakeClock();
	jest.spyOn(systemClock, 'now').mockImplementation(() => clock.now());
	jest.spyOn(systemClock, 'sleep').mockImplementation((ms, signal) => clock.sleep(ms, signal));
	return clock;
}

/** Takes in the whole request, as a server does, and responds. */
function responding(body: string, status = 200, headers = {}) {
	return jest.fn(async (request: IHttpRequestOptions) => {
		await buffer((request.body as MultipartBody).stream());
		return await response(status, body, headers);
	});
}

test('a client looks the credential up once for all items, and verifies each of them', async () => {
	const answer = responding(documentedBody);
	const getCredentials = jest.fn(() => Promise.resolve(CREDENTIAL));
	const context: IExecuteFunctions = Object.assign(contextWith({ answer }), { getCredentials });
	const kairos = new KairosClient(context, SETTINGS, GOING_ON);

	const names = ['ada', 'bob', 'cleo'];
	await Promise.all(names.map((name) => kairos.verify(requestFor(name))));

	expect(getCredentials).toHaveBeenCalledTimes(1);
	expect(getCredentials).toHaveBeenCalledWith('kairosApi');
	expect(answer).toHaveBeenCalledTimes(names.length);
});

test('a client finds the App Key in a response, also when it was copied with white space', async () => {
	const answer = responding(bodyWith({ api_req_uid: 'id of the-secret-key' }));
	const credential = { ...CREDENTIAL, appSecretKey: ' the-secret-key\n' };
	const kairos = new KairosClient(contextWith({ answer, credential }), SETTINGS, GOING_ON);
	const { response } = await kairos.verify(requestFor('ada'));
	expect(response.requestId).toBe('id of [App Key]');
});

test('a client says how often it sent an item, and reads its images anew each time', async () => {
	const failing = responding('{}', 500, { 'retry-after': '0' });
	const answer = responding(documentedBody).mockImplementationOnce(failing);
	const context = contextWith({ answer, credential: CREDENTIAL });
	const kairos = new KairosClient(
		context,
		{ ...SETTINGS, maxAttempts: 2, maxWaitMs: 60_000 },
		GOING_ON,
	);
	const request = requestFor('ada');
	expect(await fakeClock().until(kairos.verify(request))).toMatchObject({ attempts: 2 });
	expect(request.loadImages).toHaveBeenCalledTimes(2);
});

test.each<[what: string, credential: Record<string, string>, message: RegExp]>([
	['is not encrypted', { baseUrl: 'http://kairos.example' }, /does not start with https/],
	['is none', { baseUrl: 'kairos' }, /is not a web address/],
	['has no version', { apiVersion: '' }, /is not a version/],
])('nothing is read or sent where the address %s', async (_what, change, message) => {
	const answer = responding(documentedBody);
	const context = contextWith({ answer, credential: { ...CREDENTIAL, ...change } });
	const request = requestFor('ada');
	await expect(new KairosClient(context, SETTINGS, GOING_ON).verify(request)).rejects.toMatchObject(
		{
			message: expect.stringMatching(message) as unknown,
			endsRun: true,
		},
	);
	expect(request.loadImages).not.toHaveBeenCalled();
	expect(answer).not.toHaveBeenCalled();
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
	const clock = fakeClock();
	const kairos = new KairosClient(
		contextWith({
			answer: async (request) => {
				const body = await buffer((request.body as MultipartBody).stream());
				return await answer(request, items.find((name) => body.includes(`id of ${name}`)) ?? '');
			},
			credential: CREDENTIAL,
		}),
		{ ...SETTINGS, ...settings },
		GOING_ON,
	);
	const outcomes = items.map(async (name) => {
		const loadImages = async () => {
			await clock.sleep(loadMs?.(name) ?? 0);
			return imagesOf(name);
		};
		return await kairos
			.verify({ loadImages, matchAllFaces: false, history: newHistory() })
			.catch((error: unknown) => error);
	});
	return await clock.until(Promise.all(outcomes));
}

function response(status: number, text = documentedBody, headers = {}): Promise<unknown> {
	const body = Readable.from([Buffer.from(text)]);
	return Promise.resolve({ statusCode: status, headers, body });
}

test('an item that was not taken is sent again until Max Wait, whatever Max Attempts is', async () => {
	const statuses = [503, 429, 503];
	const outcomes = await outcomesOf(() => response(statuses.shift() ?? 200), {
		items: ['ada'],
		maxWaitMs: 60_000,
	});
	expect(outcomes).toMatchObject([{ attempts: 4 }]);
});

test.each([
	[429, true],
	[503, false],
])('one %i makes the next item wait, too: %p', async (status, waits) => {
	const sentAt: number[] = [];
	await outcomesOf(() => response(sentAt.push(systemClock.now()) === 1 ? status : 200), {
		...{ maxConcurrent: 1, maxWaitMs: 60_000 },
	});
	expect(sentAt).toHaveLength(3);
	expect((sentAt[1] ?? NaN) > 500).toBe(waits);
});

test('an item that the service refuses for good ends alone', async () => {
	const outcomes = await outcomesOf((_request, item) => response(item === 'ada' ? 400 : 200));
	expect(outcomes[0]).toMatchObject({ message: 'Kairos rejected the request (HTTP 400)' });
	expect(outcomes[1]).toMatchObject({ attempts: 1 });
});

test('after a failure that ends the run an item that was not sent has its reason', async () => {
	const sent: string[] = [];
	const outcomes = await outcomesOf(
		(_request, item) => {
			sent.push(item);
			return response(401);
		},
		{ maxConcurrent: 1 },
	);
	expect(sent).toEqual(['ada']);
	expect(outcomes[1]).toBeInstanceOf(NotSent);
	expect(outcomes[1]).toMatchObject({ message: 'Not sent', reason: outcomes[0] });
});

test('an item that failed before the run ended has its own error', async () => {
	const outcomes = await outcomesOf((_request, item) => response(item === 'ada' ? 503 : 401), {
		maxWaitMs: 60_000,
		loadMs: (item) => (item === 'ada' ? 0 : 5),
		maxConcurrent: 2,
	});
	expect(outcomes[0]).toMatchObject({ httpCode: 503 });
	expect(outcomes[1]).toMatchObject({ httpCode: 401 });
});

test('an item whose images are read when a pause begins is sent after it', async () => {
	const sentAt: number[] = [];
	const outcomes = await outcomesOf(
		async () => {
			const status = sentAt.push(systemClock.now()) <= 2 ? 503 : 200;
			await systemClock.sleep(10, GOING_ON);
			return await response(status);
		},
		{
			items: ['ada', 'bob', 'cleo'],
			...{ maxWaitMs: 60_000, loadMs: (item) => (item === 'cleo' ? 100 : 0) },
		},
	);
	expect(sentAt).toHaveLength(5);
	expect(sentAt[2]).toBeGreaterThan(700);
	expect(outcomes).toMatchObject([{ attempts: 2 }, { attempts: 2 }, { attempts: 1 }]);
});

test.each<[what: string, most: number, fail: () => Promise<unknown>]>([
	['is silent is asked one at a time', 1, () => Promise.reject(Object.assign(new Error(), RESET))],
	['answers with errors is asked as before', 4, () => response(500)],
])('a service that %s', async (_what, most, fail) => {
	let count = 0;
	let concurrent = 0;
	let mostConcurrent = 0;
	const items = Array.from({ length: 12 }, (_, index) => `item ${index}`);
	await outcomesOf(
		async () => {
			const isFirst = ++count <= 6;
			concurrent++;
			if (!isFirst) mostConcurrent = Math.max(mostConcurrent, concurrent);
			await systemClock.sleep(50, GOING_ON);
			concurrent--;
			return await fail();
		},
		{ items, maxConcurrent: 4, maxWaitMs: 60_000 },
	);
	expect(count).toBe(12);
	expect(mostConcurrent).toBe(most);
});

describe('an item that n8n tries once more', () => {
	const historyAfter = async (statuses: number[]) => {
		const rest = [...statuses];
		const answer = async (request: IHttpRequestOptions) => {
			await buffer((request.body as MultipartBody).stream());
			return await response(rest.shift() ?? 200, '{}');
		};
		const context = contextWith({ answer, credential: CREDENTIAL });
		const settings = { ...SETTINGS, maxAttempts: statuses.length, maxWaitMs: 60_000 };
		const request = requestFor('ada');
		const verifying = new KairosClient(context, settings, GOING_ON).verify(request);
		const error = await fakeClock().until(verifying.catch((thrown: unknown) => thrown));
		return { error, history: request.history };
	};

	test.each<[what: string, statuses: number[]]>([
		['failed as often as Max Attempts allows', [500, 502]],
		['got a response that is none', [200]],
		['got a response with another status', [201]],
	])('is over where it may have been billed: it %s', async (_what, statuses) => {
		const { history, error } = await historyAfter(statuses);
		expect(error).toBeInstanceOf(KairosError);
		expect(history.finalError).toBe(error);
		expect(history.attempts).toBe(statuses.length);
	});

	test('is not over where Kairos did not take it, however long', async () => {
		const request = requestFor('ada');
		const context = contextWith({ answer: responding('{}', 503), credential: CREDENTIAL });
		const kairos = new KairosClient(context, { ...SETTINGS, maxWaitMs: 5000 }, GOING_ON);
		await expect(fakeClock().until(kairos.verify(request))).rejects.toThrow('HTTP 503');
		expect(request.history.finalError).toBeUndefined();
		expect(request.history.uncertainAttempts).toBe(0);
		expect(request.history.attempts).toBeGreaterThan(1);
	});

	test.each([300, 400, 499])('is not over where Kairos refused it (HTTP %i)', async (status) => {
		const { history } = await historyAfter([status]);
		expect(history.finalError).toBeUndefined();
	});

	test('has only those attempts left that it did not use before', async () => {
		const request = requestFor('ada');
		request.history.uncertainAttempts = 2;
		const answer = responding('{}', 500);
		const context = contextWith({ answer, credential: CREDENTIAL });
		const settings = { ...SETTINGS, maxAttempts: 3, maxWaitMs: 60_000 };
		const verifying = new KairosClient(context, settings, GOING_ON).verify(request);
		await expect(fakeClock().until(verifying)).rejects.toThrow('HTTP 500');
		expect(answer).toHaveBeenCalledTimes(1);
		expect(request.history).toMatchObject({ attempts: 1, uncertainAttempts: 3 });
	});

	test('says what it has been through when the run ends before its turn', async () => {
		const request = requestFor('ada');
		const lastError = httpError({ status: 503, serverMessage: '', isJson: true, requestBytes: 0 });
		Object.assign(request.history, { attempts: 1, lastError });
		const context = contextWith({ answer: responding(documentedBody), credential: CREDENTIAL });
		const ended = AbortSignal.abort(new Error('The keys were rejected'));
		await expect(new KairosClient(context, SETTINGS, ended).verify(request)).rejects.toMatchObject({
			message: lastError.message,
			description: expect.stringMatching(/sent once; then another item's error ended/) as unknown,
		});
	});
});

test('an error that is none of Kairos is passed on as it is', async () => {
	const [error] = await outcomesOf(() => response(200), { items: ['ada'], timeoutMs: -1 });
	expect(error).toMatchObject({ name: 'RangeError' });
});

test('nothing is sent once the run has ended or the execution was canceled', async () => {
	const answer = responding(documentedBody);
	const reason = new Error('The keys were rejected');
	const context = contextWith({ answer, credential: CREDENTIAL });
	const kairos = new KairosClient(context, SETTINGS, AbortSignal.abort(reason));
	const notSent: unknown = await kairos.verify(requestFor('ada')).catch((error: unknown) => error);
	expect(notSent).toBeInstanceOf(NotSent);
	expect(notSent).toMatchObject({ reason });

	const cancelSignal = AbortSignal.abort();
	const canceled = contextWith({ answer, cancelSignal, credential: CREDENTIAL });
	await expect(
		new KairosClient(canceled, SETTINGS, GOING_ON).verify(requestFor('ada')),
	).rejects.toMatchObject({ message: 'Not verified: the execution was canceled' });
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
	const context = contextWith({ answer, credential: CREDENTIAL });
	const loadImages = () =>
		Promise.resolve({ ...images, selfie: { ...images.selfie, bytes: stored } });
	const verifying = new KairosClient(context, SETTINGS, GOING_ON).verify({
		...requestFor('ada'),
		loadImages,
	});
	await expect(verifying).rejects.toThrow('Kairos');
	expect(file.destroyed).toBe(true);
});
