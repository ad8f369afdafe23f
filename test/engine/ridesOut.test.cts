import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INodeType } from 'n8n-workflow';
import { outputsOf, runWorkflow } from '../support/engine.cts';
import { credentialFor, limits, person, VERIFY, verifyWorkflow } from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, type Asked, startStandIn } from '../support/standInKairos.cts';
import type { Answer } from '../support/hostileServer.cts';

beforeAll(recordLog);

/** What Kairos does with a request; the time is since the first, in milliseconds. */
type Behavior = (ms: number, asked: Asked) => Answer | undefined;

interface Batch {
	items: number;
	atOnce: number;
	options?: Record<string, number>;
}

/** Verifies a batch, and tells what became of it and what Kairos saw. */
async function verify({ items, atOnce, options }: Batch, behavior: Behavior) {
	let startedAt: number | undefined;
	let inVain = 0;
	const mayHaveBeenBilled = new Map<string, number>();
	const kairos = await startStandIn(async (asked) => {
		startedAt ??= Date.now();
		const answer = behavior(Date.now() - startedAt, asked);
		if (answer !== approves) inVain++;
		if (answer?.status !== 503 && answer?.status !== 429) {
			const times = mayHaveBeenBilled.get(asked.person) ?? 0;
			mayHaveBeenBilled.set(asked.person, times + 1);
		}
		if (answer === approves) await sleep(20);
		return answer;
	});
	const run = await runWorkflow(
		verifyWorkflow(
			{ branches: 'decision', options: limits({ maxConcurrentRequests: atOnce, ...options }) },
			{ onError: 'continueErrorOutput' },
		),
		{
			items: Array.from({ length: items }, (_, count) => person(`person ${count}`)),
			credential: credentialFor(kairos.url),
		},
	);
	await kairos.stop();
	const [, , approved = [], failed = []] = outputsOf(run, VERIFY);
	const errors = failed.map(({ json }) => errorIn(json));
	return {
		approved: approved.length,
		errors: errors.filter((error) => !error.startsWith('Not sent to Kairos. ')),
		notSent: errors.filter((error) => error.startsWith('Not sent to Kairos. ')),
		inVain,
		mostOpen: kairos.mostOpen,
		mostForOne: Math.max(...mayHaveBeenBilled.values()),
	};
}

function errorIn({ error }: { error?: unknown }): string {
	return typeof error === 'string' ? error : '';
}

/** Takes so many requests in any second. */
function limitedTo(perSecond: number, refusal: Answer): Behavior {
	let taken: number[] = [];
	return (ms) => {
		taken = taken.filter((at) => at > ms - 1000);
		if (taken.length >= perSecond) return refusal;
		taken.push(ms);
		return approves;
	};
}

describe('a rate limit', () => {
	test.each([
		['with Retry-After', { status: 429, headers: { 'Retry-After': '1' } }],
		['without Retry-After', { status: 429 }],
	])('%s costs time, and no item', async (_how, refusal) => {
		const batch = { items: 60, atOnce: 50 };
		const { approved, inVain, mostForOne } = await verify(batch, limitedTo(20, refusal));
		expect(approved).toBe(60);
		expect(inVain).toBeLessThanOrEqual(20);
		expect(mostForOne).toBe(1);
	});
});

describe('an outage', () => {
	test.each([5, 25])(
		'loses nobody with %i at once, whatever the number of items',
		async (atOnce) => {
			const behavior: Behavior = (ms) => (ms < 3000 ? { status: 503 } : approves);
			const outcome = await verify({ items: 60, atOnce }, behavior);
			expect(outcome.approved).toBe(60);
			// On a busy machine a refusal takes longer than it would, and more are sent meanwhile.
			expect(outcome.inVain).toBeLessThanOrEqual(18);
			expect(outcome.mostForOne).toBe(1);
			expect(outcome.mostOpen).toBeLessThanOrEqual(atOnce);
		},
	);

	test('that lasts longer than Max Wait costs a handful of requests, and says so to all', async () => {
		const batch = { items: 300, atOnce: 5, options: { maxWait: 3 } };
		const outcome = await verify(batch, () => ({ status: 503 }));
		expect(outcome.approved).toBe(0);
		expect(outcome.errors.length + outcome.notSent.length).toBe(300);
		expect(outcome.inVain).toBeLessThanOrEqual(19);
		for (const error of outcome.errors) {
			expect(error).toMatch(
				/^Kairos is temporarily unavailable \(HTTP 503\) \[item \d+\]\. .*(accepted no requests|did not accept this item) within Max Wait\. The item was sent (once|\d+ times) in [\d.]+ seconds?\.$/,
			);
		}
		for (const error of outcome.notSent) {
			expect(error).toMatch(
				/^Not sent to Kairos\. Kairos is temporarily unavailable \(HTTP 503\) \[item \d+\]\. .*Kairos accepted no requests within Max Wait\.$/,
			);
		}
	});

	test('in which Kairos takes connections and never answers ends the run as well', async () => {
		const batch = { items: 300, atOnce: 5, options: { maxWait: 3, timeout: 1 } };
		const outcome = await verify(batch, () => undefined);
		expect(outcome.approved).toBe(0);
		expect(outcome.errors.length + outcome.notSent.length).toBe(300);
		expect(outcome.inVain).toBeLessThanOrEqual(20);
		expect(outcome.mostForOne).toBeLessThanOrEqual(3);
	});
});

test('A wait that Kairos asks everybody for and that Max Wait does not allow ends the run at once', async () => {
	const batch = { items: 60, atOnce: 5 };
	const refusal = { status: 429, headers: { 'Retry-After': '3600' } };
	const { errors, notSent, inVain } = await verify(batch, () => refusal);
	expect(inVain).toBeLessThanOrEqual(12);
	expect(errors.length + notSent.length).toBe(60);
	for (const error of [...errors, ...notSent]) {
		expect(error).toMatch(/Kairos asked for a wait of 3600 seconds, which is longer than what/);
	}
});

const REFUSED = /Kairos did not accept this item within Max Wait\. The item was sent \d times in/;
const USED_UP = /The item was sent 3 times in \d+ seconds, and Max Attempts is used up\.$/;
const TOO_LONG = /Kairos asked for a wait of 120 seconds, which is longer than what is left/;
const first = (item: number) => item < 5;
const tenth = (item: number) => item % 10 === 0;

describe('Items that Kairos never accepts cost only themselves', () => {
	test.each<
		[what: string, answer: Answer | undefined, atOnce: number[], (item: number) => boolean, RegExp]
	>([
		['every 10th gets 503', { status: 503 }, [1, 5, 10], tenth, REFUSED],
		['the first five get 503', { status: 503 }, [1, 5, 10], first, REFUSED],
		['one gets 429', { status: 429 }, [5], (item) => item === 4, REFUSED],
		['every 10th gets no response', undefined, [5], tenth, USED_UP],
		['the first five get no response', undefined, [5], first, USED_UP],
		['every 10th gets 500', { status: 500 }, [1, 5], tenth, USED_UP],
		[
			'one is told to wait',
			{ status: 503, headers: { 'Retry-After': '120' } },
			[5],
			(item) => item === 20,
			TOO_LONG,
		],
	])('%s', async (_what, answer, allAtOnce, isPoisoned, reason) => {
		for (const atOnce of allAtOnce) {
			const options = { maxWait: 2, timeout: 1 };
			const { approved, errors, notSent } = await verify(
				{ items: 50, atOnce, options },
				(_ms, asked) => (isPoisoned(Number(/\d+/.exec(asked.person))) ? answer : approves),
			);
			const poisoned = Array.from({ length: 50 }, (_, item) => item).filter(isPoisoned);
			expect([approved, errors.length, notSent]).toEqual([
				50 - poisoned.length,
				poisoned.length,
				[],
			]);
			for (const error of errors) expect(error).toMatch(reason);
		}
	});
});

test('A loop waits out an outage once, and verifies later items when the service is back', async () => {
	const { SplitInBatches } = createRequire(__filename)(
		'n8n-nodes-base/dist/nodes/SplitInBatches/SplitInBatches.node.js',
	) as { SplitInBatches: new () => INodeType };
	const kairos = await startStandIn(({ person: name }) =>
		Number(/\d+/.exec(name)) < 4 ? { status: 503 } : approves,
	);
	const to = (node: string) => ({ node, type: 'main' as const, index: 0 });
	const { nodes } = verifyWorkflow(
		{ branches: 'single', options: limits({ maxWait: 2 }) },
		{ onError: 'continueRegularOutput' },
	);
	const startedAt = Date.now();
	const run = await runWorkflow(
		{
			nodes: [
				...nodes,
				{ name: 'Loop', type: 'loop', typeVersion: 3, parameters: { batchSize: 1 } },
			],
			connections: {
				Items: { main: [[to('Loop')]] },
				Loop: { main: [[], [to(VERIFY)]] },
				[VERIFY]: { main: [[to('Loop')]] },
			},
		},
		{
			items: Array.from({ length: 6 }, (_, count) => person(`person ${count}`)),
			credential: credentialFor(kairos.url),
			nodeTypes: { loop: new SplitInBatches() },
		},
	);
	await kairos.stop();
	expect(Date.now() - startedAt).toBeLessThan(5000);
	expect(kairos.asked.length - 2).toBeLessThanOrEqual(9);
	const runs = run.data.resultData.runData[VERIFY] ?? [];
	const done = runs.flatMap(({ data }) => data?.main?.[0] ?? []);
	const verified = done.filter(({ json }) => errorIn(json) === '');
	expect(verified.map(({ json }) => json.person)).toEqual(['person 4', 'person 5']);
	expect(done).toHaveLength(6);
});

describe('server errors', () => {
	test('lose nobody whom a third attempt saves, and nobody is sent a fourth time', async () => {
		const outcome = await verify({ items: 60, atOnce: 10 }, (_ms, asked) => {
			const failures = Number(/\d+/.exec(asked.person)) % 4;
			return asked.times <= failures ? { status: 500 } : approves;
		});
		expect(outcome.approved).toBe(45);
		expect(outcome.mostForOne).toBe(3);
	});

	test('of every request end the run before each item has cost three of them', async () => {
		const outcome = await verify({ items: 100, atOnce: 10, options: { maxWait: 5 } }, () => ({
			status: 500,
		}));
		expect(outcome.approved).toBe(0);
		expect(outcome.errors.length + outcome.notSent.length).toBe(100);
		expect(outcome.inVain).toBeLessThanOrEqual(100);
	}, 120_000);
});
