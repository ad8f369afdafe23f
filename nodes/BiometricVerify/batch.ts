import type { ItemError } from './errors';

/** What became of an item: it was verified, or it could not be. */
export type Outcome<Result> = { result: Result } | { error: ItemError; haltsRun: boolean };

export interface BatchRules<Result> {
	/** How many items are under way at the most. */
	maxConcurrent: number;
	/** Whether one item that fails ends the run. */
	stopsOnError: boolean;
	/** Must not throw; `halted` is aborted when an earlier error makes further requests pointless. */
	verify: (itemIndex: number, halted: AbortSignal) => Promise<Outcome<Result>>;
	/** The outcome of an item that is not begun because of an earlier error. */
	notBegun: (itemIndex: number, reason: ItemError) => Outcome<Result>;
}

/**
 * Takes every item through `verify`, a bounded number at a time, and gives one outcome for each,
 * in the order of the items. After an outcome that halts the run, or after any error when the run
 * stops on errors, no further item is begun; those under way finish the request they have open.
 */
export async function runBatch<Result>(
	count: number,
	{ maxConcurrent, stopsOnError, verify, notBegun }: BatchRules<Result>,
): Promise<Array<Outcome<Result>>> {
	const outcomes: Array<Outcome<Result>> = new Array(count);
	const halt = new AbortController();
	let haltedBy: ItemError | undefined;
	let next = 0;

	const work = async () => {
		while (next < count) {
			const itemIndex = next++;
			const outcome = haltedBy
				? notBegun(itemIndex, haltedBy)
				: await verify(itemIndex, halt.signal);
			outcomes[itemIndex] = outcome;
			if ('error' in outcome && (outcome.haltsRun || stopsOnError)) {
				haltedBy ??= outcome.error;
				halt.abort();
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(maxConcurrent, count) }, work));
	return outcomes;
}
