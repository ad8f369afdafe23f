import type { ICredentialDataDecryptedObject, IHttpRequestOptions, INodeTypes } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';
import { KairosApi } from '../../credentials/KairosApi.credentials';
import { BiometricVerify } from '../../nodes/BiometricVerify/BiometricVerify.node';
import { readService } from '../../nodes/BiometricVerify/kairos/endpoint';
import { KairosError } from '../../nodes/BiometricVerify/kairos/failures/KairosError';
import { nodeWith } from '../support/context.cts';
import { textsWithin } from '../support/secrets.cts';

const credential = new KairosApi();
const KEYS = {
	...{ appId: 'the id', appSecretKey: 'the key' },
	baseUrl: 'https://idv-eu.kairos.com',
};

/** In the words of the HTTP Request node and of the other nodes. */
const NO_REDIRECT = {
	followRedirect: false,
	followAllRedirects: false,
	disableFollowRedirect: true,
};

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
		['allowedHttpRequestDomains', 'Allowed HTTP Request Domains', 'options', 'none'],
		['allowedDomains', 'Allowed Domains', 'string', ''],
	])('has the field %s', (name, displayName, type, value) => {
		const field = credential.properties.find((property) => property.name === name);
		expect(field).toMatchObject({ displayName, type, default: value });
		expect(field?.description).toBeTruthy();
	});

	test('has its own icon, and a page that explains it', () => {
		expect(credential.icon).toEqual({
			light: 'file:../icons/kairos.svg',
			dark: 'file:../icons/kairos.dark.svg',
		});
		expect(credential.documentationUrl).toMatch(/^https:.+#credential$/);
	});

	test.each([
		['baseUrl', 'e.g. https://idv-eu.kairos.com'],
		['allowedDomains', 'e.g. idv-eu.kairos.com'],
	])('shows by an example what to type into %s', (name, placeholder) => {
		expect(credential.properties.find((field) => field.name === name)).toMatchObject({
			placeholder,
		});
	});

	test('names and describes each choice', () => {
		const choices = credential.properties.flatMap(({ options = [] }) => options);
		expect(choices).toHaveLength(5);
		expect(choices.filter(({ name }) => !/^\w/.test(name))).toEqual([]);
		const domains = credential.properties.find(({ name }) => name === 'allowedHttpRequestDomains');
		for (const choice of domains?.options ?? []) {
			expect(choice).toMatchObject({ description: expect.stringMatching(/\w/) as unknown });
		}
	});

	test('explains each status by which its test fails', () => {
		for (const { properties } of credential.test.rules ?? []) {
			expect(properties).toMatchObject({ message: expect.stringMatching(/\w\.$/) as unknown });
		}
	});

	test('has no other field', () => {
		expect(credential.properties).toHaveLength(6);
	});

	test('hides the key, and nothing else', () => {
		const hidden = credential.properties.filter(({ typeOptions }) => typeOptions?.password);
		expect(hidden.map(({ name }) => name)).toEqual(['appSecretKey']);
	});

	test('needs the keys and the address', () => {
		const required = credential.properties.filter(({ required: isRequired }) => isRequired);
		expect(required.map(({ name }) => name)).toEqual(['appId', 'appSecretKey', 'baseUrl']);
	});

	test("has n8n's own choice of where an HTTP Request node may use it, with None as default", () => {
		const domains = credential.properties.find(({ name }) => name === 'allowedHttpRequestDomains');
		expect(domains?.options?.map((choice) => 'value' in choice && choice.value)).toEqual([
			'all',
			'domains',
			'none',
		]);
		const list = credential.properties.find(({ name }) => name === 'allowedDomains');
		expect(list?.displayOptions).toEqual({ show: { allowedHttpRequestDomains: ['domains'] } });
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
			...NO_REDIRECT,
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
		const copied = { ...KEYS, appId: ' the id', appSecretKey: 'the key\n', apiVersion: 'v0.1' };
		const signed = await credential.authenticate(copied, request);
		expect(signed.headers).toMatchObject({ app_id: 'the id', app_key: 'the key' });
	});

	test('may have had no headers', async () => {
		const signed = await credential.authenticate({ ...KEYS }, { url: 'https://idv-eu.kairos.com' });
		expect(signed.headers).toStrictEqual({ app_id: 'the id', app_key: 'the key' });
	});

	test('is a new one: the one that was given holds no key', async () => {
		await credential.authenticate({ ...KEYS, apiVersion: 'v0.2' }, request);
		expect(request.headers).toEqual({ Accept: 'application/json' });
	});

	test('follows no redirect, whatever the request says', async () => {
		const wish = { followRedirect: true, followAllRedirects: true, disableFollowRedirect: false };
		const signed = await credential.authenticate({ ...KEYS }, { url: KEYS.baseUrl, ...wish });
		expect(signed).toMatchObject(NO_REDIRECT);
	});

	test('is changed in nothing else', async () => {
		const body = Buffer.from('form');
		const request: IHttpRequestOptions = { url: `${KEYS.baseUrl}/?a=1`, method: 'POST', body };
		const signed = await credential.authenticate({ ...KEYS }, request);
		const headers = { app_id: 'the id', app_key: 'the key' };
		expect(signed).toStrictEqual({ ...request, ...NO_REDIRECT, headers });
		expect(signed.body).toBe(body);
	});
});

describe('the keys', () => {
	/** The HTTP Request node says `uri` where other nodes say `url`. */
	type AnyRequest = Partial<IHttpRequestOptions> & { uri?: unknown; rejectUnauthorized?: boolean };

	const sign = (request: AnyRequest, baseUrl: unknown = KEYS.baseUrl) =>
		credential.authenticate(
			{ ...KEYS, apiVersion: 'v0.2', baseUrl: baseUrl as string },
			request as IHttpRequestOptions,
		);

	test.each<[what: string, request: AnyRequest, baseUrl?: string]>([
		['its address', { url: 'https://idv-eu.kairos.com' }],
		['any path of it', { url: 'https://idv-eu.kairos.com/v0.1/biometric-verification?a=b#c' }],
		['its address in capitals', { url: 'HTTPS://IDV-EU.KAIROS.COM/v0.1' }],
		['its address with the usual port', { url: 'https://idv-eu.kairos.com:443/' }],
		['a path, with its address as base', { url: '/v0.1', baseURL: 'https://idv-eu.kairos.com' }],
		['its address in the HTTP Request node', { uri: 'https://idv-eu.kairos.com/v0.1' }],
		['its port', { url: 'http://127.0.0.1:8080/x' }, 'http://127.0.0.1:8080/kairos'],
		['a host on the own network', { url: 'http://localhost/' }, ' http://LOCALHOST '],
	])('go to the host of Base URL: %s', async (_what, request, baseUrl = KEYS.baseUrl) => {
		expect(await sign(request, baseUrl)).toMatchObject({
			headers: { app_id: 'the id', app_key: 'the key' },
		});
	});

	test.each<[what: string, request: AnyRequest, baseUrl?: string]>([
		['another host', { url: 'https://evil.example' }],
		['another host in the HTTP Request node', { uri: 'https://evil.example/' }],
		[
			'another host beside the right one',
			{ url: 'https://idv-eu.kairos.com', uri: 'https://evil.example' },
		],
		[
			'another host behind the right one',
			{ url: 'https://evil.example', uri: 'https://idv-eu.kairos.com' },
		],
		['a host below it', { url: 'https://x.idv-eu.kairos.com' }],
		['a host that begins like it', { url: 'https://idv-eu.kairos.com.evil.example' }],
		['a host with it as user', { url: 'https://idv-eu.kairos.com@evil.example/' }],
		['a host with it as user and password', { url: 'https://idv-eu.kairos.com:443@evil.example' }],
		['another port', { url: 'https://idv-eu.kairos.com:444' }],
		['the same host, unencrypted', { url: 'http://idv-eu.kairos.com' }],
		['the same host by its port', { url: 'http://idv-eu.kairos.com:443' }],
		['a host behind a backslash', { url: 'https://evil.example\\@idv-eu.kairos.com' }],
		['an address without slashes', { url: 'https:evil.example/x' }],
		['an address with one slash', { url: 'https:/evil.example/x' }],
		['an address without a scheme', { url: '//evil.example/x' }],
		['a path without a base', { url: '/v0.1' }],
		['another host as base', { url: '/v0.1', baseURL: 'https://evil.example' }],
		[
			'another host in spite of the base',
			{ url: 'https://evil.example', baseURL: 'https://idv-eu.kairos.com' },
		],
		[
			'another host without a scheme in spite of the base',
			{ url: '//evil.example', baseURL: 'https://idv-eu.kairos.com' },
		],
		[
			'another host with backslashes in spite of the base',
			{ url: '\\\\evil.example', baseURL: 'https://idv-eu.kairos.com' },
		],
		['nowhere', {}],
		['nothing', { url: '' }],
		['no address', { url: 'idv-eu.kairos.com' }],
		['another host on the own network', { url: 'http://127.0.0.1:81' }, 'http://127.0.0.1:80'],
	])('go nowhere else: %s', async (_what, request, baseUrl = KEYS.baseUrl) => {
		const signing = sign(request, baseUrl);
		await expect(signing).rejects.toBeInstanceOf(KairosError);
		await expect(signing).rejects.toMatchObject({
			message: expect.stringMatching(/^The Kairos credential cannot be used for [^@]+$/) as unknown,
			description: 'Its keys only go to the host in Base URL.',
			cause: 'configuration-invalid',
		});
		const error: unknown = await signing.catch((refusal: unknown) => refusal);
		expect(textsWithin(error)).not.toMatch(/the id|the key/);
	});

	test.each<[what: string, request: AnyRequest]>([
		['a proxy', { proxy: { host: 'evil.example', port: 8080, protocol: 'http' } }],
		['a proxy as the HTTP Request node says it', { proxy: 'http://evil.example' as never }],
		['a certificate that nobody checks', { skipSslCertificateValidation: true }],
		['a certificate that nobody checks, in the HTTP Request node', { rejectUnauthorized: false }],
	])('go nowhere by %s', async (_what, request) => {
		const url = 'https://idv-eu.kairos.com/v0.1';
		await expect(sign({ url, rejectUnauthorized: true })).resolves.toBeDefined();
		await expect(sign({ url, ...request })).rejects.toMatchObject({
			message: 'The Kairos credential cannot be used with a proxy or without SSL validation',
			description:
				'Remove the options Proxy and Ignore SSL Issues (Insecure) from the HTTP Request node.',
			cause: 'configuration-invalid',
		});
	});

	test('go to no other host, and the error names it', async () => {
		await expect(sign({ url: 'https://evil.example/x' })).rejects.toThrow(
			/cannot be used for evil\.example$/,
		);
		await expect(sign({})).rejects.toThrow(/cannot be used for this address$/);
	});

	test('go by an address that is an object as by one that is a text', async () => {
		await expect(sign({ uri: new URL('https://idv-eu.kairos.com/v0.1') })).resolves.toBeDefined();
		await expect(sign({ uri: new URL('https://evil.example') })).rejects.toThrow(KairosError);
	});

	test.each<[what: string, baseUrl: unknown, message: RegExp]>([
		['is not encrypted', 'http://kairos.example', /does not start with https/],
		['is not encrypted, by number', 'http://134744072', /does not start with https/],
		['is none', 'kairos.example', /is not a web address/],
		['is missing', undefined, /is not a web address/],
		['holds a user', 'https://me@kairos.example', /contains a username/],
	])('go nowhere when Base URL %s', async (_what, baseUrl, message) => {
		await expect(
			sign({ url: String(baseUrl) }, baseUrl === undefined ? null : baseUrl),
		).rejects.toThrow(message);
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
		expect(readService({ baseUrl, apiVersion }).url).toBe(url);
	});

	test('is a POST that follows no redirect with the keys', () => {
		expect(request).toMatchObject({ method: 'POST', disableFollowRedirect: true });
	});

	test('sends no image, which would cost money', () => {
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
		'takes the status %i for a success: the keys were accepted, the images are missing',
		(status) => {
			expect(messageFor(status)).toBeUndefined();
		},
	);

	test.each<[status: number, message: RegExp]>([
		[301, /redirects to another one.*final address as Base URL/],
		[302, /redirects to another one.*final address as Base URL/],
		[303, /redirects to another one.*final address as Base URL/],
		[307, /redirects to another one.*final address as Base URL/],
		[308, /redirects to another one.*final address as Base URL/],
		[401, /rejected the App ID or App Key\. Check both/],
		[403, /App ID or App Key is wrong, or the account has reached a usage limit.*both keys.*usage/],
		[404, /no Kairos API at this address\. Check Base URL and API Version/],
		[405, /no Kairos API at this address\. Check Base URL and API Version/],
		[429, /rate limiting.*try again/],
		[500, /temporarily unavailable.*not checked: try again/],
		[502, /temporarily unavailable.*not checked: try again/],
		[503, /temporarily unavailable.*not checked: try again/],
		[504, /temporarily unavailable.*not checked: try again/],
	])('says what the status %i means', (status, message) => {
		expect(messageFor(status)).toMatch(message);
	});

	test('takes no server error for keys that were accepted, also none that only proxies give', () => {
		const errors = [500, 501, 502, 503, 504, 505, 507, 508, 520, 521, 522, 523, 524, 525, 526, 530];
		expect(errors.filter((status) => messageFor(status) === undefined)).toEqual([]);
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
