import { constants } from 'node:os';
import { killAll, stopAll } from './processes.mts';
import { say } from './bootstrap.mjs';

/** One Ctrl-C may arrive several times: from the terminal, and handed on by npm. */
const SAME_PRESS_MS = 2_000;

let stoppingSince: number | undefined;

/** Whether a signal is ending this process: what fails from then on needs no word. */
export function isStopping(): boolean {
	return stoppingSince !== undefined;
}

/**
 * On Ctrl-C, SIGTERM or a closed terminal: ends all that this process started, then itself. A
 * second Ctrl-C ends it all at once.
 *
 * @param isDone whether all that was asked for had been done, so that being stopped is no failure
 */
export function stopOnSignals(isDone: () => boolean): void {
	const stop = (signal: NodeJS.Signals) => {
		const code = isDone() ? 0 : 128 + constants.signals[signal];
		if (stoppingSince === undefined) {
			stoppingSince = Date.now();
			say('\nStopping what was started (again to hurry) ...');
			void stopAll().finally(() => process.exit(code));
		} else if (Date.now() - stoppingSince > SAME_PRESS_MS) {
			killAll();
			process.exit(code);
		}
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}
