import type { IExecuteFunctions, IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import type { KairosAnswer } from './answer';
import { readAnswer } from './answer';
import { cancelled, failureOfConnection, timedOut } from './connection';
import { KairosFailure, unreadableAnswer } from './failure';
import { parseJson } from './json';
import { failureOfStatus } from './statuses';

/** The name of the credential type, which also signs each request. */
export const CREDENTIAL_TYPE = 'kairosApi';

/** Larger than any answer that Kairos documents by a factor of hundreds. */
const LARGEST_ANSWER_BYTES = 1024 * 1024;

const LONGEST_SAYING = 200;

/** Kairos's keys are longer; something shorter could be part of an ordinary answer. */
const SHORTEST_SECRET = 8;

/** An HTTP answer whose body was read; null when the body is longer than any answer. */
interface Received {
	status: number;
	text: string | null;
	retryAfterMs?: number;
}

/**
 * Sends a request once and reads the answer.
 *
 * @param timeoutMs how long the request may take, until its answer is read, in milliseconds.
 * @param secret what may stand in no text that comes back: the App Key.
 * @throws {KairosFailure} when there is no answer that can be judged.
 */
export async function exchange(
	context: IExecuteFunctions,
	request: IHttpRequestOptions,
	timeoutMs: number,
	secret: string,
): Promise<KairosAnswer> {
	const cancelSignal = context.getExecutionCancelSignal();
	const deadline = AbortSignal.timeout(timeoutMs);
	const received = await receive(context, request, deadline).catch((error: unknown) => {
		if (cancelSignal?.aborted) return cancelled();
		if (deadline.aborted) return timedOut(timeoutMs);
		return failureOfConnection(error, new URL(request.url).host);
	});
	if (received instanceof KairosFailure) throw received;

	const { status, text, retryAfterMs } = received;
	const safeText = text === null ? null : withoutSecret(text, secret);
	if (status !== 200) {
		throw failureOfStatus({ status, said: sayingOf(safeText ?? ''), retryAfterMs });
	}
	if (safeText === null) throw unreadableAnswer('the answer is far too long.');
	return readAnswer(safeText);
}

async function receive(
	context: IExecuteFunctions,
	request: IHttpRequestOptions,
	deadline: AbortSignal,
): Promise<Received> {
	const { statusCode, headers, body } = await send(context, request, deadline);
	return {
		status: statusCode,
		text: await readBody(body as AsyncIterable<Buffer>),
		retryAfterMs: retryAfterMs(headers['retry-after']),
	};
}

/**
 * n8n ends a request only when the execution is cancelled. A context whose cancel signal is also
 * the deadline ends it, too, when an answer begins and never finishes.
 */
async function send(
	context: IExecuteFunctions,
	request: IHttpRequestOptions,
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
	);
}

/** Reads as much as an answer may have, and hangs up on more. */
async function readBody(body: AsyncIterable<Buffer>): Promise<string | null> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of body) {
		size += chunk.length;
		if (size > LARGEST_ANSWER_BYTES) return null;
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
function sayingOf(text: string): string {
	const body = parseJson(text);
	if (typeof body !== 'object' || body === null) return '';
	const fields = new Map<string, unknown>(Object.entries(body));
	const saying = fields.get('message') ?? fields.get('error');
	if (typeof saying !== 'string' || /[^\p{L}\p{P}\p{N}\p{S}\p{Zs}]|\S{60}/u.test(saying)) return '';
	return saying.slice(0, LONGEST_SAYING);
}

/** Reads a Retry-After header (RFC 9110): seconds or a date; undefined when it is neither. */
function retryAfterMs(header: unknown): number | undefined {
	if (typeof header !== 'string') return undefined;
	const isSeconds = /^\d+$/.test(header.trim());
	// Date.parse alone would take "1.5" or "try 5" for a day that is long past.
	if (!isSeconds && !/^\w{3,9},? .*\d{2}:\d{2}:\d{2} /.test(header)) return undefined;
	const ms = isSeconds ? Number(header) * 1000 : Date.parse(header) - Date.now();
	return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
