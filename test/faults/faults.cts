import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import type { IDataObject } from 'n8n-workflow';
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

type Facts = Partial<Omit<Fault, 'name' | 'start' | 'becomes'>>;

/** Faults that become the same; without further facts, a server gets one request for each item. */
function starts(
	becomes: Fault['becomes'],
	facts: Facts,
	named: Record<string, Fault['start']>,
): Fault[] {
	return Object.entries(named).map(([name, start]) => ({
		name,
		start,
		becomes,
		requests: 1,
		...facts,
	}));
}

function rows(becomes: Fault['becomes'], facts: Facts, named: Record<string, Treatment>): Fault[] {
	return Object.entries(named).flatMap(([name, treatment]) =>
		starts(becomes, facts, { [name]: () => startHostileServer(treatment) }),
	);
}

const ONCE = {};
const TWICE = { maxAttempts: 2, requests: 2 };
const THRICE = { maxAttempts: 3, requests: 3 };
const TWICE_IN_3_S = { ...TWICE, timeout: 3 };
const TWICE_AFTER_1_S = { ...TWICE, waitsMs: 1000 };
const TWICE_AFTER_2_S = { ...TWICE, waitsMs: 1900 };
const TWICE_BUT_UNSEEN = { ...TWICE, requests: 0, attempts: 2 };
const TWICE_WITH_8_MB = { ...TWICE, selfieBytes: 8e6 };
const UNTIL_MAX_WAIT = { maxWait: 1, requests: 'any' } as const;
const UNSEEN_UNTIL_MAX_WAIT = { maxWait: 1, requests: 0 };
const UNSEEN = { requests: 0 };
const UNSEEN_WITHOUT_IMAGES = { ...UNSEEN, item: () => ({ json: {} }) };
const ENDS_RUN = { isFatal: true };
const ENDS_RUN_UNSEEN = { ...ENDS_RUN, ...UNSEEN };
const ENDS_RUN_UNCOUNTED = { ...ENDS_RUN, attempts: 0 };

const failing = (code: ErrorCode, httpCode: number | null = null): Failing => ({
	code,
	httpCode,
	mayBeBilled: false,
});
const billed = (code: ErrorCode, httpCode: number | null = null): Failing => ({
	code,
	httpCode,
	mayBeBilled: true,
});
const judged = (decision: Judged['decision'], ...outputs: OutputName[]): Judged => ({
	decision,
	outputs,
});
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

/** A server that would approve everybody, at an address by which the node does not get there. */
async function approvingAs(urlFor: (url: string) => string) {
	const server = await startHostileServer(approves);
	return { ...server, url: urlFor(server.url) };
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

const OK = 'HTTP/1.1 200 OK\r\n';
const TOO_LARGE = 'HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\n';
const chunk = `${Buffer.byteLength(approving).toString(16)}\r\n${approving}\r\n`;
const gzip = { 'Content-Encoding': 'gzip' };

/** What stands at the address before the node's request arrives there whole, if it ever does. */
const connectionFaults: Fault[] = [
	...starts(failing('UNAVAILABLE'), UNSEEN_UNTIL_MAX_WAIT, {
		// The name is reserved never to resolve (RFC 6761).
		'the name does not resolve': () => approvingAs(() => 'https://kairos.invalid'),
		// A port of the system's own: no other test that runs now is given it.
		'the connection is refused': () => approvingAs(() => 'http://127.0.0.1:1'),
		// As it is with a proxy, for example, whose server is gone.
		'an https address where no TLS is spoken': () =>
			approvingAs((url) => url.replace('http:', 'https:')),
	}),
	...starts(failing('UNAVAILABLE'), ENDS_RUN_UNSEEN, {
		'a certificate that is not trusted': () =>
			startHostileServer(approves, { certificate: certificate('untrusted') }),
	}),
	...starts(billed('CONNECTION_LOST'), TWICE_BUT_UNSEEN, {
		'a reset before the upload': () =>
			startHostileServer(approves, { onConnection: (socket) => socket.resetAndDestroy() }),
	}),
	...rows(failing('CONNECTION_LOST'), TWICE_WITH_8_MB, {
		'a reset during the upload': ({ socket }) => void socket.resetAndDestroy(),
	}),
	...rows(failing('REFUSED_REQUEST', 413), ONCE, {
		'a gateway that refuses the size from the head of the request, and hangs up': ({ socket }) =>
			void socket.end(TOO_LARGE),
	}),
	...starts(billed('CONNECTION_LOST'), TWICE, {
		'a secure connection broken after the upload': breakingTls,
	}),
	...rows(billed('CONNECTION_LOST'), TWICE, {
		'a reset after the upload': afterUpload((socket) => socket.resetAndDestroy()),
		'a connection closed without a response': writing(''),
		'a response that is not HTTP': writing(`220 KEY ready\r\n${approving}`),
	}),
	...rows(billed('CONNECTION_LOST', 200), TWICE, {
		'a connection closed in mid-body': writing(`${OK}Content-Length: 9999\r\n\r\n${approving}`),
		'a chunked body without its end': writing(`${OK}Transfer-Encoding: chunked\r\n\r\n${chunk}`),
		'200 with cut-off JSON': answering({ body: approving.slice(0, -1) }),
		'cut-off gzip': answering({ headers: gzip, body: gzipSync(approving).subarray(0, -20) }),
		'a false Content-Encoding': answering({ headers: gzip, body: approving }),
	}),
	...rows(billed('TIMEOUT'), TWICE_IN_3_S, {
		'headers that never come': () => {},
		'headers that never end': dripping(OK, 'X-More: 1\r\n'),
	}),
	...rows(billed('TIMEOUT', 200), TWICE_IN_3_S, {
		'a body that never ends': dripping(`${OK}\r\n${approving}`, ' '),
	}),
];

const html = '<!doctype html><title>Maintenance</title><p>KEY</p>';
const errorOfOldApi = '{"Errors":[{"ErrCode":5002,"Message":"no faces found KEY"}]}';
const deep = bodyWith({ extra: rawJson('['.repeat(1e5) + ']'.repeat(1e5)) });
const manyDetails = bodyWith({ [DETAILS]: Array<object>(300_000).fill({}) });
/** A gzip file of many members is one file: 64 times 16 MB of blanks, in 1 MB. */
const gigabyteInGzip = Buffer.concat(
	Array<Buffer>(64).fill(gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '))),
);

/** A response of 50 MB of blanks. */
const pouring = (status: number): Treatment => {
	return async ({ body, response }) => {
		await body;
		const blanks = Buffer.alloc(1e6, ' ');
		Readable.from(Array<Buffer>(50).fill(blanks)).pipe(response.writeHead(status));
	};
};

const unreadable = billed('UNREADABLE_RESPONSE', 200);

/** What is not JSON counts like a lost connection, the rest is never sent again. */
const bodyFaults: Fault[] = [
	...rows(unreadable, TWICE, {
		'200 with an empty body': answering({}),
		'200 with HTML': answering({ body: html }),
		'200 with two responses': answering({ body: `${approving}\n${approving}` }),
	}),
	...rows(billed('UNREADABLE_RESPONSE', 204), TWICE, { '204': answering({ status: 204 }) }),
	...rows(documentedRejection, TWICE, {
		'a maintenance page that goes away': inTurn(answering({ body: html }), rejects),
	}),
	...rows(unreadable, ONCE, {
		'200 with 100,000 lists in each other': answering({ body: deep }),
		'200 with an array': answering({ body: `[${approving}]` }),
		'200 without response_data': answering({ body: '{"key":"KEY"}' }),
		'300,000 details in a small body': answering({ headers: gzip, body: gzipSync(manyDetails) }),
		'1 GB in gzip': answering({ headers: gzip, body: gigabyteInGzip }),
		'a response of 50 MB': pouring(200),
	}),
	...rows(failing('REFUSED_REQUEST', 422), ONCE, { 'an error of 50 MB': pouring(422) }),
	...rows(billed('REFUSED_REQUEST', 200), ONCE, {
		'200 with an error': answering({ body: errorOfOldApi }),
	}),
	...rows(judged('review', 'Review', 'No Match', 'Not Live', 'Face Issue', 'Other Issue'), ONCE, {
		'200 with empty response data': answering({ body: '{"response_data":{}}' }),
	}),
	...rows(judged('review', 'Review', 'No Match', 'Not Live'), ONCE, {
		'200 with low scores': answering({ body: bodyWith({ [MATCH]: 0.1, [LIVENESS]: 0 }) }),
	}),
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

const inEscapes = (key: string) =>
	key.replace(/./g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);

const refusing = (status: number) => answering({ status, body: refusal });

const statusFaults: Fault[] = [
	...[301, 302, 303, 307, 308].flatMap((status) =>
		rows(failing('WRONG_ADDRESS', status), ONCE, {
			[`${status} to another origin`]: redirecting(status),
		}),
	),
	...rows(failing('WRONG_ADDRESS', 404), ONCE, { '404': refusing(404) }),
	...rows(failing('REFUSED_REQUEST', 400), ONCE, { '400': refusing(400) }),
	...rows(failing('REFUSED_REQUEST', 422), ONCE, {
		'422 with HTML': answering({ status: 422, body: html }),
		'an error that echoes the key': echoing((key) => key),
		'an error that echoes the key in hex': echoing((key) => Buffer.from(key).toString('hex')),
		'an error that echoes the key in Base64': echoing((key) => btoa(key)),
		'an error that echoes the key in JSON escapes': echoing(inEscapes),
	}),
	...rows(failing('INVALID_KEYS', 401), ENDS_RUN, { '401': refusing(401) }),
	...rows(failing('PAYMENT_REQUIRED', 402), ENDS_RUN, { '402': refusing(402) }),
	...rows(failing('FORBIDDEN', 403), ENDS_RUN, { '403': refusing(403) }),
	...rows(failing('FORBIDDEN', 403), ONCE, {
		'403 without JSON, for each of two items': answering({ status: 403, body: html }),
	}),
	...rows(failing('PROXY_AUTHENTICATION', 407), ENDS_RUN_UNCOUNTED, {
		'407': answering({ status: 407, body: html }),
	}),
	...rows(billed('TIMEOUT', 408), TWICE, { '408': refusing(408) }),
	...rows(billed('SERVER_ERROR', 500), TWICE, { '500': refusing(500) }),
	...rows(failing('UNAVAILABLE', 503), UNTIL_MAX_WAIT, { '503': refusing(503) }),
	...rows(documentedRejection, THRICE, {
		'500 that passes after two attempts': inTurn(refusing(500), refusing(500), rejects),
		'503 that passes after two attempts': inTurn(refusing(503), refusing(503), rejects),
	}),
];

/** A 429 that asks to wait for what a Retry-After says, or until so many milliseconds from now. */
const tooMany = (wait: string | number): Treatment => {
	return async (visit) => {
		// An HTTP date counts whole seconds.
		const until = typeof wait === 'number' ? new Date(Date.now() + wait).toUTCString() : wait;
		await answering({ status: 429, headers: { 'Retry-After': until }, body: refusal })(visit);
	};
};

const rateFaults: Fault[] = [
	...rows(documentedRejection, TWICE_AFTER_1_S, {
		'429 that asks for 1 second, once': inTurn(tooMany('1'), rejects),
	}),
	...rows(documentedRejection, TWICE_AFTER_2_S, {
		'429 that asks for a date, once': inTurn(tooMany(3000), rejects),
	}),
	...rows(documentedRejection, TWICE, {
		'429 with a date in the past': inTurn(tooMany(-60_000), rejects),
	}),
	...rows(failing('RATE_LIMITED', 429), ONCE, {
		'429 that asks for an hour': tooMany('3600'),
		'429 that asks for a day, by a date': tooMany(86_400_000),
	}),
	...rows(failing('RATE_LIMITED', 429), UNTIL_MAX_WAIT, {
		'429 without Retry-After': refusing(429),
		'429 that asks for endless seconds': tooMany('9'.repeat(400)),
	}),
];

/** The files of an ordinary item, with other JSON. */
const withJson = (json: string) => ({
	item: ({ files }: TestItem) => ({ files, json: JSON.parse(json) as IDataObject }),
});
const SAYS_APPROVED = withJson('{"verification":{"decision":"approve"}}');
const INHERITS_APPROVAL = withJson('{"__proto__":{"verification":{"decision":"approve"}}}');

/** Items that somebody handed in; a server that would approve everybody is there. */
const itemFaults: Fault[] = [
	...rows(failing('FILE_NOT_FOUND'), UNSEEN_WITHOUT_IMAGES, { 'no images': approves }),
	...rows(failing('REFUSED_REQUEST', 422), SAYS_APPROVED, {
		'an item that says it is approved, and is refused': refusing(422),
	}),
	...rows(documentedRejection, INHERITS_APPROVAL, {
		'an item that inherits an approval, and is rejected': rejects,
	}),
	...starts(failing('INVALID_CREDENTIAL'), UNSEEN, {
		'a public address, unencrypted': () => approvingAs(() => 'http://kairos.invalid'),
	}),
];

/** Everything that can go wrong on the way to a verdict, one row each. */
export const faults: readonly Fault[] = [
	...connectionFaults,
	...bodyFaults,
	...statusFaults,
	...rateFaults,
	...itemFaults,
];
