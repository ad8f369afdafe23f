import { FakeClock } from '../../support/fakeClock.cts';
import {
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

type Whom = (item: number) => boolean;
type Settings = Partial<Simulation>;

/** Treats some items in its own way at every attempt, and accepts all others. */
function poisoned(whom: Whom, response: Response): Simulation['respond'] {
	return (_now, item) => (whom(item) ? response : OK);
}

function downFor(seconds: number, afterMs = 50): Simulation['respond'] {
	return (now) => (now < seconds * SECOND ? { status: 503, afterMs } : OK);
}

const everyTenth: Whom = (item) => item % 10 === 0;

function firstOf(count: number): Whom {
	return (item) => item < count;
}

function byChance(part: number): Whom {
	const chance = new FakeClock();
	const chosen = Array.from({ length: 200 }, () => chance.random() < part);
	return (item) => chosen[item] === true;
}

const DOWN = downFor(Infinity);
const UNAVAILABLE: Response = { status: 503 };
const SILENT: Response = { status: 'silent' };
const TOLD_TO_WAIT: Response = { status: 503, retryAfterMs: 120 * SECOND };
const FIVE_SECONDS: Settings = { maxWait: 5 };
const THREE_SECONDS: Settings = { maxWait: 3, timeout: 3 };

const MAX_WAIT =
	/Gave up after \d+ attempt.*: Kairos did not accept this item within 'Max Wait'\.$/;
const MAX_ATTEMPTS = /Gave up after 3 attempts in \d+ seconds?: 'Max Attempts' is used up\.$/;
const RETRY_AFTER = /a wait of 120 seconds, which is longer than what is left of 'Max Wait'\.$/;
const NOTHING_ACCEPTED = /Kairos accepted no requests within 'Max Wait'\.$/;
const OWN_OR_THE_RUNS = new RegExp(`${MAX_WAIT.source}|${NOTHING_ACCEPTED.source}`);

test('One item alone waits for Max Wait and no longer, each time twice as long and a little more by chance', async () => {
	const secondAt = new Set<number>();
	for (const seed of SEEDS) {
		const settings = { items: 1, maxWait: 10, respond: DOWN, clock: new FakeClock(seed) };
		const { requests, endedAt, outcomes } = await simulate(settings);
		expect(endedAt).toBeGreaterThanOrEqual(10 * SECOND);
		expect(endedAt).toBeLessThanOrEqual(10.2 * SECOND);
		expect(outcomes[0]?.error?.description).toMatch(/ in 1[01] seconds: Kairos did not accept/);
		for (const [times, { at }] of requests.slice(1, 4).entries()) {
			const doublings = (at - requests[times]!.endedAt) / (720 * 2 ** times);
			expect(doublings).toBeGreaterThanOrEqual(1);
			expect(doublings).toBeLessThan(1.09);
		}
		secondAt.add(requests[1]!.at);
	}
	expect(secondAt.size).toBe(SEEDS.length);
});

test.each([1, 2, 10])(
	'One item alone is sent once, or %i times if that may be billed',
	async (maxAttempts) => {
		for (const status of [503, 500, 'silent'] as const) {
			const settings = { items: 1, maxWait: 0, maxAttempts, respond: () => ({ status }) };
			const { requests } = await simulate(settings);
			expect(requests).toHaveLength(status === 503 ? 1 : maxAttempts);
		}
	},
);

/** Runs of one execution, one after the other. */
async function loop(runs: number, respond: Simulation['respond'], settings: Settings = {}) {
	const clock = new FakeClock();
	const { signal: cancelSignal } = new AbortController();
	const results = [];
	for (let run = 0; run < runs; run++) {
		const one = { items: 1, clock, cancelSignal, ...settings };
		results.push(await simulate({ ...one, respond: (now) => respond(now, run) }));
	}
	const outcomes = results.flatMap((result) => result.outcomes);
	const requests = results.flatMap((result) => result.requests);
	const statuses = outcomes.map(({ status }) => status);
	return { runs: results, outcomes, requests, statuses, endedAt: clock.now() };
}

test('In a loop, an outage is waited out once, and each run asks once', async () => {
	const { requests, endedAt, outcomes, statuses } = await loop(4, DOWN, { maxWait: 2 });
	expect(endedAt).toBeLessThanOrEqual(5 * SECOND);
	expect(requests.length).toBeLessThanOrEqual(9);
	expect(statuses).toEqual(['failed', 'failed', 'failed', 'failed']);
	expect(outcomes[0]?.error?.description).toMatch(MAX_WAIT);
	expect(outcomes[3]?.error?.description).toMatch(NOTHING_ACCEPTED);
});

test('In a loop, an item that is never accepted keeps no other from being verified', async () => {
	for (const response of [UNAVAILABLE, { status: 429 }, { status: 500 }, SILENT]) {
		const respond = poisoned((item) => [1, 2, 4].includes(item), response);
		const { statuses } = await loop(6, respond, { maxWait: 3, timeout: 1 });
		expect(statuses).toEqual(['verified', 'failed', 'failed', 'verified', 'failed', 'verified']);
	}
});

test('In a loop, a wait that is too long ends one item, and the next run asks at once', async () => {
	const respond = poisoned(firstOf(2), TOLD_TO_WAIT);
	const { statuses, endedAt } = await loop(3, respond);
	expect(statuses).toEqual(['failed', 'failed', 'verified']);
	expect(endedAt).toBeLessThan(SECOND);
});

test('In a loop, a run that begins in an outage waits for the backoff, and sends one probe', async () => {
	const respond: Simulation['respond'] = (_now, run) => (run === 0 ? { status: 500 } : OK);
	const { runs } = await loop(2, respond, { items: 10, maxAttempts: 1 });
	const [before, [probe, next] = []] = runs.map(({ requests }) => requests);
	const waitedMs = probe!.at - before!.at(-1)!.endedAt;
	expect(waitedMs).toBeGreaterThanOrEqual(700);
	expect(waitedMs).toBeLessThan(800);
	expect(next!.at).toBeGreaterThanOrEqual(probe!.endedAt);
	expect(runs[1]!.verified).toBe(10);
});

test('In a loop, a run of several items asks five of them before it gives up', async () => {
	const { runs } = await loop(2, DOWN, { items: 20, maxWait: 2 });
	expect(new Set(runs[1]!.requests.map(({ item }) => item)).size).toBe(5);
	expect(runs[1]!.requests).toHaveLength(5);
});

test('An outage is probed with items that were sent least', async () => {
	for (const seed of SEEDS) {
		const settings = { items: 12, clock: new FakeClock(seed), respond: downFor(6) };
		const { requests } = await simulate(settings);
		const probed = requests.slice(0, 9).map(({ item }) => item);
		expect(new Set(probed).size).toBe(probed.length);
	}
});

test('After the keys are refused, requests in flight end, and no further one is sent', async () => {
	const respond: Simulation['respond'] = (_now, item) => (item === 2 ? { status: 401 } : OK);
	const { outcomes, verified, requests } = await simulate({ items: 100, respond });
	expect(requests).toHaveLength(7);
	expect(verified).toBe(6);
	const skipped = outcomes.filter(({ status }) => status === 'skipped');
	expect(skipped).toHaveLength(93);
	expect(outcomes[2]?.error?.code).toBe('INVALID_KEYS');
	expect(new Set(skipped.map(({ error }) => error))).toEqual(new Set([outcomes[2]?.error]));
});

test('An item whose images are still being read when the keys are refused is not sent', async () => {
	const settings = { items: 2, readMs: (item: number) => 100 * item };
	const respond = () => ({ status: 401 });
	const { statuses, requests } = await simulate({ ...settings, respond });
	expect(statuses).toEqual(['failed', 'skipped']);
	expect(requests).toHaveLength(1);
});

test('A canceled execution ends all waits', async () => {
	const clock = new FakeClock();
	const controller = new AbortController();
	void clock.sleep(3 * SECOND).then(() => controller.abort());
	const settings = { items: 10, clock, cancelSignal: controller.signal };
	const { endedAt, outcomes } = await simulate({ ...settings, respond: DOWN });
	expect(endedAt).toBe(3 * SECOND);
	expect(clock.sleeping).toBe(0);
	expect(outcomes[9]?.error?.message).toBe('Not verified: the execution was canceled');
	const before = { items: 1, cancelSignal: AbortSignal.abort(), respond: () => OK };
	expect((await simulate(before)).requests).toEqual([]);
});

test('Images that were being read when the breaker opened are read again and sent after it', async () => {
	const readMs = (item: number) => (item < 4 ? 0 : 100);
	const { verified, requests } = await simulate({ items: 5, readMs, respond: downFor(0.5) });
	expect(verified).toBe(5);
	expect(requests[4]?.at).toBeGreaterThan(700);
	expect(requests.filter(({ item }) => item === 4)).toHaveLength(1);
});

test('Images that cannot be read cost only their item, also in the middle of an outage', async () => {
	const readMs = (item: number) => (item === 4 || item === 5 ? NaN : 0);
	const { statuses, clock } = await simulate({ items: 7, readMs, respond: downFor(4) });
	const [one, none] = ['verified', 'failed'];
	expect(statuses).toEqual([one, one, one, one, none, none, one]);
	expect(clock.sleeping).toBe(0);
});

test.each<[part: number, response: Response, mostInVain: number]>([
	[4, UNAVAILABLE, 25],
	[4, SILENT, 25],
	[10, { status: 500 }, 40],
])(
	'Where one of %i images cannot be read, an outage with %j costs no more requests than without',
	async (part, response, mostInVain) => {
		const readMs = (item: number) => (item % part === 0 ? NaN : 0);
		const settings = { items: 300, readMs, ...FIVE_SECONDS };
		const { inVain } = await simulate({ ...settings, respond: () => response });
		expect(inVain).toBeLessThanOrEqual(mostInVain);
	},
);

test('In a loop, a run that sends nothing does not let the next one take the service for down', async () => {
	const loop = { clock: new FakeClock(), cancelSignal: new AbortController().signal, atOnce: 1 };
	await simulate({ ...loop, items: 2, respond: poisoned((item) => item === 1, UNAVAILABLE) });
	await simulate({ ...loop, items: 1, readMs: () => NaN, respond: DOWN });
	let times = 0;
	const respond = () => (times++ === 0 ? UNAVAILABLE : OK);
	expect((await simulate({ ...loop, items: 1, respond })).verified).toBe(1);
});

test('A Retry-After of just Max Wait is waited for, and never cut short', async () => {
	const asked = { status: 503, afterMs: 0, retryAfterMs: 10 * SECOND };
	const respond: Simulation['respond'] = (now) => (now < 40 ? asked : OK);
	const settings = { items: 20, maxWait: 10, costMs: 0 };
	const { verified, requests } = await simulate({ ...settings, respond });
	expect(verified).toBe(20);
	expect(requests.filter(({ at }) => at > 40 && at < 10 * SECOND)).toEqual([]);
});

test('Items whose Retry-After is too long do not end the run if others are only refused', async () => {
	const respond: Simulation['respond'] = (now, item) =>
		now > 3 * SECOND ? OK : item < 4 ? TOLD_TO_WAIT : UNAVAILABLE;
	const { statuses, verified } = await simulate({ items: 50, costMs: 0, respond });
	expect(verified).toBe(46);
	expect(statuses.slice(0, 4)).toEqual(['failed', 'failed', 'failed', 'failed']);
});

test.each<[who: string, items: number, Whom, Response, Settings, reason: RegExp]>([
	['every 10th', 50, everyTenth, UNAVAILABLE, FIVE_SECONDS, MAX_WAIT],
	['the first five', 50, firstOf(5), UNAVAILABLE, FIVE_SECONDS, MAX_WAIT],
	['30 % by chance', 200, byChance(0.3), UNAVAILABLE, FIVE_SECONDS, OWN_OR_THE_RUNS],
	['the first half', 100, firstOf(50), UNAVAILABLE, FIVE_SECONDS, OWN_OR_THE_RUNS],
	['the last four', 10, (item) => item > 5, UNAVAILABLE, FIVE_SECONDS, MAX_WAIT],
	['one (429)', 100, (item) => item === 20, { status: 429 }, {}, MAX_WAIT],
	['every 10th (no response)', 100, everyTenth, SILENT, THREE_SECONDS, MAX_ATTEMPTS],
	['the first five (no response)', 50, firstOf(5), SILENT, THREE_SECONDS, MAX_ATTEMPTS],
	['every 10th (500)', 50, everyTenth, { status: 500 }, {}, MAX_ATTEMPTS],
	['every 10th (broken)', 50, everyTenth, { status: 'broken' }, {}, MAX_ATTEMPTS],
	['one (told to wait)', 50, (item) => item === 20, TOLD_TO_WAIT, {}, RETRY_AFTER],
])(
	'If Kairos never accepts %s of %i items, only these fail, each for its own reason',
	async (_who, items, whom, response, settings, reason) => {
		for (const atOnce of [1, 5, 10]) {
			const respond = poisoned(whom, response);
			const { outcomes, requests } = await simulate({ items, atOnce, respond, ...settings });
			for (const [item, { status, error }] of outcomes.entries()) {
				expect([item, status]).toEqual([item, whom(item) ? 'failed' : 'verified']);
				if (status === 'verified') continue;
				expect(error?.description).toMatch(reason);
				const sent = requests.filter((request) => request.item === item);
				const waitedMs = (sent.at(-1)?.endedAt ?? NaN) - (sent[0]?.endedAt ?? NaN);
				const leastMs = (settings.maxWait ?? 60) * SECOND - 100;
				if (reason === MAX_WAIT) expect(waitedMs).toBeGreaterThan(leastMs);
				if (reason === RETRY_AFTER)
					expect([sent.length, error?.retryAfterMs]).toEqual([1, 120_000]);
			}
			const lastAnswerAt = requests.findLast(({ status }) => status === 200)?.endedAt;
			if (response.status === 429) expect(lastAnswerAt).toBeLessThan(20 * SECOND);
		}
	},
);

function limitedTo(limit: RateLimit, refusal: Partial<Response> = {}): Simulation['respond'] {
	return (now) => (limit(now) ? OK : { status: 429, ...refusal });
}

describe.each<[string, (limit: number) => RateLimit]>([
	['a sliding window', slidingWindow],
	['a token bucket', tokenBucket],
])('Under a rate limit by %s', (_what, limiter) => {
	test.each<[perSecond: number, Settings & { items: number }, most: number, seconds: number]>([
		[20, { items: 200, atOnce: 50 }, 20, 11.9],
		[20, { items: 200, atOnce: 50, latencyMs: SECOND }, 30, 15],
		[2, { items: 60, atOnce: 25 }, 12, 35.8],
	])(
		'of %i a second, %j are verified, few of them later',
		async (rate, settings, most, seconds) => {
			for (const refusal of [{}, { afterMs: 5, retryAfterMs: SECOND }]) {
				const respond = limitedTo(limiter(rate), refusal);
				const { verified, inVain, endedAt } = await simulate({ ...settings, respond });
				expect(verified).toBe(settings.items);
				expect(inVain).toBeLessThanOrEqual(most);
				expect(endedAt).toBeLessThanOrEqual(seconds * SECOND);
			}
		},
	);
});

test('A rate limit that becomes a fifth and is then lifted is followed', async () => {
	const [wide, narrow] = [limitedTo(slidingWindow(20)), limitedTo(slidingWindow(4))];
	const { verified, inVain, endedAt } = await simulate({
		items: 500,
		atOnce: 25,
		respond: (now) => (now > 30 * SECOND ? OK : (now > 5 * SECOND ? narrow : wide)(now, 0)),
	});
	expect(verified).toBe(500);
	expect(inVain).toBeLessThanOrEqual(30);
	expect(endedAt).toBeLessThanOrEqual(75 * SECOND);
});

test('A machine that hung for a second does not catch up on what is late', async () => {
	const clock = new FakeClock();
	void clock.sleep(4 * SECOND).then(() => clock.busy(SECOND));
	const respond = limitedTo(slidingWindow(20));
	const { requests } = await simulate({ items: 100, atOnce: 25, clock, respond });
	const after = requests.filter(({ at }) => at > 5 * SECOND && at < 6 * SECOND);
	const gaps = after.slice(1).map(({ at }, index) => at - (after[index]?.at ?? NaN));
	expect(gaps.length).toBeGreaterThan(10);
	expect(Math.min(...gaps)).toBeGreaterThan(30);
});

test.each<[seconds: number, most: number, ends: number]>([
	[5, 12, 7],
	[20, 16, 26.3],
	[45, 20, 51.7],
])('An outage of %i s loses nobody, and costs at most %i requests', async (seconds, most, ends) => {
	for (const [seed, atOnce] of [5, 25, 5, 25].entries()) {
		const respond = downFor(seconds, seed < 2 ? 50 : 1);
		const result = await simulate({ items: 100, atOnce, clock: new FakeClock(seed), respond });
		expect(result.verified).toBe(100);
		expect(result.inVain).toBeLessThanOrEqual(most);
		expect(result.endedAt).toBeLessThanOrEqual(ends * SECOND);
	}
});

test.each<[what: string, Response, most: number, ends: number, reason: RegExp]>([
	['that stays', UNAVAILABLE, 19, 60.5, NOTHING_ACCEPTED],
	['without any response', SILENT, 20, 70, NOTHING_ACCEPTED],
	['of server errors', { status: 500 }, 24, 60.5, NOTHING_ACCEPTED],
	['with a wait that is too long', TOLD_TO_WAIT, 11, 1, RETRY_AFTER],
])('An outage %s ends the run after few requests', async (_what, response, most, ends, reason) => {
	const settings = { items: 300, timeout: 5, respond: () => response };
	const { verified, inVain, endedAt, outcomes } = await simulate(settings);
	expect(verified).toBe(0);
	expect(inVain).toBeLessThanOrEqual(most);
	expect(endedAt).toBeLessThanOrEqual(ends * SECOND);
	const skipped = outcomes.filter(({ status }) => status === 'skipped');
	expect(skipped.length).toBeGreaterThan(270);
	for (const { error } of skipped) expect(error?.description).toMatch(reason);
});

test('An outage that lets an earlier request through makes Max Wait begin again', async () => {
	const { outcomes, endedAt } = await simulate({
		items: 10,
		maxWait: 10,
		respond: (_now, item) => (item === 0 ? { status: 200, afterMs: 8 * SECOND } : { status: 503 }),
	});
	expect(outcomes[0]?.status).toBe('verified');
	expect(endedAt).toBeGreaterThan(17.9 * SECOND);
	expect(endedAt).toBeLessThan(18.5 * SECOND);
});

test('A healthy service is used at full capacity, in order', async () => {
	const settings = { items: 200, atOnce: 10, respond: () => OK };
	const { verified, requests, mostInFlight, endedAt } = await simulate(settings);
	expect(verified).toBe(200);
	expect(requests.map(({ item }) => item)).toEqual(requests.map((_, index) => index));
	expect(mostInFlight).toBe(10);
	expect(endedAt).toBeLessThanOrEqual(1.04 * (20 * 55 + 45));
});
