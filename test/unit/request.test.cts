import { text } from 'node:stream/consumers';
import type { IDataObject } from 'n8n-workflow';
import { KairosFailure } from '../../nodes/BiometricVerify/kairos/failure';
import { serviceOf, verificationRequest } from '../../nodes/BiometricVerify/kairos/request';

const IMAGES = {
	selfie: { bytes: Buffer.from('the selfie'), fileName: 'me.jpg', mimeType: 'image/jpeg' },
	photo: { bytes: Buffer.from('the photo'), fileName: 'id.png', mimeType: 'image/png' },
};
const SERVICE = { baseUrl: 'https://idv-eu.kairos.com', apiVersion: 'v0.1' };

function refusalOf(credential: Record<string, unknown>): KairosFailure {
	try {
		serviceOf(credential as IDataObject);
	} catch (error) {
		if (error instanceof KairosFailure) return error;
		throw error;
	}
	throw new Error('The credential was taken');
}

describe('the service of a credential', () => {
	test.each<[what: string, baseUrl: string, expected: string]>([
		['as it is', 'https://idv-eu.kairos.com', 'https://idv-eu.kairos.com'],
		['without a slash at its end', 'https://idv-eu.kairos.com/', 'https://idv-eu.kairos.com'],
		['without several slashes', 'https://idv-eu.kairos.com///', 'https://idv-eu.kairos.com'],
		['without white space', ' https://idv-eu.kairos.com/ \n', 'https://idv-eu.kairos.com'],
		['with its port', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
		['with its path', 'https://proxy.example/kairos/eu/', 'https://proxy.example/kairos/eu'],
		['in capitals', 'HTTPS://IDV-EU.KAIROS.COM', 'HTTPS://IDV-EU.KAIROS.COM'],
		['of version 6', 'http://[::1]:8080', 'http://[::1]:8080'],
	])('has its address %s', (_what, baseUrl, expected) => {
		expect(serviceOf({ baseUrl, apiVersion: 'v0.1' })).toEqual({
			baseUrl: expected,
			apiVersion: 'v0.1',
		});
	});

	test.each<[what: string, baseUrl: unknown]>([
		['empty', ''],
		['missing', undefined],
		['a number', 8080],
		['a name without a scheme', 'idv-eu.kairos.com'],
		['of another scheme', 'ftp://idv-eu.kairos.com'],
		['a file', 'file:///etc/passwd'],
		['a script', 'javascript:alert(1)'],
		['a scheme only', 'https://'],
		['a text with spaces', 'https://idv eu.kairos.com'],
		['with a query', 'https://idv-eu.kairos.com?x=1'],
		['with a fragment', 'https://idv-eu.kairos.com/#x'],
		['with a port that is none', 'https://idv-eu.kairos.com:port'],
		['an expression that was not resolved', '={{ $env.KAIROS }}'],
	])('is refused when its address is %s', (_what, baseUrl) => {
		expect(refusalOf({ baseUrl, apiVersion: 'v0.1' })).toMatchObject({
			message: 'Base URL in the Kairos credential is not a web address',
			cause: 'configuration-invalid',
			haltsRun: true,
			mayPass: false,
		});
	});

	test.each(['v0.1', 'v0.2', 'v1', 'v10.2.3', ' v0.2 '])(
		'may have the version %s',
		(apiVersion) => {
			expect(serviceOf({ ...SERVICE, apiVersion }).apiVersion).toBe(apiVersion.trim());
		},
	);

	test.each<[what: string, apiVersion: unknown]>([
		['empty', ''],
		['missing', undefined],
		['a number', 0.1],
		['without its v', '0.1'],
		['a way to another path', 'v0.1/../admin'],
		['a list', ['v0.1']],
	])('is refused when its version is %s', (_what, apiVersion) => {
		expect(refusalOf({ ...SERVICE, apiVersion })).toMatchObject({
			message: 'API Version in the Kairos credential is not a version',
			cause: 'configuration-invalid',
			haltsRun: true,
			mayPass: false,
		});
	});
});

describe('the request', () => {
	const write = async (severalFaces = false) => {
		const { headers, body } = verificationRequest(SERVICE, IMAGES, severalFaces);
		const contentType = headers?.['Content-Type'];
		if (typeof contentType !== 'string') throw new Error('The content type is no text');
		return { contentType, body: await text(body.stream()) };
	};
	const partNamesOf = (body: string) =>
		[...body.matchAll(/ name="([^"]*)"/g)].map(([, name]) => name);

	test('is a POST to the path of the version', () => {
		expect(verificationRequest(SERVICE, IMAGES, false)).toMatchObject({
			method: 'POST',
			url: 'https://idv-eu.kairos.com/v0.1/biometric-verification',
		});
		const behindProxy = { baseUrl: 'http://proxy:81/kairos', apiVersion: 'v0.2' };
		expect(verificationRequest(behindProxy, IMAGES, false).url).toBe(
			'http://proxy:81/kairos/v0.2/biometric-verification',
		);
	});

	test('sends the selfie as selfie and the photo as image', async () => {
		const { body } = await write();
		expect(partNamesOf(body)).toEqual(['selfie', 'image']);
		expect(body).toMatch(
			/name="selfie"; filename="me\.jpg"\r\nContent-Type: image\/jpeg\r\n\r\nthe selfie\r\n/,
		);
		expect(body).toMatch(
			/name="image"; filename="id\.png"\r\nContent-Type: image\/png\r\n\r\nthe photo\r\n/,
		);
	});

	test('says that the photo may show several faces only when it may', async () => {
		const { body } = await write(true);
		expect(partNamesOf(body)).toEqual(['selfie', 'image', 'image_multiface']);
		expect(body).toMatch(/name="image_multiface"\r\n\r\ntrue\r\n/);
	});

	test('names in its header the boundary of its body', async () => {
		const { contentType, body } = await write();
		const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(contentType)?.[1];
		expect(body.startsWith(`--${boundary}\r\n`)).toBe(true);
		expect(body.endsWith(`\r\n--${boundary}--\r\n`)).toBe(true);
	});

	test('has a boundary that nobody can guess and put into a picture', async () => {
		const written = await Promise.all(Array.from({ length: 20 }, () => write()));
		expect(new Set(written.map(({ contentType }) => contentType)).size).toBe(20);
	});

	test('follows no redirect and leaves the statuses to the node', () => {
		expect(verificationRequest(SERVICE, IMAGES, false)).toMatchObject({
			disableFollowRedirect: true,
			ignoreHttpStatusErrors: true,
			returnFullResponse: true,
			encoding: 'stream',
		});
	});

	test('holds no key: the credential adds it', () => {
		expect(Object.keys(verificationRequest(SERVICE, IMAGES, false).headers ?? {}).sort()).toEqual([
			'Accept',
			'Content-Type',
		]);
	});
});
