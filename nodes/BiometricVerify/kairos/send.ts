import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';

import type { Access } from './endpoint';
import { KairosError } from './failures/KairosError';
import { httpError } from './failures/statuses';
import { parseJson } from './json';
import { canceled, networkError, timedOut } from './failures/network';
import type { VerificationRequest } from './request';
import { digestsOf, PHOTO_PART } from './request';
import type { KairosResponse } from './response';
import { readResponse, requestIdIn } from './response';
import { readServerMessage } from './serverMessage';

/** The name of the credential type, which also signs each request. */
export const CREDENTIAL_TYPE = 'kairosApi';

/** Hundreds of times larger than the documented responses. */
const MAX_RESPONSE_BYTES = 1024 * 1024;

/** Kairos's keys are longer; a shorter text could be part of an ordinary response. */
const MIN_SECRET_LENGTH = 8;

/**
 * Sends a request once and reads the response.
 *
 * @param timeoutMs from the start to the end of the response, in milliseconds.
 * @param access signs the request; its App Key must be redacted from responses.
 * @throws {KairosError} when there is no response that can be judged.
 * @throws what reading an image throws.
 */
export async function sendRequest(
	context: IExecuteFunctions,
	request: VerificationRequest,
	timeoutMs: number,
	{ appKey, credential }: Access,
): Promise<KairosResponse> {
	const { url, body: form } = request;
	const cancelSignal = context.getExecutionCancelSignal();
	const deadline = AbortSignal.timeout(timeoutMs);
	const toError = (error: unknown) => {
		const isSentWhole = form.sha256Of(PHOTO_PART) !== undefined;
		if (cancelSignal?.aborted) return canceled().having({ mayBeBilled: isSentWhole });
		const failure = deadline.aborted
			? timedOut(timeoutMs)
			: networkError(error, { host: new URL(url).host, requestBytes: form.size, isSentWhole });
		return failure.having({ mayBeBilled: failure.mayBeBilled && isSentWhole });
	};
	const { statusCode, headers, body } = await send(context, request, credential, deadline).catch(
		(error: unknown) => {
			if (form.readError) throw form.readError;
			throw toError(error);
		},
	);
	const isSuccess = statusCode >= 200 && statusCode <= 299;
	const headerRequestId = readHeaderId(headers['x-request-id'], appKey);
	const facts = { httpCode: statusCode, requestId: headerRequestId ?? undefined };
	const text = await readBody(body as AsyncIterable<Buffer>, appKey).catch((error: unknown) => {
		const failure = toError(error);
		if (isSuccess || failure.code === 'CANCELED') throw failure.having(facts);
		// The status of an error says enough.
		return null;
	});
	const json = parseJson(text ?? '');
	facts.requestId = requestIdIn(json) ?? facts.requestId;
	if (!isSuccess) {
		throw httpError({
			status: statusCode,
			serverMessage: readServerMessage(json),
			isJson: typeof json === 'object' && json !== null,
			requestBytes: form.size,
			retryAfterMs: retryAfterMs(headers['retry-after'], headers.date),
		}).having(facts);
	}
	try {
		return readResponse(text, { ...digestsOf(request), headerRequestId });
	} catch (error) {
		throw error instanceof KairosError ? error.having(facts) : error;
	}
}

/**
 * n8n quirk (all releases): it ends a request only when the execution is canceled, so this
 * context's cancel signal is also the deadline; goes when n8n takes a signal. It also ends a
 * response that begins and never finishes.
 */
async function send(
	context: IExecuteFunctions,
	request: VerificationRequest,
	credential: ICredentialDataDecryptedObject,
	deadline: AbortSignal,
): Promise<IN8nHttpFullResponse> {
	const cancelSignal = context.getExecutionCancelSignal();
	const signal = cancelSignal ? AbortSignal.any([cancelSignal, deadline]) : deadline;
	const bounded: IExecuteFunctions = Object.create(context, {
		getExecutionCancelSignal: { value: () => signal },
	});
	return await context.helpers.httpRequestWithAuthentication.call(
		bounded,
		CREDENTIAL_TYPE,
		request,
		// n8n quirk (all releases): without it, n8n reads the credential of the first item,
		// whatever the item; goes when the helper takes an item's index.
		{
			credentialsDecrypted: {
				id: CREDENTIAL_TYPE,
				name: CREDENTIAL_TYPE,
				type: CREDENTIAL_TYPE,
				data: credential,
			},
		},
	);
}

/** Reads a response and redacts the App Key; null, and hangs up, if it is too large. */
async function readBody(body: AsyncIterable<Buffer>, secret: string): Promise<string | null> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of body) {
		size += chunk.length;
		if (size > MAX_RESPONSE_BYTES) return null;
		chunks.push(chunk);
	}
	return redact(Buffer.concat(chunks).toString('utf8'), secret);
}

/**
 * Replaces the App Key in the strings of JSON. Those with escaped characters are serialized again
 * first, because JSON can spell the same text in many ways.
 */
function redact(text: string, secret: string): string {
	if (secret.length < MIN_SECRET_LENGTH) return text;
	const pattern = patternOf(JSON.stringify(secret).slice(1, -1));
	return text.replace(/"(?:[^"\\]|\\.)*(?:"|\\?$)/gs, (literal) => {
		const value = literal.includes('\\') ? parseJson(literal) : undefined;
		const plain = value === undefined ? literal : JSON.stringify(value);
		return plain.replace(pattern, '[App Key]');
	});
}

/** Matches a text in upper and lower case, and with hyphens inside, as UUIDs have. */
function patternOf(text: string): RegExp {
	const characters = [...text].map((character) => character.replace(/\W/, '\\$&'));
	return new RegExp(characters.join('-?'), 'gi');
}

/** The request ID in a header: one word, and without the key. */
function readHeaderId(header: unknown, secret: string): string | null {
	if (typeof header !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(header)) return null;
	return patternOf(secret).test(header) ? null : header;
}

/**
 * Reads a Retry-After header (RFC 9110): seconds or a date; undefined if it is neither, or a date
 * without a time zone. A date is compared with the server's own, whose clock can differ from n8n's.
 */
function retryAfterMs(header: unknown, serverDate: unknown): number | undefined {
	if (typeof header !== 'string') return undefined;
	const ms = /^\d+$/.test(header.trim())
		? Number(header) * 1000
		: timeOf(header) - (timeOf(serverDate) || Date.now());
	return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** NaN if it is not a date. Date.parse alone would read "1.5" or "try 5" as a day in the past. */
function timeOf(header: unknown): number {
	const text = String(header);
	return /^\w{3,9}, .*\d{2}:\d{2}:\d{2} GMT$/.test(text) ? Date.parse(text) : NaN;
}
