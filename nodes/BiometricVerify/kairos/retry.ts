import { KairosError } from './errors';

/** How long and how often a run tries. */
export interface RetryLimits {
	/** How often an item may be sent when each attempt may have been billed; at least 1. */
	maxAttempts: number;
	/** How long an item waits for a service that takes no requests, in milliseconds. */
	maxWaitMs: number;
}

/** The wait before the second attempt, in milliseconds; it doubles with each further one. */
const FIRST_WAIT_MS = 1000;

/**
 * Repeats an attempt while a further one may succeed.
 *
 * @throws {KairosError} of the last attempt.
 */
export async function withRetries<Result>(
	attempt: () => Promise<Result>,
	{ maxAttempts, maxWaitMs }: RetryLimits,
	signal: AbortSignal,
): Promise<Result & { attempts: number }> {
	for (let attempts = 1; ; attempts++) {
		const result = await attempt().catch((error: unknown) => {
			if (error instanceof KairosError) return error;
			throw error;
		});
		if (!(result instanceof KairosError)) return { ...result, attempts };
		const waitMs = result.retryAfterMs ?? growingWaitMs(attempts);
		if (result.retry === 'never' || attempts >= maxAttempts || waitMs > maxWaitMs) throw result;
		await pause(waitMs, signal);
		if (signal.aborted) throw result;
	}
}

/**
 * Between half and all of a wait that doubles, so that many items do not come back at once; a whole
 * number, because `AbortSignal.timeout` throws at any other.
 */
function growingWaitMs(count: number): number {
	return Math.round(FIRST_WAIT_MS * 2 ** (count - 1) * (0.5 + Math.random() / 2));
}

/**
 * The timer of `AbortSignal.timeout` keeps no process alive when the wait is ended early. It takes
 * whole milliseconds only.
 */
async function pause(ms: number, endedBy: AbortSignal): Promise<void> {
	const end = AbortSignal.any([AbortSignal.timeout(Math.ceil(ms)), endedBy]);
	await new Promise<void>((resolve) => {
		if (end.aborted) resolve();
		else end.addEventListener('abort', () => resolve(), { once: true });
	});
}
