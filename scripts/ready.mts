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
	let end: string | undefined;
	void process.exited.then((how) => (end = how));
	// What is not ready yet may throw.
	const asks = async () => await isReady();
	for (const until = Date.now() + withinMs; Date.now() < until && !end; await sleep(POLL_MS)) {
		if (await asks().catch(() => false)) return;
	}
	const why = end ?? `not ready after ${withinMs / 1000} s`;
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
