import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { N8nInstallation } from '../../scripts/n8n/install.mts';
import { findFreePort } from '../../scripts/ports.mts';
import { END_WITH_US, type Running, startProcess } from '../../scripts/processes.mts';
import { SetupError } from '../../scripts/setup/npm.mjs';

const READY_WITHIN_MS = 120_000;
const POLL_MS = 150;

/** As a worker logs them. */
const STARTED = /Worker started execution (\d+)/;
const FINISHED = /Worker finished execution (\d+)/;

export interface WorkerOptions {
	installation: N8nInstallation;
	/** Holds the package, in `.n8n/nodes`. */
	userFolder: string;
	/** Where the queue and the database are, and how this worker is to treat them. */
	settings: NodeJS.ProcessEnv;
	/** How many executions it runs side by side. */
	concurrency: number;
}

export interface QueueWorker {
	process: Running;
	/** The ids of the executions that it took from the queue. */
	started: ReadonlySet<string>;
	/** The ids of those that it brought to an end. */
	finished: ReadonlySet<string>;
}

/**
 * Starts a worker of n8n's queue mode and waits until it takes work.
 *
 * @throws {SetupError} when it ends or is not ready within 120 s: its last lines
 */
export async function startWorker(options: WorkerOptions): Promise<QueueWorker> {
	const { installation, userFolder, settings, concurrency } = options;
	mkdirSync(userFolder, { recursive: true });
	const healthPort = await findFreePort();
	const started = new Set<string>();
	const finished = new Set<string>();
	const args = [...END_WITH_US, installation.cli, 'worker', `--concurrency=${concurrency}`];
	const running = await startProcess(process.execPath, args, {
		cwd: userFolder,
		env: {
			// Nothing else of the person's own settings: some may be meant for another n8n.
			PATH: process.env['PATH'],
			HOME: userFolder,
			N8N_USER_FOLDER: userFolder,
			N8N_RUNNERS_BROKER_PORT: String(await findFreePort()),
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(healthPort),
			N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
			N8N_DIAGNOSTICS_ENABLED: 'false',
			N8N_DISABLED_MODULES: 'mcp-registry',
			...settings,
		},
		logFile: join(userFolder, 'worker.log'),
		onLine: (line) => {
			const start = STARTED.exec(line)?.[1];
			if (start !== undefined) started.add(start);
			const finish = FINISHED.exec(line)?.[1];
			if (finish !== undefined) finished.add(finish);
		},
	});
	await waitUntilReady(running, `http://127.0.0.1:${healthPort}/healthz/readiness`);
	return { process: running, started, finished };
}

async function waitUntilReady(worker: Running, url: string): Promise<void> {
	let end: string | undefined;
	void worker.exited.then((how) => {
		end = how;
	});
	const until = Date.now() + READY_WITHIN_MS;
	while (!(await answersWell(url))) {
		if (end === undefined && Date.now() < until) {
			await sleep(POLL_MS);
			continue;
		}
		await worker.stop();
		throw new SetupError(`An n8n worker did not start. Its last lines:\n${worker.lastLines(20)}`);
	}
}

async function answersWell(url: string): Promise<boolean> {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
		await response.body?.cancel();
		return response.ok;
	} catch {
		return false;
	}
}
