import { join } from 'node:path';
import { type Server, startServer } from '../../scripts/server.mts';

/** Starts the stub in a process of its own, so that it takes no time of those it serves. */
export async function startStub(): Promise<Server> {
	return await startServer('Stub', join(import.meta.dirname, 'server.mts'));
}
