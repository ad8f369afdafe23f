import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import type { ErrorCode } from '../../nodes/BiometricVerify/errors/codes';
import type { OutputName } from '../../nodes/BiometricVerify/output/outputs';
import {
	bodyWith,
	DETAILS,
	documentedBody,
	LIVENESS,
	MATCH,
	rawJson,
} from '../support/answers.cts';
import type { TestItem } from '../support/engine.cts';
import {
	answering,
	type HostileServer,
	keyOf,
	startHostileServer,
	type Treatment,
} from '../support/hostileServer.cts';

/** An item that could not be verified, as machines read it. */
interface Failing {
	code: ErrorCode;
	/** The status of the last answer; null where none came. */
	httpCode: number | null;
	mayBeBilled: boolean;
}

/** An item that was judged, by an answer that approves nobody. */
interface Judged {
	decision: 'review' | 'reject';
	outputs: OutputName[];
}

export interface Fault {
	name: string;
	/** Starts what the node meets instead of Kairos. */
	start: () => Promise<Pick<HostileServer, 'url' | 'visits' | 'stop'>>;
	becomes: Failing | Judged;
	/** How many requests reach the server for each item; any number where only time counts. */
	requests: number | 'any';
	/** How often an item counts as sent, where it is not the number of its requests. */
	attempts?: number;
	/** Whether no further item is sent after the first. */
	isFatal?: boolean;
	/** The least time between the first two requests, in milliseconds. */
	waitsMs?: number;
	/** The options Max Attempts, Timeout and Max Wait. */
	maxAttempts?: number;
	timeout?: number;
	maxWait?: number;
	/** What is behind the mark in the selfie, in bytes. */
	selfieBytes?: number;
	/** What each item is, where it is not an ordinary one. */
	item?: (ordinary: TestItem) => TestItem;
}

/** The fault of a server; without further facts, it gets one request for each item. */
function row(
	name: string,
	treatment: Treatment,
	becomes: Fault['becomes'],
	facts: Partial<Fault> = {},
): Fault {
	return { name, start: () => startHostileServer(treatment), requests: 1, becomes, ...facts };
}

const TWICE = { maxAttempts: 2, requests: 2 };
const UNTIL_MAX_WAIT = { maxWait: 1, requests: 'any' } as const;

const failing = (code: ErrorCode, httpCode: number | null = null): Failing => ({
	...{ code, httpCode, mayBeBilled: false },
});
const billed = (code: ErrorCode, httpCode: number | null = null): Failing => ({
	...{ code, httpCode, mayBeBilled: true },
});
const judged = (decision: Judged['decision'], ...outputs: OutputName[]): Judged => ({
	...{ decision, outputs },
});
const unreadable = billed('UNREADABLE_RESPONSE', 200);
const documentedRejection = judged('reject', 'Rejected', 'No Match', 'Not Live');

/** A response that would approve, were it not for what is wrong around it. */
const approving = bodyWith();
const approves = answering({ body: approving });
const rejects = answering({ body: documentedBody });
/** An error's body: a sentence, the key, and an answer that would approve. */
const refusal = JSON.stringify({ message: 'refused', ...JSON.parse(approving), key: 'KEY' });

/** Which item a request is for, by the mark in its images. */
const itemIn = (body: Buffer) => /item \d;/.exec(body.toString('latin1'))?.[0] ?? '';

/** Treats the first request of each item by the first treatment and so on, then starts over. */
function inTurn(...treatments: readonly Treatment[]): Treatment {
	const counts = new Map<string, number>();
	return async (visit) => {
		const item = itemIn(await visit.body);
		const count = counts.get(item) ?? 0;
		counts.set(item, count + 1);
		await treatments[count % treatments.length]?.(visit);
	};
}

/** Reads the request, writes this, and closes the connection. */
function writing(text: string): Treatment {
	return async (visit) => {
		await visit.body;
		visit.socket.end(text.replaceAll('KEY', keyOf(visit)));
	};
}

/** Reads the request, writes this, and then a little more, again and again. */
function dripping(text: string, drop: string): Treatment {
	return async ({ body, socket, closed }) => {
		await body;
		socket.write(text);
		const timer = setInterval(() => socket.write(drop), 100);
		await closed;
		clearInterval(timer);
	};
}

const afterUpload = (act: (socket: Socket) => void): Treatment => {
	return async ({ body, socket }) => {
		await body;
		act(socket);
	};
};

function certificate(name: 'trusted' | 'untrusted') {
	const read = (part: string) =>
		readFileSync(join(__dirname, '..', 'fixtures', 'tls', `${name}.${part}.pem`), 'utf8');
	return { key: read('key'), cert: read('cert') };
}

async function breakingTls() {
	const trusted = certificate('trusted');
	setDefaultCACertificates([...getCACertificates('default'), trusted.cert]);
	let beneathTls: Socket | undefined;
	return await startHostileServer(
		afterUpload(() => beneathTls?.write('HTTP/1.1 200 OK\r\n\r\n')),
		{ certificate: trusted, onConnection: (socket) => (beneathTls = socket) },
	);
}

const head200 = 'HTTP/1.1 200 OK\r\n';
const lengthOf = Buffer.byteLength(approving).toString(16);

const connectionFaults: Fault[] = [
	{
		// The name is reserved never to resolve (RFC 6761).
		...row('the name does not resolve', approves, failing('UNAVAILABLE')),
		...{ maxWait: 1, requests: 0 },
		start: async () => ({ ...(await startHostileServer(approves)), url: 'https://kairos.invalid' }),
	},
	{
		...row('the connection is refused', approves, failing('UNAVAILABLE')),
		...{ maxWait: 1, requests: 0 },
		start: async () => {
			const server = await startHostileServer(approves);
			await server.stop();
			return { ...server, stop: () => Promise.resolve() };
		},
	},
	{
		...row('a reset before the upload', approves, billed('CONNECTION_LOST')),
		...{ maxAttempts: 2, requests: 0, attempts: 2 },
		start: () =>
			startHostileServer(approves, { onConnection: (socket) => socket.resetAndDestroy() }),
	},
	row(
		'a reset during the upload',
		({ socket }) => void socket.resetAndDestroy(),
		failing('CONNECTION_LOST'),
		{ ...TWICE, selfieBytes: 8e6 },
	),
	row(
		'a reset after the upload',
		afterUpload((socket) => socket.resetAndDestroy()),
		billed('CONNECTION_LOST'),
		TWICE,
	),
	row('a connection closed without a response', writing(''), billed('CONNECTION_LOST'), TWICE),
	row('headers that never come', () => {}, billed('TIMEOUT'), { ...TWICE, timeout: 3 }),
	row('headers that never end', dripping(head200, 'X-More: 1\r\n'), billed('TIMEOUT'), {
		...{ maxAttempts: 1, timeout: 3 },
	}),
	row(
		'a body that never ends',
		dripping(`${head200}\r\n${approving}`, ' '),
		billed('TIMEOUT', 200),
		{
			...{ maxAttempts: 1, timeout: 3 },
		},
	),
	row(
		'a connection closed in mid-body',
		writing(`${head200}Content-Length: 9999\r\n\r\n${approving}`),
		billed('CONNECTION_LOST', 200),
		TWICE,
	),
	row(
		'a chunked body closed before its end',
		writing(`${head200}Transfer-Encoding: chunked\r\n\r\n${lengthOf}\r\n${approving}\r\n`),
		billed('CONNECTION_LOST', 200),
		TWICE,
	),
	row(
		'a response that is not HTTP',
		writing(`220 KEY ready\r\n${approving}`),
		billed('CONNECTION_LOST'),
		TWICE,
	),
	{
		...row('a certificate that is not trusted', approves, failing('UNAVAILABLE')),
		...{ requests: 0, isFatal: true },
		start: () => startHostileServer(approves, { certificate: certificate('untrusted') }),
	},
	{
		// As it is with a proxy, for example, whose server is gone.
		...row('an https address where no TLS is spoken', approves, failing('UNAVAILABLE')),
		...{ maxWait: 1, requests: 0 },
		start: async () => {
			const server = await startHostileServer(approves);
			return { ...server, url: server.url.replace('http:', 'https:') };
		},
	},
	{
		...row('a secure connection broken after the upload', approves, billed('CONNECTION_LOST')),
		...{ ...TWICE, start: breakingTls },
	},
	row(
		'a gateway that refuses the size from the head of the request, and hangs up',
		({ socket }) => void socket.end('HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\n'),
		failing('REFUSED_REQUEST', 413),
	),
];

const deep = bodyWith({ extra: rawJson('['.repeat(1e5) + ']'.repeat(1e5)) });
const manyDetails = bodyWith({ [DETAILS]: Array<object>(300_000).fill({}) });
const gzip = { 'Content-Encoding': 'gzip' };
const cutOffGzip = gzipSync(approving).subarray(0, -20);
const html = '<!doctype html><title>Maintenance</title><p>KEY</p>';
const errorOfOldApi = '{"Errors":[{"ErrCode":5002,"Message":"no faces found KEY"}]}';

/** What is not JSON counts like a lost connection, the rest is never sent again. */
const bodyFaults: Fault[] = [
	row('200 with an empty body', answering({}), unreadable, TWICE),
	row('200 with HTML', answering({ body: html }), unreadable, TWICE),
	row('two responses', answering({ body: `${approving}\n${approving}` }), unreadable, TWICE),
	row('204', answering({ status: 204 }), billed('UNREADABLE_RESPONSE', 204), TWICE),
	row(
		'a maintenance page that goes away',
		inTurn(answering({ body: html }), rejects),
		documentedRejection,
		TWICE,
	),
	...[
		answering({ body: approving.slice(0, -1) }),
		answering({ headers: gzip, body: cutOffGzip }),
		answering({ headers: { 'Content-Encoding': 'br' }, body: approving }),
	].map((treatment, at) =>
		row(
			`200 with ${['cut-off JSON', 'cut-off gzip', 'a false Content-Encoding'][at]}`,
			...([treatment, billed('CONNECTION_LOST', 200), TWICE] as const),
		),
	),
	row('200 with 100,000 lists in each other', answering({ body: deep }), unreadable),
	row('200 with an array', answering({ body: `[${approving}]` }), unreadable),
	row('200 without response_data', answering({ body: '{"key":"KEY"}' }), unreadable),
	row(
		'300,000 empty details in a small body',
		answering({ headers: gzip, body: gzipSync(manyDetails) }),
		unreadable,
	),
	row('200 with an error', answering({ body: errorOfOldApi }), billed('REFUSED_REQUEST', 200)),
	row(
		'200 with empty response data',
		answering({ body: '{"response_data":{}}' }),
		judged('review', 'Review', 'No Match', 'Not Live', 'Face Issue', 'Other Issue'),
	),
	row(
		'200 with low scores and nothing against them',
		answering({ body: bodyWith({ [MATCH]: 0.1, [LIVENESS]: 0 }) }),
		judged('review', 'Review', 'No Match', 'Not Live'),
	),
];

const redirecting = (status: number): Treatment => {
	return async (visit) => {
		const Location = `http://localhost:${visit.socket.localPort}/stolen`;
		await answering({ status, headers: { Location }, body: approving })(visit);
	};
};

const echoing = (spell: (key: string) => string): Treatment => {
	return async (visit) => {
		const body = `{"message":"bad key ${spell(keyOf(visit))}"}`;
		await answering({ status: 422, body })(visit);
	};
};

const SPELLINGS: Record<string, (key: string) => string> = {
	'as it is': (key) => key,
	'in hex': (key) => Buffer.from(key).toString('hex'),
	'in Base64': (key) => Buffer.from(key).toString('base64'),
	'in JSON escapes': (key) =>
		key.replace(/./g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`),
};

const refusing = (status: number) => answering({ status, body: refusal });

const statusFaults: Fault[] = [
	...[301, 302, 303, 307, 308].map((status) =>
		row(`${status} to another origin`, redirecting(status), failing('WRONG_ADDRESS', status)),
	),
	row('404', refusing(404), failing('WRONG_ADDRESS', 404)),
	row('400', refusing(400), failing('REFUSED_REQUEST', 400)),
	row('422 with HTML', answering({ status: 422, body: html }), failing('REFUSED_REQUEST', 422)),
	row('401', refusing(401), failing('INVALID_KEYS', 401), { isFatal: true }),
	row('402', refusing(402), failing('PAYMENT_REQUIRED', 402), { isFatal: true }),
	row('403', refusing(403), failing('FORBIDDEN', 403), { isFatal: true }),
	row(
		'403 without JSON, for each of two items',
		answering({ status: 403, body: html }),
		failing('FORBIDDEN', 403),
	),
	row('407', answering({ status: 407, body: html }), failing('PROXY_AUTHENTICATION', 407), {
		...{ attempts: 0, isFatal: true },
	}),
	row('408', refusing(408), billed('TIMEOUT', 408), TWICE),
	...Object.entries(SPELLINGS).map(([how, spell]) =>
		row(`an error that echoes the key ${how}`, echoing(spell), failing('REFUSED_REQUEST', 422)),
	),
	row('500', refusing(500), billed('SERVER_ERROR', 500), TWICE),
	row('503', refusing(503), failing('UNAVAILABLE', 503), UNTIL_MAX_WAIT),
	...[500, 503].map((status) =>
		row(
			`${status} that passes after two attempts`,
			inTurn(refusing(status), refusing(status), rejects),
			documentedRejection,
			{ maxAttempts: 3, requests: 3 },
		),
	),
];

/** A 429 that asks to wait so many seconds, or until so many milliseconds from now. */
function tooMany(seconds: string, untilMs?: number): Treatment {
	return async (visit) => {
		// An HTTP date counts whole seconds.
		const date = untilMs !== undefined && new Date(Date.now() + untilMs).toUTCString();
		const headers = { 'Retry-After': date || seconds };
		await answering({ status: 429, headers, body: refusal })(visit);
	};
}

const rateLimited = failing('RATE_LIMITED', 429);

const rateFaults: Fault[] = [
	row('429 that asks for 1 second, once', inTurn(tooMany('1'), rejects), documentedRejection, {
		...{ ...TWICE, waitsMs: 1000 },
	}),
	row('429 that asks for a date, once', inTurn(tooMany('', 3000), rejects), documentedRejection, {
		...{ ...TWICE, waitsMs: 1900 },
	}),
	row('429 with a date in the past', inTurn(tooMany('', -60_000), rejects), documentedRejection, {
		...TWICE,
	}),
	row('429 that asks for an hour', tooMany('3600'), rateLimited),
	row('429 that asks for a day, by a date', tooMany('', 86_400_000), rateLimited),
	row('429 without Retry-After', refusing(429), rateLimited, UNTIL_MAX_WAIT),
	row('429 that asks for endless seconds', tooMany('9'.repeat(400)), rateLimited, UNTIL_MAX_WAIT),
];

/** 50 MB of blanks. */
const pouring = (status: number): Treatment => {
	return async ({ body, response }) => {
		await body;
		const blanks = Buffer.alloc(1e6, ' ');
		Readable.from(Array<Buffer>(50).fill(blanks)).pipe(response.writeHead(status));
	};
};

/** A gzip file of many members is one file: 64 times 16 MB of blanks, in 1 MB. */
const gigabyteInGzip = Buffer.concat(
	Array<Buffer>(64).fill(gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '))),
);

const hugeFaults: Fault[] = [
	row('a response of 50 MB', pouring(200), unreadable),
	row('an error of 50 MB', pouring(422), failing('REFUSED_REQUEST', 422)),
	row('1 GB in gzip', answering({ headers: gzip, body: gigabyteInGzip }), unreadable),
];

/** Items that somebody handed in; a server that would approve everybody is there. */
const itemFaults: Fault[] = [
	row('no selfie', approves, failing('FILE_NOT_FOUND'), {
		requests: 0,
		item: ({ files }) => ({ files: { photo: files?.photo ?? { bytes: Buffer.alloc(0) } } }),
	}),
	row(
		'an item that says it is approved, and is refused',
		refusing(422),
		failing('REFUSED_REQUEST', 422),
		{
			item: ({ files }) => ({ files, json: { verification: { decision: 'approve' } } }),
		},
	),
	row('an item that inherits an approval, and is rejected', rejects, documentedRejection, {
		item: ({ files }) => ({
			files,
			json: JSON.parse('{"__proto__":{"verification":{"decision":"approve"}}}') as never,
		}),
	}),
	{
		...row('a public address, unencrypted', approves, failing('INVALID_CREDENTIAL')),
		requests: 0,
		start: async () => ({ ...(await startHostileServer(approves)), url: 'http://kairos.invalid' }),
	},
];

/** Everything that can go wrong on the way to a verdict, one row each. */
export const faults: readonly Fault[] = [
	...connectionFaults,
	...bodyFaults,
	...statusFaults,
	...rateFaults,
	...hugeFaults,
	...itemFaults,
];
