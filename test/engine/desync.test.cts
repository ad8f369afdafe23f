import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { bodyWith, DECISION, REJECT_SCORE, REQUEST_ID } from '../support/answers.cts';
import { runWorkflow } from '../support/engine.cts';
import { credentialFor, limits, person, verifyWorkflow, whoLeft } from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';

/** Every second person is rejected; a response that gets to the wrong one would show. */
const HONEST = ['ada', 'cleo', 'eve'];
const IMPOSTORS = ['bob', 'dan', 'finn'];
const PEOPLE = HONEST.flatMap((name, at) => [name, IMPOSTORS[at] ?? '']);

/** A response to the request about this person, or the one that a person would rather have. */
function responseTo(name: string, isApproval = HONEST.includes(name)): string {
	const body = bodyWith({
		[REQUEST_ID]: `id-of-${name}`,
		...(!isApproval && { [DECISION]: { details: [], reject_score: 1 }, [REJECT_SCORE]: 1 }),
	});
	return `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

const approvalOf = (name: string) => responseTo(`${name}-too`, true);

/** What a server writes on a connection that it keeps open, to one request. */
const WAYS: Array<[what: string, write: (socket: Socket, name: string) => void]> = [
	['two responses', (socket, name) => socket.write(responseTo(name) + approvalOf(name))],
	[
		'a second response after a while',
		(socket, name) => {
			socket.write(responseTo(name));
			setTimeout(() => socket.writable && socket.write(approvalOf(name)), 20);
		},
	],
	[
		'a body that is longer than its head says',
		(socket, name) => socket.write(`${responseTo(name)}${approvalOf(name).split('\r\n\r\n')[1]}`),
	],
	[
		'responses of 1xx before and after',
		(socket, name) => {
			const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
			socket.write(`HTTP/1.1 100 Continue\r\n\r\n${early}${responseTo(name)}${early}`);
		},
	],
	[
		'trailers that look like a response',
		(socket, name) => {
			const [, body = ''] = responseTo(name).split('\r\n\r\n');
			const size = Buffer.byteLength(body).toString(16);
			const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-More\r\n\r\n';
			socket.write(`${head}${size}\r\n${body}\r\n0\r\nX-More: 1\r\n\r\n${approvalOf(name)}`);
		},
	],
];

/** Reads request after request from each connection, and answers as it is told. */
async function startServer(
	onRequest: (socket: Socket, name: string) => void,
): Promise<{ server: Server; url: string; sockets: Set<Socket> }> {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		let received = '';
		socket.on('data', (chunk) => {
			received += chunk.toString('latin1');
			const end = received.indexOf('\r\n\r\n') + 4;
			const length = Number(/^content-length: *(\d+)/im.exec(received)?.[1] ?? Infinity);
			if (end < 4 || received.length < end + length) return;
			const name = PEOPLE.find((one) => received.includes(`IDAT${one}\r\n`)) ?? 'nobody';
			received = received.slice(end + length);
			onRequest(socket, name);
		});
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	return { server, sockets, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function verifyAll(
	onRequest: (socket: Socket, name: string) => void,
	maxConcurrentRequests: number,
) {
	recordLog();
	const { server, sockets, url } = await startServer(onRequest);
	try {
		const options = limits({ maxConcurrentRequests, maxAttempts: 1, maxWait: 2 });
		const run = await runWorkflow(verifyWorkflow({ options }, { onError: 'continueErrorOutput' }), {
			items: PEOPLE.map((name) => person(name)),
			credential: credentialFor(url),
		});
		expect(run.data.resultData.error).toBeUndefined();
		return whoLeft(run);
	} finally {
		sockets.forEach((socket) => socket.destroy());
		server.close();
	}
}

describe.each([1, 3])('With %d at once,', (concurrency) => {
	test.each(WAYS)(
		'everybody gets the answer to their own images from a server that sends %s',
		async (_what, write) => {
			const left = await verifyAll(write, concurrency);
			expect(left.Approved).toEqual(HONEST);
			expect(left.Rejected).toEqual(IMPOSTORS);
		},
	);
});
