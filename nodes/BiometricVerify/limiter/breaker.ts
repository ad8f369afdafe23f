/*
 * | State    | What happens                                                       | Next state |
 * | -------- | ------------------------------------------------------------------ | ---------- |
 * | closed   | the first attempts of several items in a row fail                  | open       |
 * | open     | the backoff is over: one probe is sent                             | halfOpen   |
 * | open     | Max Wait is over, or shorter than Retry-After: LAST_CALL are sent  | lastCall   |
 * | halfOpen | the probe is accepted                                              | closed     |
 * | halfOpen | the probe fails: the next backoff is twice as long                 | open       |
 * | lastCall | one is accepted                                                    | closed     |
 * | lastCall | all fail: nothing was accepted within Max Wait, the run is over    |            |
 */
import { RATE_WINDOW_MS } from './rate';
import type { Clock, Failed, Limits, Period, Tracked } from './types';

const OPENS_AT = 20;
/**
 * Of those in a row. Four refused or silent: with half of 100 always refused, two take 21 s, and
 * four take 8; five cost more in an outage. Two rate limits: of 200 at 20/s, three send 34 in vain,
 * two 27. Ten server errors: if half of 200 fail, five take 18 s, ten 5; if all do, twenty send 34,
 * ten 24.
 */
const WEIGHT = { refused: 5, silent: 5, rateLimited: 10, serverError: 2 };
/** With half always refused, 3 lose somebody in 13 % of runs, 4 in 7, 5 in 3; each sends 1 more. */
const LAST_CALL = 5;
/** Doubled each time, a backoff ends soon after 5, 20, and 45 s, the promised outages. */
const FIRST_BACKOFF_MS = 720;
/** A random part by which a backoff is longer, so that several runs do not come back together. */
const JITTER = 0.08;

/** Doubles each time, within what is left of Max Wait; at least what the service asks for. */
export function backoffMs(times: number, leftMs: number, askedMs: number, clock: Clock): number {
	const jitter = 1 + JITTER * clock.random();
	return Math.max(askedMs * jitter, Math.min(FIRST_BACKOFF_MS * 2 ** (times - 1) * jitter, leftMs));
}

/** Decides by the requests of different items whether the service is there. */
export class Breaker {
	state: 'closed' | 'open' | 'halfOpen' | 'lastCall' = 'closed';
	/** A request that was sent in an earlier period (or generation) decides only about its item. */
	period: Period = { inFlight: 0, accepted: 0 };
	/** How many requests of this period may still be sent or fail. */
	asksLeft = Infinity;
	/** When the request was sent whose rate limit opened the breaker. */
	limitedAt = -Infinity;
	/**
	 * Weights of first attempts, in the order they were sent; 0 in flight. Retries say too little.
	 */
	private readonly firsts = new Map<Tracked, number>();
	/** Whether the service accepted a request in this run. */
	private hasAccepted = false;
	private readonly limits: Limits;

	/** If the service accepted nothing in the last run, it is probed first. */
	constructor(limits: Limits) {
		this.limits = limits;
		const { health, clock, maxWaitMs } = limits;
		if (health.failingSince !== undefined && !health.hasAccepted) {
			const dueMs = Math.max(0, health.openUntil - clock.now());
			const isLastCall = dueMs >= health.failingSince + maxWaitMs - clock.now();
			this.open(isLastCall ? 0 : dueMs, isLastCall);
		}
	}

	/** The heaviest row of failed first attempts; one in flight ends a row. */
	get evidence(): number {
		let [inARow, most] = [0, 0];
		for (const weight of this.firsts.values()) {
			inARow = weight && inARow + weight;
			most = Math.max(most, inARow);
		}
		return most;
	}

	sent(item: Tracked): void {
		if (this.state === 'open') this.state = this.asksLeft > 1 ? 'lastCall' : 'halfOpen';
		this.period.inFlight++;
		Object.assign(item, { sentAt: this.limits.clock.now(), period: this.period });
		if (item.attempts === 0) this.firsts.set(item, 0);
	}

	/** It was not sent, and so says nothing about the service. */
	dropped(item: Tracked): void {
		this.firsts.delete(item);
	}

	accepted(item: Tracked): void {
		const { health, clock } = this.limits;
		const isOlder = item.period !== this.period;
		this.hasAccepted = health.hasAccepted = true;
		// It says nothing about the time since it was sent, but Max Wait starts again.
		if (isOlder && health.failingSince !== undefined) health.failingSince = clock.now();
		if (isOlder) return;
		this.state = 'closed';
		this.asksLeft = Infinity;
		this.period.accepted++;
		Object.assign(health, { failingSince: undefined, timesOpened: 0 });
		for (const first of this.firsts.keys()) if (this.firsts.has(item)) this.firsts.delete(first);
	}

	/** Returns why the run is over, if it is. */
	failed(item: Tracked, failure: Failed<unknown>, waiting: Tracked[]) {
		const { health, clock, maxWaitMs } = this.limits;
		health.hasAccepted = this.hasAccepted;
		if (item.period !== this.period) return undefined;
		const { kind, retryAfterMs = 0 } = failure;
		const isRateLimit = kind === 'rateLimited';
		const now = clock.now();
		health.failingSince ??= now;
		if (this.firsts.has(item)) this.firsts.set(item, WEIGHT[kind]);
		// The last few items, after others were accepted, end by their own limits.
		const isLast = this.period.accepted > 0 && waiting.every(({ attempts }) => attempts > 0);
		const isTrusted = this.evidence < OPENS_AT || (isLast && !isRateLimit);
		if (this.state === 'closed' && isTrusted) return undefined;
		this.asksLeft = Math.min(this.asksLeft - 1, waiting.length + this.period.inFlight);
		if (this.state === 'lastCall' && this.asksLeft > 0) return undefined;
		const leftMs = health.failingSince + maxWaitMs - now;
		const isTooLong = retryAfterMs > leftMs;
		// Assume that the next request takes as long as this one.
		const mostMs = leftMs - (now - item.sentAt);
		if (this.state === 'lastCall' && mostMs <= 0) return 'nothingAccepted';
		if (this.state === 'lastCall' && isTooLong) return 'retryAfter';
		if (isRateLimit) this.limitedAt = item.sentAt;
		const askedMs = Math.max(retryAfterMs, isRateLimit ? RATE_WINDOW_MS : 0);
		const waitMs = backoffMs(++health.timesOpened, mostMs, askedMs, clock);
		this.open(isTooLong ? 0 : waitMs, waitMs >= mostMs);
		return undefined;
	}

	private open(waitMs: number, isLastCall: boolean): void {
		this.state = 'open';
		this.asksLeft = isLastCall ? LAST_CALL : 1;
		this.period = { inFlight: 0, accepted: 0 };
		this.firsts.clear();
		this.limits.health.openUntil = this.limits.clock.now() + waitMs;
	}
}
