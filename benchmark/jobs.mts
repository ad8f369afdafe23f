/** What the processes of the benchmark say to each other. */

/** The ways to send two pictures to the API that are measured in n8n's engine. */
export type EngineContestant =
	'node' | 'chain' | 'body:formData' | 'body:concat' | 'body:pieces' | 'body:stream';

/**
 * `bare` is a node:http client with keep-alive, without n8n: the floor. `reading` reads the pictures
 * from disk and sends nothing: the floor of memory.
 */
export type Contestant = EngineContestant | 'bare' | 'reading';

/** One pass over a number of items. */
export interface Round {
	items: number;
	/** How many executions with so many items follow each other; 1 when it is not given. */
	executions?: number;
	/** How many requests may be under way; the chain keeps to none but its own settings. */
	concurrency: number;
	/** How long the API takes for an answer. */
	delayMs: number;
	/** Of every so many items the first try is answered with 503. */
	failOneOf?: number;
}

/** Rounds that one fresh process makes, one after the other. */
export interface RoundsJob {
	kind: 'rounds';
	contestant: Contestant;
	/** Of each of the two pictures. */
	pictureBytes: number;
	/** The HTTP Request node's batching; without it all items are sent at once. */
	batching?: { size: number; intervalMs: number };
	/** n8n's Retry On Fail, with three tries and a second between them. */
	retryOnFail?: boolean;
	/** Biometric Verify's Simplify; true when it is not given. */
	simplify?: boolean;
	rounds: Round[];
}

/** A measurement that needs neither items nor the API. */
export interface MicroJob {
	/** `load`: the built node, in milliseconds; `verdict`: from answer to outputs, in microseconds. */
	kind: 'load' | 'verdict';
}

export type Job = RoundsJob | MicroJob;

/** What one round, or one micro measurement, came to. */
export type Figures = Partial<Record<Figure, number>>;

export type Figure =
	| 'wallMs'
	| 'cpuMsPerItem'
	| 'peakMb'
	| 'requests'
	| 'delivered'
	| 'sentForNothing'
	| 'maxConcurrent'
	| 'loadMs'
	| 'verdictUs';

/** What a worker is started with, as JSON in its first argument. */
export interface Assignment {
	job: Job;
	/** The folder of the built package. */
	dist: string;
	/** The stub's address, without a path. */
	stubUrl: string;
}

/** Stands before the figures of all rounds, as JSON, on a worker's stdout. */
export const RESULT_PREFIX = 'figures: ';

/** What the stub counted of one round. */
export interface StubCounts {
	requests: number;
	maxConcurrent: number;
	/** Requests for items that had been answered with 200 before. */
	sentForNothing: number;
}

/** The file name by which the stub knows an item again. */
export function selfieName(itemIndex: number): string {
	return `item-${itemIndex}.jpg`;
}

export const ITEM_IN_BODY = /filename="item-(\d+)\.jpg"/;

/** Bytes that begin as a JPEG does. */
export function pictureOf(length: number): Buffer {
	const picture = Buffer.alloc(length, 0x5a);
	picture.set([0xff, 0xd8, 0xff]);
	return picture;
}
