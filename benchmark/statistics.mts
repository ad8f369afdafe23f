/** Several runs of the same thing. */
export interface Spread {
	median: number;
	min: number;
	max: number;
	/** In the order of the runs. */
	all: number[];
}

/** @param values at least one */
export function spreadOf(values: number[]): Spread {
	const sorted = [...values].sort((one, other) => one - other);
	const upper = sorted[Math.floor(sorted.length / 2)];
	const lower = sorted[Math.ceil(sorted.length / 2) - 1];
	if (upper === undefined || lower === undefined) throw new Error('There are no runs');
	return {
		median: (lower + upper) / 2,
		min: Math.min(...values),
		max: Math.max(...values),
		all: values,
	};
}
