import { join } from 'node:path';
import type { Credential } from './n8n/rest.mts';
import { ROOT } from './paths.mts';
import { EXIT_WITH_PARENT, type Running, startProcess } from './processes.mts';
import { waitUntilReady } from './ready.mts';

/** Where people expect it, if it is free. */
export const SANDBOX_PORT = 7411;

export interface Sandbox {
	/** `http://127.0.0.1:43210`, without a path. */
	url: string;
	process: Running;
}

/**
 * Starts the sandbox on 127.0.0.1 and waits until it is ready.
 *
 * @param port 0, the default, for any free one
 * @param reachedAs a host name by which others reach this computer, e.g. n8n in a container; without
 * it, only this computer can ask
 * @throws {SetupError} when it ends, or is not ready within 60 s: its last lines
 */
export async function startSandbox(port = 0, reachedAs?: string): Promise<Sandbox> {
	let url = '';
	const main = join(ROOT, 'sandbox', 'main.mts');
	const others = reachedAs === undefined ? [] : ['--host', '0.0.0.0', '--allow-host', reachedAs];
	const args = [...EXIT_WITH_PARENT, main, '--port', String(port), ...others];
	const process = await startProcess(globalThis.process.execPath, args, {
		onLine: (line) => {
			url ||= line.split('Sandbox ready at ')[1] ?? '';
		},
	});
	await waitUntilReady(process, 'The sandbox', () => url !== '');
	const { port: taken } = new URL(url);
	return { url: reachedAs === undefined ? url : `http://${reachedAs}:${taken}`, process };
}

/** The credential that points a workflow at a sandbox, whose keys are public. */
export function sandboxCredential(sandboxUrl: string): Credential {
	return {
		name: 'Kairos API (sandbox)',
		type: 'kairosApi',
		data: {
			appId: 'sandbox',
			appSecretKey: 'sandbox',
			baseUrl: sandboxUrl,
			apiVersion: 'v0.1',
		},
	};
}
