import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RUNTIME } from '../paths.mts';
import { lock } from '../setup/lock.mjs';
import { needDiskSpace, runNpm, SetupError } from '../setup/npm.mjs';
import { say, step } from '../setup/progress.mjs';

/** The newest n8n whose dependencies are all published. */
export const N8N_VERSION = '2.41.1';

const N8N_GIGABYTES = 3.5;
const run = promisify(execFile);

export interface N8nInstallation {
	/** The JavaScript file that is n8n's command line. */
	cli: string;
	/** n8n's node_modules. */
	modules: string;
}

/**
 * The n8n that the demo and the end-to-end tests run, installed under .runtime when it is not
 * there yet: about 5 minutes and 3 GB, once. An installation made by other means is used as it is
 * if it works.
 *
 * @throws {SetupError} when it cannot be installed: why, and what to do
 */
export async function ensureN8n(): Promise<N8nInstallation> {
	const folder = join(RUNTIME, `n8n-${N8N_VERSION}`);
	const modules = join(folder, 'node_modules');
	const installation = { cli: join(modules, 'n8n', 'bin', 'n8n'), modules };
	const stamp = join(folder, `installed-${process.platform}-${process.arch}`);
	if (existsSync(stamp)) return installation;

	const release = await lock(`${folder}.lock`, (pid) => {
		say(`Another command (process ${pid}) is installing n8n: waiting for it.`);
	});
	try {
		if (existsSync(stamp)) return installation;
		if (!(await works(installation))) await install(folder, installation);
		writeFileSync(stamp, '');
	} finally {
		release();
	}
	return installation;
}

async function install(folder: string, installation: N8nInstallation): Promise<void> {
	mkdirSync(folder, { recursive: true });
	await needDiskSpace(folder, N8N_GIGABYTES, `n8n ${N8N_VERSION}`);
	const manifest = { private: true, dependencies: { n8n: N8N_VERSION } };
	writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, undefined, '\t'));
	await step(`Install n8n ${N8N_VERSION}, once`, 'about 4 min, 2.9 GB', () =>
		runNpm(['install', '--ignore-scripts'], folder),
	);
	// The only package of n8n's that the demo needs and that comes without its compiled part. Its
	// script downloads it, or compiles it where nothing can be downloaded.
	await step('Get the SQLite that n8n stores its data with, once', 'about 70 s', () =>
		runNpm(['rebuild', 'sqlite3', '--ignore-scripts=false'], folder),
	);
	if (await works(installation)) return;
	throw new SetupError(
		`n8n ${N8N_VERSION} was installed but does not start. Remove ${folder} and start again.`,
	);
}

/** Whether n8n says the version that is wanted, and its database driver loads. */
async function works({ cli, modules }: N8nInstallation): Promise<boolean> {
	if (!existsSync(cli)) return false;
	try {
		const { stdout } = await run(process.execPath, [cli, '--version']);
		await run(process.execPath, ['-e', 'require("sqlite3")'], { cwd: modules });
		return stdout.trim() === N8N_VERSION;
	} catch {
		return false;
	}
}
