import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether a port of 127.0.0.1 can be listened on now. */
export async function isPortFree(port: number): Promise<boolean> {
	return (await listenFor(port)) !== undefined;
}

/** A port of 127.0.0.1 that is free now. It stays free only if nothing else takes it meanwhile. */
export async function findFreePort(): Promise<number> {
	const port = await listenFor(0);
	if (port === undefined) throw new Error('No port of 127.0.0.1 is free.');
	return port;
}

async function listenFor(port: number): Promise<number | undefined> {
	const server = createServer();
	try {
		server.listen(port, '127.0.0.1');
		await once(server, 'listening');
	} catch {
		return undefined;
	}
	const address = server.address();
	server.close();
	await once(server, 'close');
	return typeof address === 'object' ? address?.port : undefined;
}
