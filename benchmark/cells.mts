import { type Cell, type Entrant, chain, count, entrant, handOver, node, ratio } from './cell.mts';
import type { Round } from './jobs.mts';
import { limitCell, outageCell } from './outages.mts';

const SMALL = 20_000;
const HALF_A_MEGABYTE = 500_000;
const TWO_MEGABYTES = 2_000_000;
const THREE_MEGABYTES = 3_000_000;
const FIVE_MEGABYTES = 5_000_000;

/** Biometric Verify's own default. */
const DEFAULT_CONCURRENCY = 5;

const SPEED = { items: 200, concurrency: 10, delayMs: 100 };
const CPU = { items: 200, concurrency: DEFAULT_CONCURRENCY, delayMs: 0 };
const MEMORY = { items: 100, concurrency: DEFAULT_CONCURRENCY, delayMs: 100 };
const SLOW = { ...MEMORY, delayMs: 3000 };
const FLAT = { ...MEMORY, delayMs: 20 };
const FAILING: Round = {
	...{ items: 100, concurrency: DEFAULT_CONCURRENCY, delayMs: 20 },
	behavior: { kind: 'failingFirst', oneOf: 10 },
};

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

function bare(round: Round, imageBytes: number): Entrant {
	return entrant('bare', 'node:http with keep-alive', round, imageBytes);
}

function reading(round: Round, imageBytes: number): Entrant {
	return entrant('reading', 'The images read and thrown away', round, imageBytes);
}

const memoryGoals = [
	ratio('peak memory over that of the chain', 'peakMb', ['node', 'chain'], 0.5),
	ratio(
		'peak memory over that of reading the images and throwing them away',
		'peakMb',
		['node', 'reading'],
		1,
	),
];

export const cells: Cell[] = [
	{
		name: 'speed',
		title: '200 items, 2 x 500 KB, API 100 ms, 10 at once',
		runs: 8,
		shows: ['wallMs', 'maxConcurrent'],
		entrants: [
			node(SPEED, HALF_A_MEGABYTE),
			handOver(SPEED, HALF_A_MEGABYTE),
			chain(SPEED, HALF_A_MEGABYTE, { batching: { size: 10, intervalMs: 100 } }),
			bare(SPEED, HALF_A_MEGABYTE),
		],
		goals: [
			ratio(
				'wall time over that of only handing the images over',
				'wallMs',
				['node', 'handOver'],
				1.06,
			),
			count('requests at once', 'maxConcurrent', 'node', 'at most', SPEED.concurrency),
		],
	},
	{
		name: 'cpu',
		title: 'Processor time, 200 items, 2 x 500 KB, API 0 ms',
		runs: 8,
		shows: ['cpuMsPerItem', 'wallMs'],
		entrants: [
			node(CPU, HALF_A_MEGABYTE),
			handOver(CPU, HALF_A_MEGABYTE),
			chain(CPU, HALF_A_MEGABYTE),
			bare(CPU, HALF_A_MEGABYTE),
		],
		goals: [ratio('processor time over that of the chain', 'cpuMsPerItem', ['node', 'chain'], 0.6)],
	},
	{
		name: 'hash',
		title: 'Processor time of the SHA-256 of both images, 2 x 3 MB, API 0 ms',
		runs: 8,
		shows: ['cpuMsPerItem'],
		entrants: [
			node({ ...CPU, items: 100 }, THREE_MEGABYTES),
			{
				name: 'hash',
				label: 'Both images hashed, and nothing else',
				job: { kind: 'hash', imageBytes: THREE_MEGABYTES },
			},
		],
		goals: [ratio('hashing over all of an item', 'cpuMsPerItem', ['hash', 'node'], 0.1)],
	},
	{
		name: 'memory',
		title: 'Peak memory over idle, 100 items, 2 x 5 MB, API 100 ms',
		runs: 8,
		shows: ['peakMb', 'wallMs', 'maxConcurrent'],
		entrants: [
			node(MEMORY, FIVE_MEGABYTES),
			chain(MEMORY, FIVE_MEGABYTES),
			bare(MEMORY, FIVE_MEGABYTES),
			reading(MEMORY, FIVE_MEGABYTES),
		],
		goals: memoryGoals,
	},
	{
		name: 'memory-slow',
		title: 'Peak memory over idle, 100 items, 2 x 5 MB, API 3 s',
		runs: 8,
		shows: ['peakMb', 'wallMs', 'maxConcurrent'],
		entrants: slow(SLOW),
		quickEntrants: slow({ ...SLOW, items: 20 }),
		goals: memoryGoals,
	},
	{
		name: 'memory-flat',
		title: 'Peak memory over idle, executions of 100 and of 1,000 items, 2 x 2 MB, API 20 ms',
		runs: 5,
		shows: ['peakMb', 'wallMs'],
		entrants: flat(1000),
		quickEntrants: flat(300),
		goals: [
			ratio('peak memory of many items over that of few', 'peakMb', ['node-many', 'node'], 1.25),
		],
	},
	{
		name: 'errors',
		title: '100 items, one in ten first attempts that get a 503',
		runs: 5,
		shows: ['requests', 'verified', 'verifiedTwice', 'wallMs'],
		entrants: [
			node(FAILING, SMALL),
			chain(FAILING, SMALL),
			{ ...chain(FAILING, SMALL, { retryOnFail: true }), name: 'chain-retry' },
		],
		goals: [
			count('requests', 'requests', 'node', 'exactly', 110),
			count('verified', 'verified', 'node', 'exactly', 100),
			count('verified twice', 'verifiedTwice', 'node', 'exactly', 0),
		],
	},
	limitCell,
	outageCell,
	{
		name: 'load',
		title: 'Time to load a built node in a process that has loaded n8n-core',
		runs: 8,
		shows: ['loadMs'],
		entrants: [
			{
				name: 'node',
				label: 'Biometric Verify',
				job: { kind: 'load', node: 'biometricVerify' },
			},
			{
				name: 'httpRequest',
				label: "n8n's HTTP Request",
				job: { kind: 'load', node: 'httpRequest' },
			},
		],
		goals: [ratio('time to load over that of HTTP Request', 'loadMs', ['node', 'httpRequest'], 1)],
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
];

/** The chain has so many requests in flight that it never waits for long. */
function slow(round: Round): Entrant[] {
	return [
		{ ...node(round, FIVE_MEGABYTES), isPatient: true },
		{ ...reading(round, FIVE_MEGABYTES), isPatient: true },
		chain(round, FIVE_MEGABYTES),
	];
}

/** As many items in all: the longer a process is under load, the higher the highest peak of V8. */
function flat(many: number): Entrant[] {
	const executions = many / FLAT.items;
	return [
		{
			...node({ ...FLAT, executions }, TWO_MEGABYTES),
			label: `Biometric Verify, ${executions} x ${FLAT.items} items`,
		},
		{
			...node({ ...FLAT, items: many }, TWO_MEGABYTES),
			name: 'node-many',
			label: `Biometric Verify, 1 x ${many} items`,
		},
	];
}
