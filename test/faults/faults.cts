import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import {
	bodyWith,
	DETAILS,
	documentedBody,
	LIVENESS,
	MATCH,
	rawJson,
	SELFIE_FACES,
} from '../support/answers.cts';
import type { TestItem } from '../support/engine.cts';
import {
	answering,
	keyOf,
	writeRepeatedly,
	startHostileServer,
	type Treatment,
} from '../support/hostileServer.cts';
import {
	answered,
	approving,
	type Failing,
	type Fault,
	inTurn,
	type Judged,
	served,
} from './fault.cts';

const lost: Failing = { code: 'CONNECTION_LOST', httpCode: null, mayBeBilled: true };
const late: Failing = { code: 'TIMEOUT', httpCode: null, mayBeBilled: true };
const noConnection: Failing = { code: 'UNAVAILABLE', httpCode: null };
const unreadable: Failing = { code: 'UNREADABLE_RESPONSE', httpCode: 200, mayBeBilled: true };
const judged = (decision: Judged['decision'], ...outputs: string[]): Judged => ({
	decision,
	outputs,
});
const documentedRejection = judged('reject', 'Rejected', 'No Match', 'Not Live');
const rejects = answering({ body: documentedBody });
/** An error's body: a sentence, the key, and an answer that would approve. */
const refusal = JSON.stringify({ message: 'refused', ...JSON.parse(approving), key: 'KEY' });

const connectionFaults: Fault[] = [
	{
		// The name is reserved never to resolve (RFC 6761).
		name: 'the name does not resolve',
		start: () => Promise.resolve({ url: 'https://kairos.invalid', servers: [] }),
		...{ maxWait: 1, requests: 0, isTimed: true, becomes: noConnection },
	},
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
		...{ maxWait: 1, requests: 0, isTimed: true, becomes: noConnection },
	},
	{
		name: 'a reset before the upload',
		start: served(({ socket }) => void socket.pause().resetAndDestroy()),
		...{ maxAttempts: 2, requests: 0, attempts: 2, becomes: lost },
	},
	{
		name: 'a reset during the upload',
		start: served(async (visit) => {
			await visit.head;
			visit.socket.resetAndDestroy();
		}),
		...{ maxAttempts: 2, selfieBytes: 8e6, requests: 2 },
		becomes: { ...lost, mayBeBilled: false },
	},
	{
		name: 'a reset after the upload',
		start: served(async (visit) => {
			await visit.body;
			visit.socket.resetAndDestroy();
		}),
		...{ maxAttempts: 2, requests: 2, becomes: lost },
	},
	{
		name: 'a connection that is closed without a response',
		start: served(async (visit) => {
			await visit.body;
			visit.socket.end();
		}),
		...{ maxAttempts: 2, requests: 2, becomes: lost },
	},
	{
		name: 'headers that never come',
		start: served(() => {}),
		...{ maxAttempts: 2, timeout: 3, requests: 2, becomes: late },
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
		...{ maxAttempts: 1, timeout: 3, requests: 1, becomes: late },
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
		...{ maxAttempts: 1, timeout: 3, requests: 1, becomes: { ...late, httpCode: 200 } },
	},
	{
		name: 'a connection that is closed in mid-body',
		start: served(async (visit) => {
			await visit.body;
			visit.socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n${approving}`);
		}),
		...{ maxAttempts: 2, requests: 2, becomes: { ...lost, httpCode: 200 } },
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
		...{ maxAttempts: 2, requests: 2, becomes: { ...lost, httpCode: 200 } },
	},
	{
		name: 'a response that is not HTTP',
		start: served(async (visit) => {
			await visit.body;
			visit.socket.end(`220 ${await keyOf(visit)} ready\r\n${approving}`);
		}),
		...{ maxAttempts: 2, requests: 2, becomes: lost },
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
		...{ requests: 0, isFatal: true, becomes: noConnection },
	},
	{
		// As it is with a proxy, for example, whose server is gone.
		name: 'an https address where no TLS is spoken',
		start: async () => {
			const server = await startHostileServer(({ socket }) => {
				socket.end(`HTTP/1.1 503 Service Unavailable\r\n\r\n${approving}`);
			});
			return { url: server.url.replace('http:', 'https:'), servers: [server] };
		},
		...{ maxWait: 1, requests: 0, isTimed: true, becomes: noConnection },
	},
	{
		name: 'a secure connection that breaks after the upload',
		start: breakingTls,
		...{ maxAttempts: 2, requests: 2, becomes: lost },
	},
	{
		name: 'a gateway that refuses the size from the head of the request, and hangs up',
		start: served(async (visit) => {
			await visit.head;
			visit.socket.end('HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\n');
		}),
		selfieBytes: 100,
		...{ requests: 1, becomes: { code: 'REFUSED_REQUEST', httpCode: 413 } },
	},
];

/** The place of a byte behind the header of a TLS record. */
const IN_RECORD = 7;

async function breakingTls() {
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
}

const deep = bodyWith({ extra: rawJson('['.repeat(1e5) + ']'.repeat(1e5)) });
const manyDetails = bodyWith({ [DETAILS]: Array<object>(300_000).fill({}) });
const gzip = { 'Content-Encoding': 'gzip' };

/** What is not JSON counts like a lost connection, the rest is never sent again. */
const bodyFaults: Fault[] = [
	...[
		['an empty body', ''],
		['a body of blanks', ' \r\n\t'],
		['HTML', '<!doctype html><title>Maintenance</title><p>KEY</p>'],
		['two responses in one body', `${approving}\n${approving}`],
	].map(([name, body]): Fault => ({
		name: `200 with ${name}`,
		start: answered({ body }),
		...{ maxAttempts: 2, requests: 2, becomes: unreadable },
	})),
	{
		name: '204',
		start: answered({ status: 204 }),
		...{ maxAttempts: 1, requests: 1, becomes: { ...unreadable, httpCode: 204 } },
	},
	{
		name: 'a maintenance page that goes away',
		start: served(inTurn(answering({ body: '<p>Maintenance</p>' }), rejects)),
		...{ maxAttempts: 2, requests: 2, becomes: documentedRejection },
	},
	{
		name: '200 with cut-off JSON',
		start: answered({ body: approving.slice(0, -1) }),
		...{ maxAttempts: 2, requests: 2, becomes: { ...lost, httpCode: 200 } },
	},
	{
		name: 'a compressed response that is cut off',
		start: answered({ headers: gzip, body: gzipSync(approving).subarray(0, -20) }),
		...{ maxAttempts: 2, requests: 2, becomes: { ...lost, httpCode: 200 } },
	},
	{
		name: 'a compressed response that is not compressed',
		start: answered({ headers: { 'Content-Encoding': 'br' }, body: approving }),
		...{ maxAttempts: 2, requests: 2, becomes: { ...lost, httpCode: 200 } },
	},
	...[
		['100,000 lists in each other', deep],
		['null', 'null'],
		['an array', `[${approving}]`],
		['a string', JSON.stringify(approving)],
		['an object without response_data', '{"key":"KEY"}'],
		['a list as response_data', '{"response_data":[]}'],
	].map(([name, body]): Fault => ({
		name: `200 with ${name}`,
		start: answered({ body }),
		...{ requests: 1, becomes: unreadable },
	})),
	{
		name: '300,000 empty details in a small body',
		start: answered({ headers: gzip, body: gzipSync(manyDetails) }),
		...{ requests: 1, becomes: unreadable },
	},
	...[
		'{"Errors":[{"ErrCode":5002,"Message":"no faces found KEY"}]}',
		'{"status":"failed","key":"KEY"}',
	].map((body): Fault => ({
		name: `200 with ${body}`,
		start: answered({ body }),
		...{ requests: 1, becomes: { ...unreadable, code: 'REFUSED_REQUEST' } },
	})),
];

/** Complete and well-formed: what says, or seems to say, that a person passes. */
const answerFaults: Fault[] = [
	[
		'low scores and nothing against them',
		bodyWith({ [MATCH]: 0.1, [LIVENESS]: 0 }),
		['No Match', 'Not Live'],
	],
	['scores that Python writes', bodyWith({ [MATCH]: rawJson('NaN') }), ['No Match']],
	[
		'no face, and so no scores',
		bodyWith({ [SELFIE_FACES]: [], [MATCH]: rawJson('NaN'), [LIVENESS]: 0 }),
		['Face Issue'],
	],
	['a failure in a block of its own', bodyWith({ 'a.decision': 'reject KEY' }), ['Other Issue']],
	['the request ID of another item', bodyWith({ api_req_uid: 'the same' }), ['Other Issue']],
	[
		'response data and nothing in it',
		'{"response_data":{}}',
		['No Match', 'Not Live', 'Other Issue', 'Face Issue'],
	],
].map(([name, body, checks]): Fault => ({
	name: `200 with ${String(name)}`,
	start: answered({ body: String(body) }),
	requests: 1,
	becomes: judged('review', ...inOrder([checks ?? []].flat())),
}));

/** Outputs are named in the order of the node. */
function inOrder(checks: string[]): string[] {
	const order = ['No Match', 'Not Live', 'Face Issue', 'Other Issue'];
	return ['Review', ...order.filter((name) => checks.includes(name))];
}

const redirectFaults: Fault[] = [301, 302, 303, 307, 308].map((status) => ({
	name: `${status} to another origin`,
	start: async () => {
		const elsewhere = await startHostileServer(answering({ body: approving }));
		const server = await startHostileServer(
			answering({ status, headers: { Location: `${elsewhere.url}/stolen` }, body: approving }),
		);
		return { url: server.url, servers: [server], elsewhere };
	},
	...{ requests: 1, becomes: { code: 'WRONG_ADDRESS', httpCode: status } },
}));

const statusCodes: Array<[code: Failing['code'], ...statuses: number[]]> = [
	['WRONG_ADDRESS', 404, 405, 410, 421],
	['REFUSED_REQUEST', 400, 409, 413, 415, 418, 422, 451],
];

const statusFaults: Fault[] = [
	...statusCodes.flatMap(([code, ...statuses]) =>
		statuses.map((httpCode): Fault => ({
			name: String(httpCode),
			start: answered({ status: httpCode, body: refusal }),
			...{ requests: 1, becomes: { code, httpCode } },
		})),
	),
	...([401, 402, 403] as const).map((httpCode): Fault => ({
		name: String(httpCode),
		start: answered({ status: httpCode, body: refusal }),
		...{ requests: 1, isFatal: true },
		becomes: {
			code: ({ 401: 'INVALID_KEYS', 402: 'PAYMENT_REQUIRED', 403: 'FORBIDDEN' } as const)[httpCode],
			httpCode,
		},
	})),
	{
		name: '403 without JSON, for each of two items',
		start: answered({ status: 403, body: '<p>Blocked: KEY</p>' }),
		...{ requests: 1, becomes: { code: 'FORBIDDEN', httpCode: 403 } },
	},
	{
		name: '407',
		start: answered({ status: 407, body: '<p>KEY</p>' }),
		...{ requests: 1, attempts: 0, isFatal: true },
		becomes: { code: 'PROXY_AUTHENTICATION', httpCode: 407 },
	},
	{
		name: '408',
		start: answered({ status: 408 }),
		...{ maxAttempts: 2, requests: 2, becomes: { ...late, httpCode: 408 } },
	},
	{
		name: '422 with HTML',
		start: answered({ status: 422, body: '<p>KEY</p>' }),
		...{ requests: 1, becomes: { code: 'REFUSED_REQUEST', httpCode: 422 } },
	},
	...(['utf8', 'hex', 'base64'] as const).map((encoding): Fault => ({
		name: `an error that echoes the key in ${encoding}`,
		start: served(async (visit) => {
			const key = Buffer.from(await keyOf(visit)).toString(encoding);
			const message = `bad key ${key}`;
			await answering({ status: 422, body: JSON.stringify({ message }) })(visit);
		}),
		...{ requests: 1, becomes: { code: 'REFUSED_REQUEST', httpCode: 422 } },
	})),
	{
		name: 'an error that echoes the key in JSON escapes',
		start: served(async (visit) => {
			const key = await keyOf(visit);
			const escaped = [...key].map((sign) => `\\u00${sign.charCodeAt(0).toString(16)}`).join('');
			await answering({ status: 422, body: `{"message":"bad key ${escaped}"}` })(visit);
		}),
		...{ requests: 1, becomes: { code: 'REFUSED_REQUEST', httpCode: 422 } },
	},
];

function tooMany(retryAfter: string): Treatment {
	return answering({ status: 429, headers: { 'Retry-After': retryAfter }, body: refusal });
}

/** An HTTP date that lies so many milliseconds ahead; it counts whole seconds. */
function dateIn(ms: number): string {
	return new Date(Date.now() + ms).toUTCString();
}

const rateLimited: Failing = { code: 'RATE_LIMITED', httpCode: 429 };

const rateFaults: Fault[] = [
	{
		name: '429 that asks for 1 second, once',
		start: served(inTurn(tooMany('1'), rejects)),
		...{ maxAttempts: 2, requests: 2, waitsMs: 1000, becomes: documentedRejection },
	},
	{
		name: '429 that asks to wait until a date, once',
		start: served(inTurn(async (visit) => await tooMany(dateIn(3000))(visit), rejects)),
		...{ maxAttempts: 2, requests: 2, waitsMs: 1900, becomes: documentedRejection },
	},
	...[
		['without Retry-After, forever', answering({ status: 429, body: refusal })],
		['that asks for more seconds than there are numbers', tooMany('9'.repeat(400))],
		['with a Retry-After that is neither', tooMany('soon; KEY')],
	].map(([name, treatment]): Fault => ({
		name: `429 ${String(name)}`,
		start: served(treatment as Treatment),
		...{ maxWait: 1, requests: 'any', isTimed: true, becomes: rateLimited },
	})),
	...[
		tooMany('3600'),
		async (visit: Parameters<Treatment>[0]) => await tooMany(dateIn(86_400_000))(visit),
	].map((treatment, at): Fault => ({
		name: `429 that asks for ${['an hour', 'a day'][at]}`,
		start: served(treatment),
		...{ requests: 1, becomes: rateLimited },
	})),
	{
		name: '429 with a Retry-After in the past',
		start: served(inTurn(async (visit) => await tooMany(dateIn(-60_000))(visit), rejects)),
		...{ maxAttempts: 2, requests: 2, becomes: documentedRejection },
	},
];

const serviceFaults: Fault[] = [500, 502, 503, 504].flatMap((status): Fault[] => {
	const fails = answering({ status, body: refusal });
	const passing = { waitsMs: 500, becomes: documentedRejection };
	return [
		{
			name: `${status} that passes after one attempt`,
			start: served(inTurn(fails, rejects)),
			...{ maxAttempts: 2, requests: 2, ...passing },
		},
		{
			name: `${status} that passes after two attempts`,
			start: served(inTurn(fails, fails, rejects)),
			...{ maxAttempts: 3, requests: 3, ...passing },
		},
		{
			name: `${status} that never passes`,
			start: served(fails),
			...(status === 503
				? {
						...{ maxWait: 1, requests: 'any', isTimed: true },
						becomes: { code: 'UNAVAILABLE', httpCode: 503 },
					}
				: {
						...{ maxAttempts: 2, requests: 2 },
						becomes: { code: 'SERVER_ERROR', httpCode: status, mayBeBilled: true },
					}),
		},
	];
});

const MEGABYTE = 1_000_000;
/** A gzip file of many members is one file: 64 times 16 MB of blanks, in 1 MB. */
const GIGABYTE_IN_GZIP = Buffer.concat(
	Array<Buffer>(64).fill(gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '))),
);

const hugeFaults: Fault[] = [
	...[200, 422].map((httpCode): Fault => ({
		name: `a response of 50 MB with status ${httpCode}`,
		start: served(async (visit) => {
			await visit.body;
			visit.socket.write(`HTTP/1.1 ${httpCode} Status\r\nConnection: close\r\n\r\n`);
			await writeRepeatedly(visit.socket, Buffer.alloc(MEGABYTE, ' '), 50);
		}),
		requests: 1,
		becomes: httpCode === 200 ? unreadable : { code: 'REFUSED_REQUEST', httpCode },
	})),
	{
		name: 'a compressed response that unpacks to 1 GB',
		start: answered({ headers: gzip, body: GIGABYTE_IN_GZIP }),
		...{ requests: 1, becomes: unreadable },
	},
	{
		name: 'a compressed response of blanks in 100 MB',
		start: answered({
			headers: { 'Content-Encoding': 'br' },
			body: brotliCompressSync(Buffer.alloc(100 * MEGABYTE, ' '), {
				params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
			}),
		}),
		...{ requests: 1, becomes: unreadable },
	},
];

const notSent = (code: Failing['code']) => ({ requests: 0, becomes: { code, httpCode: null } });
const files = (selfie: Buffer, photo: Buffer): TestItem => ({
	files: { selfie: { bytes: selfie, fileName: 'me.png' }, photo: { bytes: photo } },
});

/** Files and items that somebody handed in; a server that would approve everybody is there. */
const itemFaults: Fault[] = [
	{
		name: 'no selfie',
		start: answered({ body: approving }),
		item: ({ photo }) => ({ files: { photo: { bytes: photo } } }),
		...notSent('FILE_NOT_FOUND'),
	},
	{
		name: 'an empty selfie',
		start: answered({ body: approving }),
		item: ({ photo }) => files(Buffer.alloc(0), photo),
		...notSent('EMPTY_FILE'),
	},
	{
		name: 'a selfie that is HTML',
		start: answered({ body: approving }),
		item: ({ photo }) => files(Buffer.from('<script>'), photo),
		...notSent('NOT_AN_IMAGE'),
	},
	{
		name: 'a selfie of 21 MB',
		start: answered({ body: approving }),
		selfieBytes: 21e6,
		...notSent('FILE_TOO_LARGE'),
	},
	{
		name: 'one field for both images',
		start: answered({ body: approving }),
		parameters: { photoField: 'selfie' },
		...notSent('SAME_FILE'),
	},
	{
		name: 'two files of the same bytes',
		start: answered({ body: approving }),
		item: ({ selfie }) => files(selfie, selfie),
		...{ requests: 1, becomes: judged('review', 'Review', 'Other Issue') },
	},
	{
		name: 'an item that says it is approved, and is refused',
		start: answered({ status: 422 }),
		item: ({ selfie, photo }) => ({
			...files(selfie, photo),
			json: { verification: { decision: 'approve' } },
		}),
		...{ requests: 1, becomes: { code: 'REFUSED_REQUEST', httpCode: 422 } },
	},
	{
		name: 'an item that inherits an approval, and is rejected',
		start: answered({ body: documentedBody }),
		item: ({ selfie, photo }) => ({
			...files(selfie, photo),
			json: JSON.parse('{"__proto__":{"verification":{"decision":"approve"}}}') as never,
		}),
		...{ requests: 1, becomes: documentedRejection },
	},
	{
		name: 'a public address, unencrypted',
		start: () => Promise.resolve({ url: 'http://kairos.invalid', servers: [] }),
		...notSent('INVALID_CREDENTIAL'),
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
	...bodyFaults,
	...answerFaults,
	...redirectFaults,
	...statusFaults,
	...rateFaults,
	...serviceFaults,
	...hugeFaults,
	...itemFaults,
];
