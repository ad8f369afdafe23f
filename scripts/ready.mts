import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from './processes.mts';
import { SetupError } from './bootstrap.mjs';

const POLL_MS = 100;

/**
 * Waits until a process that was started can be used.
 *
 * @param name as people call it
 * @param isReady asked time and again; what it throws is a no
 * @throws {SetupError} with the last lines of the process, which it stops, when that ends or takes
 * longer than `withinMs`
 */
export async function waitUntilReady(
	process: Running,
	name: string,
	isReady: () => boolean | Promise<boolean>,
	withinMs = 60_000,
): Promise<void> {
	let why = `not ready after ${withinMs / 1000} s`;
	let hasEnded = false;
	void process.exited.then((end) => {
		why = end;
		hasEnded = true;
	});
	for (const until = Date.now() + withinMs; Date.now() < until && !hasEnded; await sleep(POLL_MS)) {
		try {
			if (await isReady()) return;
		} catch {
			// Not yet.
		}
	}
	await process.stop();
	const log = process.logFile === undefined ? '' : ` Its log is ${process.logFile}.`;
	const lines = process.lastLines(20).replaceAll(/^/gm, '    ');
	throw new SetupError(`${name} did not start (${why}).${log} Its last lines:\n${lines}`);
}

/** Whether an address responds with success, and with the content type that is asked for. */
export async function respondsOk(url: string, type = ''): Promise<boolean> {
	const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
	await response.body?.cancel();
	return response.ok && (response.headers.get('content-type') ?? '').includes(type);
}
