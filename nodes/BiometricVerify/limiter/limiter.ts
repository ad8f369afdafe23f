import { Breaker, backoffMs } from './breaker';
import { Rate } from './rate';
import type { Attempt, Clock, Ending, Failed, Limits, Result, Send } from './types';
import type { ServiceHealth, Tracked } from './types';

/** Starts beyond so many in flight are apart; at 20/s, 10 send 20 in vain, and 5 send 15. */
const OPENING_WIDTH = 5;
/** An outage at 25 at once costs 29 without, 15 with 5, 11 with 15; 30 is worse at 20/s and 1 s. */
const OPENING_GAP_MS = 15;

type Outcome<Value, Failure> = Exclude<Attempt<Value, Failure>, { kind: 'notSent' }>;

interface Item<Value, Failure> extends Tracked {
	order: number;
	send: Send<Value, Failure>;
	maxAttempts: number;
	/** How many attempts may have been billed. */
	uncertainAttempts: number;
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

/**
 * Sends the items of a run: a queue, a circuit breaker, and a rate.
 *
 * All items wait in one queue. A place is held from the start of a request to its outcome, so an
 * item that waits for its next attempt keeps nobody else from being sent. It ends by its own limits,
 * unless the breaker finds that the service accepts nobody, and ends the run.
 */
export class Limiter<Value, Failure> {
	/** In the order of `run`: who is sent again comes before who was not sent. */
	private readonly waiting: Array<Item<Value, Failure>> = [];
	private readonly breaker: Breaker;
	private readonly rate = new Rate();
	private readonly limits: Limits;
	private readonly clock: Clock;
	private count = 0;
	private inFlight = 0;
	/** When the latest start was due. */
	private lastStartAt = -Infinity;
	private ending?: Ending<Failure>;
	private alarm?: AbortController;

	/** @param health what earlier runs know of the service; is kept up to date. */
	constructor(limits: Limits, health: ServiceHealth, clock: Clock) {
		this.limits = limits;
		this.clock = clock;
		this.breaker = new Breaker(health, limits.maxWaitMs, clock);
		limits.signal.addEventListener('abort', () => this.end({ limit: 'aborted' }));
		if (limits.signal.aborted) this.end({ limit: 'aborted' });
	}

	/**
	 * Takes an item from its first attempt to its end.
	 *
	 * @param send is called for each attempt when it is due; until then nothing is held for the item
	 * @param maxAttempts how often it is sent at most if each time may have been billed; 1 or more
	 * @throws what `send` throws; the other items go on.
	 */
	run(send: Send<Value, Failure>, maxAttempts: number): Promise<Result<Value, Failure>> {
		return new Promise((resolve, reject) => {
			this.enqueue({
				...{ order: this.count++, send, maxAttempts, resolve, reject },
				...{ attempts: 0, uncertainAttempts: 0, sentAt: NaN, limitedAt: -Infinity },
				...{ waitLeftMs: this.limits.maxWaitMs, readyAt: -Infinity },
			});
			this.startNext();
		});
	}

	/** To be called when all items have ended: hands what is known of the service to the next run. */
	close(): void {
		this.breaker.handOver();
	}

	private enqueue(item: Item<Value, Failure>): void {
		if (this.ending) return this.finish(item, this.ending);
		const position = this.waiting.findIndex(({ order }) => order > item.order);
		this.waiting.splice(position === -1 ? this.waiting.length : position, 0, item);
	}

	/** Starts all that may be started now, and sees to the next in time. */
	private startNext(): void {
		const { breaker, clock } = this;
		this.alarm?.abort();
		while (this.inFlight < this.limits.maxConcurrent && breaker.hasRoom) {
			const now = clock.now();
			const item = this.next(now);
			if (!item) return;
			const gapMs = this.gapMs(now);
			const dueAt = Math.max(this.lastStartAt + gapMs, breaker.openUntil, item.readyAt);
			if (dueAt > now) return void this.wakeAfter(dueAt - now);
			// A timer that is a little late must not make the rate lower.
			this.lastStartAt = now - dueAt < gapMs ? dueAt : now;
			this.waiting.splice(this.waiting.indexOf(item), 1);
			this.inFlight++;
			breaker.sent(item);
			void this.attempt(item);
		}
	}

	/** The first; but a probe is one of those that were sent least, by chance. */
	private next(now: number): Item<Value, Failure> | undefined {
		const isReady = ({ readyAt }: Item<Value, Failure>) => readyAt <= now;
		const first = this.waiting.find(isReady);
		if (!first) return this.waiting.toSorted((a, b) => a.readyAt - b.readyAt)[0];
		if (this.breaker.state === 'closed') return first;
		const ready = this.waiting.filter(isReady);
		const fewest = Math.min(...ready.map(({ attempts }) => attempts));
		const least = ready.filter(({ attempts }) => attempts === fewest);
		return least[Math.floor(this.clock.random() * least.length)];
	}

	private gapMs(now: number): number {
		const { inFlight, accepted } = this.breaker.period;
		const isOpening = inFlight >= OPENING_WIDTH + accepted / 2 || this.breaker.evidence > 0;
		return Math.max(isOpening ? OPENING_GAP_MS : 0, this.rate.gapMs(now));
	}

	private async wakeAfter(ms: number): Promise<void> {
		const { signal } = (this.alarm = new AbortController());
		await this.clock.sleep(ms, signal);
		if (!signal.aborted) this.startNext();
	}

	private async attempt(item: Item<Value, Failure>): Promise<void> {
		const { period } = this.breaker;
		const maySend = () => !this.ending && period === this.breaker.period;
		const outcome = await item.send(maySend).catch((error: unknown) => void item.reject(error));
		this.inFlight--;
		period.inFlight--;
		if (outcome?.kind === 'notSent') this.enqueue(item);
		else if (outcome) this.settle(item, outcome);
		this.startNext();
	}

	private settle(item: Item<Value, Failure>, outcome: Outcome<Value, Failure>): void {
		const now = this.clock.now();
		item.attempts++;
		if (outcome.kind === 'accepted') {
			this.breaker.accepted(item);
			// It was the rate if who was refused is accepted later: who is always refused says nothing.
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

	/** Which of its own limits ends the item, if one does; else it is sent again after a backoff. */
	private backOff(item: Item<Value, Failure>, failure: Failed<Failure>, now: number) {
		const { kind, retryAfterMs = 0 } = failure;
		const { attempts, waitLeftMs } = item;
		if (kind === 'serverError' || kind === 'silent') {
			item.readyAt = now + backoffMs(attempts, Infinity, retryAfterMs, this.clock);
			return ++item.uncertainAttempts < item.maxAttempts ? undefined : 'maxAttempts';
		}
		if (waitLeftMs <= 0) return 'maxWait';
		if (retryAfterMs > waitLeftMs) return 'retryAfter';
		if (kind === 'rateLimited') item.limitedAt = item.sentAt;
		// The next attempt is taken to last as long as this one.
		const tookMs = now - item.sentAt;
		const waitMs = backoffMs(attempts, waitLeftMs - tookMs, retryAfterMs, this.clock);
		item.waitLeftMs -= waitMs + tookMs;
		item.readyAt = now + waitMs;
		return undefined;
	}

	private end(ending: Ending<Failure>): void {
		this.ending ??= ending;
		this.alarm?.abort();
		for (const item of this.waiting.splice(0)) this.finish(item, this.ending);
	}

	private finish(item: Item<Value, Failure>, ending: { value: Value } | Ending<Failure>): void {
		const now = this.clock.now();
		item.resolve({ ...ending, attempts: item.attempts, waitedMs: now - (item.failedAt ?? now) });
	}
}
