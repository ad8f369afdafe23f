import { Breaker, backoffMs } from './breaker';
import { Rate } from './rate';
import type { Ending, Failed, Item, Limits, Result, Send, SentAttempt } from './types';

/** Requests beyond this many in flight start apart; at 20/s, 10 send 20 in vain, and 5 send 15. */
const OPENING_WIDTH = 5;
/** An outage at 25 at once costs 29 without, 15 with 5, 11 with 15; 30 is worse at 20/s and 1 s. */
const OPENING_GAP_MS = 15;

/**
 * Sends the items of a run: a queue, a circuit breaker, and a rate. An item takes a place only
 * while its request is in flight, so an item that waits for its next attempt blocks no other.
 */
export class Limiter<Value, Failure> {
	/** In the order of `run`, so a retry comes before items that were never sent. */
	private readonly waiting: Array<Item<Value, Failure>> = [];
	private readonly breaker: Breaker;
	private readonly rate = new Rate();
	private readonly limits: Limits;
	private count = 0;
	private inFlight = 0;
	private lastStartAt = -Infinity;
	private ending?: Ending<Failure>;
	private alarm?: AbortController;

	constructor(limits: Limits) {
		this.limits = limits;
		this.breaker = new Breaker(limits);
		const abort = () => this.end({ limit: 'aborted' });
		limits.signal.addEventListener('abort', abort);
		if (limits.signal.aborted) abort();
	}

	/**
	 * Sends an item until it is accepted, fails for good, or runs out of time or attempts. What
	 * `send` throws rejects only this item.
	 *
	 * @param maxAttempts how many attempts may be billed; at least 1.
	 */
	run(send: Send<Value, Failure>, maxAttempts: number): Promise<Result<Value, Failure>> {
		return new Promise((resolve, reject) => {
			const given = { order: this.count++, send, maxAttempts, resolve, reject };
			const counts = { attempts: 0, attemptsUsed: 0, waitLeftMs: this.limits.maxWaitMs };
			this.enqueue({ ...given, ...counts, sentAt: NaN, limitedAt: -Infinity, readyAt: -Infinity });
			this.startNext();
		});
	}

	private enqueue(item: Item<Value, Failure>): void {
		if (this.ending) return this.finish(item, this.ending);
		this.waiting.push(item);
		this.waiting.sort((a, b) => a.order - b.order);
	}

	/** Starts every request that may start now, and sets the alarm for the next one. */
	private startNext(): void {
		const { breaker, limits } = this;
		this.alarm?.abort();
		while (this.inFlight < limits.maxConcurrent && breaker.period.inFlight < breaker.asksLeft) {
			const now = limits.clock.now();
			const item = this.next(now);
			if (!item) return;
			const { inFlight, accepted } = breaker.period;
			const isOpening = inFlight >= OPENING_WIDTH + accepted / 2 || breaker.evidence > 0;
			const gapMs = Math.max(isOpening ? OPENING_GAP_MS : 0, 1000 / this.rate.at(now));
			const dueAt = Math.max(this.lastStartAt + gapMs, limits.health.openUntil, item.readyAt);
			if (dueAt > now) return this.wakeAfter(dueAt - now);
			// A timer that is a little late must not lower the rate.
			this.lastStartAt = now - dueAt < gapMs ? dueAt : now;
			this.waiting.splice(this.waiting.indexOf(item), 1);
			this.inFlight++;
			breaker.sent(item);
			void this.attempt(item);
		}
	}

	/** The first item in order; for a probe, a random one of those with the fewest attempts. */
	private next(now: number): Item<Value, Failure> | undefined {
		const ready = this.waiting.filter(({ readyAt }) => readyAt <= now);
		if (ready.length === 0) return this.waiting.toSorted((a, b) => a.readyAt - b.readyAt)[0];
		if (this.breaker.state === 'closed') return ready[0];
		const fewest = ready.reduce((least, { attempts }) => Math.min(least, attempts), Infinity);
		const least = ready.filter(({ attempts }) => attempts === fewest);
		return least[Math.floor(this.limits.clock.random() * least.length)];
	}

	private wakeAfter(ms: number): void {
		const { signal } = (this.alarm = new AbortController());
		void this.limits.clock.sleep(ms, signal).then(() => signal.aborted || this.startNext());
	}

	private async attempt(item: Item<Value, Failure>): Promise<void> {
		const { period } = this.breaker;
		const isStillAllowed = () => !this.ending && period === this.breaker.period;
		const outcome = await item.send(isStillAllowed).catch((error: unknown) => {
			this.breaker.dropped(item);
			item.reject(error);
			return undefined;
		});
		this.inFlight--;
		period.inFlight--;
		if (outcome?.kind === 'notSent') this.enqueue(item);
		else if (outcome) this.settle(item, outcome);
		this.startNext();
	}

	private settle(item: Item<Value, Failure>, outcome: SentAttempt<Value, Failure>): void {
		const now = this.limits.clock.now();
		item.attempts++;
		if (outcome.kind === 'accepted') {
			this.breaker.accepted(item);
			// A refused item that is accepted later met the rate limit; one that is always refused
			// may not have.
			const limitedAt = Math.max(item.limitedAt, this.breaker.limitedAt);
			if (this.breaker.state === 'closed') this.rate.decrease(limitedAt, now);
			this.rate.accepted(item.sentAt);
			return this.finish(item, { value: outcome.value });
		}
		item.failedAt ??= now;
		if (outcome.kind === 'fatal') {
			this.end({ limit: 'fatal', error: outcome.error });
			return this.enqueue(item);
		}
		const endOfRun = this.breaker.failed(item, outcome, this.waiting);
		const limit = this.backOff(item, outcome, now);
		if (limit) this.finish(item, { limit, error: outcome.error });
		else this.enqueue(item);
		if (endOfRun) this.end({ limit: endOfRun, error: outcome.error });
	}

	/** Returns which of its own limits ends the item, if one does; else sets its backoff. */
	private backOff(item: Item<Value, Failure>, failure: Failed<Failure>, now: number) {
		const { kind, retryAfterMs = 0 } = failure;
		const isRefused = kind === 'refused' || kind === 'rateLimited';
		if (!isRefused && ++item.attemptsUsed >= item.maxAttempts) return 'maxAttempts';
		if (isRefused && item.waitLeftMs <= 0) return 'maxWait';
		if (isRefused && retryAfterMs > item.waitLeftMs) return 'retryAfter';
		if (kind === 'rateLimited') item.limitedAt = item.sentAt;
		// Assume that the next attempt takes as long as this one.
		const tookMs = now - item.sentAt;
		const leftMs = isRefused ? item.waitLeftMs - tookMs : Infinity;
		const waitMs = backoffMs(item.attempts, leftMs, retryAfterMs, this.limits.clock);
		if (isRefused) item.waitLeftMs -= waitMs + tookMs;
		item.readyAt = now + waitMs;
		return undefined;
	}

	private end(ending: Ending<Failure>): void {
		this.ending ??= ending;
		this.alarm?.abort();
		for (const item of this.waiting.splice(0)) this.finish(item, this.ending);
	}

	private finish(item: Item<Value, Failure>, ending: { value: Value } | Ending<Failure>): void {
		const now = this.limits.clock.now();
		item.resolve({ ...ending, attempts: item.attempts, waitedMs: now - (item.failedAt ?? now) });
	}
}
