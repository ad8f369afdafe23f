import type { Settled } from './batch';
import { runBatch } from './batch';
import { InputError } from '../errors/InputError';
import { itemError, skippedError } from './itemError';
import type { Entry } from '../input/pairs';
import { KairosClient } from '../kairos/client';
import { systemClock } from '../limiter/clock';
import type { Clock } from '../limiter/types';
import type { RunSettings } from '../panel/settings';
import type { PreparedItem } from './prepare';
import { prepareAll } from './prepare';
import type { Run } from './run';
import type { VerifiedItem } from './verifyItem';
import { verifyItem } from './verifyItem';

/** An entry of a run together with what became of it. */
export type SettledEntry = Settled<Entry, VerifiedItem>;

/**
 * Takes all entries of a run to Kairos, and gives one outcome for each, in order. When the run stops
 * on errors, nobody is sent, and paid for in vain, where it would end with the error of an item that
 * cannot be sent.
 *
 * @throws {ItemError} of the first one that failed, when the run stops on errors.
 */
export async function verifyEntries(run: Run, clock = systemClock): Promise<SettledEntry[]> {
	const { context, settings, stopsOnError } = run;
	const settled =
		settings instanceof InputError
			? run.entries.map((entry) => failed(entry, settings))
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

function failed(input: Entry, error: unknown): SettledEntry {
	return { input, outcome: { status: 'failed', error, endsRun: false } };
}

async function verifyWith(run: Run, settings: RunSettings, clock: Clock): Promise<SettledEntry[]> {
	const { context, stopsOnError, memory } = run;
	const prepared = await prepareAll(run, clock);
	const ready = prepared.filter((item) => 'access' in item);
	const unsendable = prepared.filter((item) => 'error' in item);
	const settled = new Map(unsendable.map(({ entry, error }) => [entry, failed(entry, error)]));
	const [first] = ready;
	if (first !== undefined && !(stopsOnError && unsendable.length > 0)) {
		const end = new AbortController();
		const kairos = new KairosClient(context, first.access, settings, {
			ended: end.signal,
			accountOf: (...addressAndKeys) => memory.accountOf(...addressAndKeys),
			clock,
		});
		const sent = await runBatch<PreparedItem, VerifiedItem>(ready, {
			stopsOnError,
			verify: async (item) => await verifyItem(run, kairos, item),
			clock,
			end,
		});
		for (const { input, outcome } of sent)
			settled.set(input.entry, { input: input.entry, outcome });
	}
	return run.entries.flatMap((entry) => settled.get(entry) ?? []);
}
