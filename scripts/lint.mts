/** `npm run lint`: this project's own rules. Those of n8n are the gate's. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pMap from 'p-map';
import { say, step } from './bootstrap.mjs';
import { ROOT } from './paths.mts';

/** Each finds what is wrong of one kind, and exits with 0 when there is nothing. */
export const LINT = [
	'eslint --max-warnings 0 --config eslint.dev.config.mjs .',
	'depcruise nodes credentials sandbox scripts benchmark test',
	'prettier --check .',
	'tsc --project tsconfig.dev.json',
];

/** Each keeps a core busy. */
const AT_ONCE = 2;

const run = promisify(execFile);

/**
 * Runs commands side by side, under progress lines on stderr, and shows what those say that fail.
 *
 * @returns whether all of them ended well
 */
export async function runAll(commands: readonly string[]): Promise<boolean> {
	const results = await pMap(commands, succeeds, { concurrency: AT_ONCE });
	return !results.includes(false);
}

async function succeeds(command: string): Promise<boolean> {
	const [program, ...args] = command.split(' ') as [string, ...string[]];
	try {
		await step(command, 'up to 1 min', () => run(program, args, { cwd: ROOT, maxBuffer: 2 ** 26 }));
		return true;
	} catch (error) {
		const { stdout, stderr } = error as { stdout: string; stderr: string };
		say(`${stdout}${stderr}`);
		return false;
	}
}

if (process.argv[1] === import.meta.filename) process.exitCode = (await runAll(LINT)) ? 0 : 1;
