import { join } from 'node:path';
import type { Credential } from './n8n/rest.mts';
import { ROOT } from './paths.mts';
import { type Running, startProcess } from './processes.mts';
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
	const others = reachedAs === undefined ? [] : ['--host', '0.0.0.0', '--allow-host', reachedAs];
	const args = [join(ROOT, 'sandbox', 'main.mts'), '--port', String(port), ...others];
	const process = await startProcess(globalThis.process.execPath, args);
	const address = () => /Sandbox ready at (\S+)/.exec(process.lastLines(10))?.[1] ?? '';
	await waitUntilReady(process, 'The sandbox', () => address() !== '');
	const url = new URL(address());
	url.hostname = reachedAs ?? url.hostname;
	return { url: url.origin, process };
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
