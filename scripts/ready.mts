import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from './processes.mts';
import { SetupError } from './bootstrap.mjs';

const POLL_MS = 100;

/**
 * Waits until a process that was started can be used.
 *
 * @param name as people call it
 * @param isReady asked time and again; what it throws is a no
 * @throws {SetupError} when the process ends, or takes longer than `withinMs`, and stops it: its
 * last lines
 */
export async function untilReady(
	process: Running,
	name: string,
	isReady: () => boolean | Promise<boolean>,
	withinMs = 60_000,
): Promise<void> {
	let end: string | undefined;
	void process.exited.then((how) => {
		end = how;
	});
	const until = Date.now() + withinMs;
	for (;;) {
		if (await holds(isReady)) return;
		if (end !== undefined || Date.now() > until) break;
		await sleep(POLL_MS);
	}
	await process.stop();
	const why = end ?? `not ready after ${withinMs / 1000} s`;
	const log = process.logFile === undefined ? '' : ` Its log is ${process.logFile}.`;
	const lines = process.lastLines(20).replaceAll(/^/gm, '    ');
	throw new SetupError(`${name} did not start (${why}).${log} Its last lines:\n${lines}`);
}

async function holds(condition: () => boolean | Promise<boolean>): Promise<boolean> {
	try {
		return await condition();
	} catch {
		return false;
	}
}

/** Whether there is a good answer at an address. */
export async function answersWell(url: string, type = ''): Promise<boolean> {
	const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
	await response.body?.cancel();
	return response.ok && (response.headers.get('content-type') ?? '').includes(type);
}
