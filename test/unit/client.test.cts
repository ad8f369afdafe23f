import { Readable } from 'node:stream';
import { KairosClient } from '../../nodes/BiometricVerify/kairos/client';
import { bodyWith, documentedBody } from '../support/answers.cts';
import { contextWith } from '../support/context.cts';

const OPTIONS = {
	photoMayShowSeveralFaces: false,
	timeoutMs: 5000,
	maxTries: 1,
	halted: new AbortController().signal,
};

function picture(fileName: string) {
	return { bytes: Buffer.from(fileName), fileName, mimeType: 'image/jpeg' };
}

function answerWith(body: string) {
	return jest.fn(() =>
		Promise.resolve({ statusCode: 200, headers: {}, body: Readable.from([Buffer.from(body)]) }),
	);
}

test('a client looks the credential up once for all items, and asks for each of them', async () => {
	const answer = jest.fn(() =>
		Promise.resolve({
			statusCode: 200,
			headers: {},
			body: Readable.from([Buffer.from(documentedBody)]),
		}),
	);
	const context = contextWith({ answer });
	const lookUp = jest.fn(() =>
		Promise.resolve({ baseUrl: 'http://kairos.test', apiVersion: 'v0.1', appSecretKey: 'key' }),
	);
	const kairos = new KairosClient(Object.assign(context, { getCredentials: lookUp }));

	const names = ['ada', 'bob', 'cleo'];
	const ask = (name: string) =>
		kairos.ask({ selfie: picture(name), photo: picture(`id of ${name}`) }, OPTIONS);
	await Promise.all(names.map(ask));

	expect(lookUp).toHaveBeenCalledTimes(1);
	expect(lookUp).toHaveBeenCalledWith('kairosApi');
	expect(answer).toHaveBeenCalledTimes(names.length);
});

test('a client finds the App Key in an answer, also when it was copied with white space', async () => {
	const answer = answerWith(bodyWith({ api_req_uid: 'id of the-secret-key' }));
	const credential = {
		...{ baseUrl: 'http://kairos.test', apiVersion: 'v0.1' },
		appSecretKey: ' the-secret-key\n',
	};
	const kairos = new KairosClient(contextWith({ answer, credential }));
	const images = { selfie: picture('ada'), photo: picture('id of ada') };
	const { requestId } = await kairos.ask(images, OPTIONS);
	expect(requestId).toBe('id of [App Key]');
});
