/**
 * `node test/queue/measure.mts [worker|limit]`: what docs/scaling.md tells, as tables: how many
 * verifications one worker does, and what the paces of several workers do together at the rate
 * limit of one account. The benchmark's stub stands in for Kairos, so that only n8n and this node
 * are measured.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { imageOf, newRound, readRecord } from '../../benchmark/jobs.mts';
import { startStub } from '../../benchmark/stub/start.mts';
import { sandboxCredential } from '../../scripts/demo/setUp.mts';
import { ensureN8n } from '../../scripts/n8n/install.mts';
import { buildPackage } from '../../scripts/copy.mts';
import { stopAll } from '../../scripts/processes.mts';
import { say, step } from '../../scripts/bootstrap.mjs';
import { stopOnSignals } from '../../scripts/signals.mts';
import { type Cluster, startCluster } from './cluster.mts';
import { startPostgres } from './postgres.mts';
import { temporaryFolder } from '../../scripts/paths.mts';
import { startRedis } from './redis.mts';
import { BATCH_WEBHOOK, batchOverWebhook, WEBHOOK } from './workflow.mts';

/** Of a second, as Linux counts a process's time on the processor. */
const TICKS = 100;
const KB = 1024;

interface Load {
	/** Executions side by side in the worker. */
	concurrency: number;
	delayMs: number;
	/** Size of each image. */
	bytes: number;
	calls: number;
	/** All pairs come in one execution, and the node has this many requests in flight. */
	inOneExecution?: number;
}

const LOADS: Load[] = [
	{ concurrency: 5, delayMs: 100, bytes: 100 * KB, calls: 80 },
	{ concurrency: 10, delayMs: 100, bytes: 100 * KB, calls: 80 },
	{ concurrency: 5, delayMs: 1_000, bytes: 100 * KB, calls: 60 },
	{ concurrency: 10, delayMs: 1_000, bytes: 100 * KB, calls: 80 },
	{ concurrency: 10, delayMs: 1_000, bytes: 2 * KB * KB, calls: 60 },
	{ concurrency: 5, delayMs: 100, bytes: 100 * KB, calls: 400, inOneExecution: 5 },
	{ concurrency: 5, delayMs: 1_000, bytes: 100 * KB, calls: 60, inOneExecution: 5 },
	{ concurrency: 5, delayMs: 1_000, bytes: 100 * KB, calls: 200, inOneExecution: 20 },
];

const HEADINGS = [
	'executions side by side',
	'requests in one execution',
	'API delay',
	'each image',
	'verifications a second',
	"worker's CPU each",
	"main's CPU each",
	'worker at most',
];

async function measure(cluster: Cluster, load: Load): Promise<string[]> {
	const { concurrency, delayMs, bytes, calls, inOneExecution } = load;
	const pids = [cluster.workers[0]?.process.pid, cluster.main.process.pid] as [number, number];
	const form = pairOf(bytes);
	const path = inOneExecution ? BATCH_WEBHOOK : WEBHOOK;
	const callOnce = async () => {
		const response = await cluster.client.callWebhook(path, form);
		assert.equal(response.status, 200, await response.text());
	};
	if (inOneExecution) {
		const shape = { items: calls, maxConcurrentRequests: inOneExecution };
		await cluster.client.publishWorkflow(batchOverWebhook(cluster.credentialId, shape));
	} else {
		// What is compiled and connected at the first calls is not what is asked for.
		await Promise.all(Array.from({ length: 2 * concurrency }, callOnce));
	}
	const usedBefore = pids.map(processorMs);
	const startedAt = performance.now();
	let left = inOneExecution ? 1 : calls;
	const caller = async () => {
		while (left-- > 0) await callOnce();
	};
	// Twice as many as the worker takes: the queue is never empty.
	await Promise.all(Array.from({ length: 2 * concurrency }, caller));
	const seconds = (performance.now() - startedAt) / 1000;
	const [worker, main] = pids.map(
		(pid, index) => (processorMs(pid) - (usedBefore[index] as number)) / calls,
	) as [number, number];
	return [
		String(inOneExecution ? 1 : concurrency),
		String(inOneExecution ?? 1),
		delayMs < 1_000 ? `${delayMs} ms` : `${delayMs / 1_000} s`,
		bytes < KB * KB ? `${bytes / KB} KB` : `${bytes / KB / KB} MB`,
		(calls / seconds).toFixed(1),
		`${worker.toFixed(0)} ms`,
		`${main.toFixed(0)} ms`,
		`${mostMegabytes(pids[0])} MB`,
	];
}

/** What comes at once for an account whose rate limit all executions share. */
interface Crowd {
	executions: number;
	/** Of each execution. */
	items: number;
	/** Executions side by side in each worker. */
	concurrency: number;
}

const WORKERS = 3;
const PER_SECOND = 10;
const MAX_CONCURRENT_REQUESTS = 5;

const CROWDS: Crowd[] = [
	{ executions: 1, items: 300, concurrency: 1 },
	{ executions: 3, items: 100, concurrency: 1 },
	{ executions: 9, items: 33, concurrency: 3 },
	{ executions: 60, items: 1, concurrency: 5 },
];

const CROWD_HEADINGS = [
	'executions × items',
	'side by side',
	'verified',
	'requests in vain',
	'time',
	'the limit alone takes',
];

async function measureCrowd(cluster: Cluster, stubUrl: string, crowd: Crowd): Promise<string[]> {
	const { executions, items, concurrency } = crowd;
	const { url, recordUrl } = newRound(stubUrl, {
		delayMs: 50,
		behavior: { kind: 'limited', perSecond: PER_SECOND },
	});
	const credentialId = await cluster.client.saveCredential(sandboxCredential(url));
	const shape = { items, maxConcurrentRequests: MAX_CONCURRENT_REQUESTS };
	await cluster.client.publishWorkflow(batchOverWebhook(credentialId, shape));
	const form = pairOf(20 * KB);
	const startedAt = performance.now();
	const verified = await Promise.all(
		Array.from({ length: executions }, async () => {
			const response = await cluster.client.callWebhook(BATCH_WEBHOOK, form);
			const told: unknown = await response.json();
			return Array.isArray(told) ? told.filter(isVerified).length : 0;
		}),
	);
	const seconds = (performance.now() - startedAt) / 1000;
	const { counts } = await readRecord(recordUrl);
	const all = executions * items;
	return [
		`${executions} × ${items}`,
		String(Math.min(executions, WORKERS * concurrency)),
		`${verified.reduce((sum, count) => sum + count, 0)} of ${all}`,
		String(counts.inVain),
		`${seconds.toFixed(0)} s`,
		`${((all - PER_SECOND) / PER_SECOND).toFixed(0)} s`,
	];
}

function isVerified(item: unknown): boolean {
	return typeof item === 'object' && item !== null && 'verification' in item;
}

function pairOf(bytes: number): FormData {
	const form = new FormData();
	for (const kind of ['selfie', 'photo'] as const) {
		const image = new Blob([new Uint8Array(imageOf(kind, bytes))], { type: 'image/jpeg' });
		form.set(kind, image, `${kind}.jpg`);
	}
	return form;
}

function processorMs(pid: number): number {
	// The name, the second field, is in brackets and may hold spaces.
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
	const [user, system] = fields.slice(11, 13).map(Number) as [number, number];
	return ((user + system) / TICKS) * 1_000;
}

function mostMegabytes(pid: number): number {
	const [, kilobytes] =
		/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
	return Math.round(Number(kilobytes) / KB);
}

/** Measures one worker after the other, as the most memory that it ever took is measured. */
async function measureWorker(start: Start, stubUrl: string): Promise<void> {
	const cluster = await start('one_worker', 1);
	printRow(HEADINGS);
	printRow(HEADINGS.map(() => '---'));
	for (const load of LOADS) {
		await restartWorkers(cluster, load.concurrency);
		const { url } = newRound(stubUrl, { delayMs: load.delayMs });
		await cluster.client.saveCredential(sandboxCredential(url));
		printRow(await measure(cluster, load));
	}
	await cluster.stop();
}

async function measureLimit(start: Start, stubUrl: string): Promise<void> {
	const cluster = await start('rate_limit', WORKERS);
	printRow(CROWD_HEADINGS);
	printRow(CROWD_HEADINGS.map(() => '---'));
	for (const crowd of CROWDS) {
		await restartWorkers(cluster, crowd.concurrency);
		printRow(await measureCrowd(cluster, stubUrl, crowd));
	}
	await cluster.stop();
}

async function restartWorkers(cluster: Cluster, concurrency: number): Promise<void> {
	await Promise.all(
		cluster.workers.map(async ({ process }, index) => {
			await process.stop();
			await cluster.replaceWorker(index, concurrency);
		}),
	);
}

function printRow(cells: string[]): void {
	console.log(`| ${cells.join(' | ')} |`);
}

type Start = (name: string, workers: number) => Promise<Cluster>;

async function main(only: string | undefined): Promise<void> {
	const busy = (loadavg()[0] as number).toFixed(1);
	const folder = temporaryFolder('measure');
	const [installation, postgres, redis, tarball, stub] = await Promise.all([
		ensureN8n(),
		startPostgres(),
		startRedis(),
		buildPackage(),
		startStub(),
	]);
	const start: Start = async (name, workers) => {
		await postgres.createDatabase(name);
		return await step(`Start n8n: a main and ${workers} worker(s)`, 'about 25 s', () =>
			startCluster({
				...{ installation, tarball, folder: join(folder, name), postgres, redis, name, workers },
				...{ encryptionKey: randomBytes(24).toString('hex'), concurrency: 5 },
				kairosUrl: stub.url,
			}),
		);
	};
	console.log(`${availableParallelism()} cores, wanted by ${busy} other processes at the start:\n`);
	if (only !== 'limit') await measureWorker(start, stub.url);
	if (only !== 'worker') await measureLimit(start, stub.url);
	await Promise.all([redis.stop(), postgres.stop(), stub.process.stop()]);
}

stopOnSignals(() => false);
try {
	await main(process.argv[2]);
} catch (error) {
	say((error as Error).message);
	process.exitCode = 1;
} finally {
	await stopAll();
}
