/** `node test/e2e/queue.mts`: n8n's queue mode, on a real PostgreSQL and a real Redis. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureN8n } from '../../scripts/n8n/install.mts';
import { buildPackage } from '../../scripts/n8n/package.mts';
import { makePictures } from '../../scripts/pictures.mts';
import { stopAll } from '../../scripts/processes.mts';
import { startSandbox } from '../../scripts/sandbox.mts';
import { SetupError } from '../../scripts/setup/npm.mjs';
import { say, step } from '../../scripts/setup/progress.mjs';
import { isStopping, stopOnSignals } from '../../scripts/signals.mts';
import { startCluster } from './queue/cluster.mts';
import { testKilled, testTerminated } from './queue/leavingWorkers.mts';
import { testDatabaseBinaries, testSharedFolder, testSpread } from './queue/pictures.mts';
import { startPostgres } from './queue/postgres.mts';
import { temporaryFolder } from './queue/programs.mts';
import { startRedis } from './queue/redis.mts';
import { DATABASE } from './queue/scene.mts';
import { Tally } from './queue/tally.mts';

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

/**
 * Runs a main and two workers through what queue mode must withstand.
 *
 * @throws {SetupError} when PostgreSQL, Redis or n8n is missing or does not start
 */
export async function runQueueTests(): Promise<{ passed: number; failed: number }> {
	const tally = new Tally();
	const ends: (() => Promise<void>)[] = [];
	const folder = temporaryFolder('queue');
	try {
		const installation = await ensureN8n();
		const scene = await step('Start PostgreSQL, Redis and the sandbox', 'about 6 s', async () => {
			const postgres = await startPostgres();
			ends.push(() => postgres.stop());
			const redis = await startRedis();
			ends.push(() => redis.stop());
			const sandbox = await startSandbox();
			ends.push(() => sandbox.process.stop());
			const pictures = join(folder, 'pictures');
			await Promise.all([makePictures(pictures), postgres.createDatabase(DATABASE)]);
			return { folder, pictures, postgres, redis, sandbox };
		});
		const tarball = await step('Build and pack the node', 'about 6 s', buildPackage);
		ends.push(() => rm(dirname(tarball), { recursive: true, force: true }));
		const encryptionKey = randomBytes(24).toString('hex');
		const start = async (name: string, settings: NodeJS.ProcessEnv) => {
			const { postgres, redis, sandbox } = scene;
			const cluster = await step('Start n8n: a main and two workers', 'about 25 s', () =>
				startCluster({
					...{ installation, tarball, folder: join(folder, name), postgres, redis },
					...{ name: DATABASE, encryptionKey, kairosUrl: sandbox.url },
					settings: { ...NOTICE_SOON, ...settings },
					...{ workers: 2, concurrency: 10 },
				}),
			);
			ends.push(() => cluster.stop());
			return cluster;
		};

		const inDatabase = await start('database', {});
		await testSpread(tally, inDatabase, scene);
		await testDatabaseBinaries(tally, scene);
		await testTerminated(tally, inDatabase, scene);
		await testKilled(tally, inDatabase, scene);
		await inDatabase.stop();

		const shared = join(folder, 'shared');
		const inFiles = await start('filesystem', {
			N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
			N8N_BINARY_DATA_STORAGE_PATH: shared,
		});
		await testSharedFolder(tally, inFiles, scene, shared);
	} finally {
		for (const end of ends.toReversed()) await end();
	}
	return tally;
}

if (import.meta.main) {
	stopOnSignals(() => false);
	try {
		const { passed, failed } = await runQueueTests();
		console.log(`${passed} passed, ${failed} failed`);
		process.exitCode = failed === 0 ? 0 : 1;
	} catch (error) {
		if (!isStopping()) {
			say(error instanceof SetupError ? error.message : String((error as Error).stack));
			process.exitCode = 1;
		}
	} finally {
		if (!isStopping()) await stopAll();
	}
}
