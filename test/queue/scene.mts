import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ensureN8n } from '../../scripts/n8n/install.mts';
import { buildPackage } from '../../scripts/copy.mts';
import { makeImages } from '../../scripts/images.mts';
import { startSandbox } from '../../scripts/sandbox.mts';
import type { Server } from '../../scripts/server.mts';
import { step } from '../../scripts/bootstrap.mjs';
import { type Cluster, startCluster } from './cluster.mts';
import { type Postgres, startPostgres } from './postgres.mts';
import { temporaryFolder } from '../../scripts/paths.mts';
import { startRedis } from './redis.mts';

/** The database that all processes of n8n share. */
export const DATABASE = 'n8n';

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

/** n8n takes away the images of executions that are not to be kept: by default every 15 minutes. */
const DELETE_SOON = { EXECUTIONS_DATA_PRUNE_HARD_DELETE_INTERVAL: '0.05' };

/** All that the tests look at. */
export interface Scene {
	images: string;
	sandbox: Server;
	postgres: Postgres;
	/** Holds a folder for each n8n that is started. */
	folder: string;
	/**
	 * Starts a main and two workers on the database.
	 *
	 * @param name of their folder
	 */
	startCluster(name: string, settings?: NodeJS.ProcessEnv): Promise<Cluster>;
	/** Ends what is not a cluster. */
	stop(): Promise<void>;
}

/**
 * Starts PostgreSQL, Redis and the sandbox, and packs the node.
 *
 * @throws {SetupError} when PostgreSQL, Redis or n8n is missing or does not start
 */
export async function setScene(): Promise<Scene> {
	const folder = temporaryFolder('queue');
	const images = join(folder, 'images');
	const installation = await ensureN8n();
	const tarball = await step('Build and pack the node', 'about 6 s', buildPackage);
	const [postgres, redis, sandbox] = await step(
		'Start PostgreSQL, Redis and the sandbox',
		'about 6 s',
		() => Promise.all([startPostgres(), startRedis(), startSandbox()]),
	);
	await Promise.all([makeImages(images), postgres.createDatabase(DATABASE)]);
	const encryptionKey = randomBytes(24).toString('hex');
	return {
		...{ images, sandbox, postgres, folder },
		startCluster: (name, settings) =>
			step('Start n8n: a main and two workers', 'about 25 s', () =>
				startCluster({
					...{ installation, tarball, folder: join(folder, name), postgres, redis },
					...{ name: DATABASE, encryptionKey, kairosUrl: sandbox.url },
					settings: { ...NOTICE_SOON, ...DELETE_SOON, ...settings },
					...{ workers: 2, concurrency: 10 },
				}),
			),
		stop: async () => {
			await Promise.all([sandbox.process.stop(), redis.stop(), postgres.stop()]);
		},
	};
}
