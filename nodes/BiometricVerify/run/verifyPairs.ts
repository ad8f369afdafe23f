import { runBatch } from './batch';
import { InputError } from '../errors/InputError';
import { itemError, skippedItemError } from './itemError';
import type { Pair } from '../input/pairs';
import { KairosClient } from '../kairos/client';
import { systemClock } from '../limiter/clock';
import type { Clock } from '../limiter/types';
import type { RunSettings } from '../panel/settings';
import { prepareJobs } from './jobs';
import type { Outcome } from './outcome';
import type { Run } from './run';
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

function failed(pair: Pair, error: unknown): Outcome {
	return { pair, status: 'failed', error, isFatal: false };
}

async function verifyWith(run: Run, settings: RunSettings, clock: Clock): Promise<Outcome[]> {
	const { context, stopsOnError, memory } = run;
	const prepared = await prepareJobs(run, clock);
	const jobs = prepared.filter((job) => 'access' in job);
	const unsendable = prepared.filter((job) => 'error' in job);
	const outcomes = new Map(unsendable.map(({ pair, error }) => [pair, failed(pair, error)]));
	const [first] = jobs;
	if (first !== undefined && !(stopsOnError && unsendable.length > 0)) {
		const end = new AbortController();
		const kairos = new KairosClient(context, first.access, settings, {
			ended: end.signal,
			accountOf: (...addressAndKeys) => memory.accountOf(...addressAndKeys),
			clock,
		});
		const sent = await runBatch(jobs, {
			stopsOnError,
			verify: async (job) => await verifyJob(run, kairos, job),
			clock,
			end,
		});
		for (const outcome of sent) outcomes.set(outcome.pair, outcome);
	}
	return run.pairs.flatMap((pair) => outcomes.get(pair) ?? []);
}
