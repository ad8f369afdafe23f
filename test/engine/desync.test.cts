import type { Socket } from 'node:net';
import { bodyWith, DECISION, REJECT_SCORE, REQUEST_ID } from '../support/answers.cts';
import { runWorkflow } from '../support/engine.cts';
import { startHostileServer } from '../support/hostileServer.cts';
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

async function verifyAll(write: (socket: Socket, name: string) => void, concurrency: number) {
	recordLog();
	const server = await startHostileServer(async ({ socket, body }) => {
		const images = (await body).toString('latin1');
		write(socket, PEOPLE.find((name) => images.includes(`IDAT${name}\r\n`)) ?? 'nobody');
	});
	try {
		const options = limits({ maxConcurrentRequests: concurrency, maxAttempts: 1, maxWait: 2 });
		const run = await runWorkflow(verifyWorkflow({ options }, { onError: 'continueErrorOutput' }), {
			items: PEOPLE.map((name) => person(name)),
			credential: credentialFor(server.url),
		});
		expect(run.data.resultData.error).toBeUndefined();
		return whoLeft(run);
	} finally {
		await server.stop();
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
