import { InputError } from '../errors/InputError';
import { itemError, skippedItemError } from './itemError';
import { KairosClient } from '../kairos/client';
import { systemClock } from '../limiter/clock';
import type { Clock } from '../limiter/types';
import type { RunSettings } from '../panel/settings';
import { type Job, prepareJobs } from './jobs';
import { failed, type Outcome } from './outcome';
import type { Run } from './run';
import { isTurnOver } from './turns';
import { verifyJob } from './verifyJob';

/**
 * Verifies all pairs of a run, and returns one outcome for each, in order. When the run stops on
 * errors and a pair cannot be sent, none is sent, since Kairos would be paid for nothing.
 *
 * @throws {ItemError} of the first pair that failed, when the run stops on errors.
 */
export async function verifyPairs(run: Run, clock = systemClock): Promise<Outcome[]> {
	const { context, settings, stopsOnError } = run;
	const outcomes =
		settings instanceof InputError
			? run.pairs.map((pair) => failed(pair, settings))
			: await verifyWith(run, settings, clock);
	if (!stopsOnError) return outcomes;

	const first =
		outcomes.find(({ status }) => status === 'failed') ??
		outcomes.find(({ status }) => status === 'skipped');
	if (first?.status === 'failed') {
		throw itemError(context.getNode(), first.pair.itemIndex, first.error);
	}
	// Kairos refused the keys in an earlier run of this execution.
	if (first?.status === 'skipped') {
		throw skippedItemError(context.getNode(), first.pair.itemIndex, first.reason);
	}
	return outcomes;
}

async function verifyWith(run: Run, settings: RunSettings, clock: Clock): Promise<Outcome[]> {
	const { context, stopsOnError, memory } = run;
	const prepared = await prepareJobs(run, clock);
	const unsendable = prepared.filter((job) => 'error' in job);
	const first = prepared.find((job) => 'access' in job);
	if (first === undefined || (stopsOnError && unsendable.length > 0)) {
		return unsendable.map(({ pair, error }) => failed(pair, error));
	}
	const end = new AbortController();
	const kairos = new KairosClient(context, first.access, settings, {
		ended: end.signal,
		accountOf: (...addressAndKeys) => memory.accountOf(...addressAndKeys),
		clock,
	});
	const verify = async (job: Job): Promise<Outcome> => {
		const outcome = await verifyJob(run, kairos, job);
		// The limiter itself ends the run for an error that every request would get.
		if (outcome.status === 'failed' && stopsOnError) end.abort(outcome.error);
		return outcome;
	};
	const outcomes: Array<Outcome | Promise<Outcome>> = [];
	for (const job of prepared) {
		outcomes.push('access' in job ? verify(job) : failed(job.pair, job.error));
		if (isTurnOver(outcomes.length)) await clock.sleep(0);
	}
	return await Promise.all(outcomes);
}
