/** What the processes of the benchmark say to each other. */
import { randomUUID } from 'node:crypto';

/**
 * Who sends two images for each item: Biometric Verify; HTTP Request and Switch; a step that does
 * nothing but hand the images over to n8n's HTTP layer; a node:http client with keep-alive and
 * without n8n, the floor. `reading` reads the images from disk and sends nothing: the floor of memory.
 */
export type Contestant = 'node' | 'chain' | 'handOver' | 'bare' | 'reading';

/** What the API does with the requests of a round, apart from taking its time. */
export type Behavior =
	| { kind: 'well' }
	/** Takes so many requests in any second, and rejects all others with a 429. */
	| { kind: 'limited'; perSecond: number; retryAfterSeconds?: number }
	/** Rejects all with a 503 for so long from the first on; again after so long, if it is given. */
	| { kind: 'down'; forMs: number; everyMs?: number }
	/** Never responds. */
	| { kind: 'silent' }
	/** Half of all attempts get a 500, at random, but the same ones in each round. */
	| { kind: 'failing' }
	/** Of every so many items the first attempt gets a 503. */
	| { kind: 'failingFirst'; oneOf: number };

/** One pass over a number of items. */
export interface Round {
	items: number;
	/** How many executions with so many items follow each other; 1 when it is not given. */
	executions?: number;
	/** How many requests may be under way; the chain keeps to none but its own settings. */
	concurrency: number;
	/** How long the API takes for a response. */
	delayMs: number;
	/** `well` when it is not given. */
	behavior?: Behavior;
}

/** Rounds that one fresh process makes, one after the other. */
export interface RoundsJob {
	kind: 'rounds';
	contestant: Contestant;
	/** Of each of the two images. */
	imageBytes: number;
	/** The HTTP Request node's batching; without it all items are sent at once. */
	batching?: { size: number; intervalMs: number };
	/** n8n's Retry On Fail, with five attempts, the most it allows, and a second between them. */
	retryOnFail?: boolean;
	/** Biometric Verify's Timeout; its default when it is not given. */
	timeoutSeconds?: number;
	rounds: Round[];
}

/** A measurement that needs neither items nor the API. */
export type MicroJob =
	/** The time to load a built node. */
	| { kind: 'load'; node: 'biometricVerify' | 'httpRequest' }
	/** The SHA-256 of the two images of an item. */
	| { kind: 'hash'; imageBytes: number };

export type Job = RoundsJob | MicroJob;

/** What one round, or one micro measurement, came to. */
export type Figures = Partial<Record<Figure, number>>;

export type Figure =
	'wallMs' | 'cpuMsPerItem' | 'peakMb' | 'verified' | 'lost' | keyof StubCounts | 'loadMs';

/** What a worker found out of one round. */
export interface RoundResult {
	figures: Figures;
	/** Of a round in which the API does not do well, else empty. */
	requests: TimedRequest[];
}

/** What a worker is started with, as JSON in its first argument. */
export interface Assignment {
	job: Job;
	/** The folder of the built package. */
	dist: string;
	/** The stub's address, without a path. */
	stubUrl: string;
}

/** Stands before the results of all rounds, as JSON, on a worker's stdout. */
export const RESULT_PREFIX = 'results: ';

/** What the stub counted of one round. */
export interface StubCounts {
	requests: number;
	maxConcurrent: number;
	/** Requests that verified nobody. */
	inVain: number;
	/** Requests for items that had been verified before. */
	verifiedTwice: number;
	/** How often an item was sent, at the most; what got a 429 or a 503 is never billed. */
	mostBilledOfOne: number;
}

/** A request as the stub saw it. */
export interface TimedRequest {
	/** Since the round's first, in milliseconds. */
	at: number;
	item: number;
	outcome: 'verified' | 'verifiedTwice' | 'inVain';
}

/** What the stub tells of one round. */
export interface StubRecord {
	counts: StubCounts;
	requests: TimedRequest[];
}

/** How the stub does in a round. */
export type RoundSpec = Pick<Round, 'delayMs' | 'behavior'>;

/** The addresses of a new round of the stub: of its API, and of its record. */
export function newRound(stubUrl: string, { delayMs, behavior }: RoundSpec) {
	const name = randomUUID();
	const spec = Buffer.from(JSON.stringify({ delayMs, behavior })).toString('base64url');
	return {
		url: `${stubUrl}/round/${name}/${spec}`,
		recordUrl: `${stubUrl}/record/${name}`,
	};
}

/** What the stub has seen of a round so far. */
export async function readRecord(recordUrl: string): Promise<StubRecord> {
	return (await (await fetch(recordUrl)).json()) as StubRecord;
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
