import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, RUNTIME } from '../scripts/paths.mts';
import { startProcess } from '../scripts/processes.mts';
import { SetupError } from '../scripts/setup/npm.mjs';

/**
 * Compiles the package as its build does, but into a folder of its own: `dist` may be in use.
 *
 * @returns the folder
 * @throws {SetupError} when it does not compile: the compiler's last lines
 */
export async function buildForBenchmark(): Promise<string> {
	const folder = join(RUNTIME, 'benchmark', 'dist');
	mkdirSync(folder, { recursive: true });
	const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
	const args = [compiler, '--project', ROOT, '--outDir', folder];
	const build = await startProcess(process.execPath, args, { cwd: ROOT });
	const end = await build.exited;
	if (end === 'code 0') return folder;
	throw new SetupError(`The package does not compile (${end}):\n${build.lastLines(30)}`);
}
