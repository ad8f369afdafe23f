import fc from 'fast-check';
import { FakeClock } from '../support/fakeClock.cts';
import { type Response, simulate, type Simulation } from '../support/simulatedService.cts';
import { holds } from './fuzz.cts';

const MAX_WAIT_MS = 60_000;
const TIMEOUT_MS = 5000;

const latency = fc.constantFrom(1, 5, 50, 50, 1000);
const retryAfterMs = fc.option(fc.constantFrom(0, 100, 1000, 5000), { nil: undefined });

const taken: fc.Arbitrary<Response> = fc.record({
	kind: fc.constant('ok' as const),
	afterMs: latency,
});
const notTaken: fc.Arbitrary<Response> = fc.record({
	kind: fc.constantFrom('rateLimited' as const, 'unavailable' as const),
	afterMs: latency,
	retryAfterMs,
});
const uncertain: fc.Arbitrary<Response> = fc.record({
	kind: fc.constantFrom('serverError' as const, 'none' as const),
	afterMs: latency,
});

/** For how many requests, or for how long, the service responds so. */
const response = fc.oneof(
	{ weight: 6, arbitrary: taken },
	{ weight: 3, arbitrary: notTaken },
	{ weight: 3, arbitrary: uncertain },
);

interface Schedule {
	/** What the first requests get, in turn. */
	responses: Response[];
	/** What all others get. */
	then: Response;
	items: number;
	maxConcurrent: number;
	maxAttempts: number;
	seed: number;
}

function scheduleEnding(then: fc.Arbitrary<Response>): fc.Arbitrary<Schedule> {
	return fc.record({
		responses: fc.array(response, { maxLength: 60 }),
		then,
		items: fc.integer({ min: 1, max: 40 }),
		maxConcurrent: fc.integer({ min: 1, max: 12 }),
		maxAttempts: fc.integer({ min: 1, max: 4 }),
		seed: fc.integer(),
	});
}

async function run({ responses, then, seed, ...rest }: Schedule, more: Partial<Simulation> = {}) {
	const queue = responses.values();
	return await simulate({
		...rest,
		maxWaitMs: MAX_WAIT_MS,
		timeoutMs: TIMEOUT_MS,
		clock: new FakeClock(seed),
		respond: () => queue.next().value ?? then,
		...more,
	});
}

test('Whatever comes, each item ends once, within its limits, and never too many are in flight', async () => {
	await holds(
		'any schedule',
		scheduleEnding(response),
		async (schedule) => {
			const { results, service, clock } = await run(schedule);
			expect(results).toHaveLength(schedule.items);
			expect(service.inFlight).toBe(0);
			expect(clock.sleeping).toBe(0);
			expect(service.mostInFlight).toBeLessThanOrEqual(schedule.maxConcurrent);
			results.forEach((result, item) => {
				const requests = service.requests.filter((request) => request.item === item);
				expect(result.attempts).toBe(requests.length);
				const answered = requests.filter(({ response: kind }) => kind === 'ok');
				expect(answered).toHaveLength('value' in result ? 1 : 0);
				if ('value' in result) expect(requests.at(-1)?.response).toBe('ok');
				const billed = requests.filter(({ response: kind }) =>
					['serverError', 'none'].includes(kind),
				);
				expect(billed.length).toBeLessThanOrEqual(schedule.maxAttempts);
				if ('limit' in result && result.limit === 'maxAttempts') {
					expect(billed).toHaveLength(schedule.maxAttempts);
				}
			});
		},
		{ share: 0.01 },
	);
}, 600_000);

test('While the service takes some, no item is lost but one that was refused again and again itself', async () => {
	await holds(
		'refusals with an end',
		fc.record({
			refusals: fc.array(fc.tuple(notTaken, fc.integer({ min: 1, max: 4 })), { maxLength: 6 }),
			schedule: scheduleEnding(taken),
		}),
		async ({ refusals, schedule }) => {
			// Between refusals at least as many requests are taken as the run may have in flight.
			const responses = refusals.flatMap(([one, times]) => [
				...new Array<Response>(times).fill(one),
				...new Array<Response>(schedule.maxConcurrent).fill({ kind: 'ok' }),
			]);
			const { results } = await run({ ...schedule, responses });
			for (const result of results) {
				if ('value' in result) continue;
				// Close to the end of its Max Wait, the service may ask for more than is left of it.
				expect(['maxWait', 'retryAfter']).toContain(result.limit);
				expect(result.attempts).toBeGreaterThanOrEqual(6);
			}
		},
		{ share: 0.005 },
	);
}, 600_000);

test('A run ends within Max Wait and one request after the service last took something', async () => {
	await holds(
		'schedules that end in refusals',
		scheduleEnding(notTaken),
		async (schedule) => {
			const { service, endedAt } = await run({
				...schedule,
				responses: schedule.responses.filter(
					({ kind }) => kind !== 'none' && kind !== 'serverError',
				),
			});
			const lastTakenAt = service.requests.some(({ response: kind }) => kind === 'ok')
				? service.lastTakenAt
				: 0;
			// A pause that the service asked for before, or a low rate, may delay the next request.
			const nextAt = service.requests.find(({ at }) => at >= lastTakenAt)?.at ?? lastTakenAt;
			// The first refusal and the last attempt, each as late as the slowest response; and a rate
			// limit is left alone for a second, even when less is left of Max Wait.
			const requests = 2 * (1000 + schedule.maxConcurrent * 5) + 1.1 * 1000;
			expect(endedAt).toBeLessThanOrEqual(nextAt + MAX_WAIT_MS + requests);
		},
		{
			share: 0.005,
			examples: [
				{
					...{ responses: [], then: { kind: 'rateLimited', afterMs: 1000 } },
					...{ items: 1, maxConcurrent: 1, maxAttempts: 1, seed: 943502001 },
				},
			],
		},
	);
}, 600_000);

test('An outage costs requests by the logarithm of its length, however many items there are', async () => {
	await holds(
		'outages',
		fc.record({
			seconds: fc.integer({ min: 1, max: 3000 }),
			kind: fc.constantFrom('unavailable' as const, 'rateLimited' as const),
			afterMs: fc.constantFrom(1, 50),
			items: fc.integer({ min: 1, max: 300 }),
			maxConcurrent: fc.integer({ min: 1, max: 50 }),
			seed: fc.integer(),
		}),
		async ({ seconds, kind, afterMs, items, maxConcurrent, seed }) => {
			const { verified, wasted, endedAt } = await simulate({
				items,
				maxConcurrent,
				maxWaitMs: 3600_000,
				clock: new FakeClock(seed),
				respond: (now) => (now < seconds * 1000 ? { kind, afterMs } : { kind: 'ok' }),
			});
			expect(verified).toBe(items);
			const atFirst = Math.min(maxConcurrent, items, 9);
			expect(wasted).toBeLessThanOrEqual(atFirst + 1 + Math.log2(seconds / 0.72 + 1));
			// It comes back in at most as much time again as the outage took.
			expect(endedAt).toBeLessThanOrEqual(2.2 * seconds * 1000 + 3000 + items * 60);
		},
		{ share: 0.003 },
	);
}, 600_000);
