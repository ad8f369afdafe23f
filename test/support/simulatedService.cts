import { type Attempt, Pace, type Result } from '../../nodes/BiometricVerify/kairos/pace';
import { FakeClock } from './fakeClock.cts';

/** Decides whether a request that arrives now is within the limit. */
export type RateLimit = (now: number) => boolean;

/** So many in each window of the service's own clock, whose windows begin at `offsetMs`. */
export function fixedWindow(limit: number, windowMs = 1000, offsetMs = 0): RateLimit {
	let current = NaN;
	let count = 0;
	return (now) => {
		const window = Math.floor((now - offsetMs) / windowMs);
		if (window !== current) [current, count] = [window, 0];
		return count < limit && ++count > 0;
	};
}

/** So many in any window. */
export function slidingWindow(limit: number, windowMs = 1000): RateLimit {
	let accepted: number[] = [];
	return (now) => {
		accepted = accepted.filter((at) => at > now - windowMs);
		return accepted.length < limit && accepted.push(now) > 0;
	};
}

/** So many a second, and as many at once as were saved up. */
export function tokenBucket(perSecond: number, capacity = perSecond): RateLimit {
	let tokens = capacity;
	let filledAt = 0;
	return (now) => {
		tokens = Math.min(capacity, tokens + ((now - filledAt) * perSecond) / 1000);
		filledAt = now;
		if (tokens < 1) return false;
		tokens--;
		return true;
	};
}

/** How the service responds to a request that arrives now. */
export type Response =
	| { kind: 'ok' | 'serverError' | 'unauthorized' | 'none'; afterMs?: number }
	| { kind: 'rateLimited' | 'unavailable'; afterMs?: number; retryAfterMs?: number };

export interface Behavior {
	respond: (now: number, item: number) => Response;
	/** How long a response takes unless it says so itself, in milliseconds. */
	latencyMs?: number;
	/** What starting a request costs the client's main thread, in milliseconds. */
	costMs?: number;
	/** After this time the client gives up, in milliseconds. */
	timeoutMs?: number;
}

/** What stands in for the service and the client that asks it, on a fake clock. */
export class SimulatedService {
	/** When each request was started, by item. */
	readonly requests: Array<{ at: number; item: number; response: Response['kind'] }> = [];

	inFlight = 0;

	mostInFlight = 0;

	/** When a request was last taken. */
	lastTakenAt = NaN;

	private readonly clock: FakeClock;

	private readonly behavior: Behavior;

	constructor(clock: FakeClock, behavior: Behavior) {
		this.clock = clock;
		this.behavior = behavior;
	}

	/** How many requests were not taken, or taken without an answer. */
	get wasted(): number {
		return this.requests.filter(({ response }) => response !== 'ok').length;
	}

	async send(item: number): Promise<Attempt<number, string>> {
		const { clock } = this;
		const { respond, latencyMs = 50, costMs = 5, timeoutMs = 60_000 } = this.behavior;
		this.inFlight++;
		this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
		clock.busy(costMs);
		const at = clock.now();
		const response = respond(at, item);
		this.requests.push({ at, item, response: response.kind });
		await clock.sleep(response.kind === 'none' ? timeoutMs : (response.afterMs ?? latencyMs));
		this.inFlight--;
		switch (response.kind) {
			case 'ok':
				this.lastTakenAt = clock.now();
				return { kind: 'done', value: item };
			case 'unauthorized':
				return { kind: 'fatal', error: response.kind };
			case 'serverError':
			case 'none':
				return { kind: 'uncertain', error: response.kind, isSilent: response.kind === 'none' };
			default:
				return {
					kind: 'notTaken',
					error: response.kind,
					isRateLimit: response.kind === 'rateLimited',
					retryAfterMs: response.retryAfterMs,
				};
		}
	}
}

export interface Simulation extends Behavior {
	items: number;
	maxConcurrent: number;
	maxAttempts?: number;
	maxWaitMs?: number;
	signal?: AbortSignal;
	clock?: FakeClock;
}

/** Runs items through a pace until all of them have ended. */
export async function simulate({
	items,
	maxConcurrent,
	maxAttempts = 3,
	maxWaitMs = 60_000,
	signal = new AbortController().signal,
	clock = new FakeClock(),
	...behavior
}: Simulation) {
	const service = new SimulatedService(clock, behavior);
	const pace = new Pace<number, string>({ maxConcurrent, maxWaitMs, signal }, clock);
	const running = Array.from(
		{ length: items },
		async (_, item): Promise<Result<number, string>> => {
			return await pace.run(() => service.send(item), maxAttempts);
		},
	);
	const results = await clock.until(Promise.all(running));
	return {
		results,
		verified: results.filter((result) => 'value' in result).length,
		service,
		wasted: service.wasted,
		endedAt: clock.now(),
		clock,
	};
}
