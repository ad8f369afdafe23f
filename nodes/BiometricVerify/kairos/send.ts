import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';

import type { Access } from './endpoint';
import { KairosError, unreadableResponse } from './failures/KairosError';
import { httpError } from './failures/statuses';
import { parseJson } from './json';
import { canceled, networkError, timedOut } from './failures/network';
import type { VerificationRequest } from './request';
import { PHOTO_PART, SELFIE_PART } from './request';
import type { ReceivedResponse } from './response';
import { readResponse } from './response';

/** The name of the credential type, which also signs each request. */
export const CREDENTIAL_TYPE = 'kairosApi';

/** Larger than any response that Kairos documents by a factor of hundreds. */
const LARGEST_RESPONSE_BYTES = 1024 * 1024;

const LONGEST_SERVER_MESSAGE = 200;

/** Kairos's keys are longer; something shorter could be part of an ordinary response. */
const SHORTEST_SECRET = 8;

/** An HTTP response whose body was read; null when the body is longer than any response. */
interface Received {
	status: number;
	text: string | null;
	retryAfterMs?: number;
}

/** What Kairos responded, and to which images. */
export interface Verification {
	response: ReceivedResponse;
	/** Of the bytes that were sent, in hexadecimal. */
	selfieSha256: string;
	photoSha256: string;
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
	const cancelSignal = context.getExecutionCancelSignal();
	const deadline = AbortSignal.timeout(timeoutMs);
	const received = await receive(context, request, credential, deadline).catch((error: unknown) => {
		if (cancelSignal?.aborted) return canceled();
		if (request.body.readError) throw request.body.readError;
		if (deadline.aborted) return timedOut(timeoutMs);
		return networkError(error, new URL(request.url).host);
	});
	if (received instanceof KairosError) throw received;

	const { status, text, retryAfterMs } = received;
	const safeText = text === null ? null : withoutSecret(text, appKey);
	if (status !== 200) {
		const isJson = parseJson(safeText ?? '') !== undefined;
		const serverMessage = serverMessageIn(safeText ?? '');
		throw httpError({ status, serverMessage, retryAfterMs, isJson });
	}
	if (safeText === null) throw unreadableResponse('it is too large');
	const selfieSha256 = request.body.sha256Of(SELFIE_PART);
	const photoSha256 = request.body.sha256Of(PHOTO_PART);
	if (selfieSha256 === undefined || photoSha256 === undefined) {
		throw unreadableResponse('it came before both images were sent');
	}
	return { response: readResponse(safeText), selfieSha256, photoSha256 };
}

async function receive(
	context: IExecuteFunctions,
	request: VerificationRequest,
	credential: ICredentialDataDecryptedObject,
	deadline: AbortSignal,
): Promise<Received> {
	const { statusCode, headers, body } = await send(context, request, credential, deadline);
	return {
		status: statusCode,
		text: await readBody(body as AsyncIterable<Buffer>),
		retryAfterMs: retryAfterMs(headers['retry-after'], headers.date),
	};
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

/** Reads as much as a response may have, and hangs up on more. */
async function readBody(body: AsyncIterable<Buffer>): Promise<string | null> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of body) {
		size += chunk.length;
		if (size > LARGEST_RESPONSE_BYTES) return null;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

/** JSON that escapes characters is written anew first: it can spell the same text in many ways. */
function withoutSecret(text: string, secret: string): string {
	if (secret.length < SHORTEST_SECRET) return text;
	if (!text.includes('\\') && !text.includes(secret)) return text;
	const value = parseJson(text);
	const plain = value === undefined ? text : JSON.stringify(value);
	return plain.replaceAll(JSON.stringify(secret).slice(1, -1), '[App Key]');
}

/** The sentence in an error's body, when it holds one that a person can read. */
function serverMessageIn(text: string): string {
	const body = parseJson(text);
	if (typeof body !== 'object' || body === null) return '';
	const fields = new Map<string, unknown>(Object.entries(body));
	const message = fields.get('message') ?? fields.get('error');
	if (typeof message !== 'string') return '';
	const start = message.slice(0, LONGEST_SERVER_MESSAGE);
	return /[^\p{L}\p{P}\p{N}\p{S}\p{Zs}]|\S{60}/u.test(start) ? '' : start;
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
