/**
 * What became of an item: it was verified; it was not, for a reason of its own; or it was skipped,
 * not even sent, because of another item's error.
 */
export type Outcome<Result> =
	| { status: 'verified'; result: Result }
	| { status: 'failed'; error: unknown; endsRun: boolean }
	| { status: 'skipped'; reason: unknown };

export interface BatchRules<Input, Result> {
	/** How many are under way at the most; at least 1. */
	maxConcurrent: number;
	/** Whether one that fails ends the run. */
	stopsOnError: boolean;
	/** Must not throw. */
	verify: (input: Input) => Promise<Outcome<Result>>;
	/** Is aborted by the first outcome that ends the run, with its error as the reason. */
	end?: AbortController;
}

/** An input together with what became of it. */
export interface Settled<Input, Result> {
	input: Input;
	outcome: Outcome<Result>;
}

/**
 * Takes every input through `verify`, a bounded number at a time, and gives one outcome for each, in
 * their order. After an outcome that ends the run, or after any failure when the run stops on
 * errors, no further one begins; those under way finish the request they have open.
 */
export async function runBatch<Input, Result>(
	inputs: readonly Input[],
	{ maxConcurrent, stopsOnError, verify, end = new AbortController() }: BatchRules<Input, Result>,
): Promise<Array<Settled<Input, Result>>> {
	const settled: Array<Settled<Input, Result>> = new Array(inputs.length);
	const queue = inputs.entries();

	const work = async () => {
		for (const [index, input] of queue) {
			const outcome: Outcome<Result> = end.signal.aborted
				? { status: 'skipped', reason: end.signal.reason }
				: await verify(input);
			settled[index] = { input, outcome };
			if (outcome.status === 'failed' && (outcome.endsRun || stopsOnError)) {
				end.abort(outcome.error);
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(maxConcurrent, inputs.length) }, work));
	return settled;
}
