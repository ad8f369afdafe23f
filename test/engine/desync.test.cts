import type { Socket } from 'node:net';
import { bodyWith, DECISION, REJECT_SCORE, REQUEST_ID } from '../support/answers.cts';
import { runWorkflow } from '../support/engine.cts';
import { type HostileServer, startHostileServer } from '../support/hostileServer.cts';
import { credentialFor, limits, person, verifyWorkflow, whoLeft } from '../support/people.cts';

/** Every second person is rejected; a response that gets to the wrong one would show. */
const HONEST = ['ada', 'cleo', 'eve'];
const IMPOSTORS = ['bob', 'dan', 'finn'];
const PEOPLE = HONEST.flatMap((name, at) => [name, IMPOSTORS[at] ?? '']);

const OK = 'HTTP/1.1 200 OK\r\n';

/** The body of the response about this person, or of the one that a person would rather have. */
const bodyFor = (name: string, isApproval = HONEST.includes(name)) =>
	bodyWith({
		[REQUEST_ID]: `id-of-${name}`,
		...(!isApproval && { [DECISION]: { details: [], reject_score: 1 }, [REJECT_SCORE]: 1 }),
	});
const response = (body: string) => `${OK}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const responseTo = (name: string) => response(bodyFor(name));
const approvalOf = (name: string) => response(bodyFor(`${name}-too`, true));
const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';

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
		(socket, name) => socket.write(responseTo(name) + bodyFor(`${name}-too`, true)),
	],
	[
		'responses of 1xx before and after',
		(socket, name) =>
			socket.write(`HTTP/1.1 100 Continue\r\n\r\n${early}${responseTo(name)}${early}`),
	],
	[
		'trailers that look like a response',
		(socket, name) => {
			const body = bodyFor(name);
			const chunk = `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\nX-More: 1\r\n\r\n`;
			const head = `${OK}Transfer-Encoding: chunked\r\nTrailer: X-More\r\n\r\n`;
			socket.write(head + chunk + approvalOf(name));
		},
	],
];

let server: HostileServer;
afterEach(() => server.stop());

test.each(WAYS.flatMap(([what, write]) => [1, 3].map((count) => [what, count, write] as const)))(
	'Everybody gets the answer to their own images from a server that sends %s, with %d at once',
	async (_what, maxConcurrentRequests, write) => {
		server = await startHostileServer(async ({ socket, body }) => {
			const images = (await body).toString('latin1');
			write(socket, PEOPLE.find((name) => images.includes(`IDAT${name}\r\n`)) ?? 'nobody');
		});
		const options = limits({ maxConcurrentRequests, maxAttempts: 1, maxWait: 2 });
		const run = await runWorkflow(verifyWorkflow({ options }, { onError: 'continueErrorOutput' }), {
			items: PEOPLE.map((name) => person(name)),
			credential: credentialFor(server.url),
		});
		expect(whoLeft(run)).toMatchObject({ Approved: HONEST, Rejected: IMPOSTORS });
	},
);
