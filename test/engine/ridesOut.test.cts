import { setTimeout as sleep } from 'node:timers/promises';
import { outputsOf, runWorkflow } from '../support/engine.cts';
import { credentialFor, limits, person, VERIFY, verifyWorkflow } from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, startStandIn } from '../support/standInKairos.cts';
import type { Answer } from '../support/hostileServer.cts';

beforeAll(recordLog);

/** What Kairos does with a request for an item, so many milliseconds after the first. */
type Behavior = (ms: number, item: number) => Answer | undefined;

const people = (count: number) => Array.from({ length: count }, (_, item) => person(`${item}`));
const itemOf = ({ person: name }: { person: string }) => Number(name);
const errorIn = ({ error }: { error?: unknown }) => (typeof error === 'string' ? error : '');

/** Verifies a batch, and tells what became of it and what Kairos saw. */
async function verify(items: number, values: Record<string, number>, behavior: Behavior) {
	let startedAt: number | undefined;
	let approvals = 0;
	const kairos = await startStandIn(async (asked) => {
		startedAt ??= Date.now();
		const answer = behavior(Date.now() - startedAt, itemOf(asked));
		if (answer !== approves) return answer;
		approvals++;
		await sleep(20);
		return answer;
	});
	const run = await runWorkflow(
		verifyWorkflow(
			{ branches: 'decision', options: limits(values) },
			{ onError: 'continueErrorOutput' },
		),
		{ items: people(items), credential: credentialFor(kairos.url) },
	);
	await kairos.stop();
	const [, , approved = [], failed = []] = outputsOf(run, VERIFY);
	return {
		approvals,
		approved: approved.length,
		mostOpen: kairos.mostOpen,
		inVain: kairos.asked.length - approvals,
		errors: failed.map(({ json }) => errorIn(json)),
	};
}

/** Takes so many requests in any second. */
function limitedTo(perSecond: number): Behavior {
	let accepted: number[] = [];
	return (ms) => {
		accepted = accepted.filter((at) => at > ms - 1000);
		return accepted.length < perSecond && accepted.push(ms) > 0 ? approves : { status: 429 };
	};
}

test.each<[what: string, atOnce: number, Behavior]>([
	['A rate limit', 50, limitedTo(20)],
	['An outage', 25, (ms) => (ms < 3000 ? { status: 503 } : approves)],
])('%s costs time, and no item', async (_what, atOnce, behavior) => {
	const outcome = await verify(60, { maxConcurrentRequests: atOnce }, behavior);
	// Once for each item: nobody is sent again after an answer.
	expect([outcome.approved, outcome.approvals]).toEqual([60, 60]);
	expect(outcome.mostOpen).toBeLessThanOrEqual(atOnce);
	// About ten at rest, more on a busy machine, where requests arrive in bunches. Without the breaker
	// and the rate it is 60 and more at rest.
	expect(outcome.inVain).toBeLessThan(45);
});

const REFUSED = /Gave up after \d attempts in \d+ seconds?: Kairos did not accept this item within/;
const USED_UP = /Gave up after 3 attempts in \d+ seconds: 'Max Attempts' is used up\.$/;
const TOO_LONG = /Kairos asked for a wait of 120 seconds, which is longer than what is left/;
const TOLD_TO_WAIT = { status: 503, headers: { 'Retry-After': '120' } };
const everyTenth = (item: number) => item % 10 === 0;

test.each<[what: string, Answer | undefined, (item: number) => boolean, number, reason: RegExp]>([
	['every 10th gets 503', { status: 503 }, everyTenth, 5, REFUSED],
	['every 10th gets no response', undefined, everyTenth, 5, USED_UP],
	['one is told to wait', TOLD_TO_WAIT, (item) => item === 20, 1, TOO_LONG],
])('Items that Kairos never accepts cost only themselves: %s', async (_what, ...row) => {
	const [answer, isPoisoned, count, reason] = row;
	const values = { maxWait: 2, timeout: 1 };
	const { approved, errors } = await verify(50, values, (_ms, item) =>
		isPoisoned(item) ? answer : approves,
	);
	expect([approved, errors.length]).toEqual([50 - count, count]);
	for (const error of errors) expect(error).toMatch(reason);
});

test('A loop waits out an outage once, and verifies later items when the service is back', async () => {
	const kairos = await startStandIn((asked) => (itemOf(asked) < 4 ? { status: 503 } : approves));
	const { nodes } = verifyWorkflow(
		{ branches: 'single', options: limits({ maxWait: 2 }) },
		{ onError: 'continueRegularOutput' },
	);
	const to = (node: string) => ({ node, type: 'main' as const, index: 0 });
	const loop = { name: 'Loop', type: 'n8n-nodes-base.splitInBatches', typeVersion: 3 };
	const startedAt = Date.now();
	const run = await runWorkflow(
		{
			nodes: [...nodes, { ...loop, parameters: { batchSize: 1 } }],
			connections: {
				Items: { main: [[to('Loop')]] },
				Loop: { main: [[], [to(VERIFY)]] },
				[VERIFY]: { main: [[to('Loop')]] },
			},
		},
		{ items: people(6), credential: credentialFor(kairos.url) },
	);
	await kairos.stop();
	// Four times Max Wait would take longer than 8 s.
	expect(Date.now() - startedAt).toBeLessThan(8000);
	expect(kairos.asked.length - 2).toBeLessThanOrEqual(9);
	const runs = run.data.resultData.runData[VERIFY] ?? [];
	const done = runs.flatMap(({ data }) => data?.main?.[0] ?? []);
	const verified = done.filter(({ json }) => errorIn(json) === '');
	expect(verified.map(({ json }) => json.person)).toEqual(['4', '5']);
	expect(done).toHaveLength(6);
});
