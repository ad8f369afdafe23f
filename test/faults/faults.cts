import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import {
	bodyWith,
	DECISION,
	documentedBody,
	LIVENESS,
	MATCH,
	MISSING,
	PHOTO_FACES,
	rawJson,
	REVIEW_SCORE,
	SELFIE_FACES,
} from '../support/answers.cts';
import {
	answering,
	inTurn,
	keyOf,
	pour,
	startHostileServer,
	type Treatment,
} from '../support/hostileServer.cts';
import { answered, approving, type Failing, type Fault, type Judged, served } from './fault.cts';
import { hostileFaults } from './hostile.cts';

const TRY_LATER = 'Check that n8n can reach this server and that it is up, then try again.';
const CHECK_ADDRESS =
	'Check that Base URL and API Version in the credential point to the Kairos Biometric Verification API. If they do, treat the person as not verified and try again later.';
const CHECK_IMAGES =
	'Check that both files are JPEG or PNG images with 480 to 5,000 pixels per side. Kairos says: refused';

const brokenConnection: Failing = {
	message: 'The connection to HOST was interrupted',
	description: TRY_LATER,
	cause: 'temporarily-unavailable',
};
const lateResponse: Failing = {
	message: 'Kairos did not respond within 3 seconds',
	description: 'Try again later, use smaller images, or raise Timeout in Options.',
	cause: 'temporarily-unavailable',
};

function unreadable(what: string): Failing {
	return {
		message: `Kairos sent a response that is not a verification result: ${what}`,
		description: CHECK_ADDRESS,
		cause: 'temporarily-unavailable',
	};
}

/** Names that are reserved never to resolve (RFC 6761). */
const unknownName: Fault = {
	name: 'the name does not resolve',
	start: () => Promise.resolve({ url: 'https://kairos.invalid', servers: [] }),
	maxWait: 1,
	requests: 0,
	endedBy: 'maxWait',
	becomes: {
		message: 'Could not find the server kairos.invalid',
		description: 'Check Base URL in the Kairos credential, and that n8n can reach the internet.',
		cause: 'temporarily-unavailable',
	},
};

const connectionFaults: Fault[] = [
	unknownName,
	{
		name: 'the connection is refused',
		start: async () => {
			const server = createServer();
			await once(server.listen(0, '127.0.0.1'), 'listening');
			const address = server.address();
			await once(server.close(), 'close');
			const port = typeof address === 'object' ? address?.port : undefined;
			return { url: `http://127.0.0.1:${port}`, servers: [] };
		},
		maxWait: 1,
		requests: 0,
		endedBy: 'maxWait',
		becomes: { ...brokenConnection, message: 'Could not connect to HOST' },
	},
	{
		name: 'a reset before the upload',
		start: served(({ socket }) => void socket.pause().resetAndDestroy()),
		maxAttempts: 2,
		requests: 0,
		connections: 2,
		endedBy: 'maxAttempts',
		becomes: brokenConnection,
	},
	{
		name: 'a reset during the upload',
		start: served(async (visit) => {
			await visit.head;
			visit.socket.resetAndDestroy();
		}),
		maxAttempts: 2,
		selfieBytes: 8_000_000,
		requests: 2,
		endedBy: 'maxAttempts',
		becomes: brokenConnection,
	},
	{
		name: 'a reset after the upload',
		start: served(async (visit) => {
			await visit.body;
			visit.socket.resetAndDestroy();
		}),
		maxAttempts: 2,
		requests: 2,
		endedBy: 'maxAttempts',
		becomes: brokenConnection,
	},
	{
		name: 'a connection that is closed without a response',
		start: served(async (visit) => {
			await visit.body;
			visit.socket.end();
		}),
		maxAttempts: 2,
		requests: 2,
		endedBy: 'maxAttempts',
		becomes: brokenConnection,
	},
	{
		name: 'headers that never come',
		start: served(() => {}),
		maxAttempts: 2,
		timeout: 3,
		requests: 2,
		endedBy: 'maxAttempts',
		becomes: lateResponse,
	},
	{
		name: 'headers that never end',
		start: served(async (visit) => {
			await visit.body;
			visit.socket.write('HTTP/1.1 200 OK\r\n');
			const timer = setInterval(() => visit.socket.write('X-More: KEY\r\n'), 100);
			await visit.closed;
			clearInterval(timer);
		}),
		maxAttempts: 1,
		timeout: 3,
		requests: 1,
		endedBy: 'maxAttempts',
		becomes: lateResponse,
	},
	{
		name: 'a body that never ends',
		start: served(async (visit) => {
			await visit.body;
			visit.socket.write(`HTTP/1.1 200 OK\r\n\r\n${approving}`);
			const timer = setInterval(() => visit.socket.write(' '), 100);
			await visit.closed;
			clearInterval(timer);
		}),
		maxAttempts: 1,
		timeout: 3,
		requests: 1,
		endedBy: 'maxAttempts',
		becomes: lateResponse,
	},
	{
		name: 'a connection that is closed in mid-body',
		start: served(async (visit) => {
			await visit.body;
			visit.socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n${approving}`);
		}),
		maxAttempts: 2,
		requests: 2,
		endedBy: 'maxAttempts',
		becomes: brokenConnection,
	},
	{
		name: 'a chunked body that is closed before its end',
		start: served(async (visit) => {
			await visit.body;
			const length = Buffer.byteLength(approving).toString(16);
			visit.socket.end(
				`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${length}\r\n${approving}\r\n`,
			);
		}),
		maxAttempts: 2,
		requests: 2,
		endedBy: 'maxAttempts',
		becomes: brokenConnection,
	},
	{
		name: 'a response that is not HTTP',
		start: served(async (visit) => {
			await visit.body;
			visit.socket.end(`220 ${await keyOf(visit)} ready\r\n${approving}`);
		}),
		requests: 1,
		becomes: brokenConnection,
	},
	{
		name: 'a certificate that is not trusted',
		start: async () => {
			const server = await startHostileServer(
				answering({ body: approving }),
				certificate('untrusted'),
			);
			return { url: server.url, servers: [server] };
		},
		requests: 0,
		halts: true,
		becomes: {
			message: 'The connection to HOST is not secure: its certificate is not trusted',
			description: 'Check Base URL in the Kairos credential. Nothing was sent.',
			cause: 'configuration-invalid',
		},
	},
];

/** The place of a byte behind the header of a TLS record. */
const IN_RECORD = 7;

/** What answers in the clear is, for example, a proxy whose server is gone. */
const tlsFaults: Fault[] = [
	{
		name: 'an https address where no TLS is spoken',
		start: async () => {
			const server = await startHostileServer(({ socket }) => {
				socket.end(`HTTP/1.1 503 Service Unavailable\r\n\r\n${approving}`);
			});
			return { url: server.url.replace('http:', 'https:'), servers: [server] };
		},
		maxWait: 1,
		requests: 0,
		connections: 'any',
		endedBy: 'maxWait',
		becomes: {
			message: 'Could not make a secure connection to HOST',
			description:
				'Check Base URL in the Kairos credential: the server may not use https, or not on this port.',
			cause: 'temporarily-unavailable',
		},
	},
	{
		name: 'a secure connection that breaks after the upload',
		start: async () => {
			const { key, cert } = certificate('trusted');
			setDefaultCACertificates([...getCACertificates('default'), cert]);
			let isSent = false;
			const server = await startHostileServer(
				async (visit) => {
					await visit.body;
					isSent = true;
					await answering({ body: approving })(visit);
				},
				{ key, cert },
			);
			const breaking = await startHostileServer(({ socket }) => {
				isSent = false;
				const upstream = connect(Number(new URL(server.url).port), '127.0.0.1');
				socket.pipe(upstream).on('error', () => socket.destroy());
				upstream.on('data', (bytes: Buffer) => {
					if (isSent) bytes.writeUInt8(bytes.readUInt8(IN_RECORD) ^ 1, IN_RECORD);
					socket.write(bytes);
				});
				socket.on('close', () => upstream.destroy());
			});
			return { url: breaking.url.replace('http:', 'https:'), servers: [server, breaking] };
		},
		maxAttempts: 2,
		requests: 2,
		// Those of the client, and those that are handed on.
		connections: 4,
		endedBy: 'maxAttempts',
		becomes: brokenConnection,
	},
];

const bodyFaults: Fault[] = [
	['an empty body', '', 'it is empty'],
	['a body of blanks', ' \r\n\t', 'it is empty'],
	['HTML', '<!doctype html><title>Sign in</title><p>KEY</p>', 'it is not JSON'],
	['cut-off JSON', approving.slice(0, -1), 'it is not JSON'],
	['two responses in one body', `${approving}\n${approving}`, 'it is not JSON'],
	[
		'100,000 lists in each other',
		bodyWith({ extra: rawJson('['.repeat(1e5) + ']'.repeat(1e5)) }),
		'it is not JSON',
	],
	['null', 'null', 'it is not a JSON object'],
	['an array', `[${approving}]`, 'it is not a JSON object'],
	['a number', '1', 'it is not a JSON object'],
	['true', 'true', 'it is not a JSON object'],
	['a string', JSON.stringify(approving), 'it is not a JSON object'],
	['an object without response_data', '{"status":"Complete"}', 'it has no response data'],
	['null as response_data', '{"response_data":null}', 'it has no response data'],
	['a list as response_data', '{"response_data":[]}', 'it has no response data'],
].map(([name, body, what]) => ({
	name: `200 with ${name}`,
	start: answered({ body }),
	requests: 1,
	becomes: unreadable(what ?? ''),
}));

const scoreOutputs = ['Review', 'Match Failed', 'Liveness Failed'];

const answerFaults: Fault[] = [
	['an object without decision', bodyWith({ [DECISION]: MISSING }), ['Review', 'Other Failed']],
	['null as decision', bodyWith({ [DECISION]: null }), ['Review', 'Other Failed']],
	['a decision without a score', bodyWith({ [REVIEW_SCORE]: MISSING }), ['Review', 'Other Failed']],
	['no scores', bodyWith({ [MATCH]: MISSING, [LIVENESS]: MISSING }), scoreOutputs],
	['null as scores', bodyWith({ [MATCH]: null, [LIVENESS]: null }), scoreOutputs],
	['scores as strings', bodyWith({ [MATCH]: '0.99', [LIVENESS]: '0.99' }), scoreOutputs],
	['scores in per cent', bodyWith({ [MATCH]: 99, [LIVENESS]: 99 }), scoreOutputs],
	['scores below 0', bodyWith({ [MATCH]: -0.1, [LIVENESS]: -1 }), scoreOutputs],
	[
		'scores beyond any number',
		bodyWith({ [MATCH]: rawJson('1e999'), [LIVENESS]: rawJson('1e400') }),
		scoreOutputs,
	],
	['scores that say NaN', bodyWith({ [MATCH]: 'NaN', [LIVENESS]: 'NaN' }), scoreOutputs],
	['true as scores', bodyWith({ [MATCH]: true, [LIVENESS]: true }), scoreOutputs],
	['lists as scores', bodyWith({ [MATCH]: [0.99], [LIVENESS]: [0.99] }), scoreOutputs],
	[
		'no faces',
		bodyWith({ [SELFIE_FACES]: MISSING, [PHOTO_FACES]: MISSING }),
		['Review', 'Faces Failed'],
	],
	[
		'response data and nothing in it',
		'{"response_data":{}}',
		[...scoreOutputs, 'Faces Failed', 'Other Failed'],
	],
].map(([name, body, outputs]) => ({
	name: `200 with ${String(name)}`,
	start: answered({ body: String(body).replace('"api_req_uid":"', '"api_req_uid":"KEY') }),
	requests: 1,
	becomes: { decision: 'review', outputs: [outputs].flat() } as Judged,
}));

const bareNaN: Fault = {
	name: '200 with scores that are the bare word NaN',
	start: answered({ body: bodyWith({ [MATCH]: rawJson('NaN'), [LIVENESS]: rawJson('NaN') }) }),
	requests: 1,
	becomes: unreadable('it is not JSON'),
};

const redirectFaults: Fault[] = [301, 302, 303, 307, 308].map((status) => ({
	name: `${status} to another origin`,
	start: async () => {
		const elsewhere = await startHostileServer(answering({ body: approving }));
		const server = await startHostileServer(
			answering({ status, headers: { Location: `${elsewhere.url}/stolen` }, body: approving }),
		);
		return { url: server.url, servers: [server], elsewhere };
	},
	requests: 1,
	becomes: {
		message: `The Base URL redirects to another address (HTTP ${status})`,
		description:
			'Enter the final address as Base URL in the Kairos credential. The node does not follow redirects, so your keys and images are not sent anywhere else.',
		cause: 'configuration-invalid',
	},
}));

/** An error's body: a sentence, the key, and an answer that would approve. */
const refusal = JSON.stringify({ message: 'refused', ...JSON.parse(approving), key: 'KEY' });

interface StatusRow {
	status: number;
	message: string;
	description: string;
	cause: string;
	halts?: boolean;
}

const refusedRows: StatusRow[] = [
	{
		status: 401,
		message: 'Kairos rejected the App ID or App Key',
		description: 'Check App ID and App Key in the Kairos credential. Kairos says: refused',
		cause: 'credential-invalid',
		halts: true,
	},
	{
		status: 402,
		message: 'Kairos requires payment',
		description: 'Check the plan and the invoices of your Kairos account. Kairos says: refused',
		cause: 'quota-exhausted',
		halts: true,
	},
	{
		status: 403,
		message: 'Kairos refused the request: usage limit reached, or App ID or App Key rejected',
		description:
			'Check the usage of your Kairos account, then App ID and App Key in the Kairos credential. Kairos says: refused',
		cause: 'quota-exhausted',
		halts: true,
	},
	...[404, 405].map((status) => ({
		status,
		message: `There is no Kairos API at this address (HTTP ${status})`,
		description: 'Check Base URL and API Version in the Kairos credential. Kairos says: refused',
		cause: 'configuration-invalid',
	})),
	{
		status: 413,
		message: 'The images are too large for Kairos',
		description:
			'Resize them before this node, for example with the Edit Image node. Kairos says: refused',
		cause: 'configuration-invalid',
	},
	...[400, 408, 415, 422].map((status) => ({
		status,
		message: `Kairos rejected the request (HTTP ${status})`,
		description: CHECK_IMAGES,
		cause: 'configuration-invalid',
	})),
	...[201, 206].map((status) => ({
		status,
		message: `Kairos sent an unexpected response (HTTP ${status})`,
		description: 'Check Base URL and API Version in the Kairos credential. Kairos says: refused',
		cause: 'configuration-invalid',
	})),
];

const statusFaults: Fault[] = [
	...refusedRows.map(({ status, halts, ...becomes }) => ({
		name: String(status),
		start: answered({ status, body: refusal }),
		requests: 1,
		halts,
		becomes,
	})),
	{
		name: '204',
		start: answered({ status: 204 }),
		requests: 1,
		becomes: {
			message: 'Kairos sent an unexpected response (HTTP 204)',
			description: 'Check Base URL and API Version in the Kairos credential.',
			cause: 'configuration-invalid',
		},
	},
	{
		name: '422 with HTML',
		start: answered({ status: 422, body: '<p>KEY</p>' }),
		requests: 1,
		becomes: {
			message: 'Kairos rejected the request (HTTP 422)',
			description:
				'Check that both files are JPEG or PNG images with 480 to 5,000 pixels per side.',
			cause: 'configuration-invalid',
		},
	},
	{
		name: 'an error whose message is the key',
		start: answered({ status: 422, body: '{"message":"bad key KEY"}' }),
		requests: 1,
		becomes: {
			message: 'Kairos rejected the request (HTTP 422)',
			description: CHECK_IMAGES.replace('refused', 'bad key [App Key]'),
			cause: 'configuration-invalid',
		},
	},
	{
		name: 'an error whose message is the key in JSON escapes',
		start: served(async (visit) => {
			const key = await keyOf(visit);
			const escaped = [...key].map((sign) => `\\u00${sign.charCodeAt(0).toString(16)}`).join('');
			await answering({ status: 422, body: `{"message":"bad key ${escaped}"}` })(visit);
		}),
		requests: 1,
		becomes: {
			message: 'Kairos rejected the request (HTTP 422)',
			description: CHECK_IMAGES.replace('refused', 'bad key [App Key]'),
			cause: 'configuration-invalid',
		},
	},
];

const rateLimited: Failing = {
	message: 'Kairos is rate limiting your account',
	description:
		'Raise Max Wait in Options, or verify fewer people at the same time. Kairos says: refused',
	cause: 'rate-limited',
};
const documentedRejection: Judged = {
	decision: 'reject',
	outputs: ['Rejected', 'Match Failed', 'Liveness Failed'],
};
const rejects = answering({ body: documentedBody });

function tooMany(retryAfter: string): Treatment {
	return answering({ status: 429, headers: { 'Retry-After': retryAfter }, body: refusal });
}

/** An HTTP date that lies so many milliseconds ahead; it counts whole seconds. */
function dateIn(ms: number): string {
	return new Date(Date.now() + ms).toUTCString();
}

const rateFaults: Fault[] = [
	{
		name: '429 that asks for 1 second, once',
		start: served(inTurn(tooMany('1'), rejects)),
		maxAttempts: 2,
		requests: 2,
		waitsMs: 1000,
		becomes: documentedRejection,
	},
	{
		name: '429 that asks to wait until a date, once',
		start: served(inTurn(async (visit) => await tooMany(dateIn(3000))(visit), rejects)),
		maxAttempts: 2,
		requests: 2,
		waitsMs: 1900,
		becomes: documentedRejection,
	},
	{
		name: '429 without Retry-After, for ever',
		start: served(answering({ status: 429, body: refusal })),
		maxWait: 1,
		requests: 'any',
		waitsMs: 500,
		endedBy: 'maxWait',
		becomes: rateLimited,
	},
	{
		name: '429 that asks for an hour',
		start: served(tooMany('3600')),
		requests: 1,
		endedBy: 'retryAfter',
		becomes: { ...rateLimited, asksToWait: true },
	},
	{
		name: '429 that asks to wait until tomorrow',
		start: served(async (visit) => await tooMany(dateIn(86_400_000))(visit)),
		requests: 1,
		endedBy: 'retryAfter',
		becomes: { ...rateLimited, asksToWait: true },
	},
	{
		name: '429 that asks for more seconds than there are numbers',
		start: served(tooMany('9'.repeat(400))),
		maxWait: 1,
		requests: 'any',
		endedBy: 'maxWait',
		becomes: rateLimited,
	},
	{
		name: '429 with a Retry-After that is neither',
		start: served(tooMany('soon; KEY')),
		maxWait: 1,
		requests: 'any',
		waitsMs: 500,
		endedBy: 'maxWait',
		becomes: rateLimited,
	},
	{
		name: '429 with a Retry-After in the past',
		start: served(inTurn(async (visit) => await tooMany(dateIn(-60_000))(visit), rejects)),
		maxAttempts: 2,
		requests: 2,
		becomes: documentedRejection,
	},
];

const serviceFaults: Fault[] = [500, 502, 503, 504].flatMap((status) => {
	const fails = answering({ status, body: refusal });
	return [
		{
			name: `${status} that passes after one attempt`,
			start: served(inTurn(fails, rejects)),
			maxAttempts: 2,
			requests: 2,
			waitsMs: 500,
			becomes: documentedRejection,
		},
		{
			name: `${status} that passes after two attempts`,
			start: served(inTurn(fails, fails, rejects)),
			maxAttempts: 3,
			requests: 3,
			waitsMs: 500,
			becomes: documentedRejection,
		},
		{
			name: `${status} that never passes`,
			start: served(fails),
			...(status === 503
				? { maxWait: 1, requests: 'any' as const, endedBy: 'maxWait' as const }
				: { maxAttempts: 2, requests: 2, endedBy: 'maxAttempts' as const }),
			becomes: {
				message: `Kairos is temporarily unavailable (HTTP ${status})`,
				description:
					'Try again in a few minutes. If it keeps happening, contact Kairos support. Kairos says: refused',
				cause: 'temporarily-unavailable',
			},
		},
	];
});

serviceFaults.push({
	name: '503 with HTML that passes after one attempt',
	start: served(inTurn(answering({ status: 503, body: '<p>KEY</p>' }), rejects)),
	maxAttempts: 2,
	requests: 2,
	becomes: documentedRejection,
});

const MEGABYTE = 1_000_000;
/** A gzip file of many members is one file: 64 times 16 MB of blanks, in 1 MB. */
const GIGABYTE_IN_GZIP = Buffer.concat(
	Array<Buffer>(64).fill(gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '))),
);

const hugeFaults: Fault[] = [
	{
		name: 'a response of 50 MB',
		start: served(async (visit) => {
			await visit.body;
			visit.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${50 * MEGABYTE}\r\n\r\n`);
			await pour(visit.socket, Buffer.alloc(MEGABYTE, ' '), 50);
		}),
		requests: 1,
		becomes: unreadable('it is too large'),
	},
	{
		name: 'a response of 50 MB with status 422',
		start: served(async (visit) => {
			await visit.body;
			visit.socket.write('HTTP/1.1 422 No\r\nConnection: close\r\n\r\n');
			await pour(visit.socket, Buffer.alloc(MEGABYTE, ' '), 50);
		}),
		requests: 1,
		becomes: {
			message: 'Kairos rejected the request (HTTP 422)',
			description:
				'Check that both files are JPEG or PNG images with 480 to 5,000 pixels per side.',
			cause: 'configuration-invalid',
		},
	},
	{
		name: 'a compressed response that unpacks to 1 GB',
		start: answered({ headers: { 'Content-Encoding': 'gzip' }, body: GIGABYTE_IN_GZIP }),
		requests: 1,
		becomes: unreadable('it is too large'),
	},
	{
		name: 'a compressed response that is cut off',
		start: answered({
			headers: { 'Content-Encoding': 'gzip' },
			body: gzipSync(approving).subarray(0, -20),
		}),
		requests: 1,
		becomes: unreadable('it is not JSON'),
	},
	{
		name: 'a compressed response that is not compressed',
		start: answered({ headers: { 'Content-Encoding': 'br' }, body: approving }),
		requests: 1,
		becomes: brokenConnection,
	},
	{
		name: 'a compressed response of blanks in 100 MB',
		start: answered({
			headers: { 'Content-Encoding': 'br' },
			body: brotliCompressSync(Buffer.alloc(100 * MEGABYTE, ' '), {
				params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
			}),
		}),
		requests: 1,
		becomes: unreadable('it is too large'),
	},
];

function certificate(name: string) {
	const read = (part: string) =>
		readFileSync(join(__dirname, '..', 'fixtures', 'tls', `${name}.${part}.pem`), 'utf8');
	return { key: read('key'), cert: read('cert') };
}

/** Everything that can go wrong on the way to a verdict, one row each. */
export const faults: readonly Fault[] = [
	...connectionFaults,
	...tlsFaults,
	...bodyFaults,
	...answerFaults,
	bareNaN,
	...redirectFaults,
	...statusFaults,
	...rateFaults,
	...serviceFaults,
	...hugeFaults,
	...hostileFaults,
];
