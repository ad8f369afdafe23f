import type { CodeFacts, ErrorCode, FailureCause } from '../../errors/codes';
import { ERROR_CODES } from '../../errors/codes';

/**
 * Which limit ends the retries of a failed request:
 * - `withinMaxWait`: it was refused, so nothing was done or billed, and only time counts;
 * - `withinMaxAttempts`: it may have been done and billed;
 * - `never`: the same request would fail again.
 */
export type Retry = 'withinMaxWait' | 'withinMaxAttempts' | 'never';

export interface KairosErrorFacts {
	code: ErrorCode;
	/** What happened: a sentence without item number and period. */
	message: string;
	/** What the builder can do, in whole sentences. */
	description: string;
	/** The HTTP status, if there was a response. */
	httpCode?: number;
	/** The request ID, if the response has one. */
	requestId?: string;
	/** Default: `never`. */
	retry?: Retry;
	/** How long Kairos asked to wait, in milliseconds. */
	retryAfterMs?: number;
	/** Whether every further request of the run would fail for the same reason. Default: false. */
	isFatal?: boolean;
	/** Whether a request was made at all. Default: true. */
	wasSent?: boolean;
	/** Whether Kairos may have done, and billed, this attempt. Default: as the code says. */
	mayBeBilled?: boolean;
}

/**
 * A request that ended without a response that can be judged. It never holds the request, its
 * headers, or its body, so it cannot leak keys or images.
 */
export class KairosError extends Error {
	readonly code: ErrorCode;
	readonly description: string;
	override readonly cause?: FailureCause;
	readonly httpCode?: number;
	readonly requestId?: string;
	readonly retry: Retry;
	readonly retryAfterMs?: number;
	readonly isFatal: boolean;
	readonly wasSent: boolean;
	readonly mayBeBilled: boolean;

	constructor(facts: KairosErrorFacts) {
		super(facts.message);
		const { cause, mayBeBilled } = ERROR_CODES[facts.code] as CodeFacts;
		this.name = 'KairosError';
		this.code = facts.code;
		this.cause = cause;
		this.description = facts.description;
		this.httpCode = facts.httpCode;
		this.requestId = facts.requestId;
		this.retry = facts.retry ?? 'never';
		this.retryAfterMs = facts.retryAfterMs;
		this.isFatal = facts.isFatal ?? false;
		this.wasSent = facts.wasSent ?? true;
		this.mayBeBilled = facts.mayBeBilled ?? mayBeBilled;
	}

	/** Whether the unchanged item can succeed later. */
	get isRetryable(): boolean {
		return this.retry !== 'never' || ERROR_CODES[this.code].retryable;
	}

	/** The same error with one more sentence in its description. */
	with(sentence: string): KairosError {
		const { description } = this;
		// The server's message at the end often has no period.
		const period = /[.!?]$/.test(description) ? '' : '.';
		return this.having({ description: `${description}${period} ${sentence}` });
	}

	/** The same error with other facts. */
	having(facts: Partial<KairosErrorFacts>): KairosError {
		return new KairosError({ ...this, message: this.message, ...facts });
	}
}

/** The two usual reasons why a service cannot use an image that looks fine to a person. */
export const IMAGE_ADVICE =
	'Phones often store portraits rotated and very large: turn and shrink the images before this node.';

/** The response is not what Kairos documents, so it cannot be trusted. */
export function invalidResponse(what: string): KairosError {
	return new KairosError({
		code: 'UNREADABLE_RESPONSE',
		message: `Kairos sent a response that is not a verification result: ${what}`,
		description:
			'Check that Base URL and API Version in the credential point to the Kairos Biometric Verification API. If they do, treat the person as not verified and try again later.',
	});
}

/** A page of a proxy, or of a service under maintenance: a retry may succeed. */
export function notJson(what: string): KairosError {
	return new KairosError({
		code: 'UNREADABLE_RESPONSE',
		message: `The server did not answer as the Kairos API does: ${what}`,
		description:
			'Kairos may be under maintenance, or a firewall or proxy may have answered in its place. If it keeps happening, check that Base URL in the Kairos credential is the address of the API.',
		retry: 'withinMaxAttempts',
	});
}

/** The response ended before it was complete. */
export function cutOff(): KairosError {
	return new KairosError({
		code: 'CONNECTION_LOST',
		message: 'The connection was lost before the whole response arrived',
		description:
			'Try again later. If it keeps happening, check the network between n8n and Kairos.',
		retry: 'withinMaxAttempts',
	});
}

/** The service returned an error instead of a result. */
export function errorInResponse(serverMessage: string): KairosError {
	return new KairosError({
		code: 'REFUSED_REQUEST',
		message: 'Kairos sent an error instead of a verification result',
		description: withServerMessage(IMAGE_ADVICE, serverMessage),
		mayBeBilled: true,
	});
}

/** Adds the service's message, unless it is empty. */
export function withServerMessage(description: string, serverMessage: string): string {
	return serverMessage === '' ? description : `${description} Kairos says: ${serverMessage}`;
}

/** A time for people: `1 second`, `60 seconds`. */
export function inSeconds(ms: number): string {
	const seconds = ms / 1000;
	return seconds === 1 ? '1 second' : `${seconds} seconds`;
}

/** A size for people: `30.0 MB`. */
export function inMegabytes(bytes: number): string {
	return `${(bytes / 1e6).toFixed(1)} MB`;
}
