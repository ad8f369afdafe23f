import { constants } from 'node:os';
import { say } from './bootstrap.mjs';
import { stopAll } from './processes.mts';

let stopping = false;

/** Whether a signal is ending this process: what fails from then on needs no word. */
export function isStopping(): boolean {
	return stopping;
}

/**
 * On Ctrl-C, SIGTERM or a closed terminal: ends all that this process started, then itself, with
 * the exit code that was set before, if any.
 */
export function stopOnSignals(): void {
	const stop = (signal: NodeJS.Signals) => {
		// One Ctrl-C may arrive several times: from the terminal, and handed on by npm.
		if (stopping) return;
		stopping = true;
		const code = process.exitCode ?? 128 + constants.signals[signal];
		say('\nStopping what was started ...');
		void stopAll().finally(() => process.exit(code));
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}
