import { EXIT_WITH_PARENT, type Running, startProcess } from './processes.mts';
import { waitUntilReady } from './ready.mts';

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
	let url: string | undefined;
	const process = await startProcess(globalThis.process.execPath, [...EXIT_WITH_PARENT, ...args], {
		onLine: (line) => {
			url ??= line.split(`${name} ready at `)[1];
		},
	});
	await waitUntilReady(process, `The ${name.toLowerCase()}`, () => url !== undefined);
	return { url: url ?? '', process };
}
