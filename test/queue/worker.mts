import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { N8nInstallation } from '../../scripts/n8n/install.mts';
import { findFreePort } from '../../scripts/ports.mts';
import { EXIT_WITH_PARENT, type Running, startProcess } from '../../scripts/processes.mts';
import { respondsOk, waitUntilReady } from '../../scripts/ready.mts';

const READY_WITHIN_MS = 120_000;

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
	const args = [...EXIT_WITH_PARENT, installation.cli, 'worker', `--concurrency=${concurrency}`];
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
	const isReady = () => respondsOk(`http://127.0.0.1:${healthPort}/healthz/readiness`);
	await waitUntilReady(running, 'An n8n worker', isReady, READY_WITHIN_MS);
	return { process: running, started, finished };
}
