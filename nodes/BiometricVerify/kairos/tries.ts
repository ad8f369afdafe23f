import { sleep } from 'n8n-workflow';

import { cancelled } from './connection';
import { KairosFailure } from './failure';

export interface TryRules {
	/** How often a request is sent at the most; at least 1. */
	maxTries: number;
	/** Ends the waiting, and with it the tries: an earlier error made them pointless. */
	halted: AbortSignal;
	/** Ends everything: the execution was cancelled. */
	cancelSignal?: AbortSignal;
}

/** The wait before the second try, in milliseconds; it doubles with each further one. */
const FIRST_WAIT_MS = 1000;

/** A service that asks for a longer wait is left in peace: waiting would block the workflow. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Repeats an attempt while its failure may pass.
 *
 * @throws {KairosFailure} of the last attempt.
 */
export async function withTries<Result>(
	attempt: () => Promise<Result>,
	{ maxTries, halted, cancelSignal }: TryRules,
): Promise<Result> {
	for (let count = 1; ; count++) {
		const result = await attempt().catch((error: unknown) => {
			if (error instanceof KairosFailure) return error;
			throw error;
		});
		if (!(result instanceof KairosFailure)) return result;

		const waitMs = result.retryAfterMs ?? growingWaitMs(count);
		const isLast = !result.mayPass || count >= maxTries || waitMs > LONGEST_WAIT_MS;
		if (isLast || halted.aborted) throw result;
		await pause(waitMs, cancelSignal ? [halted, cancelSignal] : [halted]);
		if (cancelSignal?.aborted) throw cancelled();
		if (halted.aborted) throw result;
	}
}

/** Between half and all of a wait that doubles, so that many items do not come back at once. */
function growingWaitMs(count: number): number {
	const full = Math.min(FIRST_WAIT_MS * 2 ** (count - 1), LONGEST_WAIT_MS);
	return full * (0.5 + Math.random() / 2);
}

/** Waits, or ends at once when one of the signals says so. */
async function pause(ms: number, endedBy: readonly AbortSignal[]): Promise<void> {
	if (endedBy.some((signal) => signal.aborted)) return;
	let end = () => {};
	const ended = new Promise<void>((resolve) => (end = resolve));
	endedBy.forEach((signal) => signal.addEventListener('abort', end));
	await Promise.race([sleep(ms), ended]);
	endedBy.forEach((signal) => signal.removeEventListener('abort', end));
}
