/** `npm run test:queue`: n8n's queue mode, on a real PostgreSQL and a real Redis. */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Mailbox, startMailbox } from '../../scripts/mailbox.mts';
import { outputsOf } from '../../scripts/n8n/execution.mts';
import { stopAll } from '../../scripts/processes.mts';
import { serviceOf } from '../../scripts/sandbox.mts';
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
import { linkIn, onboard, publishOnboarding, rowOf, until } from './onboarding.mts';
import { BRANCHES } from './workflow.mts';

const CALLS = 100;
/** From when a worker takes a call until Kairos has its images. */
const UNTIL_SENT_MS = 2_000;

let scene: Awaited<ReturnType<typeof prepareClusters>>;
let cluster: Cluster;

stopOnSignals();
before(async () => {
	scene = await prepareClusters();
});
after(stopAll);

void describe('With the images in the database', () => {
	before(async () => {
		cluster = await scene.startCluster('database');
	});
	after(() => cluster.stop());

	void describe('many callers at once', () => {
		let callers: Caller[];
		let answers: Answer[];

		before(async () => {
			callers = await variousCallers(CALLS, scene.images);
			answers = await callAll(cluster.client, callers);
		});

		test(`each of ${CALLS} callers at once is told the decision on its own images`, () =>
			checkAll(callers, answers));

		test(`both workers have their part in the ${CALLS} calls, and each is run once`, () => {
			const taken = takenByWorkers();
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
		const callers = await approvedCallers(8, scene.images, 7_000);
		const { answering } = await callUntilSent(callers);
		const inMidRun = unfinished(leaving).length;
		assert.ok(inMidRun > 0, 'the worker had nothing to do');
		process.kill(leaving.process.pid, 'SIGTERM');
		assert.equal(await leaving.process.exited, 'code 0');
		assert.equal(leaving.started.size - takenBefore, inMidRun);
		assert.deepEqual(leaving.finished, leaving.started);
		checkAll(callers, await answering);
		await cluster.replaceWorker(0);
	});

	void describe('a worker that is gone from one moment to the next while it verifies', () => {
		let staying: QueueWorker;
		let fresh: QueueWorker;
		let callers: Caller[];
		let answering: Promise<Answer[]>;
		let lost: string[];

		before(async () => {
			const [first, killed] = cluster.workers;
			staying = first;
			// Every one of them would be approved, had its worker lived.
			callers = await approvedCallers(8, scene.images, 8_000);
			({ answering } = await callUntilSent(callers));
			lost = unfinished(killed);
			assert.ok(lost.length > 0, 'the worker had nothing to do');
			process.kill(killed.process.pid, 'SIGKILL');
			await killed.process.exited;
		});

		test('right after a worker was killed, the next call works by the other', async () => {
			const next = await approvedCallers(1, scene.images, 1);
			checkAll(next, await callAll(cluster.client, next));
		});

		test('a worker that takes its place takes its part of the next calls', async () => {
			fresh = await cluster.replaceWorker(1);
			const again = await approvedCallers(12, scene.images, 500);
			checkAll(again, await callAll(cluster.client, again));
			assert.ok(fresh.started.size > 0, 'it took nothing');
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
			assert.ok(lost.every((id) => !staying.started.has(id) && !fresh.started.has(id)));
			const requests = scene.sandbox.process.lastLines(200).split('\n');
			for (const { id } of callers) {
				assert.equal(requests.filter((line) => line.includes(`"${id}"`)).length, 1, id);
			}
		});
	});
});

void describe('With the images in a folder that all processes share', () => {
	let shared: string;
	let callers: Caller[];
	let answers: Answer[];
	let storedBefore: number;

	before(async () => {
		shared = join(scene.folder, 'shared');
		cluster = await scene.startCluster('filesystem', {
			N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
			N8N_BINARY_DATA_STORAGE_PATH: shared,
		});
		storedBefore = await filesInDatabase();
		callers = await variousCallers(20, scene.images);
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

void describe('The example that onboards people, with the images in the database', () => {
	let mailbox: Mailbox;
	let storedBefore: number;

	before(async () => {
		cluster = await scene.startCluster('onboarding');
		mailbox = await startMailbox('Mailbox');
		storedBefore = await filesInDatabase();
		await publishOnboarding(cluster, mailbox, serviceOf(scene.sandbox.url));
	});
	after(async () => {
		await cluster.stop();
		await mailbox.stop();
	});

	test('an approved applicant sees the page for it, and the table says so', async () => {
		const email = 'approved@example.com';
		const steering = { match: 0.93, liveness: 0.97 };
		const page = await onboard(cluster, mailbox, scene.images, steering, email);
		assert.match(page, /Your face matches the photo/);
		const row = await rowOf(cluster, email);
		assert.equal(row?.['outcome'], 'approve');
	});

	test('an applicant for review waits for a person, whose yes approves', async () => {
		const email = 'review@example.com';
		const steering = { match: 0.4803, liveness: 0.97 };
		const page = await onboard(cluster, mailbox, scene.images, steering, email);
		assert.match(page, /A person takes a look/);
		const link = await linkIn(mailbox, 'reviewers@example.com');
		assert.match(await (await fetch(link)).text(), /Do both images show the same live person\?/);
		assert.equal((await rowOf(cluster, email))?.['outcome'], 'review');
		const body = new URLSearchParams({ answer: 'yes', by: 'Grace' });
		const answer = await fetch(link, { method: 'POST', body });
		assert.ok(answer.ok, await answer.text());
		const [review] = await cluster.client.rowsOf('kyc_reviews');
		assert.equal(review?.['decision'], 'approve');
		assert.equal(review['decidedBy'], 'Grace');
	});

	test('the images go with the executions', async () => {
		const ids = (await cluster.client.rowsOf('kyc_attempts')).map((row) => row['attempt']);
		await cluster.client.call('POST', '/rest/executions/delete', { ids });
		await until('the images are gone', async () => (await filesInDatabase()) === storedBefore);
	});
});

/** Sends the pairs, and waits until Kairos has them but has not answered yet. */
async function callUntilSent(callers: Caller[]): Promise<{ answering: Promise<Answer[]> }> {
	const all = sum(takenByWorkers()) + callers.length;
	const answering = callAll(cluster.client, callers);
	await until('the workers have taken all calls', () => sum(takenByWorkers()) >= all);
	await sleep(UNTIL_SENT_MS);
	return { answering };
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
