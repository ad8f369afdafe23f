import type { ICredentialDataDecryptedObject, INodeTypes } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';
import { KairosApi } from '../../credentials/KairosApi.credentials';
import { BiometricVerify } from '../../nodes/BiometricVerify/BiometricVerify.node';
import { serviceOf, verificationRequest } from '../../nodes/BiometricVerify/kairos/request';
import { nodeWith } from '../support/context.cts';

const credential = new KairosApi();
const KEYS = { appId: 'the id', appSecretKey: 'the key' };

describe('the credential', () => {
	test('is the one that the node asks for', () => {
		expect(credential.name).toBe('kairosApi');
		expect(credential.displayName).toBe('Kairos API');
		expect(new BiometricVerify().description.credentials).toEqual([
			{ name: credential.name, required: true },
		]);
	});

	test.each<[name: string, label: string, type: string, value: string]>([
		['appId', 'App ID', 'string', ''],
		['appSecretKey', 'App Key', 'string', ''],
		['baseUrl', 'Base URL', 'string', 'https://idv-eu.kairos.com'],
		['apiVersion', 'API Version', 'options', 'v0.1'],
	])('has the field %s', (name, displayName, type, value) => {
		const field = credential.properties.find((property) => property.name === name);
		expect(field).toMatchObject({ displayName, type, default: value });
		expect(field?.description).toBeTruthy();
	});

	test('has no other field', () => {
		expect(credential.properties).toHaveLength(4);
	});

	test('hides the key, and nothing else', () => {
		const hidden = credential.properties.filter(({ typeOptions }) => typeOptions?.password);
		expect(hidden.map(({ name }) => name)).toEqual(['appSecretKey']);
	});

	test('needs the keys and the address', () => {
		const required = credential.properties.filter(({ required: isRequired }) => isRequired);
		expect(required.map(({ name }) => name)).toEqual(['appId', 'appSecretKey', 'baseUrl']);
	});

	test('offers both versions of the API', () => {
		const version = credential.properties.find(({ name }) => name === 'apiVersion');
		expect(version?.options).toEqual([
			{ name: 'v0.1', value: 'v0.1' },
			{ name: 'v0.2', value: 'v0.2' },
		]);
	});
});

describe('a request that the credential signs', () => {
	const request = { url: 'https://idv-eu.kairos.com', headers: { Accept: 'application/json' } };

	test('has the keys as documented, in v0.1', async () => {
		const signed = await credential.authenticate({ ...KEYS, apiVersion: 'v0.1' }, request);
		expect(signed).toStrictEqual({
			url: 'https://idv-eu.kairos.com',
			headers: { Accept: 'application/json', app_id: 'the id', app_key: 'the key' },
		});
	});

	test('has the keys in both spellings, in v0.2', async () => {
		const signed = await credential.authenticate({ ...KEYS, apiVersion: 'v0.2' }, request);
		expect(signed.headers).toStrictEqual({
			Accept: 'application/json',
			app_id: 'the id',
			app_key: 'the key',
			'app-id': 'the id',
			'app-key': 'the key',
		});
	});

	test('has the keys without the white space that was copied along', async () => {
		const copied = { appId: ' the id', appSecretKey: 'the key\n', apiVersion: 'v0.1' };
		const signed = await credential.authenticate(copied, request);
		expect(signed.headers).toMatchObject({ app_id: 'the id', app_key: 'the key' });
	});

	test('may have had no headers', async () => {
		const signed = await credential.authenticate({ ...KEYS }, { url: 'https://x.example' });
		expect(signed.headers).toStrictEqual({ app_id: 'the id', app_key: 'the key' });
	});

	test('is a new one: the one that was given holds no key', async () => {
		await credential.authenticate({ ...KEYS, apiVersion: 'v0.2' }, request);
		expect(request.headers).toEqual({ Accept: 'application/json' });
	});

	test('is changed in nothing but its headers', async () => {
		const body = Buffer.from('form');
		const signed = await credential.authenticate(
			{ ...KEYS },
			{ url: 'https://x.example/?a=1', method: 'POST', body, disableFollowRedirect: true },
		);
		expect(signed).toMatchObject({ url: 'https://x.example/?a=1', method: 'POST' });
		expect(signed.body).toBe(body);
	});
});

describe('the test of the credential', () => {
	const { request, rules = [] } = credential.test;

	/** The address as n8n's own expression engine resolves it. */
	function urlWith(data: ICredentialDataDecryptedObject): unknown {
		const biometricVerify = new BiometricVerify();
		const nodeTypes: INodeTypes = {
			getByName: () => biometricVerify,
			getByNameAndVersion: () => biometricVerify,
			getKnownTypes: () => ({}),
		};
		const node = nodeWith();
		const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
		return workflow.expression.getParameterValue(
			request.url ?? '',
			null,
			0,
			0,
			node.name,
			[],
			'internal',
			{ $credentials: data },
		);
	}

	test.each<[what: string, baseUrl: string, apiVersion: string, url: string]>([
		[
			'as it is by default',
			'https://idv-eu.kairos.com',
			'v0.1',
			'https://idv-eu.kairos.com/v0.1/biometric-verification',
		],
		[
			'with a slash at its end',
			'https://idv-eu.kairos.com/',
			'v0.2',
			'https://idv-eu.kairos.com/v0.2/biometric-verification',
		],
		[
			'with several slashes and white space',
			' https://idv-eu.kairos.com// ',
			'v0.1',
			'https://idv-eu.kairos.com/v0.1/biometric-verification',
		],
		[
			'with a port',
			'http://127.0.0.1:8080',
			'v0.1',
			'http://127.0.0.1:8080/v0.1/biometric-verification',
		],
		[
			'with a port and a slash',
			'http://127.0.0.1:8080/',
			'v0.1',
			'http://127.0.0.1:8080/v0.1/biometric-verification',
		],
		[
			'with a path',
			'https://proxy.example/kairos/eu',
			'v0.2',
			'https://proxy.example/kairos/eu/v0.2/biometric-verification',
		],
		[
			'with a path and a slash',
			'https://proxy.example/kairos/eu/',
			'v0.2',
			'https://proxy.example/kairos/eu/v0.2/biometric-verification',
		],
	])('asks the same address as a verification, given one %s', (_what, baseUrl, apiVersion, url) => {
		expect(urlWith({ ...KEYS, baseUrl, apiVersion })).toBe(url);
		const picture = { bytes: Buffer.from(''), fileName: 'x', mimeType: 'image/png' };
		const images = { selfie: picture, photo: picture };
		expect(verificationRequest(serviceOf({ baseUrl, apiVersion }), images, false).url).toBe(url);
	});

	test('is a POST that follows no redirect with the keys', () => {
		expect(request).toMatchObject({ method: 'POST', disableFollowRedirect: true });
	});

	test('sends no picture, which would cost money', () => {
		expect(request.body).toBeUndefined();
	});

	/** What n8n shows for a status; undefined when it takes it for a success. */
	function messageFor(status: number): string | undefined {
		const ignored = request.ignoreHttpStatusErrors;
		const isSuccess =
			status < 300 ||
			(typeof ignored === 'object' && ignored.ignore && !ignored.except?.includes(status));
		if (isSuccess) return undefined;
		for (const rule of rules) {
			if (rule.type === 'responseCode' && rule.properties.value === status) {
				return rule.properties.message;
			}
		}
		return 'a message of n8n';
	}

	test.each([200, 400, 411, 413, 415, 422])(
		'takes the status %i for a success: the keys were accepted, the pictures are missing',
		(status) => {
			expect(messageFor(status)).toBeUndefined();
		},
	);

	test.each<[status: number, message: RegExp]>([
		[301, /redirects elsewhere.*final address as Base URL/],
		[302, /redirects elsewhere.*final address as Base URL/],
		[303, /redirects elsewhere.*final address as Base URL/],
		[307, /redirects elsewhere.*final address as Base URL/],
		[308, /redirects elsewhere.*final address as Base URL/],
		[401, /does not accept these keys\. Check App ID and App Key/],
		[403, /wrong, or the account has reached a usage limit.*App ID and App Key.*usage/],
		[404, /no Kairos API at this address\. Check Base URL and API Version/],
		[405, /no Kairos API at this address\. Check Base URL and API Version/],
		[429, /too many requests.*try again/],
		[500, /has a fault or is down.*not checked: try again later/],
		[502, /has a fault or is down.*not checked: try again later/],
		[503, /has a fault or is down.*not checked: try again later/],
		[504, /has a fault or is down.*not checked: try again later/],
	])('says what the status %i means', (status, message) => {
		expect(messageFor(status)).toMatch(message);
	});

	test('takes no fault for keys that were accepted, also none that only proxies give', () => {
		const faults = [500, 501, 502, 503, 504, 505, 507, 508, 520, 521, 522, 523, 524, 525, 526, 530];
		expect(faults.filter((status) => messageFor(status) === undefined)).toEqual([]);
	});

	test('does not take a demand for payment for keys that work', () => {
		expect(messageFor(402)).toBeDefined();
	});

	test('has a message for every status that is no success', () => {
		for (let status = 200; status < 600; status++) {
			expect([status, messageFor(status)]).not.toEqual([status, 'a message of n8n']);
		}
	});
});
