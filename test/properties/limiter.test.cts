import fc from 'fast-check';
import { FakeClock } from '../support/fakeClock.cts';
import type { Response, Simulation } from '../support/simulatedService.cts';
import { OK, simulate, slidingWindow } from '../support/simulatedService.cts';
import { checkProperty, wanted } from './fuzz.cts';

const SECOND = 1000;

/** Runs a simulation, and checks what holds of every one. */
async function check(simulation: Simulation) {
	const result = await simulate(simulation);
	const { atOnce = 5, maxAttempts = 3, maxWait = 60 } = simulation;
	expect(result.mostInFlight).toBeLessThanOrEqual(atOnce);
	expect(result.mostHeld).toBeLessThanOrEqual(atOnce);
	expect([result.inFlight, result.clock.sleeping]).toEqual([0, 0]);
	expect(result.outcomes).toHaveLength(simulation.items);
	for (const [item, { status, error }] of result.outcomes.entries()) {
		const requests = result.requests.filter((request) => request.item === item);
		const answered = requests.findIndex((request) => request.status === 200);
		expect(answered).toBe(status === 'verified' ? requests.length - 1 : -1);
		if (status === 'skipped') expect(requests).toEqual([]);
		const billed = requests.filter((request) => ![200, 429, 503].includes(Number(request.status)));
		expect(billed.length).toBeLessThanOrEqual(maxAttempts);
		if (error?.description.includes("did not accept this item within 'Max Wait'")) {
			const waitedMs = requests.at(-1)!.endedAt - requests[0]!.endedAt;
			// It assumes that the next attempt takes as long as this one: a little more than a second.
			expect(waitedMs).toBeGreaterThanOrEqual((maxWait - 1.1) * SECOND);
		}
	}
	return result;
}

const response: fc.Arbitrary<Response> = fc.record({
	status: fc.constantFrom(200, 200, 429, 503, 500, 'broken' as const, 'silent' as const),
	afterMs: fc.constantFrom(1, 5, 50, 50, SECOND),
	retryAfterMs: fc.constantFrom(undefined, undefined, 0, 100, SECOND, 5 * SECOND, 100 * SECOND),
});

test('Whatever Kairos answers, each item ends once, within its limits', async () => {
	const cases = fc.record({
		responses: fc.array(response, { maxLength: 60 }),
		then: response,
		items: fc.integer({ min: 1, max: 40 }),
		atOnce: fc.integer({ min: 1, max: 12 }),
		maxAttempts: fc.integer({ min: 1, max: 4 }),
		maxWait: fc.constantFrom(0, 2, 60),
		readMs: fc.constantFrom(0, 20),
		seed: fc.integer(),
	});
	await checkProperty(
		'random responses',
		cases,
		async ({ responses, then, seed, readMs, ...settings }) => {
			const queue = responses.values();
			const respond = () => queue.next().value ?? then;
			const clock = new FakeClock(seed);
			await check({ ...settings, readMs: () => readMs, timeout: 5, clock, respond });
		},
		{ share: 0.02 },
	);
}, 600_000);

test('An outage costs requests by the logarithm of its length, however many items there are', async () => {
	const cases = fc.record({
		seconds: fc.integer({ min: 1, max: 3000 }),
		status: fc.constantFrom(503, 429),
		afterMs: fc.constantFrom(1, 50),
		items: fc.integer({ min: 4, max: 300 }),
		atOnce: fc.integer({ min: 1, max: 50 }),
		seed: fc.integer(),
	});
	await checkProperty(
		'outages',
		cases,
		async ({ seconds, status, afterMs, seed, ...settings }) => {
			const { verified, inVain, endedAt } = await check({
				...settings,
				maxWait: 3600,
				clock: new FakeClock(seed),
				respond: (now) => (now < seconds * SECOND ? { status, afterMs } : OK),
			});
			expect(verified).toBe(settings.items);
			expect(inVain).toBeLessThanOrEqual(11 + Math.log2(seconds / 0.72 + 1));
			// It comes back in at most as much time again as the outage took.
			expect(endedAt).toBeLessThanOrEqual(2.2 * seconds * SECOND + 3000 + settings.items * 60);
		},
		{ share: 0.006 },
	);
}, 600_000);

/** Services that treat some items in one way at every attempt, and accept all others, in the end. */
const services = fc.record({
	items: fc.integer({ min: 10, max: 200 }),
	atOnce: fc.integer({ min: 1, max: 25 }),
	maxWait: fc.constantFrom(5, 20, 60),
	timeout: fc.constantFrom(1, 3, 5),
	never: fc.constantFrom<Response>(
		...[{ status: 503 }, { status: 503, afterMs: 5 }, { status: 429 }],
		...([{ status: 'silent' }, { status: 500 }] as const),
	),
	otherwise: fc.constantFrom('well', 'slow', 'limited', 'down'),
	perSecond: fc.constantFrom(2, 5, 20, 50),
	/** Of Max Wait. */
	downFor: fc.double({ min: 0, max: 0.8, noNaN: true }),
	share: fc.double({ min: 0, max: 1, noNaN: true }),
	downFromMs: fc.nat(2000),
	seed: fc.nat(),
});

test.each([
	['up to 10 %', 0, 0.1, 1],
	['30 %', 0.3, 0.3, 0.98],
	['50 %', 0.5, 0.5, 0.9],
])(
	'Of services that never accept %s of the items, enough lose no other',
	async (_what, from, to, enough) => {
		const numRuns = Math.max(100, Math.ceil(wanted / 1000));
		const cases = fc.sample(fc.noBias(services), { numRuns, seed: 1 });
		const losing: unknown[] = [];
		for (const service of cases) {
			const { seed, never, otherwise, downFromMs, ...settings } = service;
			const clock = new FakeClock(seed);
			const part = from + service.share * (to - from);
			const isPoisoned = Array.from({ length: settings.items }, () => clock.random() < part);
			const isWithin = slidingWindow(service.perSecond);
			const downUntilMs = downFromMs + service.downFor * settings.maxWait * SECOND;
			const { statuses } = await check({
				...settings,
				costMs: 1,
				clock,
				respond: (now, item) => {
					const isDown = now >= downFromMs && now < downUntilMs;
					if (otherwise === 'down' && isDown) return { status: 503 };
					if (isPoisoned[item]) return never;
					if (otherwise === 'limited' && !isWithin(now)) return { status: 429 };
					return { status: 200, afterMs: otherwise === 'slow' ? SECOND : 50 };
				},
			});
			const isLost = statuses.some((status, item) => status !== 'verified' && !isPoisoned[item]);
			if (isLost) losing.push(service);
		}
		process.stdout.write(`${losing.length} of ${cases.length} services lose somebody\n`);
		const isEnough = 1 - losing.length / cases.length >= enough;
		expect({ losing, isEnough }).toMatchObject({ isEnough: true });
	},
	3_600_000,
);
