/**
 * `node test/queue/measure.mts`: how many verifications one worker does, as a table for
 * docs/scaling.md. A stub that answers after a set time stands in for Kairos, so that only n8n and
 * this node are measured.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { documentedBody } from '../../scripts/fixtures.mts';
import { ensureN8n } from '../../scripts/n8n/install.mts';
import { buildPackage } from '../../scripts/n8n/package.mts';
import { stopAll } from '../../scripts/processes.mts';
import { say, step } from '../../scripts/setup/progress.mjs';
import { stopOnSignals } from '../../scripts/signals.mts';
import { type Cluster, startCluster } from './cluster.mts';
import { startPostgres } from './postgres.mts';
import { temporaryFolder } from './programs.mts';
import { startRedis } from './redis.mts';
import { BATCH_WEBHOOK, batchOverWebhook, WEBHOOK } from './workflow.mts';

/** Of a second, as Linux counts a process's time on the processor. */
const TICKS = 100;
const KB = 1024;
/** By these bytes the node knows a JPEG; the stub looks at none. */
const JPEG_BEGINS = new Uint8Array([0xff, 0xd8, 0xff, 0xe0]);

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
	const form = new FormData();
	for (const field of ['selfie', 'photo']) {
		const image = new Blob([JPEG_BEGINS, randomBytes(bytes)], { type: 'image/jpeg' });
		form.set(field, image, `${field}.jpg`);
	}
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

/** Answers every request as in the documentation, after a while. */
async function startStub(delayMs: () => number): Promise<string> {
	const server = createServer((request, response) => {
		request.resume().on('end', () => {
			void sleep(delayMs()).then(() =>
				response.writeHead(200, { 'content-type': 'application/json' }).end(documentedBody),
			);
		});
	});
	server.listen(0, '127.0.0.1').unref();
	await once(server, 'listening');
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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

async function main(): Promise<void> {
	const folder = temporaryFolder('measure');
	const busy = (loadavg()[0] as number).toFixed(1);
	let delayMs = 0;
	const [installation, postgres, redis, tarball, kairosUrl] = await Promise.all([
		ensureN8n(),
		startPostgres(),
		startRedis(),
		buildPackage(),
		startStub(() => delayMs),
	]);
	await postgres.createDatabase('n8n');
	const cluster = await step('Start n8n: a main and a worker', 'about 25 s', () =>
		startCluster({
			...{ installation, tarball, folder, postgres, redis, kairosUrl, name: 'n8n' },
			...{ encryptionKey: randomBytes(24).toString('hex'), workers: 1, concurrency: 5 },
		}),
	);
	console.log(`${availableParallelism()} cores, wanted by ${busy} other processes at the start:\n`);
	console.log(`| ${HEADINGS.join(' | ')} |\n|${' --- |'.repeat(HEADINGS.length)}`);
	for (const load of LOADS) {
		// A new one for each, as the most memory that it ever took is measured.
		await cluster.workers[0]?.process.stop();
		await cluster.replaceWorker(0, load.concurrency);
		delayMs = load.delayMs;
		console.log(`| ${(await measure(cluster, load)).join(' | ')} |`);
	}
	await cluster.stop();
	await Promise.all([redis.stop(), postgres.stop()]);
}

stopOnSignals(() => false);
try {
	await main();
} catch (error) {
	say((error as Error).message);
	process.exitCode = 1;
} finally {
	await stopAll();
}
