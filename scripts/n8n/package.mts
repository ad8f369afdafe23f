import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, RUNTIME } from '../paths.mts';
import { startProcess } from '../processes.mts';
import { lock } from '../setup/lock.mjs';
import { runNpm, SetupError } from '../setup/npm.mjs';
import { say } from '../setup/progress.mjs';

/** The node's name in a workflow, once n8n has loaded the package as users have it. */
export const NODE_TYPE = 'n8n-nodes-kairos.biometricVerify';

/**
 * Builds the package and packs it, exactly as it would be published. Side by side, the second
 * waits for the first, as both write to dist.
 *
 * @returns the path of the .tgz, in a folder of this process's own, for the caller to remove
 * @throws {SetupError} when the build fails: its last lines
 */
export async function buildPackage(): Promise<string> {
	const folder = join(RUNTIME, 'package', String(process.pid));
	const release = await lock(join(RUNTIME, 'build.lock'), (pid) => {
		say(`Another command (process ${pid}) is building the node: waiting for it.`);
	});
	try {
		await runGulp();
		rmSync(folder, { recursive: true, force: true });
		mkdirSync(folder, { recursive: true });
		const printed = await runNpm(['pack', '--json', '--pack-destination', folder], ROOT);
		const [packed] = JSON.parse(printed) as [{ filename: string }];
		return join(folder, packed.filename);
	} finally {
		release();
	}
}

/**
 * Installs a packed package into an n8n user folder, as n8n's own "Install community node" does:
 * only from there does the node get its real type name.
 *
 * @param tarball the path of the .tgz
 * @param userFolder the folder that holds n8n's `.n8n`
 * @throws {SetupError} when npm fails
 */
export async function installPackage(tarball: string, userFolder: string): Promise<void> {
	const folder = join(userFolder, '.n8n', 'nodes');
	// From scratch: the version is the same each time, so npm would keep what it has.
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'package.json'), '{ "name": "installed-nodes", "private": true }\n');
	const flags = ['--ignore-scripts', '--legacy-peer-deps', '--install-links'];
	await runNpm(['install', ...flags, tarball], folder);
}

/** What `npm run build` does. */
async function runGulp(): Promise<void> {
	const gulp = join(ROOT, 'node_modules', 'gulp', 'bin', 'gulp.js');
	const build = await startProcess(process.execPath, [gulp, 'build'], { cwd: ROOT });
	const end = await build.exited;
	if (end === 'code 0') return;
	throw new SetupError(`The build failed (${end}). Its last lines:\n${build.lastLines(30)}`);
}
