import { join } from 'node:path';
import { DEMO_OWNER, sandboxCredential } from '../../scripts/demo/setUp.mts';
import type { N8nInstallation } from '../../scripts/n8n/install.mts';
import { installPackage } from '../../scripts/n8n/package.mts';
import { N8nClient } from '../../scripts/n8n/rest.mts';
import { type N8nServer, startN8n } from '../../scripts/n8n/server.mts';
import { findFreePort } from '../../scripts/ports.mts';
import type { Postgres } from './postgres.mts';
import type { Redis } from './redis.mts';
import { type QueueWorker, startWorker } from './worker.mts';
import { pairOverWebhook } from './workflow.mts';

export interface ClusterOptions {
	installation: N8nInstallation;
	/** The packed package, which each process gets. */
	tarball: string;
	/** Holds a user folder for each process, as if each were on a machine of its own. */
	folder: string;
	/** Names this n8n's database, which must be there, and its queue. */
	name: string;
	/** With what n8n encrypts credentials in the database: the same for all that share it. */
	encryptionKey: string;
	postgres: Postgres;
	redis: Redis;
	/** Where Kairos is. */
	kairosUrl: string;
	workers: number;
	/** How many executions each worker runs side by side. */
	concurrency: number;
	/** Further settings of every process. */
	settings?: NodeJS.ProcessEnv;
}

export interface Cluster {
	client: N8nClient;
	/** n8n's id of the credential that points at `kairosUrl`. */
	credentialId: string;
	main: N8nServer;
	workers: QueueWorker[];
	/** Starts a worker in the place of the one at `index`, which must have ended. */
	replaceWorker(index: number, concurrency?: number): Promise<QueueWorker>;
	stop(): Promise<void>;
}

/**
 * Starts n8n in queue mode: a main, its workers, the package on each, and the workflow published.
 *
 * @throws {SetupError} when a process does not start
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
	const { installation, tarball, folder, name, postgres, redis } = options;
	const port = await findFreePort();
	const settings = {
		// Workers make links to it too.
		WEBHOOK_URL: `http://127.0.0.1:${port}/`,
		...postgres.settingsFor(name),
		...redis.settingsFor(name),
		N8N_ENCRYPTION_KEY: options.encryptionKey,
		...options.settings,
	};
	const startMain = async () => {
		const userFolder = join(folder, 'main');
		await installPackage(tarball, userFolder);
		return await startN8n({ installation, userFolder, port, env: settings });
	};
	const workers: QueueWorker[] = [];
	const replaceWorker = async (index: number, concurrency = options.concurrency) => {
		const userFolder = join(folder, `worker-${index + 1}`);
		await installPackage(tarball, userFolder);
		const worker = await startWorker({ installation, userFolder, settings, concurrency });
		workers[index] = worker;
		return worker;
	};

	// Side by side: by a lock in the database only one of them brings it up to date.
	const startingMain = startMain();
	const startingWorkers = Array.from({ length: options.workers }, (_, index) =>
		replaceWorker(index),
	);
	const stop = async () => {
		await Promise.all(workers.map((worker) => worker.process.stop()));
		await startingMain.then((main) => main.stop());
	};
	try {
		// All have started or failed before anything is stopped, so that none is left behind.
		await Promise.allSettled([startingMain, ...startingWorkers]);
		const [main] = await Promise.all([startingMain, ...startingWorkers]);
		const client = new N8nClient(main.url);
		await client.logIn(DEMO_OWNER);
		const credentialId = await client.saveCredential(sandboxCredential(options.kairosUrl));
		await client.publishWorkflow(pairOverWebhook(credentialId));
		return { client, credentialId, main, workers, replaceWorker, stop };
	} catch (error) {
		await stop().catch(() => undefined);
		throw error;
	}
}
