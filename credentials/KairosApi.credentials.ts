import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';

import {
	invalidCredential,
	readBaseUrl,
	readKeys,
	trimText,
	verificationUrl,
} from '../nodes/BiometricVerify/kairos/endpoint';

/** Limit for the test, in milliseconds; requests with images have the node's own limit. */
const TEST_TIMEOUT_MS = 20_000;

/** In the options of the HTTP Request node, and in those of other nodes. */
const NO_REDIRECT = {
	followRedirect: false,
	followAllRedirects: false,
	disableFollowRedirect: true,
};

/**
 * The test requests a verification without images, which costs nothing. If the keys are right,
 * Kairos refuses it with a status that is not listed here.
 */
const MESSAGE_OF_STATUSES: ReadonlyArray<[statuses: number[], message: string]> = [
	[
		[200, 201, 202, 203, 204, 205, 206],
		'This address answered a request without images, so your keys were not checked.',
	],
	[
		[301, 302, 303, 307, 308],
		'This address redirects to another one. Enter the final address as Base URL: the node does not follow redirects, so your keys are not sent anywhere else.',
	],
	[[401], 'Kairos rejected the App ID or App Key. Check both.'],
	[[402], 'Kairos accepted the keys but requires payment. Check your plan and invoices.'],
	[
		[403],
		'Kairos refused the request: the App ID or App Key is wrong, or the account has reached a usage limit. Check both keys, then the usage of your account.',
	],
	[[404, 405], 'There is no Kairos API at this address. Check Base URL and API Version.'],
	[
		[407],
		'A proxy between n8n and Kairos requires a login. Check the proxy settings of n8n. Your keys were not checked.',
	],
	[[429], 'Kairos is rate limiting your account. Wait a minute and try again.'],
	[
		// HTTP's server errors, and those with which a proxy reports that its server is down.
		[
			...[500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511],
			...[520, 521, 522, 523, 524, 525, 526, 527, 530],
		],
		'Kairos is temporarily unavailable. Your keys were not checked: try again in a few minutes.',
	],
];

const MESSAGES = MESSAGE_OF_STATUSES.flatMap(([statuses, message]) =>
	statuses.map((value) => ({ value, message })),
);

export class KairosApi implements ICredentialType {
	name = 'kairosApi';

	displayName = 'Kairos API';

	icon: Icon = { light: 'file:../icons/kairos.svg', dark: 'file:../icons/kairos.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-kairos/n8n-nodes-kairos?tab=readme-ov-file#keys-and-credential';

	properties: INodeProperties[] = [
		{
			displayName: 'App ID',
			name: 'appId',
			type: 'string',
			default: '',
			required: true,
			description: 'The ID of your application, from the Kairos dashboard',
		},
		{
			displayName: 'App Key',
			name: 'appSecretKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The secret key of your application, from the Kairos dashboard',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://idv-eu.kairos.com',
			required: true,
			placeholder: 'e.g. https://idv-eu.kairos.com',
			description:
				'The URL of the Kairos service, without the API version. It must start with https://, unless the server is on your own computer or network. A port and a path are allowed.',
		},
		{
			displayName: 'API Version',
			name: 'apiVersion',
			type: 'options',
			default: 'v0.1',
			options: [
				{ name: 'v0.1', value: 'v0.1' },
				{ name: 'v0.2', value: 'v0.2' },
			],
			description: 'Version of the API that your Kairos account uses',
		},
		{
			displayName: 'Allowed HTTP Request Domains',
			name: 'allowedHttpRequestDomains',
			type: 'options',
			default: 'none',
			options: [
				{
					name: 'All',
					value: 'all',
					description: 'Allow all requests when used in the HTTP Request node',
				},
				{
					name: 'Specific Domains',
					value: 'domains',
					description: 'Restrict requests to specific domains',
				},
				{
					name: 'None',
					value: 'none',
					description: 'Block all requests when used in the HTTP Request node',
				},
			],
			description:
				'Where an HTTP Request node may use this credential. Biometric Verify works with any choice. The keys only ever go to the host in Base URL.',
		},
		{
			displayName: 'Allowed Domains',
			name: 'allowedDomains',
			type: 'string',
			default: '',
			placeholder: 'e.g. idv-eu.kairos.com',
			description: 'Comma-separated list of domains, with * as a wildcard',
			displayOptions: { show: { allowedHttpRequestDomains: ['domains'] } },
		},
	];

	/**
	 * Signs a request. Kairos's documentation of v0.2 spells the headers in two ways, so both are
	 * sent.
	 *
	 * A signed request follows no redirect, because n8n would send the headers to any host.
	 *
	 * @throws {KairosError} for keys that cannot be sent, for a host other than that of Base URL,
	 *   and for an unencrypted connection: a person who may use the credential cannot send its keys
	 *   elsewhere.
	 */
	authenticate = async (
		credential: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions & { uri?: unknown; rejectUnauthorized?: unknown },
	): Promise<IHttpRequestOptions> => {
		const { origin } = readBaseUrl(credential.baseUrl);
		// n8n quirk (all releases): the HTTP Request node calls the address `uri` instead of `url`,
		// and has its own options for redirects; goes when it uses the same helper.
		const targets = [request.url, request.uri]
			.filter((address) => address !== undefined)
			.map((address) => parseTarget(address, request.baseURL));
		const foreign = targets.filter((target) => target?.origin !== origin);
		if (targets.length === 0 || foreign.length > 0) {
			throw invalidCredential(
				`The Kairos credential cannot be used for ${foreign[0]?.host ?? 'this address'}`,
				'Its keys only go to the host in Base URL.',
			);
		}
		// Options of the HTTP Request node that would show the keys to another server.
		const { proxy, skipSslCertificateValidation: isUnsafe, rejectUnauthorized } = request;
		if (proxy !== undefined || isUnsafe === true || rejectUnauthorized === false) {
			throw invalidCredential(
				'The Kairos credential cannot be used with a proxy or without SSL validation',
				'Remove the options Proxy and Ignore SSL Issues (Insecure) from the HTTP Request node.',
			);
		}
		const { appId, appKey } = readKeys(credential);
		return {
			...request,
			...NO_REDIRECT,
			...(isTest(request, targets, credential) && {
				timeout: Math.min(request.timeout || TEST_TIMEOUT_MS, TEST_TIMEOUT_MS),
			}),
			headers: {
				...request.headers,
				app_id: appId,
				app_key: appKey,
				...(trimText(credential.apiVersion) === 'v0.2' && { 'app-id': appId, 'app-key': appKey }),
			},
		};
	};

	test: ICredentialTestRequest = {
		request: {
			method: 'POST',
			url: '={{ $credentials.baseUrl.trim().replace(/\\/+$/, "") }}/{{ $credentials.apiVersion.trim() }}/biometric-verification',
			disableFollowRedirect: true,
			ignoreHttpStatusErrors: {
				ignore: true,
				except: MESSAGES.map(({ value }) => value),
			},
		},
		rules: MESSAGES.map((properties) => ({ type: 'responseCode', properties })),
	};
}

/**
 * Where a request goes; undefined if it is not an address. The Base URL is never the base:
 * `https:host` would count as a path there, but n8n would send it to that host.
 */
function parseTarget(address: unknown, baseUrl: string | undefined): URL | undefined {
	const text = String(address);
	return URL.canParse(text, baseUrl) ? new URL(text, baseUrl) : undefined;
}

/** Whether a request is a verification without images, as the credential's test sends it. */
function isTest(
	{ body }: IHttpRequestOptions,
	targets: ReadonlyArray<URL | undefined>,
	credential: ICredentialDataDecryptedObject,
): boolean {
	// n8n quirk (all releases): it replaces the timeout that a credential test declares with 300 s,
	// and a missing body with an empty one; goes when it keeps a declared timeout.
	const isEmpty =
		!body || (Object.getPrototypeOf(body) === Object.prototype && Object.keys(body).length === 0);
	const url = verificationUrl(readBaseUrl(credential.baseUrl), credential.apiVersion);
	return isEmpty && targets.every((target) => target?.href === url);
}
