import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';

const REDIRECTED =
	'This address redirects elsewhere. Enter the final address as Base URL: redirects are not followed, so that your keys go to no other address.';
const NOT_FOUND = 'There is no Kairos API at this address. Check Base URL and API Version.';
const DOWN = 'The Kairos API has a fault or is down. Your keys were not checked: try again later.';

/** HTTP's faults of a server, and those by which a proxy in front of it says that it is down. */
const FAULTS = [
	500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 520, 521, 522, 523, 524, 525, 526,
	527, 530,
];

/**
 * The test asks for a verification without pictures, which costs nothing. Kairos refuses that with
 * a status that is not listed here, which shows that the keys were accepted.
 */
const MESSAGE_OF_STATUS: ReadonlyArray<[status: number, message: string]> = [
	[301, REDIRECTED],
	[302, REDIRECTED],
	[303, REDIRECTED],
	[307, REDIRECTED],
	[308, REDIRECTED],
	[401, 'Kairos does not accept these keys. Check App ID and App Key.'],
	[
		403,
		'Kairos refuses these keys: they are wrong, or the account has reached a usage limit. Check App ID and App Key, then the usage of the account.',
	],
	[404, NOT_FOUND],
	[405, NOT_FOUND],
	[402, 'Kairos accepts the keys, but asks for payment. Check the plan and the invoices.'],
	[429, 'Kairos gets too many requests right now. Wait a minute and try again.'],
	...FAULTS.map((status): [number, string] => [status, DOWN]),
];

export class KairosApi implements ICredentialType {
	name = 'kairosApi';

	displayName = 'Kairos API';

	icon: Icon = { light: 'file:../icons/kairos.svg', dark: 'file:../icons/kairos.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-kairos/n8n-nodes-kairos?tab=readme-ov-file#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'App ID',
			name: 'appId',
			type: 'string',
			default: '',
			required: true,
			description: 'The ID of your application, from the Kairos developer dashboard',
		},
		{
			displayName: 'App Key',
			name: 'appSecretKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The secret key of your application, from the Kairos developer dashboard',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://idv-eu.kairos.com',
			required: true,
			placeholder: 'e.g. https://idv-eu.kairos.com',
			description: 'Address of the service, without the version. May hold a port and a path.',
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
	];

	/** Signs a request. Kairos's pages on v0.2 spell the headers in two ways, so it gets both. */
	authenticate = async (
		{ appId, appSecretKey, apiVersion }: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const [id, key] = [keyOf(appId), keyOf(appSecretKey)];
		return {
			...request,
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

/** A key as it was meant: one that is copied often brings a space or a line break along. */
function keyOf(field: unknown): string {
	return typeof field === 'string' ? field.trim() : '';
}
