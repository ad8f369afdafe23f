import { randomBytes } from 'node:crypto';
import { globSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { temporaryFolder } from '../../scripts/paths.mts';
import { findFreePort } from '../../scripts/ports.mts';
import { startProcess } from '../../scripts/processes.mts';
import { waitUntilReady } from '../../scripts/ready.mts';
import { SetupError } from '../../scripts/bootstrap.mjs';

const PROGRAMS = ['initdb', 'postgres', 'psql', 'redis-server', 'setpriv'];
/** Debian keeps PostgreSQL's server programs out of the PATH, one folder a version. */
const DEBIAN_POSTGRES = globSync('/usr/lib/postgresql/*/bin');
const PATH = [process.env['PATH'], ...DEBIAN_POSTGRES].join(delimiter);
const env = { ...process.env, PATH };

/** The user of Debian's package of PostgreSQL, who takes root's place: PostgreSQL refuses root. */
const POSTGRES_USER = 'postgres';
const IS_ROOT = process.getuid?.() === 0;

/** What all processes of an n8n in queue mode share. */
export interface Services {
	/** What tells n8n to use them. */
	settings: NodeJS.ProcessEnv;
	/** Runs a statement on n8n's database. Its rows, one a line, with `|` between the columns. */
	query: (sql: string) => Promise<string>;
}

/**
 * Starts a PostgreSQL and a Redis, whose data are in a temporary folder.
 *
 * @throws {SetupError} when one of them is not installed or does not start
 */
export async function startServices(): Promise<Services> {
	const { failed } = await execa('which', PROGRAMS, { env, reject: false });
	if (failed) {
		throw new SetupError(
			`Queue mode needs ${PROGRAMS.join(', ')}. On Debian or Ubuntu: apt-get install postgresql ` +
				'redis-server. Their services need not run: the tests start their own.',
		);
	}
	const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
	return { settings: { ...postgres.settings, ...redis }, query: (sql) => postgres.query(sql) };
}

async function startPostgres(): Promise<Services> {
	// Reached by a socket in this folder, which is closed to others, and by nothing else.
	const folder = temporaryFolder('postgres');
	if (IS_ROOT) await execa('chown', [`${POSTGRES_USER}:`, folder]);
	const data = join(folder, 'data');
	const user = ['--reuid', POSTGRES_USER, '--regid', POSTGRES_USER, '--clear-groups'];
	const asUser = IS_ROOT ? user : [];
	const flags = ['--pgdata', data, '--username', 'n8n', '--auth', 'trust', '--encoding', 'UTF8'];
	await execa('setpriv', [...asUser, 'initdb', ...flags, '--locale', 'C'], { cwd: folder, env });
	const options = ['-D', data, '-k', folder, '-c', 'listen_addresses='];
	const server = await startProcess(
		'setpriv',
		[...asUser, '--pdeathsig', 'TERM', 'postgres', ...options],
		{ cwd: folder, env },
	);
	const query = async (sql: string) => {
		const where = ['--host', folder, '--username', 'n8n', '--dbname', 'postgres'];
		const { stdout } = await execa('psql', ['-XAt', ...where, '--command', sql], { env });
		return stdout;
	};
	await waitUntilReady(server, 'PostgreSQL', async () => (await query('select 1')) === '1');
	const settings = {
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: folder,
		DB_POSTGRESDB_DATABASE: 'postgres',
		DB_POSTGRESDB_USER: 'n8n',
	};
	return { settings, query };
}

async function startRedis(): Promise<NodeJS.ProcessEnv> {
	const folder = temporaryFolder('redis');
	const port = String(await findFreePort());
	const password = randomBytes(16).toString('hex');
	const file = join(folder, 'redis.conf');
	// Not on the command line, which everybody on the machine can see.
	writeFileSync(file, `bind 127.0.0.1\nport ${port}\nrequirepass ${password}\nsave ""\n`);
	const args = ['--pdeathsig', 'TERM', 'redis-server', file];
	const server = await startProcess('setpriv', args, { cwd: folder, env });
	const isReady = () => /ready to accept connections/i.test(server.lastLines(20));
	await waitUntilReady(server, 'Redis', isReady);
	return {
		EXECUTIONS_MODE: 'queue',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: port,
		QUEUE_BULL_REDIS_PASSWORD: password,
	};
}
