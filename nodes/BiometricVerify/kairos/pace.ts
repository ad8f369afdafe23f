/** What came of one attempt to have an item done by the service. */
export type Attempt<Value, Failure> =
	/** Answered and understood; also an answer that ends only this item. */
	| { kind: 'done'; value: Value }
	/** The service did not take it: nothing was done, nothing is billed. */
	| { kind: 'notTaken'; error: Failure; isRateLimit: boolean; retryAfterMs?: number }
	/** It may have been done and billed; silent when no response came at all. */
	| { kind: 'uncertain'; error: Failure; isSilent: boolean }
	/** No request of this run can succeed. */
	| { kind: 'fatal'; error: Failure }
	/** Not sent, because `maySend` had become false. */
	| { kind: 'withheld' };

/** What ended an item, or the whole run, without a value. */
export type Ending<Failure> =
	| { limit: 'maxAttempts' | 'maxWait' | 'retryAfter' | 'fatal'; error: Failure }
	| { limit: 'aborted' };

/** What became of an item. With no attempt and no value it was not sent. */
export type Result<Value, Failure> = ({ value: Value } | Ending<Failure>) & {
	/** How often the item was sent. */
	attempts: number;
	/** From its first failure to its end, in milliseconds; 0 when it did not fail. */
	waitedMs: number;
};

type Outcome<Value, Failure, Kind> = Extract<Attempt<Value, Failure>, { kind: Kind }>;

export interface PaceLimits {
	/** How many requests are in flight at the most; at least 1. */
	maxConcurrent: number;
	/** How long a service that takes nothing is waited for, in milliseconds; 0 or more. */
	maxWaitMs: number;
	/** Ends the run: nothing that waits is sent any more. */
	signal: AbortSignal;
}

export interface Clock {
	/** Milliseconds from any beginning; must not follow corrections of the system's time. */
	now(): number;
	/** Resolves after at least so many milliseconds, or as soon as the signal is aborted. */
	sleep(ms: number, signal: AbortSignal): Promise<void>;
	/** At least 0, below 1. */
	random(): number;
}

/** Sends an item; asks `maySend` when all is ready, and withholds the request when it says no. */
type Send<Value, Failure> = (maySend: () => boolean) => Promise<Attempt<Value, Failure>>;

interface Item<Value, Failure> {
	order: number;
	send: Send<Value, Failure>;
	maxAttempts: number;
	attempts: number;
	uncertainAttempts: number;
	failedAt?: number;
	/** What is left of its Max Wait: how long it may still wait because it was not taken itself. */
	waitLeftMs: number;
	/** Before this time it is not sent again. */
	readyAt: number;
	resolve: (result: Result<Value, Failure>) => void;
	reject: (error: unknown) => void;
}

/** The time from one pause to the next: a response tells only about the phase it was asked in. */
interface Phase {
	inFlight: Set<Request>;
	notTaken: number;
	/** Whether one request at a time asks if the service answers. */
	isProbing: boolean;
}

interface Request {
	startedAt: number;
	phase: Phase;
}

/**
 * Doubled with each further pause, so that the attempts in an outage are after about 0.7, 2, 5, 11,
 * 23 and 47 seconds: their number grows with the logarithm of its length.
 */
const FIRST_WAIT_MS = 720;

/** How much longer a wait may be by chance, so that several runs do not come back together. */
const JITTER = 0.08;

/** Rate limits count requests by the second: what they allow shows, and comes anew, in this time. */
const RATE_WINDOW_MS = 1000;

/** Of a rate up to this a second, too few requests fall into one to tell it: it shows over 5 s. */
const LOW_RATE = 5;
const LOW_RATE_WINDOW_MS = 5000;

/** The part of the accepted rate with which a run goes on after a rate limit. */
const RATE_DECREASE = 0.89;

/**
 * The rate doubles in this time and is 65,536 times as high after twice the time: it takes 16
 * seconds back to a limit that still holds, and not for ever where it was misjudged or is gone.
 */
const RATE_DOUBLES_MS = 26_000;

/** So many requests are in flight at once before the first is taken, and one more for two taken. */
const OPENING_WIDTH = 5;

/** Starts beyond the opening width are apart by this at least. */
const OPENING_GAP_MS = 15;

/** Starts are apart by this at least, so that a refusal that has come in is heard before the next. */
const SMALLEST_GAP_MS = 0.1;

/** Where so many that were in flight were not taken, the first pause is as long as the first two. */
const NOT_TAKEN_OF_AN_OUTAGE = 5;

/** After so many uncertain attempts in a row of which the last is silent, one at a time is sent. */
const UNCERTAIN_OF_A_DOUBT = 3;

/** So many uncertain attempts in a row are an outage; by chance, with half failing, 1 in 1,000. */
const UNCERTAIN_OF_AN_OUTAGE = 10;

/**
 * The one pace of a run: each of its items goes through `run`, and all share what is known of the
 * service.
 *
 * A run begins with all it may have in flight. When the service limits the rate, does not take two
 * requests without taking one that came between, fails many times in a row, or lets all that is in
 * flight time out, the run pauses as a whole and then sends one request. If that fails too, the
 * next pause is twice as long. If it is answered, the run goes on: after an outage with half as
 * many in flight as before and one more each round; after a rate limit with starts that are a
 * little further apart than what was accepted, and nearer with time.
 *
 * It ends when the service has taken nothing for Max Wait, asks for a longer wait than is left of
 * it, or a failure is fatal; what waits then ends with it. Otherwise an item ends only by what
 * happens to its own attempts: waiting behind others counts for nothing.
 */
export class Pace<Value, Failure> {
	/** In the order of `run`: one that failed comes before all that came after it. */
	private readonly waiting: Array<Item<Value, Failure>> = [];

	private count = 0;

	private inFlight = 0;

	private phase: Phase = { inFlight: new Set(), notTaken: 0, isProbing: false };

	/** How many may be in flight while not probing; grows by fractions. */
	private width: number;

	/** Starts a second at `rateSince`; infinite while no limit is known. */
	private rate = Infinity;

	private rateSince: number;

	/** How long it took until a request was answered, smoothed over about the latest ten. */
	private latencyMs = Infinity;

	/** When the latest start was due. */
	private lastStartAt = -Infinity;

	/** The starts of the latest five seconds, without probes and what was not taken. */
	private acceptedStarts: number[] = [];

	/** Whether it is a rate limit that the run is pausing for. */
	private isRateLimited = false;

	private pausedUntil = -Infinity;

	/** How many pauses there were since the service last took a request. */
	private pauses = 0;

	/** When the first failure came since the service last took a request. */
	private failingSince?: number;

	/** When the latest request that was not taken was started, unless one that came later was taken. */
	private doubtedSince?: number;

	/** How many uncertain attempts there were since the service last took a request. */
	private uncertainInARow = 0;

	/** How many requests the service has taken. */
	private takenCount = 0;

	private ending?: Ending<Failure>;

	private alarm?: { at: number; controller: AbortController };

	private readonly limits: PaceLimits;

	private readonly clock: Clock;

	constructor(limits: PaceLimits, clock: Clock) {
		this.limits = limits;
		this.clock = clock;
		this.width = limits.maxConcurrent;
		this.rateSince = clock.now();
	}

	/**
	 * Takes an item from its first attempt to its end. `send` is called each time it may be sent;
	 * until then nothing needs to be held for it.
	 *
	 * @param maxAttempts how often it is sent at the most if each time may have been billed; 1 or more
	 * @throws what `send` throws; the other items go on.
	 */
	run(send: Send<Value, Failure>, maxAttempts: number): Promise<Result<Value, Failure>> {
		return new Promise((resolve, reject) => {
			const order = this.count++;
			const counts = { attempts: 0, uncertainAttempts: 0, waitLeftMs: this.limits.maxWaitMs };
			const item = { order, send, maxAttempts, ...counts, readyAt: -Infinity, resolve, reject };
			this.enqueue(item);
			this.startNext();
		});
	}

	private enqueue(item: Item<Value, Failure>): void {
		if (this.ending) {
			this.finish(item, this.ending);
			return;
		}
		const isLater = ({ order }: Item<Value, Failure>) => order > item.order;
		const position = this.waiting.findIndex(isLater);
		this.waiting.splice(position === -1 ? this.waiting.length : position, 0, item);
	}

	/** Starts one item if it may be started now, and sees to the next one in a later turn. */
	private startNext(): void {
		if (this.limits.signal.aborted) this.end({ limit: 'aborted' });
		const { phase } = this;
		const now = this.clock.now();
		if (this.inFlight >= this.limits.maxConcurrent || !this.hasRoom(now)) return;
		const item = this.nextItem(now);
		if (!item) return;
		const gap = this.gapMs(now);
		const dueAt = Math.max(this.lastStartAt + gap, this.pausedUntil, item.readyAt);
		if (dueAt > now) {
			this.wakeAt(dueAt, now);
			return;
		}

		this.waiting.splice(this.waiting.indexOf(item), 1);
		const request = { startedAt: now, phase };
		this.inFlight++;
		phase.inFlight.add(request);
		if (!phase.isProbing) {
			this.acceptedStarts.push(now);
			while ((this.acceptedStarts[0] ?? now) <= now - LOW_RATE_WINDOW_MS)
				this.acceptedStarts.shift();
		}
		void this.attempt(item, request);
		// A timer that is a little late must not make the rate lower.
		const countsFrom = now - dueAt < gap ? dueAt : now;
		this.lastStartAt = Math.max(countsFrom, this.clock.now() + SMALLEST_GAP_MS - gap);
		this.startNext();
	}

	/** The one to send next; if none is ready, the one that will be first. */
	private nextItem(now: number): Item<Value, Failure> | undefined {
		const isReady = ({ readyAt }: Item<Value, Failure>) => readyAt <= now;
		const next = this.phase.isProbing
			? // One that the service never takes must not be what the run is judged by.
				least(this.waiting.filter(isReady), ({ attempts }) => attempts)
			: this.waiting.find(isReady);
		return next ?? least(this.waiting, ({ readyAt }) => readyAt);
	}

	private wakeAt(at: number, now: number): void {
		if (this.alarm && this.alarm.at <= at) return;
		this.alarm?.controller.abort();
		const alarm = { at, controller: new AbortController() };
		this.alarm = alarm;
		const signal = AbortSignal.any([this.limits.signal, alarm.controller.signal]);
		void this.clock.sleep(at - now, signal).then(() => {
			if (this.alarm !== alarm) return;
			this.alarm = undefined;
			this.startNext();
		});
	}

	private async attempt(item: Item<Value, Failure>, request: Request): Promise<void> {
		const maySend = () =>
			!this.ending && !this.limits.signal.aborted && request.phase === this.phase;
		let outcome: Attempt<Value, Failure> | undefined;
		try {
			outcome = await item.send(maySend);
		} catch (error) {
			item.reject(error);
		}
		this.inFlight--;
		request.phase.inFlight.delete(request);
		if (outcome) this.settle(item, request, outcome);
		this.startNext();
	}

	private settle(
		item: Item<Value, Failure>,
		request: Request,
		outcome: Attempt<Value, Failure>,
	): void {
		if (outcome.kind === 'withheld') {
			this.forgetStart(request);
			this.enqueue(item);
			return;
		}
		item.attempts++;
		if (outcome.kind === 'done') {
			this.taken(request);
			this.finish(item, { value: outcome.value });
			return;
		}
		const now = this.clock.now();
		item.failedAt ??= now;
		this.failingSince ??= now;
		if (outcome.kind === 'notTaken') {
			this.notTaken(item, request, outcome, now);
		} else if (outcome.kind === 'uncertain') {
			this.uncertain(item, request, outcome, now);
		} else {
			const ending = { limit: outcome.kind, error: outcome.error };
			this.end(ending);
			this.finish(item, ending);
		}
	}

	private taken({ phase, startedAt }: Request): void {
		this.takenCount++;
		const took = this.clock.now() - startedAt;
		this.latencyMs = this.latencyMs === Infinity ? took : 0.9 * this.latencyMs + 0.1 * took;
		// One from before the pause is a sign of life, but does not tell that the failing is over.
		if (phase === this.phase) this.failingSince = undefined;
		else if (this.failingSince !== undefined) this.failingSince = this.clock.now();
		this.trust(startedAt);
		this.uncertainInARow = 0;
		if (phase !== this.phase) return;
		this.pauses = 0;
		if (phase.isProbing) this.goOn();
		else this.width = Math.min(this.width + 1 / this.width, this.limits.maxConcurrent);
	}

	private notTaken(
		item: Item<Value, Failure>,
		request: Request,
		{ error, isRateLimit, retryAfterMs = 0 }: Outcome<Value, Failure, 'notTaken'>,
		now: number,
	): void {
		this.forgetStart(request);
		const took = now - request.startedAt;

		const left = this.leftSince(this.failingSince, now);
		const limit = limitReached(left, retryAfterMs);
		if (limit) this.end({ limit, error });
		const limitOfItem = limitReached(item.waitLeftMs, retryAfterMs);
		if (limitOfItem) {
			this.finish(item, { limit: limitOfItem, error });
		} else {
			// What is longer than the run has left would only put off its end.
			const leftMs = Math.min(item.waitLeftMs, left) - took;
			const waitMs = this.waitMs(item.attempts, leftMs, retryAfterMs);
			item.waitLeftMs -= waitMs + took;
			item.readyAt = now + waitMs;
			this.enqueue(item);
		}

		const isFirst = this.doubtedSince === undefined && !this.phase.isProbing;
		this.doubtedSince = request.startedAt;
		request.phase.notTaken++;
		if (request.phase === this.phase) {
			if (isFirst && !isRateLimit && retryAfterMs === 0) return;
			this.probe(now, isRateLimit);
			this.pause(now, took, Math.max(retryAfterMs, isRateLimit ? RATE_WINDOW_MS : 0));
		} else {
			this.pausedUntil = Math.max(this.pausedUntil, now + retryAfterMs);
			if (!isRateLimit && this.pauses === 1 && request.phase.notTaken === NOT_TAKEN_OF_AN_OUTAGE) {
				this.pause(this.pausedUntil, took, 0);
			}
		}
	}

	private uncertain(
		item: Item<Value, Failure>,
		request: Request,
		{ error, isSilent }: Outcome<Value, Failure, 'uncertain'>,
		now: number,
	): void {
		item.uncertainAttempts++;
		this.uncertainInARow++;
		if (!isSilent) this.trust(request.startedAt);
		if (request.phase === this.phase) {
			const isOutage = this.uncertainInARow >= UNCERTAIN_OF_AN_OUTAGE;
			if (isOutage || (isSilent && this.uncertainInARow >= UNCERTAIN_OF_A_DOUBT)) {
				if (this.leftSince(this.failingSince, now) <= 0) this.end({ limit: 'maxWait', error });
				this.probe(now, false);
				if (isOutage) this.pause(now, now - request.startedAt, 0);
			} else if (!isSilent && this.phase.isProbing) {
				this.goOn();
			}
		}

		if (item.uncertainAttempts >= item.maxAttempts) {
			this.finish(item, { limit: 'maxAttempts', error });
		} else {
			item.readyAt = now + this.waitMs(item.attempts, Infinity, 0);
			this.enqueue(item);
		}
	}

	private trust(startedAt: number): void {
		if (startedAt >= (this.doubtedSince ?? Infinity)) this.doubtedSince = undefined;
	}

	/** Goes down to one request in flight: one decrease, whatever else fails before the run goes on. */
	private probe(now: number, isRateLimit: boolean): void {
		if (this.phase.isProbing) return;
		this.phase.isProbing = true;
		this.rate = this.rateAt(now);
		this.isRateLimited = isRateLimit;
		if (!isRateLimit) this.width = Math.max(1, this.width / 2);
	}

	/**
	 * Starts nothing for a while that grows from pause to pause, then one request.
	 *
	 * @param took how long it was until the failure was known
	 */
	private pause(from: number, took: number, atLeastMs: number): void {
		this.pauses++;
		const left = this.leftSince(this.failingSince, from) - took;
		this.pausedUntil = from + this.waitMs(this.pauses, left, atLeastMs);
		this.phase = { inFlight: new Set(), notTaken: 0, isProbing: true };
	}

	private goOn(): void {
		this.phase.isProbing = false;
		if (this.isRateLimited) {
			this.rate = RATE_DECREASE * Math.min(this.rate, this.acceptedRate() || Infinity);
			this.isRateLimited = false;
		}
		this.rateSince = this.clock.now();
	}

	/** How many requests a second the service took, until it took no more. */
	private acceptedRate(): number {
		const until = this.acceptedStarts.at(-1) ?? 0;
		const startsWithin = (ms: number) => this.acceptedStarts.filter((at) => at > until - ms);
		const inASecond = (startsWithin(RATE_WINDOW_MS).length * 1000) / RATE_WINDOW_MS;
		const steadyMs = Math.min(until - this.rateSince, LOW_RATE_WINDOW_MS);
		if (inASecond > LOW_RATE || steadyMs < 2 * RATE_WINDOW_MS) return inASecond;
		const steady = startsWithin(steadyMs);
		return ((steady.length - 1) * 1000) / (until - (steady[0] ?? 0));
	}

	/** Whether the pace lets one more be in flight. */
	private hasRoom(now: number): boolean {
		const { inFlight, isProbing } = this.phase;
		const { doubtedSince } = this;
		if (isProbing || doubtedSince === undefined) return inFlight.size < this.widthAt(now);
		// The response to a request that came after one that was not taken tells if the service is down.
		return ![...inFlight].some(({ startedAt }) => startedAt >= doubtedSince);
	}

	/**
	 * How many may be in flight. At a known rate these are as many as it takes (Little's law): should
	 * responses come late for a moment, no more is sent that would arrive all at once.
	 */
	private widthAt(now: number): number {
		if (this.phase.isProbing) return 1;
		if (this.rate === Infinity) return Math.floor(this.width);
		const needed = Math.ceil((this.rateAt(now) * this.latencyMs) / 1000);
		return Math.max(1, Math.min(Math.floor(this.width), needed));
	}

	private gapMs(now: number): number {
		const isWithin = this.inFlight < OPENING_WIDTH + this.takenCount / 2;
		return Math.max(isWithin ? 0 : OPENING_GAP_MS, 1000 / this.rateAt(now));
	}

	private rateAt(now: number): number {
		return this.rate * 2 ** (((now - this.rateSince) / RATE_DOUBLES_MS) ** 4);
	}

	private leftSince(start: number | undefined, now: number): number {
		return (start ?? now) + this.limits.maxWaitMs - now;
	}

	/**
	 * A wait that doubles with each time, but leaves time for a last attempt.
	 *
	 * @param left how long it may be; counts less than what the service asks for
	 */
	private waitMs(times: number, left: number, atLeastMs: number): number {
		const jitter = 1 + JITTER * this.clock.random();
		const growing = FIRST_WAIT_MS * 2 ** (times - 1) * jitter;
		return Math.max(atLeastMs * jitter, Math.min(growing, left));
	}

	private forgetStart({ startedAt }: Request): void {
		this.acceptedStarts = this.acceptedStarts.filter((at) => at !== startedAt);
	}

	private end(ending: Ending<Failure>): void {
		this.ending ??= ending;
		this.alarm?.controller.abort();
		for (const item of this.waiting.splice(0)) this.finish(item, this.ending);
	}

	private finish(item: Item<Value, Failure>, ending: { value: Value } | Ending<Failure>): void {
		const { attempts, failedAt } = item;
		const waitedMs = failedAt === undefined ? 0 : this.clock.now() - failedAt;
		item.resolve({ ...ending, attempts, waitedMs });
	}
}

/** Whether Max Wait is over, or will be before the service lets itself be asked again. */
function limitReached(left: number, retryAfterMs: number): 'maxWait' | 'retryAfter' | undefined {
	if (left <= 0) return 'maxWait';
	return retryAfterMs > left ? 'retryAfter' : undefined;
}

/** The first of those for which `by` is smallest. */
function least<Item>(items: readonly Item[], by: (item: Item) => number): Item | undefined {
	let found: Item | undefined;
	for (const item of items) {
		if (found === undefined || by(item) < by(found)) found = item;
	}
	return found;
}
