import type { ErrorCode, FailureCause } from '../../errors/codes';

/**
 * What a failed request means for sending it again:
 * - `notTaken`: Kairos did no work and bills nothing, so only time limits how often it is sent;
 * - `uncertain`: Kairos may have verified, and billed, although no response came;
 * - `never`: the same request would fail again.
 */
export type Retry = 'notTaken' | 'uncertain' | 'never';

interface KairosErrorFacts {
	code: ErrorCode;
	/** What happened, as a sentence without an item number and without a period. */
	message: string;
	/** How the builder of the workflow can go on, in whole sentences. */
	description: string;
	cause?: FailureCause;
	/** The HTTP status, when there was a response. */
	httpCode?: number;
	/** `never` unless said otherwise. */
	retry?: Retry;
	/** How long Kairos asked to wait, in milliseconds. */
	retryAfterMs?: number;
	/** Whether every further request of the run would fail for the same reason. */
	endsRun?: boolean;
}

/**
 * A request that ended without a response that can be judged. It never carries the request, its
 * headers or its body, so neither keys nor images can leave by it.
 */
export class KairosError extends Error {
	readonly code: ErrorCode;

	readonly description: string;

	override readonly cause?: FailureCause;

	readonly httpCode?: number;

	readonly retry: Retry;

	readonly retryAfterMs?: number;

	readonly endsRun: boolean;

	constructor(facts: KairosErrorFacts) {
		super(facts.message);
		this.name = 'KairosError';
		this.code = facts.code;
		this.description = facts.description;
		this.cause = facts.cause;
		this.httpCode = facts.httpCode;
		this.retry = facts.retry ?? 'never';
		this.retryAfterMs = facts.retryAfterMs;
		this.endsRun = facts.endsRun ?? false;
	}

	/** The same error with one more sentence on how to go on. */
	with(sentence: string): KairosError {
		const { message, description } = this;
		// The words of the server, which may come last, often have no period.
		const before = /[.!?]$/.test(description) ? description : `${description}.`;
		return new KairosError({ ...this, message, description: `${before} ${sentence}` });
	}
}

/** The response is not what Kairos documents, so it can be neither trusted nor judged. */
export function unreadableResponse(what: string): KairosError {
	return new KairosError({
		code: 'UNREADABLE_RESPONSE',
		message: `Kairos sent a response that is not a verification result: ${what}`,
		description:
			'Check that Base URL and API Version in the credential point to the Kairos Biometric Verification API. If they do, treat the person as not verified and try again later.',
		cause: 'temporarily-unavailable',
	});
}

/** A time for people to read: `1 second`, `60 seconds`. */
export function inSeconds(ms: number): string {
	const seconds = ms / 1000;
	return seconds === 1 ? '1 second' : `${seconds} seconds`;
}
