import type { ItemError } from './errors';

/** What became of an item: it was verified, or it could not be. */
export type Outcome<Result> =
	| { result: Result }
	| {
			error: ItemError;
			haltsRun: boolean;
			/** Whether it was not even tried, because another one failed. */
			notSent?: boolean;
	  };

export interface BatchRules<Input, Result> {
	/** How many are under way at the most. */
	maxConcurrent: number;
	/** Whether one that fails ends the run. */
	stopsOnError: boolean;
	/**
	 * Must not throw; `halted` is aborted, with an earlier error as its reason, when that error makes
	 * further requests pointless.
	 */
	verify: (input: Input, itemIndex: number, halted: AbortSignal) => Promise<Outcome<Result>>;
	/** The outcome of one that is not begun because of an earlier error. */
	notBegun: (itemIndex: number, reason: ItemError) => Outcome<Result>;
}

/**
 * Takes every input through `verify`, a bounded number at a time, and gives one outcome for each,
 * in their order. After an outcome that halts the run, or after any error when the run stops on
 * errors, no further one is begun; those under way finish the request they have open.
 */
export async function runBatch<Input, Result>(
	inputs: readonly Input[],
	{ maxConcurrent, stopsOnError, verify, notBegun }: BatchRules<Input, Result>,
): Promise<Array<Outcome<Result> & { input: Input }>> {
	const outcomes: Array<Outcome<Result> & { input: Input }> = new Array(inputs.length);
	const queue = inputs.entries();
	const halt = new AbortController();
	let haltedBy: ItemError | undefined;

	const work = async () => {
		for (const [itemIndex, input] of queue) {
			const outcome = haltedBy
				? notBegun(itemIndex, haltedBy)
				: await verify(input, itemIndex, halt.signal);
			outcomes[itemIndex] = { ...outcome, input };
			if ('error' in outcome && (outcome.haltsRun || stopsOnError)) {
				haltedBy ??= outcome.error;
				halt.abort(outcome.error);
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(maxConcurrent, inputs.length) }, work));
	return outcomes;
}
