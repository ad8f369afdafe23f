import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';

import type { Access } from './endpoint';
import { KairosError } from './failures/KairosError';
import { httpError } from './failures/statuses';
import { isTooDeep, parseJson } from './json';
import { canceled, networkError, timedOut } from './failures/network';
import type { VerificationRequest } from './request';
import { PHOTO_PART, SELFIE_PART } from './request';
import type { ReceivedResponse } from './response';
import { readResponse, requestIdIn } from './response';
import { serverMessageIn } from './serverMessage';

/** The name of the credential type, which also signs each request. */
export const CREDENTIAL_TYPE = 'kairosApi';

/** Larger than any response that Kairos documents by a factor of hundreds. */
const LARGEST_RESPONSE_BYTES = 1024 * 1024;

/** Kairos's keys are longer; something shorter could be part of an ordinary response. */
const SHORTEST_SECRET = 8;

/** What Kairos responded. */
export interface Verification {
	response: ReceivedResponse;
}

/**
 * Sends a request once and reads the response.
 *
 * @param timeoutMs how long it may take until the response is read, in milliseconds.
 * @param access signs the request; its App Key may stand in no text that comes back.
 * @throws {KairosError} when there is no response that can be judged.
 * @throws what reading an image throws.
 */
export async function sendRequest(
	context: IExecuteFunctions,
	request: VerificationRequest,
	timeoutMs: number,
	{ appKey, credential }: Access,
): Promise<Verification> {
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
		// Of an error, the status says enough.
		return null;
	});
	const json = parseJson(text ?? '');
	facts.requestId = requestIdIn(json) ?? facts.requestId;
	if (!isSuccess) {
		throw httpError({
			status: statusCode,
			serverMessage: serverMessageIn(json),
			isJson: typeof json === 'object' && json !== null,
			requestBytes: form.size,
			retryAfterMs: retryAfterMs(headers['retry-after'], headers.date),
		}).having(facts);
	}
	try {
		const [selfieSha256, photoSha256] = [form.sha256Of(SELFIE_PART), form.sha256Of(PHOTO_PART)];
		return { response: readResponse(text, { selfieSha256, photoSha256, headerRequestId }) };
	} catch (error) {
		throw error instanceof KairosError ? error.having(facts) : error;
	}
}

/**
 * n8n ends a request only when the execution is canceled. A context whose cancel signal is also
 * the deadline ends it, too, when a response begins and never finishes.
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
		// Without it, n8n would read the credential of the first item, whatever the item.
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

/** Reads as much as a response may have, without the App Key; null, and hangs up, where it is more. */
async function readBody(body: AsyncIterable<Buffer>, secret: string): Promise<string | null> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of body) {
		size += chunk.length;
		if (size > LARGEST_RESPONSE_BYTES) return null;
		chunks.push(chunk);
	}
	return redact(Buffer.concat(chunks).toString('utf8'), secret);
}

/**
 * Replaces the App Key, in whichever case. JSON that escapes characters is written anew first: it
 * can spell the same text in many ways.
 */
function redact(text: string, secret: string): string {
	if (secret.length < SHORTEST_SECRET) return text;
	const value = text.includes('\\') ? parseJson(text) : undefined;
	const plain = value === undefined || isTooDeep(value) ? text : JSON.stringify(value);
	const pattern = JSON.stringify(secret)
		.slice(1, -1)
		.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
	return plain.replace(new RegExp(pattern, 'gi'), '[App Key]');
}

/** The ID of a request as a header gives it: one word that says nothing of the keys. */
function readHeaderId(header: unknown, secret: string): string | null {
	if (typeof header !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(header)) return null;
	return header.toLowerCase().includes(secret.toLowerCase()) ? null : header;
}

/**
 * Reads a Retry-After header (RFC 9110): seconds or a date; undefined when it is neither, or a date
 * that names no time zone. A date counts from the server's own, since its clock can be another one
 * than n8n's.
 */
function retryAfterMs(header: unknown, serverDate: unknown): number | undefined {
	if (typeof header !== 'string') return undefined;
	const ms = /^\d+$/.test(header.trim())
		? Number(header) * 1000
		: timeOf(header) - (timeOf(serverDate) || Date.now());
	return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** NaN for what is no date. Date.parse alone would take "1.5" or "try 5" for a day that is long past. */
function timeOf(header: unknown): number {
	const text = String(header);
	return /^\w{3,9}, .*\d{2}:\d{2}:\d{2} GMT$/.test(text) ? Date.parse(text) : NaN;
}
