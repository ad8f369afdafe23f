import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One request to the server, from when all of its head has arrived. */
export interface Visit {
	request: IncomingMessage;
	response: ServerResponse;
	/** For what no HTTP library would answer. */
	socket: Socket;
	/** Resolves with the request's body when all of it has arrived. */
	body: Promise<Buffer>;
	/** Milliseconds since the epoch. */
	openedAt: number;
	/** Resolves when the connection is gone, at whichever end. */
	closed: Promise<void>;
}

/** What the server does to one request. */
export type Treatment = (visit: Visit) => void | Promise<void>;

/** What servers of the tests have that listen on 127.0.0.1. */
export interface HostileServer {
	/** Base address, with no slash at its end. */
	url: string;
	/** The requests, in their order. */
	visits: Visit[];
	stop(): Promise<void>;
}

interface HostileOptions {
	/** Makes it an HTTPS server. */
	certificate?: { key: string; cert: string };
	/** Is done to each connection, before any request. */
	onConnection?: (socket: Socket) => void;
}

/** Starts a server that answers requests as it is told; a proxy's CONNECT is one, too. */
export async function startHostileServer(
	treatment: Treatment,
	{ certificate, onConnection = () => {} }: HostileOptions = {},
): Promise<HostileServer> {
	const visits: Visit[] = [];
	const receive = (request: IncomingMessage, response: ServerResponse) => {
		const { socket } = request;
		const visit = {
			request,
			response,
			socket,
			openedAt: Date.now(),
			// A client that hangs up is what some of the tests are about.
			body: new Promise<Buffer>((resolve) => void buffer(request).then(resolve, () => {})),
			closed: new Promise<void>((resolve) => socket.once('close', () => resolve())),
		};
		visits.push(visit);
		void treatment(visit);
	};
	const server = certificate ? createTlsServer(certificate, receive) : createServer(receive);
	server.on('connection', onConnection);
	server.on('connect', (request) => receive(request, new ServerResponse(request)));
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
		visits,
		stop: async () => {
			const closed = once(server, 'close');
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}

/** The App Key that a request came with. */
export function keyOf({ request }: Visit): string {
	return String(request.headers.app_key);
}

/** An HTTP answer; `KEY` in its body and headers is replaced by the App Key of the request. */
export interface Answer {
	status?: number;
	headers?: Readonly<Record<string, string>>;
	body?: string | Buffer;
}

/** The request ID of the documented response: as Kairos does, each response gets one of its own. */
const DOCUMENTED_ID = '601d8377-03be-481e-a314-d61675154d3e';

/** Reads the whole request and gives a whole answer. */
export function answering({ status = 200, headers = {}, body = '' }: Answer): Treatment {
	return async (visit) => {
		await visit.body;
		const withKey = (text: string) => text.replaceAll('KEY', keyOf(visit));
		const defaults = { 'Content-Type': 'application/json', Connection: 'close', 'X-Echo': 'KEY' };
		for (const [name, value] of Object.entries({ ...defaults, ...headers })) {
			visit.response.setHeader(name, withKey(value));
		}
		const isText = typeof body === 'string';
		const bytes = isText ? withKey(body).replace(DOCUMENTED_ID, randomUUID()) : body;
		visit.response.writeHead(status).end(bytes);
	};
}
