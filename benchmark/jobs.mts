/** What the processes of the benchmark say to each other. */

/** The ways to send two images to the API that are measured in n8n's engine. */
export type EngineContestant =
	'node' | 'chain' | 'body:formData' | 'body:concat' | 'body:pieces' | 'body:stream';

/**
 * `bare` is a node:http client with keep-alive, without n8n: the floor. `reading` reads the images
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
	/** How long the API takes for a response. */
	delayMs: number;
	/** Of every so many items the first attempt gets a 503. */
	failOneOf?: number;
}

/** Rounds that one fresh process makes, one after the other. */
export interface RoundsJob {
	kind: 'rounds';
	contestant: Contestant;
	/** Of each of the two images. */
	imageBytes: number;
	/** The HTTP Request node's batching; without it all items are sent at once. */
	batching?: { size: number; intervalMs: number };
	/** n8n's Retry On Fail, with three attempts and a second between them. */
	retryOnFail?: boolean;
	/** Biometric Verify's Include Raw Response; false when it is not given. */
	includeRawResponse?: boolean;
	rounds: Round[];
}

/** A measurement that needs neither items nor the API. */
export interface MicroJob {
	/** `load`: the built node, in milliseconds; `verdict`: from response to outputs, in microseconds. */
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
	/** Requests for items that had got a 200 before. */
	sentForNothing: number;
}

/**
 * The file name by which the stub knows an item again. Of a name Biometric Verify sends the words
 * that steer the sandbox, and nothing else: the number of the item is in one of them.
 */
export function selfieName(itemIndex: number): string {
	return `item.times-${itemIndex}.jpg`;
}

export const ITEM_IN_BODY = /filename="\w+\.times-(\d+)\.jpe?g"/;

/**
 * Bytes that begin as a JPEG does.
 *
 * @param of selfie and photo are different images: the node takes equal ones for a mistake.
 */
export function imageOf(of: 'selfie' | 'photo', length: number): Buffer {
	const image = Buffer.alloc(length, of);
	image.set([0xff, 0xd8, 0xff]);
	return image;
}
