import type { Figure, Job, Round, RoundsJob, TimedRequest } from './jobs.mts';
import { type Spread, upperBoundOfMedian } from './statistics.mts';

/** A contestant of a cell, with what it is told to do. */
export interface Entrant {
	/** Unique in its cell. */
	name: string;
	/** For the tables. */
	label: string;
	job: Job;
	/** Whether it may run beside others, because nearly all it does is wait. */
	isPatient?: boolean;
}

/** Figures of each entrant, by its name: of each of its rounds. */
export type CellResults = Record<string, Array<Partial<Record<Figure, Spread>>>>;

/** The requests of an entrant's first round in its first run, by its name. */
export type CellRequests = Record<string, TimedRequest[]>;

export interface Goal {
	/** What several goals are about, which are then shown together. */
	about?: string;
	text: string;
	/** Of each run. */
	values: (results: CellResults) => number[];
	is: 'at most' | 'at least' | 'exactly';
	limit: number;
	/**
	 * What must meet the limit: every run, or what the median is not above with a confidence of 95 %,
	 * so that no goal is met by luck.
	 */
	by: 'every run' | 'median';
	unit: string;
}

export interface Cell {
	/** For `--only`. */
	name: string;
	title: string;
	/** How often each entrant runs in a full run; at least 5. */
	runs: number;
	/** What the tables show, in this order. */
	shows: Figure[];
	entrants: Entrant[];
	/** Entrants of a quick run, where the full ones take too long. */
	quickEntrants?: Entrant[];
	goals: Goal[];
}

type Settings = Pick<RoundsJob, 'batching' | 'retryOnFail' | 'timeoutSeconds'>;

/** A contestant that makes one round. */
export function entrant(
	contestant: RoundsJob['contestant'],
	label: string,
	round: Round,
	imageBytes: number,
	settings: Settings = {},
): Entrant {
	const job: RoundsJob = { kind: 'rounds', contestant, imageBytes, rounds: [round], ...settings };
	return { name: contestant, label, job };
}

export function node(round: Round, imageBytes: number, settings: Settings = {}): Entrant {
	const label = `Biometric Verify, ${round.concurrency} at once`;
	return entrant('node', label, round, imageBytes, settings);
}

export function chain(round: Round, imageBytes: number, settings: Settings = {}): Entrant {
	const { batching, retryOnFail } = settings;
	const how = [
		...(batching ? [`${batching.size} every ${batching.intervalMs} ms`] : []),
		...(retryOnFail ? ['Retry On Fail'] : []),
	];
	const label = `HTTP Request + Switch, ${how.join(', ') || 'as it comes'}`;
	return entrant('chain', label, round, imageBytes, settings);
}

export function handOver(round: Round, imageBytes: number): Entrant {
	const label = `Images only handed over, ${round.concurrency} at once`;
	return entrant('handOver', label, round, imageBytes);
}

/** An entrant's figure over another's: of each run, as they take turns. */
export function ratio(
	text: string,
	figure: Figure,
	[one, other]: [string, string],
	limit: number,
): Goal {
	return {
		text,
		values: (results) => {
			const others = spread(results, other, figure).all;
			return spread(results, one, figure).all.map((value, run) => value / (others[run] ?? NaN));
		},
		is: 'at most',
		limit,
		by: 'median',
		unit: 'x',
	};
}

/** An entrant's figure that every run must have. */
export function count(
	text: string,
	figure: Figure,
	name: string,
	is: Goal['is'],
	limit: number,
): Goal {
	return {
		text,
		values: (results) => spread(results, name, figure).all,
		...{ is, limit, by: 'every run', unit: '' },
	};
}

/** What the runs came to, what of it has to meet the goal, and whether it does, if they can tell. */
export function judge(goal: Goal, results: CellResults) {
	const values = goal.values(results);
	const { is, limit, by } = goal;
	const distance = (value: number) =>
		is === 'at most' ? value - limit : is === 'at least' ? limit - value : Math.abs(value - limit);
	const farthest = values.toSorted((one, other) => distance(other) - distance(one))[0] ?? NaN;
	const decisive = by === 'median' ? upperBoundOfMedian(values) : farthest;
	if (decisive === undefined) return { values, decisive: farthest, isMet: undefined };
	return { values, decisive, isMet: distance(decisive) <= 0 };
}

export function spread(results: CellResults, name: string, figure: Figure): Spread {
	const found = results[name]?.[0]?.[figure];
	if (found === undefined) throw new Error(`${name} has no ${figure}`);
	return found;
}
