import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { END_WITH_US, startProcess, type Running } from '../../scripts/processes.mts';

const READY_WITHIN_MS = 30_000;

export interface Stub {
	/** `http://127.0.0.1:43210`, without a path. */
	url: string;
	process: Running;
}

/** Starts the stub in a process of its own, so that it takes no time of those it serves. */
export async function startStub(): Promise<Stub> {
	let tellUrl: (url: string) => void = () => undefined;
	const ready = new Promise<string>((resolve) => {
		tellUrl = resolve;
	});
	const server = join(import.meta.dirname, 'server.mts');
	const process = await startProcess(globalThis.process.execPath, [...END_WITH_US, server], {
		onLine: (line) => {
			const url = /^Stub ready at (\S+)$/.exec(line)?.[1];
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
	throw new Error(`The API stub did not start. Its last lines:\n${process.lastLines(20)}`);
}
