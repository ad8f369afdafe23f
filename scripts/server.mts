import { setTimeout as sleep } from 'node:timers/promises';
import { END_WITH_US, type Running, startProcess } from './processes.mts';
import { SetupError } from './setup/npm.mjs';

const READY_WITHIN_MS = 60_000;

/** A server of this project, in a process of its own. */
export interface Server {
	/** `http://127.0.0.1:43210`, without a path. */
	url: string;
	process: Running;
}

/**
 * Starts a server, and waits until it says `NAME ready at URL`.
 *
 * @throws {SetupError} when it ends, or is not ready within 60 s: its last lines
 */
export async function startServer(name: string, ...args: string[]): Promise<Server> {
	let tellUrl: (url: string) => void = () => undefined;
	const ready = new Promise<string>((resolve) => {
		tellUrl = resolve;
	});
	const process = await startProcess(globalThis.process.execPath, [...END_WITH_US, ...args], {
		onLine: (line) => {
			const [, url] = line.split(`${name} ready at `);
			if (url !== undefined) tellUrl(url);
		},
	});
	const url = await Promise.race([
		ready,
		process.exited.then(() => undefined),
		sleep(READY_WITHIN_MS, undefined, { ref: false }),
	]);
	if (url !== undefined) return { url, process };
	await process.stop();
	throw new SetupError(
		`The ${name.toLowerCase()} did not start. Its last lines:\n${process.lastLines(20)}`,
	);
}
