import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { KairosClient, NotSent } from '../../../nodes/BiometricVerify/kairos/client';
import type { MultipartBody } from '../../../nodes/BiometricVerify/kairos/multipart';
import { bodyWith, documentedBody } from '../../support/answers.cts';
import { contextWith } from '../../support/context.cts';

const SETTINGS = { maxConcurrent: 5, timeoutMs: 5000, maxAttempts: 1, maxWaitMs: 0 };
const GOING_ON = new AbortController().signal;
const CREDENTIAL = {
	...{ baseUrl: 'http://kairos.internal', apiVersion: 'v0.1' },
	appSecretKey: 'the-secret-key',
};

function image(fileName: string) {
	return { bytes: Buffer.from(fileName), fileName, mimeType: 'image/jpeg' };
}

function imagesOf(name: string) {
	return { selfie: image(name), photo: image(`id of ${name}`) };
}

const requestFor = (name: string) => ({
	loadImages: jest.fn(() => Promise.resolve(imagesOf(name))),
	matchAllFaces: false,
});

/** Takes in the whole request, as a server does, and responds. */
function responding(body: string, status = 200, headers = {}) {
	return jest.fn(async (request: IHttpRequestOptions) => {
		await buffer((request.body as MultipartBody).stream());
		const response = Readable.from([Buffer.from(body)]);
		return { statusCode: status, headers, body: response };
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
	expect(await kairos.verify(request)).toMatchObject({ attempts: 2 });
	expect(request.loadImages).toHaveBeenCalledTimes(2);
});

test.each<[what: string, credential: Record<string, string>, message: RegExp]>([
	['is not encrypted', { baseUrl: 'http://kairos.example' }, /is not encrypted/],
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
