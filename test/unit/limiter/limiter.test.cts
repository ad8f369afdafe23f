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
		[1, { items: 40, atOnce: 25 }, 12, 48],
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
			10,
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

describe('A Retry-After', () => {
	test('of just Max Wait is waited for, and never cut short', async () => {
		const { verified, requests } = await simulate({
			...{ items: 20, maxWait: 10, costMs: 0 },
			respond: (now) => (now < 40 ? { status: 503, afterMs: 0, retryAfterMs: 10 * SECOND } : OK),
		});
		expect(verified).toBe(20);
		expect(requests.filter(({ at }) => at > 40 && at < 10 * SECOND)).toEqual([]);
	});
});
