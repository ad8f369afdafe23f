import { type Attempt, Pace } from '../../../nodes/BiometricVerify/kairos/pace';
import { FakeClock } from '../../support/fakeClock.cts';
import {
	fixedWindow,
	type RateLimit,
	type Response,
	simulate,
	slidingWindow,
	tokenBucket,
} from '../../support/simulatedService.cts';

const SECOND = 1000;

function limitedBy(limit: RateLimit, refusal: { retryAfterMs?: number; afterMs?: number } = {}) {
	return (now: number): Response =>
		limit(now) ? { kind: 'ok' } : { kind: 'rateLimited', ...refusal };
}

/** Down for the first so many milliseconds, or of every so many. */
function downFor(ms: number, { everyMs = Infinity, afterMs = 50 } = {}) {
	return (now: number): Response =>
		now % everyMs < ms ? { kind: 'unavailable', afterMs } : { kind: 'ok' };
}

/** Fails a part of all requests, by chance. */
function failing(kind: 'serverError' | 'none' | 'unavailable', part: number, seed = 1) {
	const chance = new FakeClock(seed);
	return (): Response => (chance.random() < part ? { kind } : { kind: 'ok' });
}

const limiters: Array<[string, (limit: number) => RateLimit]> = [
	['a fixed window', (limit) => fixedWindow(limit)],
	['a fixed window that began before', (limit) => fixedWindow(limit, SECOND, 930)],
	['a sliding window', (limit) => slidingWindow(limit)],
	['a token bucket', (limit) => tokenBucket(limit)],
];

describe.each(limiters)('a rate limit by %s', (_what, limiter) => {
	describe.each([
		['with Retry-After', { retryAfterMs: SECOND }],
		['with Retry-After, refused at once', { retryAfterMs: SECOND, afterMs: 5 }],
		['without Retry-After', {}],
		['without Retry-After, refused at once', { afterMs: 5 }],
	])('%s', (_how, refusal) => {
		test.each([0, 2, 5])(
			'of 20 a second costs time and not items (%i ms a start)',
			async (costMs) => {
				const { verified, wasted, endedAt } = await simulate({
					items: 200,
					maxConcurrent: 50,
					costMs,
					respond: limitedBy(limiter(20), refusal),
				});
				expect(verified).toBe(200);
				expect(wasted).toBeLessThanOrEqual(20);
				expect(endedAt).toBeLessThanOrEqual(1.3 * 9 * SECOND);
			},
		);

		test.each([0, 3600 * SECOND])(
			'of 2 a second costs time and not items, with a clock that ran for %i ms',
			async (startedAt) => {
				const clock = new FakeClock();
				clock.busy(startedAt);
				const { verified, wasted, endedAt } = await simulate({
					items: 60,
					maxConcurrent: 25,
					respond: limitedBy(limiter(2), refusal),
					clock,
				});
				expect(verified).toBe(60);
				expect(wasted).toBeLessThanOrEqual(12);
				expect(endedAt - startedAt).toBeLessThanOrEqual(1.3 * 29 * SECOND);
			},
		);
	});

	test('of 1 a second is taken for no lower one: few starts tell it by the time between them', async () => {
		const { verified, wasted, endedAt } = await simulate({
			items: 40,
			maxConcurrent: 25,
			respond: limitedBy(limiter(1)),
		});
		expect(verified).toBe(40);
		expect(wasted).toBeLessThanOrEqual(12);
		expect(endedAt).toBeLessThanOrEqual(1.3 * 39 * SECOND);
	});

	test('loses no item that waits behind others for longer than Max Wait', async () => {
		const { verified, endedAt } = await simulate({
			items: 200,
			maxConcurrent: 25,
			respond: limitedBy(limiter(2)),
		});
		expect(verified).toBe(200);
		expect(endedAt).toBeGreaterThan(90 * SECOND);
	});

	test('is kept when answers take a second', async () => {
		const { verified, wasted, endedAt } = await simulate({
			items: 200,
			maxConcurrent: 50,
			latencyMs: SECOND,
			respond: limitedBy(limiter(20)),
		});
		expect(verified).toBe(200);
		expect(wasted).toBeLessThanOrEqual(40);
		expect(endedAt).toBeLessThanOrEqual(16 * SECOND);
	});

	test('that becomes a fifth and then is lifted is followed', async () => {
		const [wide, narrow] = [limiter(20), limiter(4)];
		const { verified, wasted, endedAt } = await simulate({
			items: 1000,
			maxConcurrent: 25,
			respond: (now) => {
				if (now > 30 * SECOND) return { kind: 'ok' };
				return limitedBy(now > 5 * SECOND ? narrow : wide)(now);
			},
		});
		expect(verified).toBe(1000);
		expect(wasted).toBeLessThanOrEqual(30);
		expect(endedAt).toBeLessThanOrEqual(90 * SECOND);
	});

	test('shared by three runs is kept by all', async () => {
		const clock = new FakeClock();
		const respond = limitedBy(limiter(10));
		const run = { items: 100, maxConcurrent: 5, clock, respond };
		const runs = await Promise.all([simulate(run), simulate(run), simulate(run)]);
		expect(runs.map(({ verified }) => verified)).toEqual([100, 100, 100]);
		expect(runs.reduce((sum, { wasted }) => sum + wasted, 0)).toBeLessThanOrEqual(40);
		expect(clock.now()).toBeLessThanOrEqual(90 * SECOND);
	});
});

test.each([1, 5, 40])(
	'A rate limit of 20 a second that lets %i pass at once is found in the end',
	async (capacity) => {
		const { verified, wasted } = await simulate({
			items: 200,
			maxConcurrent: 10,
			respond: limitedBy(tokenBucket(20, capacity)),
		});
		expect(verified).toBe(200);
		expect(wasted).toBeLessThanOrEqual(20);
	},
);

describe('an outage', () => {
	describe.each([5, 25])('with %i at once', (maxConcurrent) => {
		describe.each([50, 1])('refusing in %i ms', (afterMs) => {
			test.each([
				[5, 12],
				[20, 16],
				[45, 20],
			])('of %i s loses nothing and costs %i requests at the most', async (seconds, most) => {
				for (let seed = 1; seed <= 5; seed++) {
					const { verified, wasted, endedAt } = await simulate({
						items: 100,
						maxConcurrent,
						clock: new FakeClock(seed),
						respond: downFor(seconds * SECOND, { afterMs }),
					});
					expect(verified).toBe(100);
					expect(wasted).toBeLessThanOrEqual(most);
					const itemsTake = (100 / maxConcurrent) * 55 + SECOND;
					expect(endedAt).toBeLessThanOrEqual((seconds + 5) * SECOND + itemsTake);
				}
			});
		});
	});

	test('of a little less than Max Wait loses nothing', async () => {
		const { verified } = await simulate({
			items: 100,
			maxConcurrent: 5,
			respond: downFor(59.5 * SECOND),
		});
		expect(verified).toBe(100);
	});

	test.each([50, 5])(
		'of 2 s in every 6 costs ten requests each time at the most (refused in %i ms)',
		async (afterMs) => {
			const { verified, service } = await simulate({
				items: 3000,
				maxConcurrent: 10,
				respond: (now) => downFor(2 * SECOND, { everyMs: 6 * SECOND, afterMs })(now + 4.5 * SECOND),
			});
			expect(verified).toBe(3000);
			const refusedIn = new Map<number, number>();
			for (const { at, response } of service.requests) {
				const outage = Math.floor((at + 4.5 * SECOND) / (6 * SECOND));
				if (response !== 'ok') refusedIn.set(outage, (refusedIn.get(outage) ?? 0) + 1);
			}
			expect(refusedIn.size).toBeGreaterThan(3);
			expect(Math.max(...refusedIn.values())).toBeLessThanOrEqual(10);
		},
	);

	test('that does not end ends the run after Max Wait, and the rest is not sent', async () => {
		const { results, wasted, endedAt } = await simulate({
			items: 1000,
			maxConcurrent: 5,
			respond: downFor(Infinity),
		});
		expect(wasted).toBeLessThanOrEqual(12);
		expect(endedAt).toBeLessThanOrEqual(65 * SECOND);
		expect(endedAt).toBeGreaterThanOrEqual(60 * SECOND);
		expect(new Set(results.map((result) => 'limit' in result && result.limit))).toEqual(
			new Set(['maxWait']),
		);
		expect(results[0]).toMatchObject({ error: 'unavailable' });
		expect(results[999]).toEqual({
			limit: 'maxWait',
			error: 'unavailable',
			attempts: 0,
			waitedMs: 0,
		});
	});

	test('pauses as a whole, then sends one request until one is answered', async () => {
		const { service } = await simulate({
			items: 50,
			maxConcurrent: 10,
			respond: downFor(10 * SECOND),
		});
		const probes = service.requests.filter(({ at }) => at > 0.5 * SECOND && at < 10 * SECOND);
		const waits = probes.slice(1).map(({ at }, index) => at - probes[index]!.at);
		expect(waits.length).toBeGreaterThan(0);
		expect(Math.min(...waits)).toBeGreaterThan(SECOND);
		const [first, second] = service.requests.filter(({ response }) => response === 'ok');
		expect(second!.at - first!.at).toBeGreaterThanOrEqual(50);
	});

	test('is not seen in one item that the service never takes', async () => {
		const { results, verified, wasted } = await simulate({
			items: 200,
			maxConcurrent: 5,
			respond: (_now, item) => ({ kind: item === 3 ? 'unavailable' : 'ok' }),
		});
		expect(verified).toBe(199);
		expect(results[3]).toMatchObject({ limit: 'maxWait' });
		expect(wasted).toBeLessThanOrEqual(10);
	});

	test('sends what was refused before what was not sent', async () => {
		const { service } = await simulate({
			items: 100,
			maxConcurrent: 5,
			respond: downFor(2 * SECOND),
		});
		const again = service.requests.filter(({ response }) => response === 'ok').slice(1, 6);
		expect(again.map(({ item }) => item)).toEqual([0, 1, 2, 3, 4]);
	});
});

describe('Retry-After', () => {
	test('is never cut short', async () => {
		const { service } = await simulate({
			items: 20,
			maxConcurrent: 5,
			respond: (now) =>
				now < 30 * SECOND ? { kind: 'unavailable', retryAfterMs: 30 * SECOND } : { kind: 'ok' },
		});
		expect(service.requests.filter(({ at }) => at > SECOND && at < 30 * SECOND)).toEqual([]);
		expect(service.wasted).toBe(5);
	});

	test('beyond Max Wait ends the run at once: all others would be told the same', async () => {
		const { results, service, endedAt } = await simulate({
			items: 100,
			maxConcurrent: 1,
			respond: () => ({ kind: 'unavailable', retryAfterMs: 60 * SECOND + 1 }),
		});
		expect(service.requests).toHaveLength(1);
		expect(endedAt).toBeLessThan(SECOND);
		const ending = { limit: 'retryAfter', error: 'unavailable' };
		expect(results[0]).toEqual({ ...ending, attempts: 1, waitedMs: 0 });
		expect(results[99]).toEqual({ ...ending, attempts: 0, waitedMs: 0 });
	});

	test('that ends an item which was refused before does not end a run that was served since', async () => {
		const { results, verified } = await simulate({
			items: 20,
			maxConcurrent: 2,
			respond: (now, item) => {
				if (item !== 0 || now > 20 * SECOND) return { kind: 'ok', afterMs: 4 * SECOND };
				const retryAfterMs = now > 5 * SECOND ? 57 * SECOND : 10 * SECOND;
				return { kind: 'unavailable', retryAfterMs };
			},
		});
		expect(results[0]).toMatchObject({ limit: 'retryAfter', attempts: 2 });
		expect(verified).toBe(19);
	});
});

describe('a service that does not answer', () => {
	test('ends the run after a few requests', async () => {
		const { results, wasted, endedAt } = await simulate({
			items: 1000,
			maxConcurrent: 5,
			timeoutMs: 5 * SECOND,
			respond: () => ({ kind: 'none' }),
		});
		expect(wasted).toBeLessThanOrEqual(20);
		expect(endedAt).toBeLessThanOrEqual(70 * SECOND);
		expect(results.every((result) => 'limit' in result)).toBe(true);
		expect(results[999]).toMatchObject({ limit: 'maxWait', error: 'none', attempts: 0 });
	});

	test('ends the run within Max Wait and two Timeouts, also where these are as long', async () => {
		const { wasted, endedAt } = await simulate({
			items: 1000,
			maxConcurrent: 5,
			respond: () => ({ kind: 'none' }),
		});
		expect(wasted).toBeLessThanOrEqual(20);
		expect(endedAt).toBeLessThanOrEqual(180 * SECOND);
	});

	test.each([0, 60 * SECOND])(
		'is asked Max Attempts times for one item alone (Max Wait %i)',
		async (maxWaitMs) => {
			const { results } = await simulate({
				items: 1,
				maxConcurrent: 5,
				maxWaitMs,
				respond: () => ({ kind: 'none' }),
			});
			expect(results).toMatchObject([{ limit: 'maxAttempts', error: 'none', attempts: 3 }]);
		},
	);

	test('for a while loses nothing', async () => {
		const { verified } = await simulate({
			items: 100,
			maxConcurrent: 5,
			timeoutMs: 5 * SECOND,
			respond: (now) => ({ kind: now < 20 * SECOND ? 'none' : 'ok' }),
		});
		expect(verified).toBe(100);
	});
});

describe('server errors', () => {
	test.each([1, 2, 3, 4, 5, 6, 7, 8])(
		'of half of all requests cost an item only by its own three attempts (chance %i)',
		async (seed) => {
			const { results, endedAt } = await simulate({
				items: 200,
				maxConcurrent: 10,
				respond: failing('serverError', 0.5, seed),
			});
			for (const result of results) {
				if (!('value' in result)) {
					expect(result).toMatchObject({ limit: 'maxAttempts', attempts: 3 });
				}
			}
			expect(endedAt).toBeLessThanOrEqual(6 * SECOND);
		},
	);

	test('of all requests end the run after a few', async () => {
		const { results, wasted, endedAt } = await simulate({
			items: 1000,
			maxConcurrent: 5,
			respond: () => ({ kind: 'serverError' }),
		});
		expect(wasted).toBeLessThanOrEqual(25);
		expect(endedAt).toBeLessThanOrEqual(65 * SECOND);
		expect(results[999]).toMatchObject({ limit: 'maxWait', error: 'serverError', attempts: 0 });
	});

	test('of all requests for a while lose nothing', async () => {
		const { verified } = await simulate({
			items: 100,
			maxConcurrent: 10,
			respond: (now) => ({ kind: now < 45 * SECOND ? 'serverError' : 'ok' }),
		});
		expect(verified).toBe(100);
	});

	test.each([1, 2, 3, 10])('are asked about %i times at the most', async (maxAttempts) => {
		const { results, service } = await simulate({
			items: 1,
			maxConcurrent: 5,
			maxAttempts,
			respond: () => ({ kind: 'serverError' }),
		});
		expect(service.requests).toHaveLength(maxAttempts);
		expect(results[0]).toMatchObject({ limit: 'maxAttempts', attempts: maxAttempts });
	});
});

describe('a service that is well', () => {
	test('is used to the full, in order', async () => {
		const { verified, wasted, service, endedAt } = await simulate({
			items: 200,
			maxConcurrent: 10,
			respond: () => ({ kind: 'ok' }),
		});
		expect(verified).toBe(200);
		expect(wasted).toBe(0);
		expect(service.requests.map(({ item }) => item)).toEqual(
			Array.from({ length: 200 }, (_, i) => i),
		);
		expect(service.mostInFlight).toBe(10);
		const rounds = 20 * 55 + 45;
		expect(endedAt).toBeLessThanOrEqual(1.04 * rounds);
	});

	test('has five at once from the beginning', async () => {
		const { endedAt } = await simulate({
			items: 5,
			maxConcurrent: 5,
			respond: () => ({ kind: 'ok' }),
		});
		expect(endedAt).toBeLessThanOrEqual(5 * 5 + 50 + 1);
	});

	test('may be asked one at a time', async () => {
		const { verified, service } = await simulate({
			items: 20,
			maxConcurrent: 1,
			respond: failing('unavailable', 0.2),
		});
		expect(verified).toBe(20);
		expect(service.mostInFlight).toBe(1);
	});
});

describe('one item alone', () => {
	test('waits for Max Wait and no longer', async () => {
		const { results, wasted, endedAt } = await simulate({
			items: 1,
			maxConcurrent: 5,
			maxWaitMs: 10 * SECOND,
			respond: downFor(Infinity),
		});
		expect(endedAt).toBeLessThanOrEqual(10.2 * SECOND);
		expect(wasted).toBeLessThanOrEqual(7);
		expect(results[0]).toMatchObject({ limit: 'maxWait', attempts: wasted });
		expect(results[0]?.waitedMs).toBeGreaterThan(9.8 * SECOND);
	});

	test('does not wait without Max Wait', async () => {
		const { results, service } = await simulate({
			items: 1,
			maxConcurrent: 5,
			maxWaitMs: 0,
			respond: downFor(Infinity),
		});
		expect(service.requests).toHaveLength(1);
		expect(results[0]).toMatchObject({ limit: 'maxWait', waitedMs: 0 });
	});
});

describe('a fatal failure', () => {
	test('ends the run: what is in flight is heard, nothing more is sent', async () => {
		const { results, service } = await simulate({
			items: 100,
			maxConcurrent: 5,
			respond: (_now, item) => ({ kind: item === 2 ? 'unauthorized' : 'ok' }),
		});
		const sent = service.requests.length;
		expect(sent).toBeLessThanOrEqual(8);
		expect(results.filter((result) => 'value' in result)).toHaveLength(sent - 1);
		expect(results[99]).toEqual({
			limit: 'fatal',
			error: 'unauthorized',
			attempts: 0,
			waitedMs: 0,
		});
	});

	test('lets no item be begun later', async () => {
		const clock = new FakeClock();
		const { signal } = new AbortController();
		const pace = new Pace<number, string>({ maxConcurrent: 1, maxWaitMs: 0, signal }, clock);
		await pace.run(() => Promise.resolve({ kind: 'fatal', error: 'keys' }), 3);
		const send = jest.fn();
		expect(await pace.run(send, 3)).toMatchObject({ limit: 'fatal', error: 'keys', attempts: 0 });
		expect(send).not.toHaveBeenCalled();
	});
});

describe('a run that is aborted', () => {
	test('ends a pause at once, and leaves nothing asleep', async () => {
		const clock = new FakeClock();
		const controller = new AbortController();
		void clock.sleep(3 * SECOND).then(() => controller.abort());
		const { results, endedAt } = await simulate({
			items: 10,
			maxConcurrent: 5,
			clock,
			signal: controller.signal,
			respond: downFor(Infinity),
		});
		expect(endedAt).toBe(3 * SECOND);
		expect(clock.sleeping).toBe(0);
		expect(results[9]).toEqual({ limit: 'aborted', attempts: 0, waitedMs: 0 });
	});

	test('sends nothing if it was so before', async () => {
		const { service, results } = await simulate({
			items: 10,
			maxConcurrent: 5,
			signal: AbortSignal.abort(),
			respond: () => ({ kind: 'ok' }),
		});
		expect(service.requests).toEqual([]);
		expect(results).toHaveLength(10);
	});
});

describe('the clock', () => {
	test('leaves no timer when all has ended', async () => {
		const { clock } = await simulate({
			items: 100,
			maxConcurrent: 10,
			respond: failing('serverError', 0.3),
		});
		expect(clock.sleeping).toBe(0);
	});

	test('that jumps an hour ends no item twice and leaves none', async () => {
		const clock = new FakeClock();
		void clock.sleep(2 * SECOND).then(() => clock.busy(3600 * SECOND));
		const { results } = await simulate({
			items: 100,
			maxConcurrent: 5,
			clock,
			respond: limitedBy(slidingWindow(5)),
		});
		expect(results.filter((result) => 'value' in result)).toHaveLength(100);
	});
});

describe('what is prepared while a pause begins', () => {
	/** Reads an image for `readMs`, then sends it if it may; the first request is refused. */
	async function prepared(readMs: number) {
		const clock = new FakeClock();
		const { signal } = new AbortController();
		const pace = new Pace<number, string>({ maxConcurrent: 5, maxWaitMs: 60_000, signal }, clock);
		const log: string[] = [];
		const send = async (item: number, maySend: () => boolean): Promise<Attempt<number, string>> => {
			await clock.sleep(item === 0 ? 0 : readMs);
			if (!maySend()) return { kind: 'withheld' };
			log.push(`${item} at ${Math.round(clock.now())}`);
			await clock.sleep(10);
			if (log.length > 1) return { kind: 'done', value: item };
			return { kind: 'notTaken', error: 'down', isRateLimit: false };
		};
		const running = [0, 1, 2].map((item) => pace.run((maySend) => send(item, maySend), 3));
		return { results: await clock.until(Promise.all(running)), log };
	}

	test('is not sent before it is over, and that is no attempt', async () => {
		const { results, log } = await prepared(100);
		expect(log).toHaveLength(4);
		expect(log[0]).toBe('0 at 0');
		expect(log.slice(1).every((line) => Number(line.split(' at ')[1]) > 700)).toBe(true);
		expect(results.map(({ attempts }) => attempts)).toEqual([2, 1, 1]);
	});
});

test('What sending throws rejects that item, and the others go on', async () => {
	const clock = new FakeClock();
	const { signal } = new AbortController();
	const pace = new Pace<number, string>({ maxConcurrent: 1, maxWaitMs: 0, signal }, clock);
	const error = new TypeError('An error of the node');
	const thrown = pace.run(() => Promise.reject(error), 3);
	const other = pace.run(() => Promise.resolve({ kind: 'done', value: 1 }), 3);
	await expect(clock.until(thrown)).rejects.toBe(error);
	expect(await clock.until(other)).toEqual({ value: 1, attempts: 1, waitedMs: 0 });
});

test('Several runs that were refused together do not come back together', async () => {
	const comeBackAt = async (seed: number) => {
		const { service } = await simulate({
			items: 1,
			maxConcurrent: 1,
			clock: new FakeClock(seed),
			respond: downFor(50),
		});
		return service.requests[1]?.at;
	};
	expect(new Set(await Promise.all([1, 2, 3, 4].map(comeBackAt))).size).toBe(4);
});
