import { Readable } from 'node:stream';
import { KairosClient } from '../../nodes/BiometricVerify/kairos/client';
import { documentedBody } from '../support/answers.cts';
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
