import pMap from 'p-map';
import { ROOT } from './paths.mts';
import { startProcess } from './processes.mts';
import { say, step } from './setup/progress.mjs';

/** A command that finds what is wrong: it exits with 0 when there is nothing. */
export interface Check {
	name: string;
	/** How long it usually takes, for people: `about 10 s`. */
	usual: string;
	command: [program: string, ...args: string[]];
}

/** Before what runs the built node. */
export const BUILD: Check = { name: 'Build', usual: 'about 5 s', command: ['gulp', 'build'] };

const LINES_OF_A_FAILURE = 100;

/** Each keeps a core busy. */
const AT_ONCE = 2;

/**
 * Runs every check, two side by side, under progress lines on stderr, and shows what a check that
 * fails says.
 *
 * @returns the exit code: 0 when every check passes, else 1
 */
export async function runChecks(checks: readonly Check[]): Promise<number> {
	let failures = 0;
	const run = async ({ name, usual, command: [program, ...args] }: Check) => {
		await step(name, usual, async () => {
			const running = await startProcess(program, args, { cwd: ROOT, env: process.env });
			const end = await running.exited;
			if (end !== 'code 0') throw new Error(running.lastLines(LINES_OF_A_FAILURE));
		}).catch((error: Error) => {
			failures++;
			say(error.message);
		});
	};
	await pMap(checks, run, { concurrency: AT_ONCE });
	return failures === 0 ? 0 : 1;
}
