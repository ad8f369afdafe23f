/** The result of sending an item once. */
export type Attempt<Value, Failure> =
	/** The service answered, maybe with an error that ends only this item. */
	| { kind: 'accepted'; value: Value }
	| Failed<Failure>
	/** No request of this run can succeed. */
	| { kind: 'fatal'; error: Failure }
	/** `isStillAllowed` returned false. */
	| { kind: 'notSent' };

/** A request that failed, and whose item may be sent again. */
export interface Failed<Failure> {
	/**
	 * - `refused`, `rateLimited`: nothing was done or billed;
	 * - `serverError`: it may have been done and billed;
	 * - `silent`: the same, without a usable response.
	 */
	kind: 'refused' | 'rateLimited' | 'serverError' | 'silent';
	error: Failure;
	/** How long the service asked to wait, in milliseconds. */
	retryAfterMs?: number;
}

/** What ended an item without a value. */
export type Ending<Failure> =
	/** Its own limits: its attempts, its waits, or the wait that the service asked for. */
	| { limit: 'maxAttempts' | 'maxWait' | 'retryAfter'; error: Failure }
	/** The end of the run: the service accepted nothing within Max Wait, or never will. */
	| { limit: 'nothingAccepted' | 'fatal'; error: Failure }
	| { limit: 'aborted' };

/** How an item ended. Without attempts and without a value, it was not sent. */
export type Result<Value, Failure> = ({ value: Value } | Ending<Failure>) & {
	/** How often it was sent. */
	attempts: number;
	/** From its first failure to its end, in milliseconds; 0 if it did not fail. */
	waitedMs: number;
};

/**
 * Sends an item once. The limiter calls it for each attempt, so images need not stay in memory
 * between attempts. It asks `isStillAllowed` right before it sends, and sends nothing if that
 * returns false.
 */
export type Send<Value, Failure> = (
	isStillAllowed: () => boolean,
) => Promise<Attempt<Value, Failure>>;

export interface Limits {
	/** The most requests in flight; 1 or more. */
	maxConcurrent: number;
	/**
	 * How long an item, and the run, waits for a service that refuses requests, in milliseconds.
	 */
	maxWaitMs: number;
	/** Ends the run: no waiting item is sent any more. */
	signal: AbortSignal;
	/** What earlier runs know of the service; updated. */
	health: ServiceHealth;
	clock: Clock;
}

export interface Clock {
	/** Milliseconds since any moment; unaffected by corrections of the system's time. */
	now(): number;
	/**
	 * Resolves after at least `ms` milliseconds, in a later turn, or when the signal is aborted.
	 */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
	/** From 0 up to, but not including, 1. */
	random(): number;
}

/** What one run passes to the next about a service. */
export interface ServiceHealth {
	/** When the first request failed since the last accepted one. */
	failingSince?: number;
	/** How often the breaker opened since then; its backoff doubles each time. */
	timesOpened: number;
	/** When the service may be asked again. */
	openUntil: number;
	/** Whether the service accepted a request in the latest run that it answered. */
	hasAccepted: boolean;
}

/** The time between two openings of the breaker. */
export interface Period {
	inFlight: number;
	accepted: number;
}

/** What the breaker needs to know of an item. */
export interface Tracked {
	/** How often it was sent, without the request in flight. */
	attempts: number;
	/** When it was last sent. */
	sentAt: number;
	/** The breaker's period at that time. */
	period?: Period;
}

export type SentAttempt<Value, Failure> = Exclude<Attempt<Value, Failure>, { kind: 'notSent' }>;

export interface Item<Value, Failure> extends Tracked {
	order: number;
	send: Send<Value, Failure>;
	maxAttempts: number;
	/** How many attempts its `maxAttempts` counts: those that may have been billed. */
	attemptsUsed: number;
	failedAt?: number;
	/** When the request was sent that a rate limit last refused. */
	limitedAt: number;
	/** What its own backoffs leave of Max Wait. */
	waitLeftMs: number;
	/** When its own backoff ends. */
	readyAt: number;
	resolve: (result: Result<Value, Failure>) => void;
	reject: (error: unknown) => void;
}
