import { execFile } from 'node:child_process';
import { accessSync, constants, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../scripts/paths.mts';
import { SetupError } from '../../scripts/bootstrap.mjs';

const HOW_TO_GET_THEM =
	'On Debian or Ubuntu: apt-get install postgresql redis-server. The services of these packages ' +
	'need not run: the tests start their own.';

/** Debian keeps PostgreSQL's server programs out of the PATH, one folder a version. */
const DEBIAN_POSTGRES = '/usr/lib/postgresql/*/bin';

/** The user of Debian's package of PostgreSQL, who takes root's place: PostgreSQL refuses root. */
const SERVICE_USER = 'postgres';
const run = promisify(execFile);

/**
 * The path of a program.
 *
 * @throws {SetupError} when there is none: how to get it
 */
export function findProgram(program: string): string {
	const newestFirst = globSync(DEBIAN_POSTGRES).toSorted((a, b) =>
		b.localeCompare(a, 'en', { numeric: true }),
	);
	const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...newestFirst];
	const found = folders.map((folder) => join(folder, program)).find(isExecutable);
	if (found !== undefined) return found;
	throw new SetupError(`Queue mode needs ${program}, which is not here. ${HOW_TO_GET_THEM}`);
}

/** The command that runs a service so that it ends with us, however we end, and not as root. */
export function serviceCommand(program: string, args: string[]): [command: string, args: string[]] {
	const user = ['--reuid', SERVICE_USER, '--regid', SERVICE_USER, '--clear-groups'];
	const setpriv = findProgram('setpriv');
	const rights = isRoot() ? user : [];
	return [setpriv, [...rights, '--pdeathsig', 'TERM', '--', program, ...args]];
}

/** Makes a temporary folder that nobody but the service can look into. */
export async function serviceFolder(service: string): Promise<string> {
	const folder = temporaryFolder(service);
	if (isRoot()) await run('chown', [`${SERVICE_USER}:`, folder]);
	return folder;
}

function isRoot(): boolean {
	return process.getuid?.() === 0;
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
