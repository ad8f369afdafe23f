import type { Clock } from '../limiter/types';

/**
 * What became of an item: it was verified; it was not, for a reason of its own; or it was skipped,
 * not even sent, because of another item's error.
 */
export type Outcome<Result> =
	| { status: 'verified'; result: Result }
	| { status: 'failed'; error: unknown; endsRun: boolean }
	| { status: 'skipped'; reason: unknown };

export interface BatchRules<Input, Result> {
	/** Whether one that fails ends the run. */
	stopsOnError: boolean;
	/** Begins at once, and ends when the input has its outcome. Must not throw. */
	verify: (input: Input) => Promise<Outcome<Result>>;
	clock: Clock;
	/** Is aborted by the first outcome that ends the run, with its error as the reason. */
	end?: AbortController;
}

/** An input together with what became of it. */
export interface Settled<Input, Result> {
	input: Input;
	outcome: Outcome<Result>;
}

/** After so many, other executions get their turn: an expression takes about a millisecond. */
const BEGUN_AT_ONCE = 20;

/**
 * Takes every input through `verify`, which has to see to it that not too much happens at the same
 * time, and gives one outcome for each, in their order. After an outcome that ends the run, or after
 * any failure when the run stops on errors, no further one begins.
 */
export async function runBatch<Input, Result>(
	inputs: readonly Input[],
	{ stopsOnError, verify, clock, end = new AbortController() }: BatchRules<Input, Result>,
): Promise<Array<Settled<Input, Result>>> {
	const settle = async (input: Input): Promise<Settled<Input, Result>> => {
		if (end.signal.aborted) {
			return { input, outcome: { status: 'skipped', reason: end.signal.reason } };
		}
		const outcome = await verify(input);
		if (outcome.status === 'failed' && (outcome.endsRun || stopsOnError)) end.abort(outcome.error);
		return { input, outcome };
	};
	const settled: Array<Promise<Settled<Input, Result>>> = [];
	for (const input of inputs) {
		settled.push(settle(input));
		if (settled.length % BEGUN_AT_ONCE === 0) await clock.sleep(0);
	}
	return await Promise.all(settled);
}
