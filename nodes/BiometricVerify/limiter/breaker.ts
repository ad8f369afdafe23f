/*
 * A circuit breaker. What happens in each state:
 *
 * | State    | Event                                                       | Next state      |
 * | -------- | ----------------------------------------------------------- | --------------- |
 * | closed   | the first attempts of several items in a row fail           | open            |
 * | open     | the backoff is over: one probe is sent                      | halfOpen        |
 * | open     | the backoff and Max Wait are over: LAST_CALL items are sent | lastCall        |
 * | halfOpen | the probe is accepted                                       | closed          |
 * | halfOpen | the probe fails: the next backoff is twice as long          | open            |
 * | lastCall | one is accepted                                             | closed          |
 * | lastCall | all fail: nothing was accepted within Max Wait              | the run is over |
 *
 * If the service asks for a longer wait than is left of Max Wait, the last call comes at once.
 */
import { RATE_WINDOW_MS } from './rate';
import type { Clock, Failed, Period, ServiceHealth, Tracked } from './types';

type Failure = Omit<Failed<unknown>, 'error'>;

type EndOfRun = 'nothingAccepted' | 'retryAfter';

type State = 'closed' | 'open' | 'halfOpen' | 'lastCall';

/** The first attempts in a row whose weights add up to this open the breaker. */
const OPENS_AT = 20;
/**
 * Four that are refused or silent: with half of 100 always refused, two take 21 s, and four take 8;
 * five cost more in an outage. Two rate limits: of 200 at 20/s, three send 34 in vain, and two send
 * 27. Ten server errors: if half fail, five take 18 s for 200, and ten take 5; if all do, twenty
 * send 34, and ten send 24.
 */
const WEIGHT = { refused: 5, silent: 5, rateLimited: 10, serverError: 2 };
/** With half always refused, 3 lose somebody in 13 % of runs, 4 in 7, 5 in 3; each sends 1 more. */
const LAST_CALL = 5;
/** Doubled each time, it ends soon after 5, 20, and 45 s, the outages that are promised. */
const FIRST_BACKOFF_MS = 720;
/** A backoff may be longer by this part, by chance: several runs do not come back together. */
const JITTER = 0.08;

/**
 * The wait before the next attempt, in milliseconds.
 *
 * @param times how many attempts failed
 * @param mostMs what is left of Max Wait; what the service asks for counts more
 */
export function backoffMs(times: number, mostMs: number, askedMs: number, clock: Clock): number {
	const jitter = 1 + JITTER * clock.random();
	const growingMs = FIRST_BACKOFF_MS * 2 ** (times - 1) * jitter;
	return Math.max(askedMs * jitter, Math.min(growingMs, mostMs));
}

export function unknownHealth(): ServiceHealth {
	return { timesOpened: 0, openUntil: -Infinity };
}

/** Decides, by what happens to different items, whether the service is there. */
export class Breaker {
	state: State = 'closed';
	/**
	 * A request that was sent before the breaker opened decides only about its own item when its
	 * outcome comes. Other breakers call this a generation.
	 */
	period: Period = { inFlight: 0, accepted: 0 };
	/** When the request was sent by whose rate limit it opened. */
	limitedAt = -Infinity;
	/** How many requests of this period may still fail. */
	private asksLeft = Infinity;
	/** Why the run is over if all that are sent next fail. */
	private lastCallFor?: EndOfRun;
	/**
	 * The first attempts since one was accepted, in the order of sending, with what they weigh; 0
	 * while the outcome is unknown. What happens to an item later says more about it than about the
	 * service.
	 */
	private readonly firsts = new Map<Tracked, number>();
	private hasAccepted = false;
	private readonly health: ServiceHealth;
	private readonly maxWaitMs: number;
	private readonly clock: Clock;

	constructor(health: ServiceHealth, maxWaitMs: number, clock: Clock) {
		this.health = health;
		this.maxWaitMs = maxWaitMs;
		this.clock = clock;
		if (health.timesOpened === 0) return;
		this.state = 'open';
		const leftMs = this.leftMs();
		if (leftMs <= 0) this.lastCallFor = 'nothingAccepted';
		else if (health.openUntil > clock.now() + leftMs) this.lastCallFor = 'retryAfter';
		if (this.lastCallFor) health.openUntil = clock.now();
	}

	/** When the next request may be sent. */
	get openUntil(): number {
		return this.health.openUntil;
	}

	/** Whether one more request may be in flight. */
	get hasRoom(): boolean {
		return this.period.inFlight < this.asksLeft;
	}

	/**
	 * The most that first attempts in a row weigh against the service. Refusals come sooner than
	 * answers: one of which nothing is known yet may still be accepted, and ends the row.
	 */
	get evidence(): number {
		let [inARow, most] = [0, 0];
		for (const weight of this.firsts.values()) {
			inARow = weight && inARow + weight;
			most = Math.max(most, inARow);
		}
		return most;
	}

	sent(item: Tracked): void {
		if (this.state === 'open') {
			this.state = this.lastCallFor ? 'lastCall' : 'halfOpen';
			this.asksLeft = this.lastCallFor ? LAST_CALL : 1;
		}
		this.period.inFlight++;
		item.sentAt = this.clock.now();
		item.period = this.period;
		if (item.attempts === 0) this.firsts.set(item, 0);
	}

	accepted(item: Tracked): void {
		this.hasAccepted = true;
		if (item.period === this.period) {
			this.period.accepted++;
			this.close();
			for (const first of this.firsts.keys()) if (this.firsts.has(item)) this.firsts.delete(first);
		} else if (this.state !== 'closed') {
			// Sent before it opened: Max Wait begins again, so it is too early for a last call.
			this.health.failingSince = this.clock.now();
			this.lastCallFor = undefined;
			if (this.state === 'lastCall') this.state = 'halfOpen';
		}
	}

	/**
	 * @param waiting the other items that may be sent
	 * @returns why the run is over, if it is
	 */
	failed(item: Tracked, failure: Failure, waiting: readonly Tracked[]): EndOfRun | undefined {
		if (item.period !== this.period) return undefined;
		this.health.failingSince ??= this.clock.now();
		if (this.firsts.has(item)) this.firsts.set(item, WEIGHT[failure.kind]);
		if (this.state === 'closed') {
			// The last few of a run in which others were accepted are left to their own limits.
			const isLast = this.period.accepted > 0 && waiting.every(({ attempts }) => attempts > 0);
			const isLimited = failure.kind === 'rateLimited';
			if (this.evidence >= OPENS_AT && (isLimited || !isLast)) this.open(item, failure);
			return undefined;
		}
		this.asksLeft = Math.min(this.asksLeft - 1, waiting.length + this.period.inFlight);
		if (this.state === 'lastCall' && this.asksLeft > 0) return undefined;
		const { lastCallFor } = this;
		const isTooEarly = lastCallFor === 'retryAfter' && !this.isTooLong(failure.retryAfterMs);
		if (this.state === 'lastCall' && !isTooEarly) return lastCallFor;
		this.open(item, failure);
		return undefined;
	}

	/** At the end of a run: a service that accepted nobody in it is not trusted by the next one. */
	handOver(): void {
		const { health, hasAccepted, clock } = this;
		if (hasAccepted || health.failingSince === undefined || health.timesOpened > 0) return;
		health.timesOpened = 1;
		health.openUntil = clock.now() + backoffMs(1, Infinity, 0, clock);
	}

	private close(): void {
		this.state = 'closed';
		this.asksLeft = Infinity;
		this.health.timesOpened = 0;
		this.health.failingSince = undefined;
	}

	private open(item: Tracked, { kind, retryAfterMs = 0 }: Failure): void {
		const { health, clock } = this;
		this.state = 'open';
		this.asksLeft = Infinity;
		this.period = { inFlight: 0, accepted: 0 };
		this.firsts.clear();
		if (kind === 'rateLimited') this.limitedAt = item.sentAt;
		const askedMs = Math.max(retryAfterMs, kind === 'rateLimited' ? RATE_WINDOW_MS : 0);
		// The next request is taken to last as long as this one.
		const leftMs = this.leftMs() - (clock.now() - item.sentAt);
		const waitMs = backoffMs(++health.timesOpened, leftMs, askedMs, clock);
		health.openUntil = clock.now() + waitMs;
		this.lastCallFor = waitMs < leftMs ? undefined : 'nothingAccepted';
		if (!this.isTooLong(retryAfterMs)) return;
		health.openUntil = clock.now();
		this.lastCallFor = 'retryAfter';
	}

	private isTooLong(retryAfterMs = 0): boolean {
		return retryAfterMs > this.leftMs();
	}

	/** What is left of Max Wait. */
	private leftMs(): number {
		const { failingSince = this.clock.now() } = this.health;
		return failingSince + this.maxWaitMs - this.clock.now();
	}
}
