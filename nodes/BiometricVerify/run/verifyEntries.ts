import type { Settled } from './batch';
import { runBatch } from './batch';
import { InputError } from '../errors/InputError';
import { remember } from './execution';
import { itemError, skippedError } from './itemError';
import type { Entry } from '../input/pairs';
import { KairosClient } from '../kairos/client';
import { systemClock } from '../limiter/clock';
import type { Clock } from '../limiter/types';
import type { RunSettings } from '../panel/options';
import type { Run } from './run';
import type { PreparedItem, VerifiedItem } from './verifyItem';
import { prepareItem, verifyItem } from './verifyItem';

/** An entry of a run together with what became of it. */
export type SettledEntry = Settled<Entry, VerifiedItem>;

/** After so many, other executions get their turn: an expression takes about a millisecond. */
const PREPARED_AT_ONCE = 20;

/**
 * Takes all entries of a run to Kairos, and gives one outcome for each, in order. When the run
 * stops on errors, all are prepared first: nobody is sent, and paid for in vain, where the run would
 * end with the error of an item that cannot be sent.
 *
 * @throws {ItemError} of the first one that failed, when the run stops on errors.
 */
export async function verifyEntries(run: Run, clock = systemClock): Promise<SettledEntry[]> {
	const { context, settings, stopsOnError } = run;
	const settled =
		settings instanceof InputError
			? withoutSettings(run.entries, settings)
			: await verifyWith(run, settings, clock);
	if (!stopsOnError) return settled;

	const first =
		settled.find(({ outcome }) => outcome.status === 'failed') ??
		settled.find(({ outcome }) => outcome.status === 'skipped');
	if (first?.outcome.status === 'failed') {
		throw itemError(context.getNode(), first.input.itemIndex, first.outcome.error);
	}
	// Its keys were refused in an earlier run of this execution.
	if (first?.outcome.status === 'skipped') {
		throw skippedError(context.getNode(), first.input.itemIndex, first.outcome.reason);
	}
	return settled;
}

function withoutSettings(entries: readonly Entry[], error: InputError): SettledEntry[] {
	return entries.map((input, index) => ({
		input,
		outcome:
			index === 0
				? { status: 'failed', error, endsRun: true }
				: { status: 'skipped', reason: error },
	}));
}

async function verifyWith(run: Run, settings: RunSettings, clock: Clock): Promise<SettledEntry[]> {
	const { context, entries, stopsOnError } = run;
	const prepared = stopsOnError ? await prepareAll(run, clock) : undefined;
	const end = new AbortController();
	const memory = remember(context);
	const kairos = new KairosClient(context, settings, {
		ended: end.signal,
		accountOf: (...addressAndKeys) => memory.accountOf(...addressAndKeys),
		clock,
	});
	return await runBatch<Entry, VerifiedItem>(entries, {
		stopsOnError,
		verify: async (entry) => {
			const prepare = () => prepared?.get(entry) ?? prepareItem(run, entry);
			return await verifyItem(run, kairos, entry.itemIndex, prepare);
		},
		clock,
		end,
	});
}

/** @throws {ItemError} of the first item that cannot be sent. */
async function prepareAll(run: Run, clock: Clock): Promise<Map<Entry, PreparedItem>> {
	const prepared = new Map<Entry, PreparedItem>();
	for (const entry of run.entries) {
		try {
			prepared.set(entry, prepareItem(run, entry));
		} catch (error) {
			throw itemError(run.context.getNode(), entry.itemIndex, error);
		}
		if (prepared.size % PREPARED_AT_ONCE === 0) await clock.sleep(0);
	}
	return prepared;
}
