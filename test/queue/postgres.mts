import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from '../../scripts/ports.mts';
import { startProcess } from '../../scripts/processes.mts';
import { untilReady } from '../../scripts/ready.mts';
import { SetupError } from '../../scripts/bootstrap.mjs';
import { findProgram, serviceCommand, serviceFolder } from './programs.mts';

const USER = 'n8n';
const run = promisify(execFile);

export interface Postgres {
	/** What tells n8n to keep its data in a database of this server. */
	settingsFor(database: string): NodeJS.ProcessEnv;
	createDatabase(name: string): Promise<void>;
	/** Runs a statement. Its rows, one a line, with `|` between the columns. */
	query(database: string, sql: string): Promise<string>;
	stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL of its own on a free port of 127.0.0.1, with its data in a temporary folder.
 *
 * @throws {SetupError} when PostgreSQL is not installed or does not start
 */
export async function startPostgres(): Promise<Postgres> {
	const initdb = findProgram('initdb');
	const postgres = findProgram('postgres');
	const psql = findProgram('psql');
	const password = randomBytes(16).toString('hex');
	const port = String(await findFreePort());
	const folder = await serviceFolder('postgres');
	const data = join(folder, 'data');
	const passwordFile = join(folder, 'password');
	// The folder is closed to others, so the file need not be.
	writeFileSync(passwordFile, password, { mode: 0o644 });

	const start = (program: string, args: string[]) =>
		startProcess(...serviceCommand(program, args), {
			cwd: folder,
			env: process.env,
		});
	const clientEnv = { ...process.env, PGPASSWORD: password };
	const query = async (database: string, sql: string) => {
		const where = ['--host', '127.0.0.1', '--port', port, '--username', USER];
		const what = ['--no-psqlrc', '-At', '--dbname', database, '--command', sql];
		const { stdout } = await run(psql, [...where, ...what], { env: clientEnv });
		return stdout.trim();
	};

	const cluster = await start(initdb, [
		...['--pgdata', data, '--username', USER, '--pwfile', passwordFile],
		...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C'],
	]);
	const end = await cluster.exited;
	if (end !== 'code 0') {
		throw new SetupError(`PostgreSQL's initdb failed (${end}):\n${cluster.lastLines(20)}`);
	}
	const server = await start(postgres, [
		...['-D', data, '-p', port, '-c', 'listen_addresses=127.0.0.1'],
		// Its usual place may belong to a PostgreSQL of the machine.
		...['-c', 'unix_socket_directories='],
	]);
	const isReady = async () => (await query('postgres', 'select 1')) === '1';
	await untilReady(server, 'PostgreSQL', isReady);
	return {
		settingsFor: (database) => ({
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: port,
			DB_POSTGRESDB_DATABASE: database,
			DB_POSTGRESDB_USER: USER,
			DB_POSTGRESDB_PASSWORD: password,
		}),
		createDatabase: async (name) => void (await query('postgres', `create database ${name}`)),
		query,
		stop: () => server.stop(),
	};
}
