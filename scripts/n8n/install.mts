import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../paths.mts';
import { ensureTree } from '../setup/install.mjs';
import { runNpm, SetupError } from '../setup/npm.mjs';
import { step } from '../setup/progress.mjs';

/** The n8n that the demo and the end-to-end tests run: `npm run n8n:update` moves it. */
export const N8N_VERSION = versionIn(join(ROOT, 'locks', 'n8n', 'package.json'));

const SQLITE = join('sqlite3', 'build', 'Release', 'node_sqlite3.node');
const run = promisify(execFile);

export interface N8nInstallation {
	/** The JavaScript file that is n8n's command line. */
	cli: string;
	/** n8n's node_modules. */
	modules: string;
}

/**
 * The n8n that the demo and the end-to-end tests run, installed under .runtime when it is not
 * there yet: about 2 minutes and 1.2 GB, once.
 *
 * @throws {SetupError} when it cannot be installed: why, and what to do
 */
export async function ensureN8n(): Promise<N8nInstallation> {
	// Side by side, since compiling takes one core as long as the rest of n8n takes the network.
	const sqlite = ensureSqlite();
	const [modules] = await Promise.all([
		ensureTree('n8n', {
			name: `n8n ${N8N_VERSION}`,
			usual: 'about 1 min, 1.1 GB',
			gigabytes: 2,
			finish: async (modules) => finish(modules, await sqlite),
		}),
		sqlite,
	]);
	return { cli: cliIn(modules), modules };
}

/**
 * The database driver: the only package of n8n's that the demo needs and that comes without its
 * compiled part. Its script downloads that, or compiles it where nothing can be downloaded.
 */
function ensureSqlite(): Promise<string> {
	return ensureTree('sqlite3', {
		name: 'the SQLite that n8n stores its data with',
		usual: 'about 3 s',
		gigabytes: 0.1,
		finish: async (modules) => {
			await step('Get or compile SQLite, once', 'up to 2 min', () =>
				runNpm(['rebuild', 'sqlite3', '--ignore-scripts=false'], dirname(modules)),
			);
		},
	});
}

async function finish(modules: string, builtModules: string): Promise<void> {
	const [wanted, built] = [modules, builtModules].map((folder) =>
		versionIn(join(folder, 'sqlite3', 'package.json')),
	);
	if (wanted !== built) {
		throw new SetupError(
			`locks/sqlite3 has ${built}, but n8n wants ${wanted}: npm run n8n:update.`,
		);
	}
	mkdirSync(dirname(join(modules, SQLITE)), { recursive: true });
	copyFileSync(join(builtModules, SQLITE), join(modules, SQLITE));
	if (await works(modules)) return;
	throw new SetupError(
		`n8n ${N8N_VERSION} was installed but does not start. Remove .runtime and start again.`,
	);
}

/** Whether n8n says the version that is wanted, and its database driver loads. */
async function works(modules: string): Promise<boolean> {
	try {
		const { stdout } = await run(process.execPath, [cliIn(modules), '--version']);
		await run(process.execPath, ['-e', 'require("sqlite3")'], { cwd: modules });
		return stdout.trim() === N8N_VERSION;
	} catch {
		return false;
	}
}

function cliIn(modules: string): string {
	return join(modules, 'n8n', 'bin', 'n8n');
}

/** The version in a package's manifest, or of n8n in one that asks for it. */
function versionIn(manifest: string): string {
	const { version, dependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as {
		version?: string;
		dependencies?: { n8n?: string };
	};
	return version ?? (dependencies?.n8n as string);
}
