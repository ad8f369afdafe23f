/** What came of sending an item once. */
export type Attempt<Value, Failure> =
	/** Answered; also with an answer that ends only this item. */
	| { kind: 'accepted'; value: Value }
	| Failed<Failure>
	/** No request of this run can succeed. */
	| { kind: 'fatal'; error: Failure }
	/** `maySend` had become false. */
	| { kind: 'notSent' };

/** A request that did not succeed, and whose item may be sent again. */
export interface Failed<Failure> {
	/**
	 * - `refused`, `rateLimited`: nothing was done, and nothing is billed;
	 * - `serverError`: it may have been done and billed;
	 * - `silent`: the same, and there was no usable response.
	 */
	kind: 'refused' | 'rateLimited' | 'serverError' | 'silent';
	error: Failure;
	/** How long the service asked to wait, in milliseconds. */
	retryAfterMs?: number;
}

/** What ended an item without a value. */
export type Ending<Failure> =
	/** Its own limits: its attempts, its waits, or the wait that the service asked it for. */
	| { limit: 'maxAttempts' | 'maxWait' | 'retryAfter'; error: Failure }
	/** The end of the run: nothing was accepted within Max Wait, or nothing can be. */
	| { limit: 'nothingAccepted' | 'fatal'; error: Failure }
	| { limit: 'aborted' };

/** What became of an item. With no attempt and no value it was not sent. */
export type Result<Value, Failure> = ({ value: Value } | Ending<Failure>) & {
	/** How often it was sent. */
	attempts: number;
	/** From its first failure to its end, in milliseconds; 0 when it did not fail. */
	waitedMs: number;
};

/**
 * Sends an item once. It is called when an attempt is due, so nothing has to be held for the item
 * until then. It asks `maySend` when all is ready, and sends nothing when that says no.
 */
export type Send<Value, Failure> = (maySend: () => boolean) => Promise<Attempt<Value, Failure>>;

export interface Limits {
	/** How many requests are in flight at most; 1 or more. */
	maxConcurrent: number;
	/** How long an item, and the run, waits for a service that refuses it, in milliseconds. */
	maxWaitMs: number;
	/** Ends the run: nothing that waits is sent any more. */
	signal: AbortSignal;
	/** What earlier runs know of the service; is kept up to date. */
	health: ServiceHealth;
	clock: Clock;
}

export interface Clock {
	/** Milliseconds from any beginning; must not follow corrections of the system's time. */
	now(): number;
	/** Resolves after at least so many milliseconds, in a later turn, or once the signal is aborted. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
	/** At least 0, below 1. */
	random(): number;
}

/** What one run hands on to the next about a service. */
export interface ServiceHealth {
	/** When a request first failed since one was accepted. */
	failingSince?: number;
	/** How often the breaker opened since then: each time its backoff doubles. */
	timesOpened: number;
	/** When the service may be asked again. */
	openUntil: number;
	/** Whether it accepted a request in the latest run. */
	hasAccepted: boolean;
}

export type State = 'closed' | 'open' | 'halfOpen' | 'lastCall';

export type EndOfRun = 'nothingAccepted' | 'retryAfter';

/** The time from one opening of the breaker to the next. */
export interface Period {
	inFlight: number;
	accepted: number;
}

/** What the breaker must know of an item. */
export interface Tracked {
	/** How often it was sent and had an outcome. */
	attempts: number;
	/** When it was last sent. */
	sentAt: number;
	/** In which period that was. */
	period?: Period;
}

export type Outcome<Value, Failure> = Exclude<Attempt<Value, Failure>, { kind: 'notSent' }>;

export interface Item<Value, Failure> extends Tracked {
	order: number;
	send: Send<Value, Failure>;
	maxAttempts: number;
	/** How many attempts may have been billed. */
	maybeBilled: number;
	failedAt?: number;
	/** When it was last sent and refused by a rate limit. */
	limitedAt: number;
	/** What its own backoffs leave of its Max Wait. */
	waitLeftMs: number;
	/** When its own backoff is over. */
	readyAt: number;
	resolve: (result: Result<Value, Failure>) => void;
	reject: (error: unknown) => void;
}
