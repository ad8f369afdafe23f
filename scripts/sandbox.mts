import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './paths.mts';
import { type Running, startProcess } from './processes.mts';
import { SetupError } from './setup/npm.mjs';

const READY_WITHIN_MS = 60_000;

export interface Sandbox {
	/** `http://127.0.0.1:43210`, without a path. */
	url: string;
	process: Running;
}

/**
 * Starts the sandbox on 127.0.0.1 and waits until it is ready.
 *
 * @param port 0, the default, for any free one
 * @throws {SetupError} when it ends, or is not ready within 60 s: its last lines
 */
export async function startSandbox(port = 0): Promise<Sandbox> {
	let tellUrl: (url: string) => void = () => undefined;
	const ready = new Promise<string>((resolve) => {
		tellUrl = resolve;
	});
	const main = join(ROOT, 'sandbox', 'main.mts');
	const process = await startProcess(globalThis.process.execPath, [main, '--port', String(port)], {
		onLine: (line) => {
			const url = /^Sandbox ready at (\S+)$/.exec(line)?.[1];
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
	throw new SetupError(`The sandbox did not start. Its last lines:\n${process.lastLines(20)}`);
}
