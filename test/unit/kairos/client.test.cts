import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { IHttpRequestOptions } from 'n8n-workflow';
import {
	type Account,
	type ClientSettings,
	KairosClient,
	newAccount,
	newAttemptLog,
	SkippedError,
} from '../../../nodes/BiometricVerify/kairos/client';
import { readAccess } from '../../../nodes/BiometricVerify/kairos/endpoint';
import { httpError } from '../../../nodes/BiometricVerify/kairos/failures/statuses';
import { attemptsBehind } from '../../../nodes/BiometricVerify/errors/attempts';
import type { MultipartBody } from '../../../nodes/BiometricVerify/kairos/multipart';
import type { Image } from '../../../nodes/BiometricVerify/kairos/request';
import { documentedBody } from '../../support/answers.cts';
import { contextWith } from '../../support/context.cts';
import { CREDENTIAL } from '../../support/execution.cts';
import { FakeClock } from '../../support/fakeClock.cts';

const IMAGE: Image = { bytes: Buffer.from('image'), mimeType: 'image/jpeg' };
const BODIES: Record<number, string> = { 200: documentedBody, 403: '<p>Blocked</p>' };

interface Given extends Partial<ClientSettings> {
	account?: Account;
	ended?: AbortSignal;
	cancelSignal?: AbortSignal;
	image?: Image;
	/** How many pieces of a request the service takes before it responds; all by default. */
	pieces?: number;
}

/** A client that sends one item after the other, to a service that responds with these statuses. */
function clientWith(statuses: number[], given: Given = {}) {
	const { account = newAccount(), ended = new AbortController().signal, ...others } = given;
	const { cancelSignal, image = IMAGE, pieces, ...settings } = others;
	const clock = new FakeClock();
	const queue = [...statuses];
	const answer = jest.fn(async ({ body }: IHttpRequestOptions) => {
		const reading = (body as MultipartBody).stream();
		if (pieces === undefined) await buffer(reading);
		else for (let count = 0; count < pieces; count++) await reading.next();
		const statusCode = queue.shift() ?? 200;
		const text = BODIES[statusCode] ?? '{}';
		return { statusCode, headers: {}, body: Readable.from([Buffer.from(text)]) };
	});
	const client = new KairosClient(
		contextWith({ answer, cancelSignal }),
		readAccess(CREDENTIAL),
		{ maxConcurrent: 1, timeoutMs: 5000, maxAttempts: 1, maxWaitMs: 0, ...settings },
		{ ended, accountOf: () => account, clock },
	);
	const loadImages = jest.fn(() => Promise.resolve({ selfie: IMAGE, photo: image }));
	/** Resolves with the response, or with the error. */
	const verify = async (log = newAttemptLog()): Promise<unknown> => {
		const verifying = client.verify({ loadImages, matchAllFaces: false, log });
		return await clock.until(verifying.catch((error: unknown) => error));
	};
	return { verify, answer, loadImages };
}

const service = 'idv-eu.kairos.com/v0.1';

test('A client reads the images of an item anew each time, and an error says how often it was sent', async () => {
	const { verify, loadImages } = clientWith([500, 500], { maxAttempts: 2, maxWaitMs: 60_000 });
	const [log, error] = [newAttemptLog(), await verify()];
	expect(attemptsBehind(error)).toMatchObject({ attempts: 2, mayBeBilled: true, service });
	expect(loadImages).toHaveBeenCalledTimes(2);
	expect(await verify(log)).toMatchObject({ faceMatchScore: 0.4803 });
	expect(log).toMatchObject({ attempts: 1, attemptsUsed: 0, mayBeBilled: false, service });
});

test.each([
	[401, 1],
	[402, 1],
	[407, 2],
])(
	'A client that got a %i does not send with these keys in another run (%i sent)',
	async (status, sent) => {
		const account = newAccount();
		const clients = [clientWith([status], { account }), clientWith([], { account })];
		const outcomes: unknown[] = [];
		for (const { verify } of clients) outcomes.push(await verify());
		const [error, later] = outcomes;
		expect(error).toMatchObject({ httpCode: status });
		expect(clients.flatMap(({ answer }) => answer.mock.calls)).toHaveLength(sent);
		if (sent === 1) expect(later).toEqual(new SkippedError(error));
		if (sent === 1) expect(attemptsBehind(error)).toMatchObject({ attempts: 1, service });
	},
);

test.each<[what: string, statuses: number[], sent: number]>([
	['costs its item', [403, 200, 403, 200, 403, 400, 403], 7],
	['ends the run when the next item gets it, too', [200, 403, 403, 200, 200], 3],
])('A 403 without JSON %s', async (_what, statuses, sent) => {
	const { verify, answer } = clientWith(statuses);
	const outcomes: unknown[] = [];
	while (outcomes.length < statuses.length) outcomes.push(await verify());
	expect(answer).toHaveBeenCalledTimes(sent);
	for (const outcome of outcomes.slice(sent)) {
		expect(outcome).toBeInstanceOf(SkippedError);
		expect(outcome).toMatchObject({ reason: { httpCode: 403 } });
	}
});

test.each<[what: string, statuses: number[]]>([
	['failed as often as Max Attempts allows', [500, 502]],
	['got a response that is none', [201]],
])(
	'An item that n8n tries once more is over where it may have been billed: it %s',
	async (_what, statuses) => {
		const log = newAttemptLog();
		const { verify } = clientWith(statuses, { maxAttempts: statuses.length, maxWaitMs: 60_000 });
		const error = await verify(log);
		expect(log).toMatchObject({ attempts: statuses.length, finalError: error });
		expect(log.attemptsUsed).toBe(statuses.length > 1 ? 2 : 0);
	},
);

test.each([[503], [300], [400], [499]])(
	'An item that n8n tries once more is not over where Kairos refused it (HTTP %i)',
	async (status) => {
		const log = newAttemptLog();
		const { verify } = clientWith(Array<number>(99).fill(status), { maxWaitMs: 5000 });
		expect(await verify(log)).toMatchObject({ httpCode: status });
		expect(log).toMatchObject({ attemptsUsed: 0, mayBeBilled: false });
		expect(log).not.toHaveProperty('finalError');
	},
);

test('An item that n8n tries once more has only those attempts left that it did not use before', async () => {
	const { verify, answer } = clientWith([500, 500], { maxAttempts: 3, maxWaitMs: 60_000 });
	const log = { ...newAttemptLog(), attemptsUsed: 2 };
	expect(await verify(log)).toMatchObject({ httpCode: 500 });
	expect(answer).toHaveBeenCalledTimes(1);
});

test('An item that n8n tries once more says what it has been through when the run ends before its turn', async () => {
	const lastError = httpError({ status: 503, serverMessage: '', isJson: true, requestBytes: 0 });
	const { verify } = clientWith([], { ended: AbortSignal.abort() });
	expect(await verify({ ...newAttemptLog(), attempts: 1, lastError })).toMatchObject({
		message: lastError.message,
		description: expect.stringMatching(/sent once; then another item's error ended/) as unknown,
	});
});

test('Nothing is sent once the run has ended or the execution was canceled', async () => {
	const reason = new Error('The keys were rejected');
	const ended = clientWith([], { ended: AbortSignal.abort(reason) });
	const skipped = await ended.verify();
	expect(skipped).toBeInstanceOf(SkippedError);
	expect(skipped).toMatchObject({ reason });
	const canceled = clientWith([], { cancelSignal: AbortSignal.abort() });
	expect(await canceled.verify()).toMatchObject({ code: 'CANCELED' });
	for (const { answer } of [ended, canceled]) expect(answer).not.toHaveBeenCalled();
});

test('Nothing is sent when the run ends while the images are read', async () => {
	const run = new AbortController();
	const { verify, answer, loadImages } = clientWith([], { ended: run.signal });
	loadImages.mockImplementation(() => {
		run.abort();
		return Promise.resolve({ selfie: IMAGE, photo: IMAGE });
	});
	expect(await verify()).toBeInstanceOf(SkippedError);
	expect(answer).not.toHaveBeenCalled();
});

test('An error of a file that breaks while it is sent is passed on as it is', async () => {
	const readError = new Error('The file is gone');
	const bytes = { length: 5, open: () => Promise.reject(readError), readError };
	expect(await clientWith([], { image: { ...IMAGE, bytes } }).verify()).toBe(readError);
});

test.each([200, 500])('The file of an attempt is closed after it (status %i)', async (status) => {
	const file = Readable.from([Buffer.from('by'), Buffer.from('tes')]);
	const bytes = { length: 5, open: () => Promise.resolve(file) };
	const { verify } = clientWith([status], { image: { ...IMAGE, bytes }, pieces: 5 });
	expect(await verify()).toBeInstanceOf(Error);
	expect(file.destroyed).toBe(true);
});
