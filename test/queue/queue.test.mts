/** `npm run test:queue`: n8n's queue mode, on a real PostgreSQL and a real Redis. */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { outputsOf } from '../../scripts/n8n/execution.mts';
import { stopAll } from '../../scripts/processes.mts';
import { makeSamples } from '../../scripts/samples.mts';
import { type Sandbox, sandboxCredential, startSandbox } from '../../scripts/sandbox.mts';
import { stopOnSignals } from '../../scripts/signals.mts';
import {
	type Answer,
	approvedCallers,
	callAll,
	type Caller,
	checkAll,
	holdsVerdict,
	variousCallers,
} from './callers.mts';
import { type Cluster, prepareClusters, type QueueWorker } from './cluster.mts';
import { BRANCHES, pairOverWebhook } from './workflow.mts';

const CALLS = 100;
/** From when a worker takes a call until Kairos has its images. */
const UNTIL_SENT_MS = 2_000;
const POLL_MS = 100;
/** For a machine that does much else. */
const WITHIN_MS = 120_000;

let scene: Awaited<ReturnType<typeof prepareClusters>>;
let images: string;
let sandbox: Sandbox;
let cluster: Cluster;

stopOnSignals();
before(async () => {
	scene = await prepareClusters();
	images = join(scene.folder, 'images');
	await makeSamples(images);
	sandbox = await startSandbox();
});
after(stopAll);

void describe('With the images in the database', () => {
	/** All but the one that is killed. */
	let others: QueueWorker[];
	let callers: Caller[];
	let answering: Promise<Answer[]>;
	/** The ids of the executions that the killed one had. */
	let lost: string[];

	before(async () => {
		await start('database');
		// The first calls of a worker take longer.
		await callAll(cluster.client, await approvedCallers(12, images, 500));
		const [staying, killed] = cluster.workers;
		others = [staying];
		// Every one of them would be approved, had its worker lived.
		callers = await approvedCallers(8, images, 8_000);
		({ answering } = await callUntilSent(callers));
		lost = unfinished(killed);
		assert.ok(lost.length > 0, 'the worker had nothing to do');
		process.kill(killed.process.pid, 'SIGKILL');
		await killed.process.exited;
	});
	after(() => cluster.stop());

	test('right after a worker was killed, the next call works by the other', async () => {
		const next = await approvedCallers(1, images, 1);
		checkAll(next, await callAll(cluster.client, next));
	});

	test('a worker that takes its place takes its part of the next calls', async () => {
		const fresh = await cluster.replaceWorker(1);
		others.push(fresh);
		const again = await approvedCallers(12, images, 500);
		checkAll(again, await callAll(cluster.client, again));
		assert.ok(fresh.started.size > 0, 'it took nothing');
	});

	// While n8n has yet to notice that the worker is gone.
	void describe('many callers at once', () => {
		let callers: Caller[];
		let answers: Answer[];
		let takenBefore: number[];

		before(async () => {
			takenBefore = takenByWorkers();
			callers = await variousCallers(CALLS, images);
			answers = await callAll(cluster.client, callers);
		});

		test(`each of ${CALLS} callers at once is told the decision on its own images`, () =>
			checkAll(callers, answers));

		test(`both workers have their part in the ${CALLS} calls, and each is run once`, () => {
			const taken = takenByWorkers().map((count, index) => count - (takenBefore[index] ?? 0));
			assert.equal(sum(taken), CALLS);
			assert.ok(Math.min(...taken) >= CALLS / 5, `the workers took ${taken.join(' and ')}`);
		});

		test('without further settings the images are kept in PostgreSQL alone', async () => {
			const stored = await filesInDatabase();
			assert.ok(stored >= 2 * CALLS, `${stored} files are in the database`);
			assert.deepEqual(filesOfProcesses('database'), []);
		});
	});

	test('a worker with SIGTERM finishes its executions, then ends, and no caller notices', async () => {
		const [leaving] = cluster.workers;
		const takenBefore = leaving.started.size;
		const callers = await approvedCallers(8, images, 7_000);
		const { answering } = await callUntilSent(callers);
		const inMidRun = unfinished(leaving).length;
		assert.ok(inMidRun > 0, 'the worker had nothing to do');
		process.kill(leaving.process.pid, 'SIGTERM');
		assert.equal(await leaving.process.exited, 'code 0');
		assert.equal(leaving.started.size - takenBefore, inMidRun);
		assert.deepEqual(leaving.finished, leaving.started);
		checkAll(callers, await answering);
		others.push(await cluster.replaceWorker(0));
	});

	test('callers whose worker was killed get an error, the others their verdicts', async () => {
		let failed = 0;
		for (const [index, answer] of (await answering).entries()) {
			if (answer.status === 200) callers[index]?.check(answer);
			else {
				failed++;
				assert.equal(answer.status, 500, answer.text);
				assert.ok(!holdsVerdict(answer), answer.text);
			}
		}
		assert.equal(failed, lost.length);
	});

	test('nobody is approved by an execution whose worker was killed', async () => {
		for (const id of lost) {
			const { status, data } = await cluster.client.execution(id);
			assert.ok(['error', 'crashed'].includes(status), `execution ${id} is ${status}`);
			assert.deepEqual(outputsOf(data, BRANCHES.approve), []);
		}
	});

	test('an execution whose worker was killed is not run again, so each verification is billed once', () => {
		assert.ok(lost.every((id) => others.every(({ started }) => !started.has(id))));
		const requests = sandbox.process.lastLines(200).split('\n');
		for (const { id } of callers) {
			assert.equal(requests.filter((line) => line.includes(`"${id}"`)).length, 1, id);
		}
	});
});

void describe('With the images in a folder that all processes share', () => {
	let shared: string;
	let callers: Caller[];
	let answers: Answer[];
	let storedBefore: number;

	before(async () => {
		shared = join(scene.folder, 'shared');
		await start('filesystem', {
			N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
			N8N_BINARY_DATA_STORAGE_PATH: shared,
		});
		storedBefore = await filesInDatabase();
		callers = await variousCallers(20, images);
		answers = await callAll(cluster.client, callers);
	});
	after(() => cluster.stop());

	test('with a shared folder for the images both workers find what main took in', () => {
		checkAll(callers, answers);
		const taken = takenByWorkers();
		assert.ok(Math.min(...taken) > 0, `the workers took ${taken.join(' and ')}`);
	});

	test('images in a shared folder are kept nowhere else', async () => {
		assert.ok(globSync(join(shared, '**', 'binary_data', '*')).length >= 2 * callers.length);
		assert.equal(await filesInDatabase(), storedBefore);
		assert.deepEqual(filesOfProcesses('filesystem'), []);
	});
});

/** Starts a cluster that takes pairs by webhook. */
async function start(name: string, settings?: NodeJS.ProcessEnv): Promise<void> {
	cluster = await scene.startCluster(name, settings);
	const credentialId = await cluster.client.saveCredential(sandboxCredential(sandbox.url));
	await cluster.client.publishWorkflow(pairOverWebhook(credentialId));
}

/** Sends the pairs, and waits until Kairos has them but has not answered yet. */
async function callUntilSent(callers: Caller[]): Promise<{ answering: Promise<Answer[]> }> {
	const all = sum(takenByWorkers()) + callers.length;
	const answering = callAll(cluster.client, callers);
	await until('the workers have taken all calls', () => sum(takenByWorkers()) >= all);
	await sleep(UNTIL_SENT_MS);
	return { answering };
}

/** @throws {Error} when it does not hold within 120 s */
async function until(what: string, holds: () => boolean): Promise<void> {
	for (const end = Date.now() + WITHIN_MS; !holds(); await sleep(POLL_MS)) {
		if (Date.now() > end) throw new Error(`Not so within ${WITHIN_MS / 1000} s: ${what}`);
	}
}

/** How many calls each worker took from the queue. */
function takenByWorkers(): number[] {
	return cluster.workers.map(({ started }) => started.size);
}

function unfinished({ started, finished }: QueueWorker): string[] {
	return [...started].filter((id) => !finished.has(id));
}

async function filesInDatabase(): Promise<number> {
	return Number(await scene.query('select count(*) from binary_data'));
}

/** What the processes of a cluster keep of executions in folders of their own. */
function filesOfProcesses(name: string): string[] {
	return globSync(join(scene.folder, name, '*', '.n8n', '**', 'binary_data', '*'));
}

function sum(numbers: number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
