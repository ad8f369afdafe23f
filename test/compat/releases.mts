import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { N8N_VERSION } from '../../scripts/n8n/install.mts';
import { ROOT } from '../../scripts/paths.mts';
import { ensureTree } from '../../scripts/setup/install.mjs';

const LOCKS = join(ROOT, 'locks');
const ENGINE = 'engine-';

/** A release of n8n, and the versions of its engine (`npm view n8n@VERSION dependencies`). */
export interface Release {
	n8n: string;
	core: string;
	workflow: string;
}

/**
 * From the oldest on which the node works to the one that the project is developed with. The
 * older ones are those of locks/.
 */
export const releases: Release[] = [
	...readdirSync(LOCKS)
		.filter((name) => name.startsWith(ENGINE))
		.map((name) => ({
			n8n: name.slice(ENGINE.length),
			...engineIn(join(LOCKS, name), 'dependencies'),
		}))
		.sort((a, b) => a.n8n.localeCompare(b.n8n, 'en', { numeric: true })),
	{ n8n: N8N_VERSION, ...engineIn(ROOT, 'devDependencies') },
];

/**
 * Installs the engine of a release under .runtime when it is not there yet; that of the newest is
 * the one among the project's own packages.
 *
 * @returns its node_modules
 * @throws {SetupError} when it cannot be installed
 */
export async function ensureEngine({ n8n }: Release): Promise<string> {
	if (n8n === N8N_VERSION) return join(ROOT, 'node_modules');
	return await ensureTree(`${ENGINE}${n8n}`, {
		name: `the engine of n8n ${n8n}`,
		usual: 'about 15 s, 0.3 GB',
		gigabytes: 0.5,
	});
}

function engineIn(
	folder: string,
	field: 'dependencies' | 'devDependencies',
): { core: string; workflow: string } {
	const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
		typeof field,
		{ 'n8n-core': string; 'n8n-workflow': string }
	>;
	return { core: manifest[field]['n8n-core'], workflow: manifest[field]['n8n-workflow'] };
}
