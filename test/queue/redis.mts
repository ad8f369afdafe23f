import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '../../scripts/ports.mts';
import { startProcess } from '../../scripts/processes.mts';
import { waitUntilReady } from '../../scripts/ready.mts';
import { findProgram, serviceCommand, serviceFolder } from './programs.mts';

export interface Redis {
	/** What tells n8n to keep its queue here, apart from that of another n8n. */
	settingsFor(queue: string): NodeJS.ProcessEnv;
	stop(): Promise<void>;
}

/**
 * Starts a Redis of its own on a free port of 127.0.0.1, which writes nothing to the disk.
 *
 * @throws {SetupError} when Redis is not installed or does not start
 */
export async function startRedis(): Promise<Redis> {
	const program = findProgram('redis-server');
	const password = randomBytes(16).toString('hex');
	const port = String(await findFreePort());
	const folder = await serviceFolder('redis');
	const settings = join(folder, 'redis.conf');
	writeFileSync(
		settings,
		`bind 127.0.0.1\nport ${port}\nrequirepass ${password}\nsave ""\nappendonly no\n`,
		// The folder is closed to others, so the file need not be.
		{ mode: 0o644 },
	);

	let isReady = false;
	const server = await startProcess(...serviceCommand(program, [settings]), {
		cwd: folder,
		env: process.env,
		onLine: (line) => {
			isReady ||= /ready to accept connections/i.test(line);
		},
	});
	await waitUntilReady(server, 'Redis', () => isReady);
	return {
		settingsFor: (queue) => ({
			EXECUTIONS_MODE: 'queue',
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: port,
			QUEUE_BULL_REDIS_PASSWORD: password,
			QUEUE_BULL_PREFIX: queue,
			N8N_REDIS_KEY_PREFIX: queue,
		}),
		stop: () => server.stop(),
	};
}
