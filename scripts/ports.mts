import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const LOWEST = 20_000;
/** On Linux; on macOS they begin later. */
const LOWEST_OUTGOING = 32_768;
const TRIES = 100;

/** Whether a port of 127.0.0.1 can be listened on now. */
export async function isPortFree(port: number): Promise<boolean> {
	const server = createServer();
	try {
		server.listen(port, '127.0.0.1');
		await once(server, 'listening');
	} catch {
		return false;
	}
	server.close();
	await once(server, 'close');
	return true;
}

/**
 * A port of 127.0.0.1 that is free now. It stays free only if nothing else takes it meanwhile, so it
 * is none of those that systems give to outgoing connections: n8n takes it some 20 s later.
 */
export async function findFreePort(): Promise<number> {
	for (let tries = 0; tries < TRIES; tries++) {
		const port = randomInt(LOWEST, LOWEST_OUTGOING);
		if (await isPortFree(port)) return port;
	}
	throw new Error('No port of 127.0.0.1 is free.');
}
