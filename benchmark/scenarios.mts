/** What is measured, and the limits that the node must keep to: one row for each scenario. */

/** The node, and what people use without it. */
export const VARIANTS = ['node', 'chain'] as const;

export type Variant = (typeof VARIANTS)[number];

/** How the API responds. Without a fault, each request gets a verification. */
export interface Api {
	delayMs: number;
	fault?:
		| { kind: 'rateLimit'; perSecond: number; retryAfterSeconds?: number }
		/** 503 to everything for so long after the first request. */
		| { kind: 'down'; seconds: number }
		/** 500 to half of all attempts: to the same ones in each run. */
		| { kind: 'flaky' };
}

export type Figure =
	| 'wallMs'
	| 'cpuMsPerItem'
	/** Above what the warmed-up process held before, in MB of 10^6 bytes. */
	| 'peakMb'
	| 'maxConcurrent'
	| 'verified'
	/** Requests that got no verification. */
	| 'wasted'
	/** Verifications of items that had been verified before. */
	| 'verifiedTwice';

/** Sends all items of a workload to `url`, and resolves with how many were verified. */
export type Send = (url: string) => Promise<number>;

/** The items that a variant sends. */
export interface Workload {
	items: number;
	/** Of each of an item's two images. */
	imageBytes: number;
	/** Max Concurrent Requests of the node. */
	concurrency: number;
	/** Batching of the HTTP Request node, which else starts all requests at once. */
	batches?: { size: number; intervalMs: number };
	/** n8n's Retry On Fail for the HTTP Request node: five attempts, the most it allows. */
	retryOnFail?: boolean;
}

export interface Scenario extends Workload {
	/** For `--only`, which picks all rows of this name. */
	name: 'speed' | 'cpu' | 'memory' | 'memory-flat' | 'limit' | 'outage';
	title: string;
	/** How many executions with so many items follow each other; 1 when it is not given. */
	executions?: number;
	api: Api;
	/**
	 * What is shown, with the node's limit. Counts must keep to it in every run; `verified` is a
	 * minimum, all others are maxima. For times and memory, which depend on the machine, it is for
	 * the median of the node's figure divided by that of `comparedWith`.
	 */
	figures: Partial<Record<Figure, number | 'no limit'>>;
	/** `chain` when it is not given; else the node's figure in the row above. */
	comparedWith?: 'rowAbove';
}

const FAULT = {
	imageBytes: 20_000,
	// The best that we found for the chain: it loses nobody. Without batches it loses most items,
	// and larger ones are refused and sent again as a whole.
	batches: { size: 10, intervalMs: 1000 },
	retryOnFail: true,
};

export const scenarios: Scenario[] = [
	{
		name: 'speed',
		title: '200 items, 2 x 500 KB, API 100 ms, 10 at once',
		items: 200,
		imageBytes: 500_000,
		api: { delayMs: 100 },
		concurrency: 10,
		batches: { size: 10, intervalMs: 100 },
		figures: { wallMs: 1, maxConcurrent: 10 },
	},
	{
		name: 'cpu',
		title: '200 items, 2 x 500 KB, API 0 ms, 5 at once',
		items: 200,
		imageBytes: 500_000,
		api: { delayMs: 0 },
		concurrency: 5,
		figures: { cpuMsPerItem: 0.9 },
	},
	{
		name: 'memory',
		title: '60 items, 2 x 5 MB, API 1 s, 5 at once',
		items: 60,
		imageBytes: 5_000_000,
		api: { delayMs: 1000 },
		concurrency: 5,
		figures: { peakMb: 0.5, maxConcurrent: 'no limit' },
	},
	{
		name: 'memory-flat',
		title: '5 executions of 100 items, 2 x 2 MB, API 20 ms, 5 at once',
		// As many items in all as below: the longer a process works, the higher V8 lets memory rise.
		items: 100,
		executions: 5,
		imageBytes: 2_000_000,
		api: { delayMs: 20 },
		concurrency: 5,
		figures: { peakMb: 'no limit' },
	},
	{
		name: 'memory-flat',
		title: '1 execution of 500 items, 2 x 2 MB, API 20 ms, 5 at once',
		items: 500,
		imageBytes: 2_000_000,
		api: { delayMs: 20 },
		concurrency: 5,
		figures: { peakMb: 1.5 },
		comparedWith: 'rowAbove',
	},
	{
		...FAULT,
		name: 'limit',
		title: '200 items, 50 at once, API accepts 20 requests a second, else 429 with Retry-After: 1',
		items: 200,
		concurrency: 50,
		api: { delayMs: 50, fault: { kind: 'rateLimit', perSecond: 20, retryAfterSeconds: 1 } },
		figures: { verified: 200, verifiedTwice: 0, wasted: 20, wallMs: 0.8 },
	},
	{
		...FAULT,
		name: 'limit',
		title: '200 items, 50 at once, API accepts 20 requests a second, else 429',
		items: 200,
		concurrency: 50,
		api: { delayMs: 50, fault: { kind: 'rateLimit', perSecond: 20 } },
		figures: { verified: 200, verifiedTwice: 0, wasted: 20, wallMs: 0.8 },
	},
	{
		...FAULT,
		name: 'outage',
		title: '100 items, 5 at once, API is down (503) for 5 s',
		items: 100,
		concurrency: 5,
		api: { delayMs: 50, fault: { kind: 'down', seconds: 5 } },
		figures: { verified: 100, verifiedTwice: 0, wasted: 12, wallMs: 0.6 },
	},
	{
		...FAULT,
		name: 'outage',
		title: '100 items, 5 at once, API is down (503) for 20 s',
		items: 100,
		concurrency: 5,
		api: { delayMs: 50, fault: { kind: 'down', seconds: 20 } },
		figures: { verified: 100, verifiedTwice: 0, wasted: 16, wallMs: 1 },
	},
	{
		...FAULT,
		name: 'outage',
		title: '200 items, 10 at once, API fails half of all requests with 500',
		items: 200,
		concurrency: 10,
		api: { delayMs: 50, fault: { kind: 'flaky' } },
		figures: { verified: 170, verifiedTwice: 0, wasted: 'no limit', wallMs: 'no limit' },
	},
];
