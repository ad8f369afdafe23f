import { type Attempt, Pace } from '../../../nodes/BiometricVerify/kairos/pace';
import { FakeClock } from '../../support/fakeClock.cts';
import {
	fixedWindow,
	type RateLimit,
	type Response,
	type Simulation,
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

/** Responds in one way at first, and from some time on in another. */
function changing(
	atMs: number,
	before: (now: number) => Response,
	after: (now: number) => Response,
) {
	return (now: number): Response => (now < atMs ? before : after)(now);
}

/** Does not answer for a while. */
function silentFrom(fromMs: number, untilMs: number, respond: (now: number) => Response) {
	return (now: number): Response =>
		now > fromMs && now < untilMs ? { kind: 'none' } : respond(now);
}

/** Fails a part of all requests, by chance. */
function failing(kind: 'serverError' | 'none' | 'unavailable', part: number, seed = 1) {
	const chance = new FakeClock(seed);
	return (): Response => (chance.random() < part ? { kind } : { kind: 'ok' });
}

const MARKS: Record<Response['kind'], string> = {
	...{ ok: '', rateLimited: 'x', unavailable: 'x' },
	...{ serverError: 'e', none: '?', unauthorized: '!' },
};

/** `50:3x 770:4`: after 50 ms item 3 was sent and not taken, after 770 ms item 4 was verified. */
async function scheduleOf(simulation: Simulation): Promise<string[]> {
	const { service } = await simulate({ costMs: 0, ...simulation });
	return service.requests.map(
		({ at, item, response }) => `${Math.round(at)}:${item}${MARKS[response]}`,
	);
}

test.each<[what: string, simulation: Simulation, schedule: string]>([
	[
		'a service that is well',
		{ items: 14, maxConcurrent: 14, respond: () => ({ kind: 'ok' }) },
		`0:0 0:1 0:2 0:3 0:4 16:5 31:6 46:7 50:8 50:9 50:10 51:11 51:12 66:13`,
	],
	[
		'a limit of 6 a second',
		{ items: 24, maxConcurrent: 10, respond: limitedBy(slidingWindow(6)) },
		`0:0 0:1 0:2 0:3 0:4 16:5 31:6x 46:7x 50:8x 50:9x 50:10x 51:11x 51:12x 66:13x 1081:14
		 1268:6 1455:7 1643:8 1830:9 2017:10 2204:11 2392:12 2579:13 2766:15 2953:16 3141:17
		 3328:18 3515:19 3703:20 3890:21 4077:22 4264:23`,
	],
	[
		'a limit of 6 a second, on a busy machine',
		{ items: 24, maxConcurrent: 10, costMs: 30, respond: limitedBy(slidingWindow(6)) },
		`30:0 60:1 90:2 120:3 150:4 180:5 211:6x 241:7x 271:8x 1301:9 1518:6 1706:7 1893:8
		 2080:10 2267:11 2455:12 2642:13 2829:14 3017:15 3204:16 3391:17 3578:18 3766:19 3953:20
		 4140:21 4327:22 4515:23`,
	],
	[
		'a limit of 2 a second',
		{ items: 16, maxConcurrent: 6, respond: limitedBy(tokenBucket(2)) },
		`0:0 0:1 0:2x 0:3x 0:4x 16:5x 50:6x 50:7x 1050:8 1612:2 2174:3 2736:4 3298:5 3859:6
		 4421:7 4983:9 5544:10 6106:11 6667:12 7227:13 7788:14 8347:15`,
	],
	[
		'a limit with Retry-After',
		{
			...{ items: 12, maxConcurrent: 6 },
			respond: limitedBy(fixedWindow(4, 3 * SECOND), { retryAfterMs: 2500 }),
		},
		`0:0 0:1 0:2 0:3 0:4x 16:5x 50:6x 50:7x 50:8x 50:9x 2600:10x 5235:11 5516:4 5797:5 6078:6
		 6359:7 6640:8 6921:9 7202:10x 9951:10`,
	],
	[
		'an outage of 3 s',
		{ items: 30, maxConcurrent: 10, respond: downFor(3 * SECOND) },
		`0:0x 0:1x 0:2x 0:3x 0:4x 16:5x 31:6x 46:7x 2311:8x 5354:9 5404:0 5404:1 5404:2 5404:3
		 5404:4 5454:5 5454:6 5454:7 5454:8 5454:10 5504:11 5504:12 5504:13 5504:14 5504:15
		 5504:16 5554:17 5554:18 5554:19 5554:20 5554:21 5554:22 5554:23 5604:24 5604:25 5604:26
		 5604:27 5604:28 5604:29`,
	],
	[
		'outages of 1 s in every 2 s',
		{ items: 30, maxConcurrent: 3, respond: downFor(SECOND, { everyMs: 2 * SECOND }) },
		`0:0x 0:1x 0:2x 800:3x 2323:4x 5419:5 5469:0 5519:1 5519:2 5569:3 5569:4 5569:6 5619:7
		 5619:8 5619:9 5669:10 5669:11 5669:12 5719:13 5719:14 5719:15 5769:16 5769:17 5769:18
		 5819:19 5819:20 5819:21 5869:22 5869:23 5869:24 5919:25 5919:26 5919:27 5969:28 5969:29`,
	],
	[
		'server errors',
		{
			...{ items: 12, maxConcurrent: 4, maxWaitMs: 5 * SECOND },
			respond: () => ({ kind: 'serverError' }),
		},
		`0:0e 0:1e 0:2e 0:3e 50:4e 50:5e 50:6e 50:7e 100:8e 100:9e 100:10e 100:11e 927:0e 2464:1e
		 5000:2e`,
	],
	[
		'server errors for 2 s',
		{
			...{ items: 20, maxConcurrent: 4 },
			respond: (now) => ({ kind: now < 2 * SECOND ? 'serverError' : 'ok' }),
		},
		`0:0e 0:1e 0:2e 0:3e 50:4e 50:5e 50:6e 50:7e 100:8e 100:9e 100:10e 100:11e 150:12e
		 927:13e 2446:14 2496:0 2496:1 2546:2 2546:3 2596:4 2596:5 2596:6 2646:7 2646:8 2646:9
		 2646:10 2696:11 2696:12 2696:13 2696:15 2746:16 2746:17 2746:18 2746:19`,
	],
	[
		'no response at all',
		{
			...{ items: 6, maxConcurrent: 3, maxWaitMs: 3 * SECOND, timeoutMs: SECOND },
			respond: () => ({ kind: 'none' }),
		},
		`0:0? 0:1? 0:2? 1000:3? 1000:4? 2000:5? 3000:0?`,
	],
	[
		'no response for 3 s',
		{
			...{ items: 12, maxConcurrent: 3, timeoutMs: SECOND },
			respond: (now) => ({ kind: now < 3 * SECOND ? 'none' : 'ok' }),
		},
		`0:0? 0:1? 0:2? 1000:3? 1000:4? 2000:5? 3000:6 3050:0 3100:1 3100:2 3150:3 3150:4 3150:7
		 3200:8 3200:9 3200:10 3250:11 3736:5`,
	],
	[
		'server errors after silence',
		{
			...{ items: 8, maxConcurrent: 3, timeoutMs: SECOND },
			respond: (now) => ({ kind: now < SECOND ? 'none' : now < 3 * SECOND ? 'serverError' : 'ok' }),
		},
		`0:0? 0:1? 0:2? 1000:3e 1000:4e 1050:5e 1100:6e 1150:7e 1720:1e 1770:0e 2598:2e 4144:3
		 4194:0 4244:1 4244:2 4294:4 4294:5 4344:6 4344:7`,
	],
	[
		'an item that is never taken',
		{
			...{ items: 12, maxConcurrent: 4, maxWaitMs: 5 * SECOND },
			respond: (_now, item) => ({ kind: item === 2 ? 'unavailable' : 'ok' }),
		},
		`0:0 0:1 0:2x 0:3 50:4 50:5 50:6 50:7 100:8 100:9 100:10 100:11 806:2x 2297:2x 5000:2x`,
	],
	[
		'a refusal that comes in during the pause',
		{
			...{ items: 6, maxConcurrent: 3 },
			respond: (now, item) => {
				if (now >= 1) return { kind: 'ok' };
				return { kind: 'unavailable', afterMs: 50 + item * 300, retryAfterMs: item * SECOND };
			},
		},
		`0:0x 0:1x 0:2x 2650:3 2700:0 2750:1 2750:4 2800:5 2807:2`,
	],
	[
		'a limit of 1 a second',
		{ items: 12, maxConcurrent: 3, respond: limitedBy(slidingWindow(1)) },
		`0:0 0:1x 0:2x 50:3x 1050:4 2174:1 3298:2 4421:3 5544:5 6667:6 7788:7 8906:8 10020:9
		 11129:10 12229:11`,
	],
	[
		'a limit that is followed by silence',
		{
			...{ items: 14, maxConcurrent: 6, timeoutMs: 0.8 * SECOND },
			respond: silentFrom(0.9 * SECOND, 2.5 * SECOND, limitedBy(slidingWindow(4))),
		},
		`0:0 0:1 0:2 0:3 0:4x 16:5x 50:6x 50:7x 50:8x 50:9x 1051:10? 1851:11? 2651:12 2932:4
		 3213:5 3493:6 3774:7 4055:8 4336:9 4617:10 4898:11 5179:13`,
	],
	[
		'a limit of 4 a second that becomes 2',
		{
			...{ items: 40, maxConcurrent: 6 },
			respond: changing(5 * SECOND, limitedBy(slidingWindow(4)), limitedBy(slidingWindow(2))),
		},
		`0:0 0:1 0:2 0:3 0:4x 16:5x 50:6x 50:7x 50:8x 50:9x 1051:10 1332:4 1613:5 1893:6 2174:7
		 2455:8 2736:9 3017:11 3298:12 3579:13 3860:14 4141:15 4421:16 4702:17 4983:18 5264:19
		 5545:20 5825:21x 6909:22 7225:21 7540:23x 8627:24 9750:23 10874:25 11998:26 13121:27
		 14243:28 15364:29 16483:30 17597:31 18705:32 19805:33 20894:34 21969:35 23026:36
		 24061:37 25071:38 26053:39`,
	],
	[
		'one refusal before server errors',
		{
			...{ items: 16, maxConcurrent: 4 },
			respond: (now) => ({
				kind: now === 0 ? 'unavailable' : now < 150 ? 'serverError' : 'ok',
			}),
		},
		`0:0x 0:1e 0:2e 0:3e 50:4e 50:5e 50:6e 50:7e 100:8e 100:9e 100:10e 100:11e 150:12 150:13
		 897:14 947:0 947:1 997:2 997:3 1047:4 1047:5 1047:6 1097:7 1097:8 1097:9 1097:10 1147:11
		 1147:15`,
	],
	[
		'one refusal before silence',
		{
			...{ items: 12, maxConcurrent: 4, timeoutMs: SECOND / 2 },
			respond: (now) => ({ kind: now === 0 ? 'unavailable' : now < SECOND ? 'none' : 'ok' }),
		},
		`0:0x 0:1? 0:2? 0:3? 500:4? 1000:5 1050:0 1050:6 1100:7 1100:8 1150:9 1150:10 1150:11
		 1220:1 1251:2 1277:3 1776:4`,
	],
])('To %s requests are sent at these times', async (_what, simulation, schedule) => {
	expect(await scheduleOf(simulation)).toEqual(schedule.split(/\s+/));
});

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

	test('is not met again when responses are late for a moment: few are in flight meanwhile', async () => {
		const [from, to] = [4 * SECOND, 4.6 * SECOND];
		const limit = limitedBy(limiter(20));
		const { verified, service } = await simulate({
			items: 100,
			maxConcurrent: 25,
			respond: (now) => ({
				...limit(now),
				...(now > from && now < to && { afterMs: to - now }),
			}),
		});
		expect(verified).toBe(100);
		const late = service.requests.filter(({ at }) => at > from && at < to);
		expect(late.length).toBeGreaterThan(0);
		expect(late.length).toBeLessThanOrEqual(3);
	});

	test('is used to the full when answers take a second and few may be in flight', async () => {
		const { verified, endedAt } = await simulate({
			items: 200,
			maxConcurrent: 20,
			latencyMs: SECOND,
			respond: limitedBy(limiter(20)),
		});
		expect(verified).toBe(200);
		expect(endedAt).toBeLessThanOrEqual(14 * SECOND);
	});

	test('is kept after the machine hung for a second: what is late is not caught up', async () => {
		const clock = new FakeClock();
		void clock.sleep(4 * SECOND).then(() => clock.busy(SECOND));
		const { service } = await simulate({
			items: 100,
			maxConcurrent: 25,
			clock,
			respond: limitedBy(limiter(20)),
		});
		const after = service.requests.filter(({ at }) => at > 5 * SECOND && at < 6 * SECOND);
		const gaps = after.slice(1).map(({ at }, index) => at - after[index]!.at);
		expect(gaps.length).toBeGreaterThan(10);
		expect(Math.min(...gaps)).toBeGreaterThan(30);
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

	test.each([1, 2, 3, 4])(
		'is not seen where one request in ten is not taken: only that item waits (chance %i)',
		async (seed) => {
			const { verified, service, endedAt } = await simulate({
				items: 100,
				maxConcurrent: 5,
				respond: failing('unavailable', 0.1, seed),
			});
			expect(verified).toBe(100);
			expect(service.mostInFlight).toBe(5);
			expect(endedAt).toBeLessThanOrEqual(5 * SECOND);
		},
	);

	test('is asked for at once where one is not taken and others take long', async () => {
		const { verified, service } = await simulate({
			items: 20,
			maxConcurrent: 5,
			latencyMs: 20 * SECOND,
			respond: (now, item) =>
				item === 4 && now < SECOND ? { kind: 'unavailable', afterMs: 5 } : { kind: 'ok' },
		});
		expect(verified).toBe(20);
		expect(service.requests[5]).toMatchObject({ item: 5 });
		expect(service.requests[5]?.at).toBeLessThan(SECOND);
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

test('What was asked before a pause counts for what may be in flight after it', async () => {
	const { verified, service } = await simulate({
		items: 60,
		maxConcurrent: 5,
		respond: (now, item) => {
			if (now < 40 && item > 2) return { kind: 'unavailable', afterMs: 10 };
			return { kind: 'ok', afterMs: now < 40 ? 10 * SECOND : 50 };
		},
	});
	expect(verified).toBe(60);
	expect(service.mostInFlight).toBe(5);
});

test('Two outages that are each shorter than Max Wait lose nobody', async () => {
	const { verified } = await simulate({
		items: 600,
		maxConcurrent: 2,
		maxWaitMs: 10 * SECOND,
		respond: downFor(7 * SECOND, { everyMs: 20 * SECOND }),
	});
	expect(verified).toBe(600);
});

test('A sign of life from before the pause makes Max Wait begin anew', async () => {
	const { results, endedAt } = await simulate({
		items: 10,
		maxConcurrent: 5,
		maxWaitMs: 10 * SECOND,
		respond: (now, item) =>
			now < 40 && item === 0 ? { kind: 'ok', afterMs: 8 * SECOND } : { kind: 'unavailable' },
	});
	expect(results[0]).toMatchObject({ value: 0 });
	expect(results[9]).toMatchObject({ limit: 'maxWait' });
	expect(endedAt).toBeGreaterThan(17.9 * SECOND);
	expect(endedAt).toBeLessThan(18.5 * SECOND);
});

describe('Retry-After', () => {
	test('of one request is kept by the whole run', async () => {
		const { verified, service } = await simulate({
			items: 50,
			maxConcurrent: 5,
			respond: (now, item) =>
				now < 40 && item === 4
					? { kind: 'unavailable', afterMs: 20, retryAfterMs: 3 * SECOND }
					: { kind: 'ok' },
		});
		expect(verified).toBe(50);
		const waiting = service.requests.filter(({ at }) => at > 30 && at < 3 * SECOND);
		expect(waiting).toEqual([]);
	});

	test('of just Max Wait is waited for', async () => {
		const { verified } = await simulate({
			items: 1,
			maxConcurrent: 5,
			maxWaitMs: 10 * SECOND,
			respond: (now) =>
				now < 40 ? { kind: 'unavailable', afterMs: 0, retryAfterMs: 10 * SECOND } : { kind: 'ok' },
		});
		expect(verified).toBe(1);
	});

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
	/** Reads images for `readMs`, then sends them if it may; the first two requests are refused. */
	async function prepared(readMs: number) {
		const clock = new FakeClock();
		const { signal } = new AbortController();
		const pace = new Pace<number, string>({ maxConcurrent: 5, maxWaitMs: 60_000, signal }, clock);
		const log: string[] = [];
		const send = async (item: number, maySend: () => boolean): Promise<Attempt<number, string>> => {
			await clock.sleep(item < 2 ? 0 : readMs);
			if (!maySend()) return { kind: 'withheld' };
			log.push(`${item} at ${Math.round(clock.now())}`);
			await clock.sleep(10);
			if (clock.now() > SECOND / 2) return { kind: 'done', value: item };
			return { kind: 'notTaken', error: 'down', isRateLimit: false };
		};
		const running = [0, 1, 2, 3].map((item) => pace.run((maySend) => send(item, maySend), 3));
		return { results: await clock.until(Promise.all(running)), log };
	}

	test.each<[what: string, end: (abort: () => void) => Attempt<number, string>]>([
		['another item ended the run', () => ({ kind: 'fatal', error: 'keys' })],
		[
			'the run was aborted',
			(abort) => {
				abort();
				return { kind: 'done', value: 0 };
			},
		],
	])('is not sent when meanwhile %s', async (_what, end) => {
		const clock = new FakeClock();
		const controller = new AbortController();
		const limits = { maxConcurrent: 5, maxWaitMs: 60_000, signal: controller.signal };
		const pace = new Pace<number, string>(limits, clock);
		const sent: number[] = [];
		const send = async (item: number, maySend: () => boolean): Promise<Attempt<number, string>> => {
			await clock.sleep(item === 0 ? 10 : 100);
			if (!maySend()) return { kind: 'withheld' };
			sent.push(item);
			return item === 0 ? end(() => controller.abort()) : { kind: 'done', value: item };
		};
		const running = [0, 1].map((item) => pace.run((maySend) => send(item, maySend), 3));
		const [, other] = await clock.until(Promise.all(running));
		expect(sent).toEqual([0]);
		expect(other).toMatchObject({ attempts: 0 });
	});

	test('is not sent before it is over, and that is no attempt', async () => {
		const { results, log } = await prepared(100);
		expect(log).toHaveLength(6);
		expect(log.slice(0, 2)).toEqual(['0 at 0', '1 at 0']);
		expect(log.slice(2).every((line) => Number(line.split(' at ')[1]) > 700)).toBe(true);
		expect(results.map(({ attempts }) => attempts)).toEqual([2, 2, 1, 1]);
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
