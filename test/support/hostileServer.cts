import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** One request to the server, or a connection by which none has come yet. */
export interface Visit {
	/** Which of the visits it is, from 1. */
	number: number;
	socket: Socket;
	/** Resolves with the request's head when all of it has arrived. */
	head: Promise<string>;
	/** Resolves with the request's body when all of it has arrived. */
	body: Promise<Buffer>;
	/** Milliseconds since the epoch. */
	openedAt: number;
	/** Resolves when the connection is gone, at whichever end. */
	closed: Promise<void>;
}

/** What the server does to one request, on its connection. */
export type Treatment = (visit: Visit) => void | Promise<void>;

/** What servers of the tests have that listen on 127.0.0.1. */
export interface HostileServer {
	/** Base address, with no slash at its end. */
	url: string;
	/** Every request, and every connection by which none came. */
	visits: Visit[];
	/** The heads of the requests that arrived, in their order. */
	heads: string[];
	stop(): Promise<void>;
}

export interface Certificate {
	key: string;
	cert: string;
}

const END_OF_HEAD = '\r\n\r\n';

/**
 * Starts a server that reads HTTP requests itself and answers them as it is told, also in ways
 * that no HTTP library would.
 *
 * @param certificate makes it an HTTPS server
 */
export async function startHostileServer(
	treatment: Treatment,
	certificate?: Certificate,
): Promise<HostileServer> {
	const visits: Visit[] = [];
	const heads: string[] = [];
	const sockets = new Set<Socket>();
	const receive = (socket: Socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		// A client that hangs up is what some of the tests are about.
		socket.on('error', () => {});
		const begin = () => {
			const request = requestOn(socket, visits.length + 1);
			visits.push(request.visit);
			void request.visit.head.then((head) => heads.push(head));
			void treatment(request.visit);
			return request;
		};
		let request = begin();
		socket.on('data', (chunk) => {
			if (request.isWhole()) request = begin();
			request.take(chunk);
		});
	};
	const server: Server = certificate
		? createTlsServer(certificate, receive)
		: createServer(receive);
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
		visits,
		heads,
		stop: async () => {
			const closed = once(server, 'close');
			server.close();
			sockets.forEach((socket) => socket.destroy());
			await closed;
		},
	};
}

/** The next request on a connection, which takes what arrives until it is whole. */
function requestOn(socket: Socket, number: number) {
	const received: Buffer[] = [];
	const head = promised<string>();
	const body = promised<Buffer>();
	const closed = promised<void>();
	let endOfHead = -1;
	let wanted = Infinity;
	let size = 0;
	const isWhole = () => size >= wanted;
	const take = (chunk: Buffer) => {
		received.push(chunk);
		size += chunk.length;
		if (endOfHead === -1) {
			const all = Buffer.concat(received);
			endOfHead = all.indexOf(END_OF_HEAD);
			if (endOfHead === -1) return;
			const text = all.toString('latin1', 0, endOfHead);
			wanted = endOfHead + END_OF_HEAD.length + contentLengthOf(text);
			head.resolve(text);
		}
		if (isWhole()) {
			body.resolve(Buffer.concat(received).subarray(endOfHead + END_OF_HEAD.length));
		}
	};
	socket.on('close', () => closed.resolve());
	const visit: Visit = {
		number,
		socket,
		head: head.promise,
		body: body.promise,
		openedAt: Date.now(),
		closed: closed.promise,
	};
	return { visit, isWhole, take };
}

/** A promise, and what fulfils it. */
function promised<Value>() {
	let resolve: (value: Value) => void = () => {};
	const promise = new Promise<Value>((fulfil) => (resolve = fulfil));
	return { promise, resolve };
}

function contentLengthOf(head: string): number {
	return Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
}

/** The App Key that a request came with. */
export async function keyOf({ head }: Visit): Promise<string> {
	return /^app_key: *(.+)$/im.exec(await head)?.[1]?.trim() ?? '';
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
		const key = await keyOf(visit);
		const bytes =
			typeof body === 'string'
				? Buffer.from(body.replaceAll('KEY', key).replace(DOCUMENTED_ID, randomUUID()))
				: body;
		const lines = Object.entries({
			'Content-Type': 'application/json',
			'Content-Length': String(bytes.length),
			Connection: 'close',
			'X-Echo': 'KEY',
			...headers,
		}).map(([name, value]) => `${name}: ${value.replaceAll('KEY', key)}\r\n`);
		visit.socket.write(`HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n`);
		visit.socket.end(bytes);
	};
}

/** Writes the same bytes over and over until the client hangs up or the count is reached. */
export async function writeRepeatedly(socket: Socket, bytes: Buffer, times: number): Promise<void> {
	for (let count = 0; count < times && !socket.destroyed; count++) {
		if (!socket.write(bytes)) {
			await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
		}
	}
}
