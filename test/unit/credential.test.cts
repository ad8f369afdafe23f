import type { ICredentialDataDecryptedObject, IHttpRequestOptions, INodeTypes } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';
import { KairosApi } from '../../credentials/KairosApi.credentials';
import { BiometricVerify } from '../../nodes/BiometricVerify/BiometricVerify.node';
import { readAccess } from '../../nodes/BiometricVerify/kairos/endpoint';
import { KairosError } from '../../nodes/BiometricVerify/kairos/failures/KairosError';
import { nodeWith } from '../support/context.cts';
import { choicesOf } from '../support/panel.cts';
import { textsWithin } from '../support/secrets.cts';

const credential = new KairosApi();
const KAIROS = 'https://idv-eu.kairos.com';
const DOMAINS = ['all', 'domains', 'none'];
const EVIL = 'https://evil.example';
const DATA = { appId: 'the id', appSecretKey: 'the key', baseUrl: KAIROS, apiVersion: 'v0.1' };
const SIGNED = { app_id: 'the id', app_key: 'the key' };

/** The HTTP Request node says `uri` where other nodes say `url`. */
type AnyRequest = Partial<IHttpRequestOptions> & { uri?: unknown; rejectUnauthorized?: boolean };

const sign = (request: AnyRequest, changes: Record<string, unknown> = {}) =>
	credential.authenticate(
		{ ...DATA, ...changes } as ICredentialDataDecryptedObject,
		request as IHttpRequestOptions,
	);

test('The credential asks for these fields, in this order', () => {
	const fields = credential.properties.map((field) => {
		const choices = choicesOf(field).map(({ value }) => value);
		return [field.displayName, field.name, field.default, field.required ?? false, ...choices];
	});
	expect(fields).toEqual([
		['App ID', 'appId', '', true],
		['App Key', 'appSecretKey', '', true],
		['Base URL', 'baseUrl', KAIROS, true],
		['API Version', 'apiVersion', 'v0.1', false, 'v0.1', 'v0.2'],
		['Allowed HTTP Request Domains', 'allowedHttpRequestDomains', 'none', false, ...DOMAINS],
		['Allowed Domains', 'allowedDomains', '', false],
	]);
	const last = credential.properties.at(-1);
	expect(last?.displayOptions).toEqual({ show: { allowedHttpRequestDomains: ['domains'] } });
});

test('The credential hides the key, and nothing else', () => {
	const hidden = credential.properties.filter(({ typeOptions }) => typeOptions?.password);
	expect(hidden.map(({ name }) => name)).toEqual(['appSecretKey']);
});

test.each<[apiVersion: string, keys: object]>([
	['v0.1', SIGNED],
	['v0.2', { ...SIGNED, 'app-id': 'the id', 'app-key': 'the key' }],
	[' v0.2 ', { ...SIGNED, 'app-id': 'the id', 'app-key': 'the key' }],
])(
	'A request is signed as %s documents it, follows no redirect whatever it says, and is changed in nothing else',
	async (apiVersion, keys) => {
		const headers = { Accept: 'application/json' };
		const request = { url: `${KAIROS}/?a=1`, method: 'POST', body: Buffer.from('form') } as const;
		const redirects = { followRedirect: true, followAllRedirects: true };
		expect(await sign({ ...request, headers, ...redirects }, { apiVersion })).toStrictEqual({
			...request,
			// In the words of the HTTP Request node and of the other nodes.
			followRedirect: false,
			followAllRedirects: false,
			disableFollowRedirect: true,
			headers: { Accept: 'application/json', ...keys },
		});
		expect(headers).toEqual({ Accept: 'application/json' });
	},
);

test.each<[what: string, request: AnyRequest, baseUrl?: string]>([
	['its address', { url: KAIROS }],
	['any path of it', { url: `${KAIROS}/v0.1/biometric-verification?a=b#c` }],
	['its address in capitals', { url: 'HTTPS://IDV-EU.KAIROS.COM/v0.1' }],
	['its address with the usual port', { url: `${KAIROS}:443/` }],
	['a path, with its address as base', { url: '/v0.1', baseURL: KAIROS }],
	['its address in the HTTP Request node', { uri: `${KAIROS}/v0.1` }],
	['its address as an object', { uri: new URL(KAIROS) }],
	['its port', { url: 'http://127.0.0.1:8080/x' }, 'http://127.0.0.1:8080/kairos'],
	['a host on the own network', { url: 'http://localhost/' }, ' http://LOCALHOST '],
])('The keys go to the host of Base URL: %s', async (_what, request, baseUrl = KAIROS) => {
	expect((await sign(request, { baseUrl })).headers).toStrictEqual(SIGNED);
});

test.each<[what: string, request: AnyRequest, baseUrl?: string]>([
	['another host', { url: EVIL }],
	['another host in the HTTP Request node', { uri: 'https://evil.example/' }],
	['another host as an object', { uri: new URL(EVIL) }],
	['another host beside the right one', { url: KAIROS, uri: EVIL }],
	['another host behind the right one', { url: EVIL, uri: KAIROS }],
	['a host below it', { url: 'https://x.idv-eu.kairos.com' }],
	['a host that begins like it', { url: `${KAIROS}.evil.example` }],
	['a host with it as user', { url: `${KAIROS}@evil.example/` }],
	['a host with it as user and password', { url: `${KAIROS}:443@evil.example` }],
	['another port', { url: `${KAIROS}:444` }],
	['the same host, unencrypted', { url: 'http://idv-eu.kairos.com' }],
	['the same host by its port', { url: 'http://idv-eu.kairos.com:443' }],
	['a host behind a backslash', { url: 'https://evil.example\\@idv-eu.kairos.com' }],
	['an address without slashes', { url: 'https:evil.example/x' }],
	['an address with one slash', { url: 'https:/evil.example/x' }],
	['an address without a scheme', { url: '//evil.example/x' }],
	['a path without a base', { url: '/v0.1' }],
	['another host as base', { url: '/v0.1', baseURL: EVIL }],
	['another host in spite of the base', { url: EVIL, baseURL: KAIROS }],
	['another host without a scheme, and the base', { url: '//evil.example', baseURL: KAIROS }],
	['another host with backslashes, and the base', { url: '\\\\evil.example', baseURL: KAIROS }],
	['nowhere', {}],
	['nothing', { url: '' }],
	['no address', { url: 'idv-eu.kairos.com' }],
	['another host on the own network', { url: 'http://127.0.0.1:81' }, 'http://127.0.0.1:80'],
])('The keys go nowhere else: %s', async (_what, request, baseUrl = KAIROS) => {
	const error: unknown = await sign(request, { baseUrl }).catch((refusal: unknown) => refusal);
	expect(error).toBeInstanceOf(KairosError);
	expect(error).toMatchObject({
		message: expect.stringMatching(/^The Kairos credential cannot be used for [^@]+$/) as unknown,
		code: 'INVALID_CREDENTIAL',
		description: 'Its keys only go to the host in Base URL.',
	});
	expect(textsWithin(error)).not.toMatch(/the id|the key/);
});

test('The keys go nowhere else, and the error names the other host', async () => {
	await expect(sign({ url: `${EVIL}/x` })).rejects.toThrow(/cannot be used for evil\.example$/);
	await expect(sign({})).rejects.toThrow(/cannot be used for this address$/);
});

test.each<[what: string, request: AnyRequest]>([
	['a proxy', { proxy: { host: 'evil.example', port: 8080, protocol: 'http' } }],
	['a proxy as the HTTP Request node says it', { proxy: 'http://evil.example' as never }],
	['a certificate that nobody checks', { skipSslCertificateValidation: true }],
	['a certificate that nobody checks, in the HTTP Request node', { rejectUnauthorized: false }],
])('The keys go nowhere by %s', async (_what, request) => {
	await expect(sign({ url: KAIROS, rejectUnauthorized: true })).resolves.toBeDefined();
	await expect(sign({ url: KAIROS, ...request })).rejects.toMatchObject({
		message: 'The Kairos credential cannot be used with a proxy or without SSL validation',
		description: expect.stringMatching(/^Remove the options Proxy and Ignore SSL/) as unknown,
	});
});

test.each<[what: string, change: Record<string, string>, message: RegExp]>([
	['Base URL is not encrypted', { baseUrl: 'http://kairos.example' }, /does not start with https/],
	['Base URL is a metadata service', { baseUrl: 'https://[::ffff:a9fe:a9fe]' }, /link-local/],
	['App Key has a line break', { appSecretKey: 'a\nb' }, /^App Key .* has a line break/],
])('The keys go nowhere when %s', async (_what, change, message) => {
	const { baseUrl: url } = { ...DATA, ...change };
	await expect(sign({ url }, change)).rejects.toThrow(message);
});

const VERIFICATION = `${KAIROS}/v0.1/biometric-verification`;
const timeoutOf = async (request: AnyRequest) =>
	(await sign({ url: VERIFICATION, ...request }, { baseUrl: `${KAIROS}/` })).timeout;

test.each<[timeout: number | undefined, expected: number]>([
	[undefined, 20_000],
	[0, 20_000],
	[300_000, 20_000],
	[5000, 5000],
])(
	'A request without images and with a timeout of %p ends after %i ms',
	async (timeout, expected) => {
		expect(await timeoutOf({ timeout })).toBe(expected);
		expect(await timeoutOf({ timeout, body: {} })).toBe(expected);
	},
);

test.each<[what: string, request: AnyRequest]>([
	['has a body', { body: { a: 1 } }],
	['has a form', { body: new FormData() }],
	['has bytes', { body: Buffer.from('form') }],
	['goes to another version', { url: VERIFICATION.replace('v0.1', 'v0.2') }],
	['has a query', { url: `${VERIFICATION}?a=1` }],
])('A request that %s does not count as one without images', async (_what, request) => {
	expect(await timeoutOf({ ...request, timeout: 300_000 })).toBe(300_000);
	expect(await timeoutOf(request)).toBeUndefined();
});

const { request, rules = [] } = credential.test;

/** The address of the credential's test, as n8n's own expression engine resolves it. */
function testUrlWith(data: ICredentialDataDecryptedObject): unknown {
	const nodeType = new BiometricVerify();
	const [getByName, getByNameAndVersion] = [() => nodeType, () => nodeType];
	const nodeTypes: INodeTypes = { getByName, getByNameAndVersion, getKnownTypes: () => ({}) };
	const node = nodeWith();
	const { expression } = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const given = { $credentials: data };
	const url = request.url ?? '';
	return expression.getParameterValue(url, null, 0, 0, node.name, [], 'internal', given);
}

test.each([KAIROS, ` ${KAIROS}// `, 'http://127.0.0.1:8080/', 'https://proxy.example/kairos/eu/'])(
	'The test of the credential asks the same address as a verification, without images: %j',
	(baseUrl) => {
		for (const apiVersion of ['v0.1', 'v0.2']) {
			const data = { ...DATA, baseUrl, apiVersion };
			expect(testUrlWith(data)).toBe(readAccess(data).service.url);
		}
		expect(request).toMatchObject({ method: 'POST', disableFollowRedirect: true });
		expect(request).not.toHaveProperty('body');
	},
);

/** What n8n shows for a status; undefined when it takes it for a success. */
function messageFor(status: number): string | undefined {
	const ignored = request.ignoreHttpStatusErrors;
	if (typeof ignored !== 'object' || !ignored.ignore) throw new Error('All are errors');
	if (!ignored.except?.includes(status)) return undefined;
	const rule = rules.find(
		({ type, properties }) => type === 'responseCode' && properties.value === status,
	);
	return (rule?.properties as { message?: string } | undefined)?.message ?? 'a message of n8n';
}

const NOT_CHECKED = /answered a request without images, so your keys were not checked\.$/;
const FORBIDDEN = /App ID or App Key is wrong, or the account has reached a usage limit.*both keys/;
const UNAVAILABLE = /temporarily unavailable.*not checked: try again/;

test.each<[statuses: number[], message: RegExp]>([
	[[200, 201, 202, 203, 204, 205, 206], NOT_CHECKED],
	[[301, 302, 303, 307, 308], /redirects to another one.*final address as Base URL/],
	[[401], /rejected the App ID or App Key\. Check both/],
	[[402], /requires payment/],
	[[403], FORBIDDEN],
	[[404, 405], /no Kairos API at this address\. Check Base URL and API Version/],
	[[407], /^A proxy between n8n and Kairos requires a login\..*not checked/],
	[[429], /rate limiting.*try again/],
	[[500, 501, 502, 503, 504, 508, 511, 520, 527, 530], UNAVAILABLE],
])('The test of the credential says what the statuses %j mean', (statuses, message) => {
	for (const status of statuses) expect(messageFor(status)).toMatch(message);
});

test('The test of the credential takes a status for a success where only the images are missing', () => {
	for (const status of [400, 411, 413, 415, 422]) expect(messageFor(status)).toBeUndefined();
	for (let status = 200; status < 600; status++) {
		expect([status, messageFor(status)]).not.toEqual([status, 'a message of n8n']);
	}
});
