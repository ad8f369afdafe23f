import type { Figure, Job, RoundsJob } from './jobs.mts';
import type { Spread } from './statistics.mts';

/** A contestant of a cell, with what it is told to do. */
export interface Entrant {
	/** Unique in its cell. */
	name: string;
	/** For the tables. */
	label: string;
	job: Job;
	/** Whether its runs may be made at the same time, because nearly all they do is wait. */
	runsTogether?: boolean;
}

/** Figures of each entrant, by its name: of each of its rounds. */
export type CellResults = Record<string, Array<Partial<Record<Figure, Spread>>>>;

export interface Goal {
	text: string;
	/** What is measured against the limit. */
	value: (results: CellResults) => number;
	limit: number;
	/** Whether the value must be the limit; else it must not be above it. */
	isExact?: boolean;
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

const SMALL = 20_000;
const HALF_A_MEGABYTE = 500_000;
const TWO_MEGABYTES = 2_000_000;
const FIVE_MEGABYTES = 5_000_000;

/** Biometric Verify's own default. */
const DEFAULT_CONCURRENCY = 5;

const SPEED = { items: 200, concurrency: 10, delayMs: 100 };
const CPU = { items: 200, concurrency: DEFAULT_CONCURRENCY, delayMs: 0 };
const MEMORY = { items: 100, concurrency: DEFAULT_CONCURRENCY, delayMs: 100 };
const SLOW = { ...MEMORY, delayMs: 3000 };
const FLAT = { ...MEMORY, delayMs: 20 };
const FAULTY = { items: 100, concurrency: DEFAULT_CONCURRENCY, delayMs: 20, failOneOf: 10 };

/** ceil(items / concurrency) x delay: no client that keeps to the concurrency is faster. */
export const SPEED_LIMIT_MS = Math.ceil(SPEED.items / SPEED.concurrency) * SPEED.delayMs;

export const SWEEP_CONCURRENCIES = [1, 2, 5, 10, 25, 50];
export const SWEEP_DELAYS_MS = [100, 1000];

/** The rounds of the sweep: delay by delay, in the order of the concurrencies. */
const SWEEP = SWEEP_DELAYS_MS.flatMap((delayMs) =>
	SWEEP_CONCURRENCIES.map((concurrency) => ({
		// Half a second each at 100 ms, two at 1 s: no more, for there are many.
		items: concurrency * (delayMs < 1000 ? 5 : 2),
		concurrency,
		delayMs,
	})),
);

function node(round: RoundsJob['rounds'][number], imageBytes: number, label?: string): Entrant {
	return {
		name: 'node',
		label: label ?? `Biometric Verify, ${round.concurrency} at once`,
		job: { kind: 'rounds', contestant: 'node', imageBytes, rounds: [round] },
	};
}

function chain(
	round: RoundsJob['rounds'][number],
	imageBytes: number,
	settings: Pick<RoundsJob, 'batching' | 'retryOnFail'> = {},
): Entrant {
	const { batching, retryOnFail } = settings;
	const how = batching
		? `batches of ${batching.size} every ${batching.intervalMs} ms`
		: retryOnFail
			? 'Retry On Fail'
			: 'as it comes';
	return {
		name: batching ? `chain-${batching.intervalMs}` : retryOnFail ? 'chain-retry' : 'chain',
		label: `HTTP Request + Switch, ${how}`,
		job: { kind: 'rounds', contestant: 'chain', imageBytes, rounds: [round], ...settings },
	};
}

function bare(round: RoundsJob['rounds'][number], imageBytes: number): Entrant {
	return {
		name: 'bare',
		label: `node:http with keep-alive, ${round.concurrency} at once`,
		job: { kind: 'rounds', contestant: 'bare', imageBytes, rounds: [round] },
	};
}

function reading(round: RoundsJob['rounds'][number], imageBytes: number): Entrant {
	return {
		name: 'reading',
		label: 'the images read and thrown away',
		job: { kind: 'rounds', contestant: 'reading', imageBytes, rounds: [round] },
	};
}

const WAYS = {
	'body:formData': 'global FormData and Blob',
	'body:concat': 'images joined into one Buffer',
	'body:pieces': 'images in memory, handed over unjoined',
	'body:stream': 'images read while they are sent',
} as const;

type Way = keyof typeof WAYS;

/** A way to build a body, in a step that does nothing else. */
function body(way: Way, round: RoundsJob['rounds'][number], imageBytes: number): Entrant {
	return {
		name: way,
		label: WAYS[way],
		job: { kind: 'rounds', contestant: way, imageBytes, rounds: [round] },
	};
}

function bodies(round: RoundsJob['rounds'][number], imageBytes: number): Entrant[] {
	return (Object.keys(WAYS) as Way[]).map((way) => body(way, round, imageBytes));
}

export const cells: Cell[] = [
	{
		name: 'speed',
		title: '200 items, 2 x 500 KB, API 100 ms, 10 at once',
		runs: 5,
		shows: ['wallMs', 'maxConcurrent'],
		entrants: [
			node(SPEED, HALF_A_MEGABYTE),
			chain(SPEED, HALF_A_MEGABYTE, { batching: { size: 10, intervalMs: 100 } }),
			bare(SPEED, HALF_A_MEGABYTE),
			body('body:pieces', SPEED, HALF_A_MEGABYTE),
		],
		goals: [
			{
				text: `wall time over the limit of ${SPEED_LIMIT_MS / 1000} s`,
				value: (results) => median(results, 'node', 'wallMs') / SPEED_LIMIT_MS,
				limit: 1.15,
				unit: 'x',
			},
			{
				text: 'requests at once, at the most',
				value: (results) => spread(results, 'node', 'maxConcurrent').max,
				limit: SPEED.concurrency,
				unit: '',
			},
		],
	},
	{
		name: 'cpu',
		title: 'Processor time, 200 items, 2 x 500 KB, API 0 ms',
		runs: 5,
		shows: ['cpuMsPerItem', 'wallMs'],
		entrants: [
			node(CPU, HALF_A_MEGABYTE),
			chain(CPU, HALF_A_MEGABYTE),
			bare(CPU, HALF_A_MEGABYTE),
			...bodies(CPU, HALF_A_MEGABYTE),
		],
		goals: [
			{
				text: 'processor time an item over that of the chain',
				value: (results) =>
					median(results, 'node', 'cpuMsPerItem') / median(results, 'chain', 'cpuMsPerItem'),
				limit: 0.6,
				unit: 'x',
			},
		],
	},
	{
		name: 'memory',
		title: 'Peak memory over idle, 100 items, 2 x 5 MB, API 100 ms',
		runs: 5,
		shows: ['peakMb', 'wallMs', 'maxConcurrent'],
		entrants: [
			node(MEMORY, FIVE_MEGABYTES),
			chain(MEMORY, FIVE_MEGABYTES),
			bare(MEMORY, FIVE_MEGABYTES),
			reading(MEMORY, FIVE_MEGABYTES),
			// Their peak is reached early.
			...bodies({ ...MEMORY, items: 30 }, FIVE_MEGABYTES),
		],
		goals: [
			{
				text: 'peak memory over idle at 5 at once',
				value: (results) => median(results, 'node', 'peakMb'),
				limit: 60,
				unit: 'MB',
			},
		],
	},
	{
		name: 'memory-slow',
		title: 'Peak memory over idle, 100 items, 2 x 5 MB, API 3 s',
		runs: 5,
		shows: ['peakMb', 'wallMs', 'maxConcurrent'],
		entrants: [{ ...node(SLOW, FIVE_MEGABYTES), runsTogether: true }, chain(SLOW, FIVE_MEGABYTES)],
		quickEntrants: [
			node({ ...SLOW, items: 20 }, FIVE_MEGABYTES),
			chain({ ...SLOW, items: 20 }, FIVE_MEGABYTES),
		],
		goals: [
			{
				text: 'peak memory over idle at 5 at once',
				value: (results) => median(results, 'node', 'peakMb'),
				limit: 80,
				unit: 'MB',
			},
		],
	},
	{
		name: 'memory-flat',
		title: 'Peak memory over idle, executions of 100 and of 1,000 items, 2 x 2 MB, API 20 ms',
		runs: 5,
		shows: ['peakMb', 'wallMs'],
		entrants: flat(1000),
		quickEntrants: flat(300),
		goals: [
			{
				text: 'peak memory of many items over that of 100',
				value: (results) =>
					median(results, 'node-many', 'peakMb') / median(results, 'node', 'peakMb'),
				limit: 1.15,
				unit: 'x',
			},
		],
	},
	{
		name: 'errors',
		title: '100 items, one in ten first attempts that get a 503',
		runs: 5,
		shows: ['requests', 'delivered', 'sentForNothing', 'wallMs'],
		entrants: [
			node(FAULTY, SMALL),
			chain(FAULTY, SMALL),
			chain(FAULTY, SMALL, { retryOnFail: true }),
		],
		goals: [
			{
				text: 'requests',
				value: (results) => spread(results, 'node', 'requests').max,
				limit: 110,
				isExact: true,
				unit: '',
			},
			{
				text: 'results delivered',
				value: (results) => spread(results, 'node', 'delivered').min,
				limit: 100,
				isExact: true,
				unit: '',
			},
			{
				text: 'requests sent again for nothing',
				value: (results) => spread(results, 'node', 'sentForNothing').max,
				limit: 0,
				isExact: true,
				unit: '',
			},
		],
	},
	{
		name: 'load',
		title: 'Time to load the built node in a process that has n8n-workflow',
		runs: 7,
		shows: ['loadMs'],
		entrants: [{ name: 'node', label: 'Biometric Verify', job: { kind: 'load' } }],
		goals: [
			{
				text: 'time to load',
				value: (results) => median(results, 'node', 'loadMs'),
				limit: 10,
				unit: 'ms',
			},
		],
	},
	{
		name: 'sweep',
		title: 'Items a second by Max Concurrent Requests, 2 x 500 KB',
		runs: 5,
		shows: ['wallMs'],
		entrants: [
			{
				name: 'node',
				label: 'Biometric Verify',
				job: {
					kind: 'rounds',
					contestant: 'node',
					imageBytes: HALF_A_MEGABYTE,
					rounds: SWEEP,
				},
			},
		],
		goals: [],
	},
	{
		name: 'raw',
		title: 'Include Raw Response off and on: processor time, 300 items, 2 x 20 KB, API 0 ms',
		runs: 5,
		shows: ['cpuMsPerItem'],
		entrants: [false, true].map((includeRawResponse) => ({
			name: includeRawResponse ? 'on' : 'off',
			label: `Include Raw Response ${includeRawResponse ? 'on' : 'off'}`,
			job: {
				kind: 'rounds',
				contestant: 'node',
				imageBytes: SMALL,
				includeRawResponse,
				rounds: [{ ...CPU, items: 300 }],
			},
		})),
		goals: [],
	},
	{
		name: 'verdict',
		title: 'From the text of a response to the outputs of its item',
		runs: 5,
		shows: ['verdictUs'],
		entrants: [{ name: 'node', label: 'Biometric Verify', job: { kind: 'verdict' } }],
		goals: [],
	},
];

/** The median of an entrant's figure, over its runs. */
export function median(results: CellResults, entrant: string, figure: Figure): number {
	return spread(results, entrant, figure).median;
}

function spread(results: CellResults, entrant: string, figure: Figure): Spread {
	const found = results[entrant]?.[0]?.[figure];
	if (found === undefined) throw new Error(`${entrant} has no ${figure}`);
	return found;
}

/** As many items in all: the longer a process is under load, the higher the highest peak of V8. */
function flat(many: number): Entrant[] {
	const few = { ...FLAT, executions: many / FLAT.items };
	return [
		node(few, TWO_MEGABYTES, `Biometric Verify, ${few.executions} x ${few.items} items`),
		{
			...node({ ...FLAT, items: many }, TWO_MEGABYTES, `Biometric Verify, 1 x ${many} items`),
			name: 'node-many',
		},
	];
}
