import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUNTIME } from '../../scripts/paths.mts';
import { lock } from '../../scripts/setup/lock.mjs';
import { runNpm } from '../../scripts/setup/npm.mjs';
import { say, step } from '../../scripts/setup/progress.mjs';

/** A release of n8n, and the versions of its engine (`npm view n8n@VERSION dependencies`). */
export interface Release {
	n8n: string;
	core: string;
	workflow: string;
}

/** From the oldest on which the node works to the newest that can be installed. */
export const releases: Release[] = [
	{ n8n: '1.115.4', core: '1.114.1', workflow: '1.112.0' },
	{ n8n: '1.123.81', core: '1.122.48', workflow: '1.120.31' },
	{ n8n: '2.0.3', core: '2.0.2', workflow: '2.0.1' },
	{ n8n: '2.20.12', core: '2.20.6', workflow: '2.20.3' },
	{ n8n: '2.30.8', core: '2.30.4', workflow: '2.30.2' },
	{ n8n: '2.41.1', core: '2.41.1', workflow: '2.41.0' },
];

/**
 * Installs the engine of a release under .runtime when it is not there yet.
 *
 * @returns its node_modules
 * @throws {SetupError} when it cannot be installed
 */
export async function ensureEngine({ n8n, core, workflow }: Release): Promise<string> {
	const folder = join(RUNTIME, 'compat', n8n);
	const stamp = join(folder, `installed-${core}-${workflow}`);
	const release = await lock(`${folder}.lock`, (pid) => {
		say(`Another command (process ${pid}) is installing n8n ${n8n}: waiting for it.`);
	});
	try {
		if (!existsSync(stamp)) {
			mkdirSync(folder, { recursive: true });
			const dependencies = { 'n8n-core': core, 'n8n-workflow': workflow };
			writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
			await step(`Install the engine of n8n ${n8n}, once`, 'about 30 s, 0.3 GB', () =>
				runNpm(['install', '--ignore-scripts'], folder),
			);
			writeFileSync(stamp, '');
		}
	} finally {
		release();
	}
	return join(folder, 'node_modules');
}
