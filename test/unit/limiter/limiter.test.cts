import { FakeClock } from '../../support/fakeClock.cts';
import {
	fixedWindow,
	OK,
	type RateLimit,
	type Response,
	type Simulation,
	simulate,
	slidingWindow,
	tokenBucket,
} from '../../support/simulatedService.cts';

const SECOND = 1000;
const SEEDS = [1, 2, 3, 4, 5];

type Items = ReadonlySet<number>;
type Settings = Partial<Simulation>;

/** Treats some items in its own way at every attempt, and accepts all others. */
function poisoned(items: Items, response: Response): Simulation['respond'] {
	return (_now, item) => (items.has(item) ? response : OK);
}

function downFor(seconds: number, afterMs = 50): Simulation['respond'] {
	return (now) => (now < seconds * SECOND ? { status: 503, afterMs } : OK);
}

function firstOf(count: number): Items {
	return new Set(Array.from({ length: count }, (_, item) => item));
}

function everyTenthOf(items: number): Items {
	return new Set([...firstOf(items)].filter((item) => item % 10 === 0));
}

function byChance(count: number, items: number, seed: number): Items {
	const chance = new FakeClock(seed);
	const chosen = new Set<number>();
	while (chosen.size < count) chosen.add(Math.floor(chance.random() * items));
	return chosen;
}

const MAX_WAIT = /did not accept this item within Max Wait\. The item was sent \d+ times/;
const MAX_ATTEMPTS = /sent 3 times in \d+ seconds?, and Max Attempts is used up\.$/;
const RETRY_AFTER =
	/asked for a wait of 120 seconds, which is longer than what is left of Max Wait/;
const NOTHING_ACCEPTED = /Kairos accepted no requests within Max Wait\./;
const OWN_OR_THE_RUNS = new RegExp(`${MAX_WAIT.source}|${NOTHING_ACCEPTED.source}`);

test.each<[who: string, items: number, who: (seed: number) => Items, Response, Settings, RegExp]>([
	['every 10th', 50, () => everyTenthOf(50), { status: 503 }, { maxWait: 5 }, MAX_WAIT],
	['the first five', 50, () => firstOf(5), { status: 503 }, { maxWait: 5 }, MAX_WAIT],
	[
		...(['30 % by chance', 200] as const),
		...([(seed) => byChance(60, 200, seed), { status: 503 }, { maxWait: 5 }] as const),
		OWN_OR_THE_RUNS,
	],
	['the first half', 100, () => firstOf(50), { status: 503 }, { maxWait: 5 }, OWN_OR_THE_RUNS],
	['one', 100, (seed) => new Set([15 * seed]), { status: 429 }, {}, MAX_WAIT],
	[
		'every 10th',
		100,
		() => everyTenthOf(100),
		{ status: 'silent' },
		{ maxWait: 3, timeout: 3 },
		MAX_ATTEMPTS,
	],
	[
		'the first five',
		50,
		() => firstOf(5),
		{ status: 'silent' },
		{ maxWait: 3, timeout: 3 },
		MAX_ATTEMPTS,
	],
	['every 10th', 50, () => everyTenthOf(50), { status: 500 }, {}, MAX_ATTEMPTS],
	['every 10th', 50, () => everyTenthOf(50), { status: 'broken' }, {}, MAX_ATTEMPTS],
	['one', 50, () => new Set([20]), { status: 503, retryAfterMs: 120 * SECOND }, {}, RETRY_AFTER],
])(
	'If Kairos never accepts %s of %i items, only these fail, each for its own reason',
	async (_who, items, whom, response, settings, reason) => {
		for (const [atOnce, seed] of [1, 5, 10].flatMap((n) =>
			SEEDS.map((seed) => [n, seed] as const),
		)) {
			const clock = new FakeClock(seed);
			const respond = poisoned(whom(seed), response);
			const { outcomes, requests } = await simulate({ items, atOnce, respond, clock, ...settings });
			const failed = outcomes.flatMap(({ status }, item) => (status === 'verified' ? [] : item));
			expect(new Set(failed)).toEqual(whom(seed));
			for (const item of failed) {
				const { status, error } = outcomes[item] ?? {};
				expect([status, error?.description]).toEqual(['failed', expect.stringMatching(reason)]);
				const [first, ...rest] = requests.filter((request) => request.item === item);
				const waitedMs = (rest.at(-1)?.endedAt ?? NaN) - (first?.endedAt ?? NaN);
				if (reason === MAX_WAIT)
					expect(waitedMs).toBeGreaterThan((settings.maxWait ?? 60) * SECOND - 100);
				if (reason === RETRY_AFTER) expect(error?.retryAfterMs).toBe(120 * SECOND);
				if (reason === RETRY_AFTER) expect(rest).toEqual([]);
			}
			const lastAnswerAt = Math.max(
				...requests.map(({ status, endedAt }) => (status === 200 ? endedAt : 0)),
			);
			if (response.status === 429) expect(lastAnswerAt).toBeLessThan(20 * SECOND);
		}
	},
);

describe.each<[string, (limit: number) => RateLimit]>([
	['a fixed window', (limit) => fixedWindow(limit)],
	['a fixed window that began before', (limit) => fixedWindow(limit, SECOND, 930)],
	['a sliding window', (limit) => slidingWindow(limit)],
	['a token bucket', (limit) => tokenBucket(limit)],
])('Under a rate limit by %s', (_what, limiter) => {
	const limitedTo = (perSecond: number, refusal: Partial<Response> = {}): Simulation['respond'] => {
		const limit = limiter(perSecond);
		return (now) => (limit(now) ? OK : { status: 429, ...refusal });
	};

	test.each<[perSecond: number, Settings & { items: number }, most: number, seconds: number]>([
		[20, { items: 200, atOnce: 50 }, 20, 11.9],
		[20, { items: 200, atOnce: 50, costMs: 0 }, 20, 11.9],
		[20, { items: 200, atOnce: 50, latencyMs: SECOND }, 30, 15],
		[2, { items: 60, atOnce: 25 }, 12, 35.8],
	])(
		'of %i a second, %j are verified with few refusals',
		async (perSecond, settings, most, seconds) => {
			for (const refusal of [{}, { afterMs: 5 }, { retryAfterMs: SECOND }]) {
				const result = await simulate({ ...settings, respond: limitedTo(perSecond, refusal) });
				expect(result.verified).toBe(settings.items);
				expect(result.inVain).toBeLessThanOrEqual(most);
				expect(result.endedAt).toBeLessThanOrEqual(seconds * SECOND);
			}
		},
	);

	test('a limit that becomes a fifth and is then lifted is followed', async () => {
		const [wide, narrow] = [limitedTo(20), limitedTo(4)];
		const { verified, inVain, endedAt } = await simulate({
			...{ items: 1000, atOnce: 25 },
			respond: (now, item) =>
				now > 30 * SECOND ? OK : (now > 5 * SECOND ? narrow : wide)(now, item),
		});
		expect(verified).toBe(1000);
		expect(inVain).toBeLessThanOrEqual(30);
		expect(endedAt).toBeLessThanOrEqual(75 * SECOND);
	});

	test('a machine that hung for a second does not catch up on what is late', async () => {
		const clock = new FakeClock();
		void clock.sleep(4 * SECOND).then(() => clock.busy(SECOND));
		const { requests } = await simulate({ items: 100, atOnce: 25, clock, respond: limitedTo(20) });
		const after = requests.filter(({ at }) => at > 5 * SECOND && at < 6 * SECOND);
		const gaps = after.slice(1).map(({ at }, index) => at - (after[index]?.at ?? NaN));
		expect(gaps.length).toBeGreaterThan(10);
		expect(Math.min(...gaps)).toBeGreaterThan(30);
	});
});

describe('An outage', () => {
	test.each([
		[5, 12, 6.7 * 1.05],
		[20, 16, 25.1 * 1.05],
		[45, 20, 49.3 * 1.05],
	])(
		'of %i s loses nobody, and costs at most %i requests and %f s',
		async (down, most, seconds) => {
			for (const [atOnce, afterMs] of [5, 25].flatMap((n) => [50, 1].map((ms) => [n, ms] as const)))
				for (const seed of SEEDS) {
					const settings = { items: 100, atOnce, clock: new FakeClock(seed) };
					const result = await simulate({ ...settings, respond: downFor(down, afterMs) });
					expect(result.verified).toBe(100);
					expect(result.inVain).toBeLessThanOrEqual(most);
					expect(result.endedAt).toBeLessThanOrEqual(seconds * SECOND);
				}
		},
	);

	test.each<[what: string, Response, Settings, most: number, seconds: number, own: RegExp]>([
		['that stays', { status: 503 }, {}, 19, 60.5, NOTHING_ACCEPTED],
		['without any response', { status: 'silent' }, { timeout: 5 }, 20, 70, NOTHING_ACCEPTED],
		['of server errors', { status: 500 }, {}, 24, 60.5, NOTHING_ACCEPTED],
		[
			'with a wait that is too long',
			{ status: 503, retryAfterMs: 120 * SECOND },
			{},
			11,
			1,
			RETRY_AFTER,
		],
	])(
		'%s ends the run after a few requests, and says so',
		async (_what, response, settings, most, seconds, reason) => {
			for (const seed of SEEDS) {
				const result = await simulate({
					items: 1000,
					clock: new FakeClock(seed),
					respond: () => response,
					...settings,
				});
				expect(result.verified).toBe(0);
				expect(result.inVain).toBeLessThanOrEqual(most);
				expect(result.endedAt).toBeLessThanOrEqual(seconds * SECOND);
				const skipped = result.outcomes.filter(({ status }) => status === 'skipped');
				expect(skipped.length).toBeGreaterThan(970);
				expect(skipped.every(({ error }) => reason.test(error?.description ?? ''))).toBe(true);
			}
		},
	);

	test('that lets an earlier request through makes Max Wait begin again', async () => {
		const { outcomes, endedAt } = await simulate({
			...{ items: 10, maxWait: 10 },
			respond: (_now, item) =>
				item === 0 ? { status: 200, afterMs: 8 * SECOND } : { status: 503 },
		});
		expect(outcomes[0]?.status).toBe('verified');
		expect(endedAt).toBeGreaterThan(17.9 * SECOND);
		expect(endedAt).toBeLessThan(18.5 * SECOND);
	});
});

test('A Retry-After of just Max Wait is waited for, and never cut short', async () => {
	const { verified, requests } = await simulate({
		...{ items: 20, maxWait: 10, costMs: 0 },
		respond: (now) => (now < 40 ? { status: 503, afterMs: 0, retryAfterMs: 10 * SECOND } : OK),
	});
	expect(verified).toBe(20);
	expect(requests.filter(({ at }) => at > 40 && at < 10 * SECOND)).toEqual([]);
});

test('Items whose Retry-After is too long do not end the run if others are only refused', async () => {
	const { outcomes, verified } = await simulate({
		...{ items: 50, costMs: 0 },
		respond: (now, item) => {
			if (now > 3 * SECOND) return OK;
			return item < 4 ? { status: 503, retryAfterMs: 120 * SECOND } : { status: 503 };
		},
	});
	expect(verified).toBe(46);
	expect(outcomes.slice(0, 4).every(({ status }) => status === 'failed')).toBe(true);
});

describe('A service that is well', () => {
	test('is used to the full, in order', async () => {
		const settings = { items: 200, atOnce: 10, respond: () => OK };
		const { verified, requests, mostInFlight, endedAt } = await simulate(settings);
		expect(verified).toBe(200);
		expect(requests.map(({ item }) => item)).toEqual([...firstOf(200)]);
		expect(mostInFlight).toBe(10);
		expect(endedAt).toBeLessThanOrEqual(1.04 * (20 * 55 + 45));
	});

	test('has five requests at once from the beginning', async () => {
		const { endedAt } = await simulate({ items: 5, respond: () => OK });
		expect(endedAt).toBeLessThanOrEqual(5 * 5 + 50 + 1);
	});
});

describe('One item alone', () => {
	test('waits for Max Wait and no longer, and each time twice as long', async () => {
		const settings = { items: 1, maxWait: 10, respond: downFor(Infinity) };
		const { requests, endedAt, outcomes } = await simulate(settings);
		expect(endedAt).toBeGreaterThanOrEqual(10 * SECOND);
		expect(endedAt).toBeLessThanOrEqual(10.2 * SECOND);
		expect(outcomes[0]?.error?.description).toMatch(MAX_WAIT);
		const waits = requests.slice(1, 4).map(({ at }, before) => at - requests[before]!.endedAt);
		for (const [times, waitMs] of waits.entries()) {
			expect(waitMs / (720 * 2 ** times)).toBeGreaterThanOrEqual(1);
			expect(waitMs / (720 * 2 ** times)).toBeLessThan(1.09);
		}
	});

	test('does not wait without Max Wait', async () => {
		const settings = { items: 1, maxWait: 0, respond: downFor(Infinity) };
		expect((await simulate(settings)).requests).toHaveLength(1);
	});

	test.each([1, 2, 3, 10])(
		'is sent %i times at most if each may be billed',
		async (maxAttempts) => {
			for (const status of [500, 'silent'] as const) {
				const settings = { items: 1, maxWait: 0, maxAttempts, respond: () => ({ status }) };
				const { requests, outcomes } = await simulate(settings);
				expect(requests).toHaveLength(maxAttempts);
				expect(outcomes[0]?.error?.description).toMatch(/Max Attempts is used up\.$/);
			}
		},
	);

	test('comes back at another time than one of another run', async () => {
		const comeBackAt = async (seed: number) => {
			const settings = { items: 1, clock: new FakeClock(seed), respond: downFor(0.04) };
			return (await simulate(settings)).requests[1]?.at;
		};
		expect(new Set(await Promise.all(SEEDS.map(comeBackAt))).size).toBe(SEEDS.length);
	});
});

describe('In a loop, where each item is a run of its own,', () => {
	/** Runs of one execution, one after the other. */
	async function loop(respond: Simulation['respond'], runs: number, settings: Settings = {}) {
		const clock = new FakeClock();
		const { signal: cancelSignal } = new AbortController();
		const results = [];
		for (let run = 0; run < runs; run++) {
			const one = { items: 1, clock, cancelSignal, ...settings };
			results.push(await simulate({ ...one, respond: (now) => respond(now, run) }));
		}
		return {
			...{ endedAt: clock.now(), requests: results.flatMap(({ requests }) => requests) },
			statuses: results.map(({ outcomes }) => outcomes.map(({ status }) => status).join()),
			outcomes: results.flatMap(({ outcomes }) => outcomes),
		};
	}

	test('an outage is waited out once, and each run asks once', async () => {
		const { requests, endedAt, outcomes } = await loop(downFor(Infinity), 4, { maxWait: 2 });
		expect(endedAt).toBeLessThanOrEqual(5 * SECOND);
		expect(requests.length).toBeLessThanOrEqual(9);
		expect(outcomes.map(({ status }) => status)).toEqual(new Array(4).fill('failed'));
		expect(outcomes[0]?.error?.description).toMatch(MAX_WAIT);
		expect(outcomes[3]?.error?.description).toMatch(NOTHING_ACCEPTED);
	});

	test('an item that is never accepted keeps no other from being verified', async () => {
		for (const response of [
			{ status: 503 },
			{ status: 429 },
			{ status: 500 },
			{ status: 'silent' },
		]) {
			const respond = poisoned(new Set([1, 2, 4]), response as Response);
			const { statuses } = await loop(respond, 6, { maxWait: 3, timeout: 1 });
			expect(statuses).toEqual(['verified', 'failed', 'failed', 'verified', 'failed', 'verified']);
		}
	});

	test('a wait that is too long ends one item, and the next run asks at once', async () => {
		const respond = poisoned(new Set([0, 1]), { status: 503, retryAfterMs: 120 * SECOND });
		const { statuses, endedAt } = await loop(respond, 3);
		expect(statuses).toEqual(['failed', 'failed', 'verified']);
		expect(endedAt).toBeLessThan(SECOND);
	});

	test('what failed for other reasons makes the next run wait for its backoff', async () => {
		const respond = poisoned(new Set([0]), { status: 500 });
		const { requests } = await loop(respond, 2, { maxAttempts: 1 });
		expect(requests[1]!.at - requests[0]!.endedAt).toBeGreaterThanOrEqual(720);
	});

	test('a run of several items asks five of them before it gives up', async () => {
		const respond: Simulation['respond'] = () => ({ status: 503 });
		const { requests } = await loop(respond, 2, { items: 20, maxWait: 2 });
		const second = requests.filter(({ at }) => at > (requests.at(-6)?.endedAt ?? 0));
		expect(second).toHaveLength(5);
		expect(new Set(second.map(({ item }) => item)).size).toBe(5);
	});
});

describe('A run that is over', () => {
	test('hears what is in flight after a refusal of the keys, and sends nothing more', async () => {
		const { outcomes, requests } = await simulate({
			items: 100,
			respond: (_now, item) => (item === 2 ? { status: 401, afterMs: 20 } : OK),
		});
		expect(requests).toHaveLength(5);
		const verified = outcomes.flatMap(({ status }, item) => (status === 'verified' ? item : []));
		expect(verified).toEqual([0, 1, 3, 4]);
		expect(outcomes.filter(({ status }) => status === 'skipped')).toHaveLength(95);
	});

	test('ends its waits when the execution is canceled, and leaves nothing asleep', async () => {
		const clock = new FakeClock();
		const controller = new AbortController();
		void clock.sleep(3 * SECOND).then(() => controller.abort());
		const { endedAt, outcomes } = await simulate({
			...{ items: 10, clock, cancelSignal: controller.signal },
			respond: downFor(Infinity),
		});
		expect(endedAt).toBe(3 * SECOND);
		expect(clock.sleeping).toBe(0);
		expect(outcomes[9]?.error?.message).toBe('Not verified: the execution was canceled');
	});

	test('sends nothing if it was canceled before', async () => {
		const cancelSignal = AbortSignal.abort();
		expect((await simulate({ items: 10, cancelSignal, respond: () => OK })).requests).toEqual([]);
	});
});

describe('Images', () => {
	test('that were being read when the breaker opened are read again and sent after it', async () => {
		const { outcomes, requests } = await simulate({
			...{ items: 5, readMs: (item) => (item < 4 ? 0 : 100) },
			respond: downFor(0.5),
		});
		expect(outcomes.every(({ status }) => status === 'verified')).toBe(true);
		expect(requests[4]?.at).toBeGreaterThan(700);
		expect(requests.filter(({ item }) => item === 4)).toHaveLength(1);
	});

	test('that cannot be read cost only their item, also in the middle of an outage', async () => {
		const { outcomes, clock } = await simulate({
			...{ items: 8, readMs: (item) => (item > 3 && item < 7 ? NaN : 0) },
			respond: downFor(4),
		});
		const statuses = outcomes.map(({ status }) => status);
		expect(statuses.map((status) => status === 'verified')).toEqual([
			...[true, true, true, true, false, false, false, true],
		]);
		expect(clock.sleeping).toBe(0);
	});
});
