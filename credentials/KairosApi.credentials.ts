import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';

import { KairosError } from '../nodes/BiometricVerify/kairos/failures/KairosError';
import { readBaseUrl, trimmed } from '../nodes/BiometricVerify/kairos/endpoint';

const REDIRECTS =
	'This address redirects to another one. Enter the final address as Base URL: the node does not follow redirects, so your keys are not sent anywhere else.';
const NOT_FOUND = 'There is no Kairos API at this address. Check Base URL and API Version.';
const UNAVAILABLE =
	'Kairos is temporarily unavailable. Your keys were not checked: try again in a few minutes.';

/** The HTTP Request node of n8n names these settings in another way than other nodes do. */
const NO_REDIRECT = {
	followRedirect: false,
	followAllRedirects: false,
	disableFollowRedirect: true,
};

/** HTTP's server errors, and those by which a proxy in front of a server says that it is down. */
const SERVER_ERRORS = [
	500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 520, 521, 522, 523, 524, 525, 526,
	527, 530,
];

/**
 * The test asks for a verification without images, which costs nothing. Kairos refuses that with a
 * status that is not listed here, which shows that the keys were accepted.
 */
const MESSAGE_OF_STATUS: ReadonlyArray<[status: number, message: string]> = [
	[301, REDIRECTS],
	[302, REDIRECTS],
	[303, REDIRECTS],
	[307, REDIRECTS],
	[308, REDIRECTS],
	[401, 'Kairos rejected the App ID or App Key. Check both.'],
	[
		403,
		'Kairos refused the request: the App ID or App Key is wrong, or the account has reached a usage limit. Check both keys, then the usage of your account.',
	],
	[404, NOT_FOUND],
	[405, NOT_FOUND],
	[402, 'Kairos accepted the keys but requires payment. Check your plan and invoices.'],
	[429, 'Kairos is rate limiting your account. Wait a minute and try again.'],
	...SERVER_ERRORS.map((status): [number, string] => [status, UNAVAILABLE]),
];

export class KairosApi implements ICredentialType {
	name = 'kairosApi';

	displayName = 'Kairos API';

	icon: Icon = { light: 'file:../icons/kairos.svg', dark: 'file:../icons/kairos.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-kairos/n8n-nodes-kairos?tab=readme-ov-file#credential';

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
	 * Signs a request. Kairos's pages on v0.2 spell the headers in two ways, so it gets both.
	 *
	 * A signed request follows no redirect: n8n would take the headers along to any host.
	 *
	 * @throws {KairosError} for another host than that of Base URL, and for a connection that is not
	 * encrypted: whoever may use the credential cannot send its keys elsewhere.
	 */
	authenticate = async (
		{ appId, appSecretKey, apiVersion, baseUrl }: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions & { uri?: unknown; rejectUnauthorized?: unknown },
	): Promise<IHttpRequestOptions> => {
		const { origin } = readBaseUrl(baseUrl);
		// The HTTP Request node of n8n says `uri` where other nodes say `url`.
		const targets = [request.url, request.uri]
			.filter((address) => address !== undefined)
			.map((address) => targetOf(address, request.baseURL));
		const foreign = targets.filter((target) => target?.origin !== origin);
		if (targets.length === 0 || foreign.length > 0) {
			throw new KairosError({
				code: 'INVALID_CREDENTIAL',
				message: `The Kairos credential cannot be used for ${foreign[0]?.host ?? 'this address'}`,
				description: 'Its keys only go to the host in Base URL.',
			});
		}
		// What an HTTP Request node can be set to, and what would show the keys to somebody else.
		const { proxy, skipSslCertificateValidation, rejectUnauthorized } = request;
		if (
			proxy !== undefined ||
			skipSslCertificateValidation === true ||
			rejectUnauthorized === false
		) {
			throw new KairosError({
				code: 'INVALID_CREDENTIAL',
				message: 'The Kairos credential cannot be used with a proxy or without SSL validation',
				description:
					'Remove the options Proxy and Ignore SSL Issues (Insecure) from the HTTP Request node.',
			});
		}
		const [id, key] = [trimmed(appId), trimmed(appSecretKey)];
		return {
			...request,
			...NO_REDIRECT,
			headers: {
				...request.headers,
				app_id: id,
				app_key: key,
				...(apiVersion === 'v0.2' && { 'app-id': id, 'app-key': key }),
			},
		};
	};

	test: ICredentialTestRequest = {
		request: {
			method: 'POST',
			url: '={{ $credentials.baseUrl.trim().replace(/\\/+$/, "") }}/{{ $credentials.apiVersion }}/biometric-verification',
			disableFollowRedirect: true,
			ignoreHttpStatusErrors: {
				ignore: true,
				except: MESSAGE_OF_STATUS.map(([status]) => status),
			},
		},
		rules: MESSAGE_OF_STATUS.map(([value, message]) => ({
			type: 'responseCode',
			properties: { value, message },
		})),
	};
}

/**
 * Where a request goes; undefined when it is no address. Without a base of the request's own there
 * is none: `https:host` would count as a path of it, and n8n would send it to that host.
 */
function targetOf(address: unknown, baseUrl: string | undefined): URL | undefined {
	const text = String(address);
	return URL.canParse(text, baseUrl) ? new URL(text, baseUrl) : undefined;
}
