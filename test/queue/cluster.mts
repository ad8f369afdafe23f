import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ensureN8n } from '../../scripts/n8n/install.mts';
import { ensurePackage, installPackage } from '../../scripts/n8n/package.mts';
import { N8nClient } from '../../scripts/n8n/rest.mts';
import {
	n8nEnvironment,
	type N8nServer,
	READY_WITHIN_MS,
	startN8n,
} from '../../scripts/n8n/server.mts';
import { temporaryFolder } from '../../scripts/paths.mts';
import { findFreePort } from '../../scripts/ports.mts';
import { EXIT_WITH_PARENT, type Running, startProcess } from '../../scripts/processes.mts';
import { respondsOk, waitUntilReady } from '../../scripts/ready.mts';
import { step } from '../../scripts/bootstrap.mjs';
import { startServices } from './services.mts';

/** As a worker logs them. */
const STARTED = /Worker started execution (\d+)/;
const FINISHED = /Worker finished execution (\d+)/;

/**
 * How soon the queue notices that a worker is gone: its hold on an execution lapses after 15 s
 * (n8n's default is 60 s), and each 5 s (30 s) a worker looks for what has lapsed. n8n then waits
 * for the execution's end for 30 s more, unless the worker comes back and says that it is lost.
 */
const NOTICE_SOON = {
	QUEUE_WORKER_LOCK_DURATION: '15000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

/** n8n takes away the files of executions that are not to be kept: by default every 15 minutes. */
export const DELETE_SOON = { EXECUTIONS_DATA_PRUNE_HARD_DELETE_INTERVAL: '0.05' };

export interface QueueWorker {
	process: Running;
	/** The ids of the executions that it took from the queue. */
	started: ReadonlySet<string>;
	/** The ids of those that it brought to an end. */
	finished: ReadonlySet<string>;
}

/** An n8n in queue mode: a main and two workers. */
export interface Cluster {
	main: N8nServer;
	/** Logged in to it. */
	client: N8nClient;
	workers: [QueueWorker, QueueWorker];
	/** Starts a worker in the place of the one at `index`, which must have ended. */
	replaceWorker(index: 0 | 1): Promise<QueueWorker>;
	stop(): Promise<void>;
}

/**
 * Starts what all clusters share, and packs the node.
 *
 * @throws {SetupError} when PostgreSQL, Redis or n8n is missing or does not start
 */
export async function prepareClusters() {
	const folder = temporaryFolder('queue');
	const installation = await ensureN8n();
	const tarball = await ensurePackage();
	const services = await step('Start PostgreSQL and Redis', 'about 5 s', startServices);
	const shared = {
		...services.settings,
		...NOTICE_SOON,
		...DELETE_SOON,
		// With it, n8n encrypts credentials in the database.
		N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
	};

	/** @param name of a folder that holds one for each process, as if each had its own machine */
	async function startCluster(name: string, settings: NodeJS.ProcessEnv = {}): Promise<Cluster> {
		const port = await findFreePort();
		const env = {
			...shared,
			// Workers make links to it too.
			WEBHOOK_URL: `http://127.0.0.1:${port}/`,
			...settings,
		};
		const prepare = async (process: string) => {
			const userFolder = join(folder, name, process);
			await installPackage(tarball, userFolder);
			return userFolder;
		};
		const startMain = async () =>
			startN8n({ installation, userFolder: await prepare('main'), port, env });
		const start = async (index: number) =>
			startWorker(installation.cli, await prepare(`worker-${index + 1}`), env);

		// Side by side: by a lock in the database only one of them brings it up to date.
		const [main, ...workers] = await step('Start n8n: a main and two workers', 'about 25 s', () =>
			Promise.all([startMain(), start(0), start(1)]),
		);
		const client = new N8nClient(main.url);
		await client.logIn(main.owner);
		return {
			main,
			client,
			workers,
			replaceWorker: async (index) => (workers[index] = await start(index)),
			stop: async () => {
				await Promise.all(workers.map(({ process }) => process.stop()));
				await main.process.stop();
			},
		};
	}
	return { folder, query: (sql: string) => services.query(sql), startCluster };
}

/** Starts a worker of n8n's queue mode, for ten executions at once, and waits until it takes work. */
async function startWorker(
	cli: string,
	userFolder: string,
	settings: NodeJS.ProcessEnv,
): Promise<QueueWorker> {
	const port = await findFreePort();
	const started = new Set<string>();
	const finished = new Set<string>();
	const args = [...EXIT_WITH_PARENT, cli, 'worker', '--concurrency=10'];
	const running = await startProcess(process.execPath, args, {
		cwd: userFolder,
		env: {
			...(await n8nEnvironment(userFolder)),
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(port),
			N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
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
	const isReady = () => respondsOk(`http://127.0.0.1:${port}/healthz/readiness`);
	await waitUntilReady(running, 'An n8n worker', isReady, READY_WITHIN_MS);
	return { process: running, started, finished };
}
