import { Readable } from 'node:stream';
import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHttpRequestOptions,
} from 'n8n-workflow';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request as httpRequest } from 'undici';
import {
	judge,
	KairosApi,
	KairosError,
	type KairosFailure,
	networkError,
	readItemSettings,
	type ReceivedResponse,
	type Rules,
	sendRequest,
	type VerificationRequest,
	type Verdict,
} from './builtNode.mts';

/** How long a request may take, in milliseconds. */
const TIMEOUT_MS = 60_000;

/** The headers that carry the keys. */
export type Spelling = 'underscores' | 'hyphens' | 'both';

/** What came back over HTTP. */
export interface Received {
	status: number;
	headers: Record<string, string>;
	/** At most a little more than the node reads. */
	text: string;
}

/** One request of the check, and what the node makes of the response to it. */
export interface Exchange {
	/** Absent where no response came. */
	received?: Received;
	/** Absent unless the node can read a verification in it. */
	verification?: { response: ReceivedResponse; verdict: Verdict };
	/** What the node says where there is no verification. */
	error?: KairosFailure;
}

/** The fields of the credential. */
export type Credential = ICredentialDataDecryptedObject & {
	appId: string;
	appSecretKey: string;
	baseUrl: string;
	apiVersion: string;
};

/** How a request is sent. */
export interface Sending {
	credential: Credential;
	/** The headers of the keys; undefined for those of the credential. */
	spelling?: Spelling;
	dispatcher: Dispatcher;
	signal: AbortSignal;
}

const SPELLED: Record<Exclude<Spelling, 'both'>, RegExp> = {
	underscores: /^app_/,
	hyphens: /^app-/,
};

/** The rules of a node whose options were left alone. */
export const DEFAULT_RULES: Rules = readItemSettings(
	{
		getNodeParameter: (_name: string, _itemIndex: number, fallback: unknown) => fallback,
	} as unknown as IExecuteFunctions,
	0,
).rules;

/** The machine's proxy is for the internet; a service on one's own network is asked directly. */
export function dispatcherFor(isOnOwnNetwork: boolean): Dispatcher {
	return isOnOwnNetwork ? new Agent() : new EnvHttpProxyAgent();
}

/**
 * Sends a request of the node's, reads the response as the node does, and judges it. It stands in
 * for n8n only where n8n would do the sending.
 */
export async function verify(request: VerificationRequest, sending: Sending): Promise<Exchange> {
	const exchange: Exchange = {};
	const context = {
		getExecutionCancelSignal: () => sending.signal,
		helpers: {
			async httpRequestWithAuthentication(
				this: IExecuteFunctions,
				_type: string,
				options: IHttpRequestOptions,
			) {
				const signal = this.getExecutionCancelSignal() ?? sending.signal;
				return await send(options, { ...sending, signal }, exchange);
			},
		},
	} as unknown as IExecuteFunctions;
	const secret = sending.credential.appSecretKey;
	try {
		const { response, ...hashes } = await sendRequest(context, request, TIMEOUT_MS, secret);
		const evidence = { response, ...hashes, isRequestIdRepeated: false };
		exchange.verification = { response, verdict: judge(evidence, DEFAULT_RULES) };
	} catch (error) {
		if (!(error instanceof KairosError)) throw error;
		exchange.error = error;
	} finally {
		request.body.close();
	}
	return exchange;
}

/** Sends a request without a body, such as that of the credential test. */
export async function ask(request: IHttpRequestOptions, sending: Sending): Promise<Exchange> {
	const exchange: Exchange = {};
	const signal = AbortSignal.any([sending.signal, AbortSignal.timeout(TIMEOUT_MS)]);
	try {
		const { body } = await send(request, { ...sending, signal }, exchange);
		for await (const chunk of body) void chunk;
	} catch (error) {
		exchange.error = networkError(error, new URL(request.url).host);
	}
	return exchange;
}

/** What n8n's HTTP layer does for the node: signs the request, sends it, gives the body as it comes. */
async function send(
	request: IHttpRequestOptions,
	{ credential, spelling = 'both', dispatcher, signal }: Sending,
	exchange: Exchange,
) {
	const signed = await new KairosApi().authenticate(credential, request);
	const headers = Object.entries(signed.headers ?? {}).filter(
		([name]) => spelling === 'both' || !/^app[_-]/.test(name) || SPELLED[spelling].test(name),
	);
	const { body } = request as Partial<VerificationRequest>;
	const length: Array<[string, string]> =
		body === undefined ? [] : [['Content-Length', String(body.size)]];
	const response = await httpRequest(request.url, {
		method: 'POST',
		headers: Object.fromEntries([...headers, ...length]) as Record<string, string>,
		body: body && Readable.from(body.stream()),
		dispatcher,
		signal,
	});
	const received: Received = {
		status: response.statusCode,
		headers: Object.fromEntries(
			Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
		),
		text: '',
	};
	exchange.received = received;
	return {
		statusCode: response.statusCode,
		headers: response.headers,
		body: keeping(response.body, (text) => (received.text += text)),
	};
}

async function* keeping(
	body: AsyncIterable<Buffer>,
	keep: (text: string) => void,
): AsyncGenerator<Buffer> {
	const decoder = new TextDecoder();
	for await (const chunk of body) {
		keep(decoder.decode(chunk, { stream: true }));
		yield chunk;
	}
}
