import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installFromLock, runNpm, SetupError } from '../bootstrap.mjs';

const NODE_FOLDER = dirname(dirname(process.execPath));

/** Compiled in a third of the time that it takes to make it as quick as can be. */
const QUICKLY_COMPILED = {
	CFLAGS: '-O1',
	CXXFLAGS: '-O1',
	JOBS: 'max',
	// The headers that came with this Node.js, so that none are downloaded.
	...(existsSync(join(NODE_FOLDER, 'include', 'node')) && { npm_config_nodedir: NODE_FOLDER }),
};

const REBUILD = ['rebuild', 'sqlite3', '--ignore-scripts=false'];
const SQLITE = join('sqlite3', 'build', 'Release', 'node_sqlite3.node');

export interface N8nInstallation {
	/** The JavaScript file that is n8n's command line. */
	cli: string;
	/** n8n's node_modules. */
	modules: string;
}

/**
 * The n8n that the demo and the end-to-end tests run, the release that locks/n8n names. Installs it
 * under .runtime when it is not there yet: about 2 minutes and 1.2 GB, once.
 *
 * @throws {SetupError} when it cannot be installed: why, and what to do
 */
export async function ensureN8n(): Promise<N8nInstallation> {
	// Side by side, since compiling takes one core as long as the rest of n8n takes the network.
	const sqlite = installSqlite();
	const [modules] = await Promise.all([
		installFromLock('n8n', {
			name: 'n8n',
			usual: 'about 1 min, 1.1 GB',
			finish: async (modules) => addSqlite(await sqlite, modules),
		}),
		sqlite,
	]);
	return { cli: join(modules, 'n8n', 'bin', 'n8n'), modules };
}

/**
 * The database driver: the only package of n8n's that the demo needs and that comes without its
 * compiled part. Its script downloads that, or compiles it where nothing can be downloaded.
 */
async function installSqlite(): Promise<string> {
	return await installFromLock('sqlite3', {
		name: "n8n's SQLite",
		usual: 'seconds, or 1 to 2 min where it must be compiled',
		finish: (modules) => runNpm(REBUILD, dirname(modules), QUICKLY_COMPILED),
	});
}

function addSqlite(from: string, to: string): void {
	const [built, wanted] = [from, to].map((modules) =>
		readFileSync(join(modules, 'sqlite3', 'package.json'), 'utf8'),
	);
	if (built !== wanted) {
		throw new SetupError('locks/sqlite3 must name the version of sqlite3 that is in locks/n8n.');
	}
	mkdirSync(dirname(join(to, SQLITE)), { recursive: true });
	copyFileSync(join(from, SQLITE), join(to, SQLITE));
}
