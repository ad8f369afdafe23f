import { join } from 'node:path';
import type { Credential } from './n8n/rest.mts';
import { ROOT } from './paths.mts';
import { type Server, startServer } from './server.mts';

/**
 * Starts the sandbox on 127.0.0.1 and waits until it is ready.
 *
 * @param port 0, the default, for any free one
 * @throws {SetupError} when it ends, or is not ready within 60 s: its last lines
 */
export async function startSandbox(port = 0): Promise<Server> {
	return await startServer('Sandbox', join(ROOT, 'sandbox', 'main.mts'), '--port', String(port));
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
