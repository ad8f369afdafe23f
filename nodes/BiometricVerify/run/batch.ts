import type { Clock } from '../limiter/types';
import type { Job } from './jobs';
import type { Outcome } from './outcome';
import { isTurnOver } from './turns';

export interface BatchRules {
	/** Whether any failure ends the run. */
	stopsOnError: boolean;
	/** Starts a job at once, and resolves when it has its outcome. Must not throw. */
	verify: (job: Job) => Promise<Outcome>;
	clock: Clock;
	/** The first outcome that ends the run aborts it, with its error as the reason. */
	end?: AbortController;
}

/**
 * Takes every job through `verify`, which limits how many are sent at the same time, and returns
 * one outcome for each, in their order. After an outcome that ends the run, no further job starts.
 */
export async function runBatch(
	jobs: readonly Job[],
	{ stopsOnError, verify, clock, end = new AbortController() }: BatchRules,
): Promise<Outcome[]> {
	const run = async (job: Job): Promise<Outcome> => {
		if (end.signal.aborted) {
			return { pair: job.pair, status: 'skipped', reason: end.signal.reason };
		}
		const outcome = await verify(job);
		if (outcome.status === 'failed' && (outcome.isFatal || stopsOnError)) end.abort(outcome.error);
		return outcome;
	};
	const outcomes: Array<Promise<Outcome>> = [];
	for (const job of jobs) {
		outcomes.push(run(job));
		if (isTurnOver(outcomes.length)) await clock.sleep(0);
	}
	return await Promise.all(outcomes);
}
