import { ROOT } from './paths.mts';
import { startProcess } from './processes.mts';
import { say, step } from './setup/progress.mjs';

/** A command that finds faults: it exits with 0 when there are none. */
export interface Check {
	name: string;
	/** How long it usually takes, for people: `about 10 s`. */
	usual: string;
	command: [program: string, ...args: string[]];
}

const LINES_OF_A_FAULT = 100;

/**
 * Runs every check, each under a progress line on stderr, and shows what a check that fails says.
 *
 * @returns the exit code: 0 when every check passes, else 1
 */
export async function runChecks(checks: readonly Check[]): Promise<number> {
	let failures = 0;
	for (const { name, usual, command } of checks) {
		const [program, ...args] = command;
		await step(name, usual, async () => {
			const running = await startProcess(program, args, { cwd: ROOT, env: process.env });
			const end = await running.exited;
			if (end !== 'code 0') throw new Error(running.lastLines(LINES_OF_A_FAULT));
		}).catch((error: Error) => {
			failures++;
			say(error.message);
		});
	}
	return failures === 0 ? 0 : 1;
}
