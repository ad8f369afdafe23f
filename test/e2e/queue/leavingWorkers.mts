import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { outputsOf } from '../../../scripts/n8n/execution.mts';
import { say, step } from '../../../scripts/setup/progress.mjs';
import {
	type Answer,
	approvedCallers,
	call,
	callAll,
	type Caller,
	checkAll,
	holdsVerdict,
} from './calls.mts';
import type { Cluster } from './cluster.mts';
import type { Scene } from './scene.mts';
import type { Tally } from './tally.mts';
import type { QueueWorker } from './worker.mts';
import { APPROVED } from './workflow.mts';

/** From when a worker takes a call until Kairos has its pictures. */
const UNTIL_SENT_MS = 1_500;
const POLL_MS = 50;
const TAKEN_WITHIN_MS = 30_000;

/** A worker is told to end while it verifies. */
export async function testTerminated(
	tally: Tally,
	cluster: Cluster,
	{ pictures }: Scene,
): Promise<void> {
	const leaving = cluster.workers[0] as QueueWorker;
	const before = leaving.started.size;
	const callers = await approvedCallers(8, pictures, 5_000);
	const { answering } = await callUntilSent(cluster, callers);
	const inMidRun = unfinished(leaving);
	process.kill(leaving.process.pid, 'SIGTERM');
	const [answers, end] = await Promise.all([answering, leaving.process.exited]);

	await tally.test('a worker with SIGTERM in mid-run finishes its executions, then ends', () => {
		assert.ok(inMidRun > 0, 'the worker had nothing to do');
		assert.equal(leaving.started.size - before, inMidRun);
		assert.deepEqual(leaving.finished, leaving.started);
		assert.equal(end, 'code 0');
	});
	await tally.test('no caller notices that a worker was told to end', () =>
		checkAll(callers, answers),
	);
	await leaving.process.stop();
	await step('Start a worker in its place', 'about 10 s', () => cluster.replaceWorker(0));
}

/** A worker is gone from one moment to the next while it verifies. */
export async function testKilled(
	tally: Tally,
	cluster: Cluster,
	{ pictures, sandbox }: Scene,
): Promise<void> {
	const [staying, killed] = cluster.workers as [QueueWorker, QueueWorker];
	// Every one of them would be approved, had its worker lived. No other test has this delay: the
	// sandbox's log tells their requests by it.
	const callers = await approvedCallers(8, pictures, 6_000);
	const { answering } = await callUntilSent(cluster, callers);
	const lost = [...killed.started].filter((id) => !killed.finished.has(id));
	const killedAt = Date.now();
	process.kill(killed.process.pid, 'SIGKILL');
	await killed.process.stop(0);

	const [next] = await approvedCallers(1, pictures, 1);
	assert.ok(next);
	const nextAnswer = await call(cluster.client, next);
	await tally.test('right after a worker was killed, the next call works by the other', () =>
		next.check(nextAnswer),
	);
	const noticed = answering.then(() => Math.round((Date.now() - killedAt) / 1000));
	const fresh = await step('Start a worker in its place', 'about 10 s', () =>
		cluster.replaceWorker(1),
	);
	await tally.test('a worker that takes its place takes its part of the next calls', async () => {
		const again = await approvedCallers(12, pictures, 500);
		const told = await callAll(cluster.client, again);
		checkAll(again, told);
		assert.ok(fresh.started.size > 0, 'it took nothing');
	});
	const answers = await step('Wait until the queue notices', 'about 10 s', () => answering);
	say(`    noticed after ${await noticed} s`);

	await tally.test('callers whose worker was killed get an error and no verdict', () => {
		assert.ok(lost.length > 0, 'the worker had nothing to do');
		const failed = answers.filter(({ status }) => status !== 200);
		assert.equal(failed.length, lost.length, answers.map(({ status }) => status).join());
		for (const answer of failed) {
			assert.equal(answer.status, 500, answer.text);
			assert.ok(!holdsVerdict(answer), answer.text);
		}
	});
	await tally.test('the other callers get their own verdicts', () =>
		callers.forEach((caller, index) => {
			const answer = answers[index];
			if (answer?.status === 200) caller.check(answer);
		}),
	);
	await tally.test('nobody is approved by an execution whose worker was killed', async () => {
		for (const id of lost) {
			const { status, data } = await cluster.client.execution(id);
			assert.ok(['error', 'crashed'].includes(status), `execution ${id} is ${status}`);
			assert.deepEqual(outputsOf(data, APPROVED), []);
		}
	});
	await tally.test(
		'such an execution is not run again, so no verification is paid for twice',
		() => {
			assert.ok(lost.every((id) => !staying.started.has(id) && !fresh.started.has(id)));
			const requests = sandbox.process.lastLines(200).split('\n');
			for (const { name } of callers) {
				assert.equal(requests.filter((line) => line.includes(`"${name}"`)).length, 1, name);
			}
		},
	);
}

function unfinished({ started, finished }: QueueWorker): number {
	return started.size - finished.size;
}

/** Sends the pairs, and waits until Kairos has them but has not answered yet. */
async function callUntilSent(
	{ client, workers }: Cluster,
	callers: Caller[],
): Promise<{ answering: Promise<Answer[]> }> {
	const taken = () => workers.reduce((sum, { started }) => sum + started.size, 0);
	const all = taken() + callers.length;
	const answering = callAll(client, callers);
	for (const until = Date.now() + TAKEN_WITHIN_MS; taken() < all; await sleep(POLL_MS)) {
		assert.ok(Date.now() < until, 'The workers did not take all the calls in time.');
	}
	await sleep(UNTIL_SENT_MS);
	return { answering };
}
