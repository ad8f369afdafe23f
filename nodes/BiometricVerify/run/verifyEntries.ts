import { sleep } from 'n8n-workflow';

import type { Settled } from './batch';
import { runBatch } from './batch';
import { InputError } from '../errors/InputError';
import { itemError } from './itemError';
import type { Entry } from '../input/pairs';
import { KairosClient } from '../kairos/client';
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
export async function verifyEntries(run: Run): Promise<SettledEntry[]> {
	const { context, entries, settings, stopsOnError } = run;
	const settled =
		settings instanceof InputError
			? await runBatch<Entry, VerifiedItem>(entries, {
					maxConcurrent: 1,
					stopsOnError,
					verify: async () => ({ status: 'failed', error: settings, endsRun: true }),
				})
			: await verifyWith(run, settings);

	const first = settled.find(({ outcome }) => outcome.status === 'failed');
	if (stopsOnError && first?.outcome.status === 'failed') {
		throw itemError(context.getNode(), first.input.itemIndex, first.outcome.error);
	}
	return settled;
}

async function verifyWith(run: Run, settings: RunSettings): Promise<SettledEntry[]> {
	const { context, entries, stopsOnError } = run;
	const prepared = stopsOnError ? await prepareAll(run) : undefined;
	const end = new AbortController();
	const kairos = new KairosClient(context, settings, end.signal);
	return await runBatch<Entry, VerifiedItem>(entries, {
		maxConcurrent: settings.maxConcurrent,
		stopsOnError,
		verify: async (entry) => {
			const prepare = () => prepared?.get(entry) ?? prepareItem(run, entry);
			return await verifyItem(run, kairos, entry.itemIndex, prepare);
		},
		end,
	});
}

/** @throws {ItemError} of the first item that cannot be sent. */
async function prepareAll(run: Run): Promise<Map<Entry, PreparedItem>> {
	const prepared = new Map<Entry, PreparedItem>();
	for (const entry of run.entries) {
		try {
			prepared.set(entry, prepareItem(run, entry));
		} catch (error) {
			throw itemError(run.context.getNode(), entry.itemIndex, error);
		}
		if (prepared.size % PREPARED_AT_ONCE === 0) await sleep(0);
	}
	return prepared;
}
