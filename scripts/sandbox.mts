import { join } from 'node:path';
import type { Credential } from './n8n/rest.mts';
import { ROOT } from './paths.mts';
import { EXIT_WITH_PARENT, type Running, startProcess } from './processes.mts';
import { waitUntilReady } from './ready.mts';

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
	let url = '';
	const main = join(ROOT, 'sandbox', 'main.mts');
	const args = [...EXIT_WITH_PARENT, main, '--port', String(port)];
	const process = await startProcess(globalThis.process.execPath, args, {
		onLine: (line) => {
			url ||= line.split('Sandbox ready at ')[1] ?? '';
		},
	});
	await waitUntilReady(process, 'The sandbox', () => url !== '');
	return { url, process };
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

/** How a result names a sandbox as who answered: `127.0.0.1:43210/v0.1`. */
export function serviceOf(sandboxUrl: string): string {
	return `${new URL(sandboxUrl).host}/v0.1`;
}
