import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runNpm, step } from '../bootstrap.mjs';
import { buildPackage } from '../copy.mts';
import { ROOT, RUNTIME } from '../paths.mts';

/** The node's name in a workflow, once n8n has loaded the package as users have it. */
export const NODE_TYPE = 'n8n-nodes-kairos.biometricVerify';

/** All that the packed package comes from. */
const SOURCES = [
	'{nodes,credentials,icons}/**/*.*',
	...['package.json', 'pnpm-lock.yaml', 'tsconfig.json', 'gulpfile.js', 'README.md', 'LICENSE'],
];

/**
 * The packed package. It is built only where something that it comes from is not as it was when it
 * was built before.
 *
 * @returns the path of the .tgz
 * @throws {SetupError} when the build fails: what it says
 */
export async function ensurePackage(): Promise<string> {
	const hash = createHash('sha256');
	for (const file of fs.globSync(SOURCES, { cwd: ROOT }).toSorted()) {
		hash.update(file).update(fs.readFileSync(join(ROOT, file)));
	}
	const tarball = join(RUNTIME, 'packed', `${hash.digest('hex')}.tgz`);
	if (fs.existsSync(tarball)) return tarball;
	const built = await step('Build and pack the node', 'about 10 s', buildPackage);
	fs.mkdirSync(dirname(tarball), { recursive: true });
	// A copy that was broken off must not count.
	fs.copyFileSync(built, `${tarball}.${process.pid}`);
	fs.renameSync(`${tarball}.${process.pid}`, tarball);
	return tarball;
}

/**
 * Installs a packed package into an n8n user folder, as n8n's own "Install community node" does:
 * only from there does the node get its real type name. Does nothing where it is there already.
 *
 * @param tarball the path of the .tgz, whose name no other one has
 * @param userFolder the folder that holds n8n's `.n8n`
 * @throws {SetupError} when npm fails
 */
export async function installPackage(tarball: string, userFolder: string): Promise<void> {
	const folder = join(userFolder, '.n8n', 'nodes');
	const manifest = join(folder, 'package.json');
	// npm writes there what it has installed.
	const installed = fs.existsSync(manifest) ? fs.readFileSync(manifest, 'utf8') : '';
	if (installed.includes(basename(tarball))) return;
	// From scratch: the version is the same each time, so npm would keep what it has.
	fs.rmSync(folder, { recursive: true, force: true });
	fs.mkdirSync(folder, { recursive: true });
	fs.writeFileSync(manifest, '{ "name": "installed-nodes", "private": true }\n');
	const flags = ['--ignore-scripts', '--legacy-peer-deps', '--install-links'];
	await runNpm(['install', ...flags, tarball], folder);
}
