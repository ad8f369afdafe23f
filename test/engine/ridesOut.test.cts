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

test.each([
	['with Retry-After', { status: 429, headers: { 'Retry-After': '1' } }],
	['without Retry-After', { status: 429 }],
])('A rate limit %s costs time, and no item', async (_how, refusal) => {
	const batch = { items: 60, atOnce: 50 };
	const { approved, inVain, mostForOne } = await verify(batch, limitedTo(20, refusal));
	expect(approved).toBe(60);
	expect(inVain).toBeLessThanOrEqual(20);
	expect(mostForOne).toBe(1);
});

test.each([5, 25])('An outage loses nobody with %i requests at once', async (atOnce) => {
	const behavior: Behavior = (ms) => (ms < 3000 ? { status: 503 } : approves);
	const outcome = await verify({ items: 60, atOnce }, behavior);
	expect(outcome.approved).toBe(60);
	// On a busy machine a refusal takes longer than it would, and more are sent meanwhile.
	expect(outcome.inVain).toBeLessThanOrEqual(18);
	expect(outcome.mostForOne).toBe(1);
	expect(outcome.mostOpen).toBeLessThanOrEqual(atOnce);
});

const REFUSED = /Gave up after \d attempts in \d+ seconds?: Kairos did not accept this item within/;
const USED_UP = /Gave up after 3 attempts in \d+ seconds: 'Max Attempts' is used up\.$/;
const TOO_LONG = /Kairos asked for a wait of 120 seconds, which is longer than what is left/;
const TOLD_TO_WAIT = { status: 503, headers: { 'Retry-After': '120' } };
const tenth = (item: number) => item % 10 === 0;

test.each<[what: string, answer: Answer | undefined, (item: number) => boolean, RegExp]>([
	['every 10th gets 503', { status: 503 }, tenth, REFUSED],
	['every 10th gets no response', undefined, tenth, USED_UP],
	['one is told to wait', TOLD_TO_WAIT, (item) => item === 20, TOO_LONG],
])(
	'Items that Kairos never accepts cost only themselves: %s',
	async (_what, answer, isPoisoned, reason) => {
		const batch = { items: 50, atOnce: 5, options: { maxWait: 2, timeout: 1 } };
		const { approved, errors, notSent } = await verify(batch, (_ms, asked) =>
			isPoisoned(Number(/\d+/.exec(asked.person))) ? answer : approves,
		);
		const { length } = Array.from({ length: 50 }, (_, item) => item).filter(isPoisoned);
		expect([approved, errors.length, notSent]).toEqual([50 - length, length, []]);
		for (const error of errors) expect(error).toMatch(reason);
	},
);

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
