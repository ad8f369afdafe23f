import type { ICredentialDataDecryptedObject, IHttpRequestOptions, INodeTypes } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';
import { KairosApi } from '../../credentials/KairosApi.credentials';
import { BiometricVerify } from '../../nodes/BiometricVerify/BiometricVerify.node';
import { parseEndpoint } from '../../nodes/BiometricVerify/kairos/endpoint';
import { KairosError } from '../../nodes/BiometricVerify/kairos/failures/KairosError';
import { nodeWith } from '../support/context.cts';
import { textsWithin } from '../support/secrets.cts';

const credential = new KairosApi();
const KAIROS = 'https://idv-eu.kairos.com';
const EVIL = 'https://evil.example';
const KEYS = { appId: 'the id', appSecretKey: 'the key', baseUrl: KAIROS };

/** In the words of the HTTP Request node and of the other nodes. */
const NO_REDIRECT = {
	followRedirect: false,
	followAllRedirects: false,
	disableFollowRedirect: true,
};

test('The credential has the fields of the panel', () => {
	expect(
		credential.properties.map(({ displayName, name, default: value }) => [
			displayName,
			name,
			value,
		]),
	).toEqual([
		['App ID', 'appId', ''],
		['App Key', 'appSecretKey', ''],
		['Base URL', 'baseUrl', 'https://idv-eu.kairos.com'],
		['API Version', 'apiVersion', 'v0.1'],
		['Allowed HTTP Request Domains', 'allowedHttpRequestDomains', 'none'],
		['Allowed Domains', 'allowedDomains', ''],
	]);
});

test('The credential hides the key, and nothing else', () => {
	const hidden = credential.properties.filter(({ typeOptions }) => typeOptions?.password);
	expect(hidden.map(({ name }) => name)).toEqual(['appSecretKey']);
});

describe('a request that the credential signs', () => {
	const request = { url: 'https://idv-eu.kairos.com', headers: { Accept: 'application/json' } };

	test('A request that the credential signs has the keys as documented, in v0.1', async () => {
		const signed = await credential.authenticate({ ...KEYS, apiVersion: 'v0.1' }, request);
		expect(signed).toStrictEqual({
			...NO_REDIRECT,
			url: 'https://idv-eu.kairos.com',
			headers: { Accept: 'application/json', app_id: 'the id', app_key: 'the key' },
		});
	});

	test('A request that the credential signs has the keys in both spellings, in v0.2', async () => {
		const signed = await credential.authenticate({ ...KEYS, apiVersion: 'v0.2' }, request);
		expect(signed.headers).toStrictEqual({
			Accept: 'application/json',
			app_id: 'the id',
			app_key: 'the key',
			'app-id': 'the id',
			'app-key': 'the key',
		});
	});

	test('A request that the credential signs may have had no headers', async () => {
		const signed = await credential.authenticate({ ...KEYS }, { url: 'https://idv-eu.kairos.com' });
		expect(signed.headers).toStrictEqual({ app_id: 'the id', app_key: 'the key' });
	});

	test('A request that the credential signs is a new one: the one that was given holds no key', async () => {
		await credential.authenticate({ ...KEYS, apiVersion: 'v0.2' }, request);
		expect(request.headers).toEqual({ Accept: 'application/json' });
	});

	test('A request that the credential signs follows no redirect, whatever the request says', async () => {
		const wish = { followRedirect: true, followAllRedirects: true, disableFollowRedirect: false };
		const signed = await credential.authenticate({ ...KEYS }, { url: KEYS.baseUrl, ...wish });
		expect(signed).toMatchObject(NO_REDIRECT);
	});

	test('A request that the credential signs is changed in nothing else', async () => {
		const body = Buffer.from('form');
		const request: IHttpRequestOptions = { url: `${KEYS.baseUrl}/?a=1`, method: 'POST', body };
		const signed = await credential.authenticate({ ...KEYS }, request);
		const headers = { app_id: 'the id', app_key: 'the key' };
		expect(signed).toStrictEqual({ ...request, ...NO_REDIRECT, headers });
		expect(signed.body).toBe(body);
	});
});

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
])('The keys go to the host of Base URL: %s', async (_what, request, baseUrl = KEYS.baseUrl) => {
	expect(await sign(request, baseUrl)).toMatchObject({
		headers: { app_id: 'the id', app_key: 'the key' },
	});
});

test.each<[what: string, request: AnyRequest, baseUrl?: string]>([
	['another host', { url: EVIL }],
	['another host in the HTTP Request node', { uri: 'https://evil.example/' }],
	['another host beside the right one', { url: KAIROS, uri: EVIL }],
	['another host behind the right one', { url: EVIL, uri: KAIROS }],
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
	['another host as base', { url: '/v0.1', baseURL: EVIL }],
	['another host in spite of the base', { url: EVIL, baseURL: KAIROS }],
	[
		'another host without a scheme in spite of the base',
		{ url: '//evil.example', baseURL: KAIROS },
	],
	[
		'another host with backslashes in spite of the base',
		{ url: '\\\\evil.example', baseURL: KAIROS },
	],
	['nowhere', {}],
	['nothing', { url: '' }],
	['no address', { url: 'idv-eu.kairos.com' }],
	['another host on the own network', { url: 'http://127.0.0.1:81' }, 'http://127.0.0.1:80'],
])('The keys go nowhere else: %s', async (_what, request, baseUrl = KEYS.baseUrl) => {
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
])('The keys go nowhere by %s', async (_what, request) => {
	const url = 'https://idv-eu.kairos.com/v0.1';
	await expect(sign({ url, rejectUnauthorized: true })).resolves.toBeDefined();
	await expect(sign({ url, ...request })).rejects.toMatchObject({
		message: 'The Kairos credential cannot be used with a proxy or without SSL validation',
		description:
			'Remove the options Proxy and Ignore SSL Issues (Insecure) from the HTTP Request node.',
		cause: 'configuration-invalid',
	});
});

test('The keys go to no other host, and the error names it', async () => {
	await expect(sign({ url: 'https://evil.example/x' })).rejects.toThrow(
		/cannot be used for evil\.example$/,
	);
	await expect(sign({})).rejects.toThrow(/cannot be used for this address$/);
});

test('The keys go by an address that is an object as by one that is a text', async () => {
	await expect(sign({ uri: new URL('https://idv-eu.kairos.com/v0.1') })).resolves.toBeDefined();
	await expect(sign({ uri: new URL('https://evil.example') })).rejects.toThrow(KairosError);
});

test.each<[what: string, change: object, message: RegExp]>([
	['Base URL is not encrypted', { baseUrl: 'http://kairos.example' }, /does not start with https/],
	['Base URL is missing', { baseUrl: undefined }, /is not a web address/],
	['Base URL is a metadata service', { baseUrl: 'https://[::ffff:a9fe:a9fe]' }, /link-local/],
	['App ID is empty', { appId: ' ' }, /^App ID in the Kairos credential is empty/],
	['App Key has a line break', { appSecretKey: 'a\nb' }, /^App Key .* has a line break/],
])('The keys go nowhere when %s', async (_what, change, message) => {
	const data = { ...KEYS, ...change };
	const signing = credential.authenticate(data as never, { url: String(data.baseUrl) });
	await expect(signing).rejects.toThrow(message);
});

test('The keys are sent as text where an expression returned a number', async () => {
	const signed = await credential.authenticate(
		{ ...KEYS, appId: 4711 as never, appSecretKey: ' the key\n' },
		{ url: KEYS.baseUrl },
	);
	expect(signed.headers).toMatchObject({ app_id: '4711', app_key: 'the key' });
});

const VERIFICATION = `${KEYS.baseUrl}/v0.1/biometric-verification`;
const timeoutOf = async (request: Partial<IHttpRequestOptions>) => {
	const data = { ...KEYS, baseUrl: `${KEYS.baseUrl}/`, apiVersion: 'v0.1' };
	return (await credential.authenticate(data, { url: VERIFICATION, ...request })).timeout;
};

test.each<[timeout: number | undefined, expected: number]>([
	[undefined, 20_000],
	[0, 20_000],
	[300_000, 20_000],
	[5000, 5000],
])(
	'A request without images ends within 20 s: with a timeout of %p, after %i ms',
	async (timeout, expected) => {
		expect(await timeoutOf({ timeout })).toBe(expected);
		expect(await timeoutOf({ timeout, body: {} })).toBe(expected);
	},
);

test.each<[what: string, request: Partial<IHttpRequestOptions>]>([
	['has a body', { body: { a: 1 } }],
	['has a form', { body: new FormData() }],
	['has bytes', { body: Buffer.from('form') }],
	['goes to another path', { url: `${KEYS.baseUrl}/v0.1/other` }],
	['goes to another version', { url: VERIFICATION.replace('v0.1', 'v0.2') }],
	['has a query', { url: `${VERIFICATION}?a=1` }],
])(
	'A request does not count as one without images when it %s, and keeps its timeout',
	async (_what, request) => {
		expect(await timeoutOf({ ...request, timeout: 300_000 })).toBe(300_000);
		expect(await timeoutOf(request)).toBeUndefined();
	},
);

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

	test.each<[baseUrl: string, expected: string]>([
		['https://idv-eu.kairos.com', 'https://idv-eu.kairos.com'],
		[' https://idv-eu.kairos.com// ', 'https://idv-eu.kairos.com'],
		['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
		['https://proxy.example/kairos/eu/', 'https://proxy.example/kairos/eu'],
	])(
		'The test of the credential asks the same address as a verification: %j',
		(baseUrl, expected) => {
			for (const apiVersion of ['v0.1', 'v0.2']) {
				const url = `${expected}/${apiVersion}/biometric-verification`;
				expect(urlWith({ ...KEYS, baseUrl, apiVersion })).toBe(url);
				expect(parseEndpoint({ baseUrl, apiVersion }).url).toBe(url);
			}
		},
	);

	test('The test of the credential is a POST that follows no redirect with the keys', () => {
		expect(request).toMatchObject({ method: 'POST', disableFollowRedirect: true });
	});

	test('The test of the credential sends no image, which would cost money', () => {
		expect(request.body).toBeUndefined();
	});

	/** What n8n shows for a status; undefined when it takes it for a success. */
	function messageFor(status: number): string | undefined {
		const ignored = request.ignoreHttpStatusErrors;
		const isSuccess =
			typeof ignored === 'object' && ignored.ignore && !ignored.except?.includes(status);
		if (isSuccess) return undefined;
		for (const rule of rules) {
			if (rule.type === 'responseCode' && rule.properties.value === status) {
				return rule.properties.message;
			}
		}
		return 'a message of n8n';
	}

	test.each([400, 411, 413, 415, 422])(
		'The test of the credential takes the status %i for a success: the keys were accepted, the images are missing',
		(status) => {
			expect(messageFor(status)).toBeUndefined();
		},
	);

	const NOT_CHECKED =
		/^This address answered a request without images, so your keys were not checked\.$/;
	const REDIRECTS = /redirects to another one.*final address as Base URL/;
	const NOT_FOUND = /no Kairos API at this address\. Check Base URL and API Version/;
	const UNAVAILABLE = /temporarily unavailable.*not checked: try again/;

	test.each<[statuses: number[], message: RegExp]>([
		[[200, 201, 202, 203, 204, 205, 206], NOT_CHECKED],
		[[301, 302, 303, 307, 308], REDIRECTS],
		[[401], /rejected the App ID or App Key\. Check both/],
		[[402], /requires payment/],
		[
			[403],
			/App ID or App Key is wrong, or the account has reached a usage limit.*both keys.*usage/,
		],
		[[404, 405], NOT_FOUND],
		[[407], /^A proxy between n8n and Kairos requires a login\..*not checked/],
		[[429], /rate limiting.*try again/],
		[
			[500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 521, 522, 523, 524, 525, 526, 530],
			UNAVAILABLE,
		],
	])('The test of the credential says what the statuses %j mean', (statuses, message) => {
		for (const status of statuses) expect(messageFor(status)).toMatch(message);
	});

	test('The test of the credential has a message for every status that is not a success', () => {
		for (let status = 200; status < 600; status++) {
			expect([status, messageFor(status)]).not.toEqual([status, 'a message of n8n']);
		}
	});
});
