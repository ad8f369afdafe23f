import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNpm } from '../bootstrap.mjs';

/** The node's name in a workflow, once n8n has loaded the package as users have it. */
export const NODE_TYPE = 'n8n-nodes-kairos.biometricVerify';

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
