import { binomialDistribution, max, median, min } from 'simple-statistics';

const CONFIDENCE = 0.95;

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
	return { median: median(values), min: min(values), max: max(values), all: values };
}

/**
 * What the true median is not above, with a confidence of 95 %, whatever the distribution is. By
 * hand, as the library has no interval of a median.
 *
 * @returns undefined for fewer than 5 values, of which no such bound is known
 */
export function upperBoundOfMedian(values: number[]): number | undefined {
	const sorted = values.toSorted((one, other) => one - other);
	// How many values are below the median is a series of tosses of a coin.
	const chances = binomialDistribution(sorted.length, 0.5) ?? [];
	let confidence = 0;
	return sorted.find((_, below) => (confidence += chances[below] ?? 0) >= CONFIDENCE);
}
