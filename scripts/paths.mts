import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The project's folder. */
export const ROOT = dirname(import.meta.dirname);

/**
 * What the scripts install and write; git does not see it, and removing it starts afresh. ESLint
 * passes over a folder of this name: n8n's rules, whose configuration is fixed, would else be
 * applied to what n8n keeps here.
 */
export const RUNTIME = join(ROOT, '.runtime', 'node_modules');

/** Makes a temporary folder, which goes when this process ends, however it does. */
export function temporaryFolder(name: string): string {
	const folder = mkdtempSync(join(tmpdir(), `kairos-${name}-`));
	process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
	return folder;
}
