/**
 * `stub.mts API`: a server that reads each request to its end and responds as Kairos documents, or
 * fails as told, as cheaply as it can. It sends its address to the process that forked it, and for
 * each message from there what it has counted. Requests below `/warm-up` never fail, nor count.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import documented from '../test/fixtures/responses/documented.json' with { type: 'json' };
import { itemIn } from './images.mts';
import type { Api, Figure } from './scenarios.mts';

export type StubFigures = Record<
	Extract<Figure, 'maxConcurrent' | 'wasted' | 'verifiedTwice'>,
	number
>;

/** Of a body: the selfie begins in it. */
const BEGINNING_BYTES = 4096;

const { delayMs, fault } = JSON.parse(process.argv[2] ?? '') as Api;
const counts: StubFigures = { maxConcurrent: 0, wasted: 0, verifiedTwice: 0 };
const verified = new Set<number>();
const attempts = new Map<number, number>();
let concurrent = 0;
let firstRequestAt: number | undefined;
let acceptedInLastSecond: number[] = [];

const server = createServer((request, response) => {
	const isWarmUp = request.url?.startsWith('/warm-up/');
	if (!isWarmUp) {
		counts.maxConcurrent = Math.max(counts.maxConcurrent, ++concurrent);
		// Also when the client hangs up first.
		response.once('close', () => concurrent--);
	}
	readItem(request).then(
		(item) => (isWarmUp ? respond(response, 200) : take(item, response)),
		// The client hung up while it was sending.
		() => counts.wasted++,
	);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
	const { port } = server.address() as AddressInfo;
	process.send?.(`http://127.0.0.1:${port}`);
});
process.on('message', () => process.send?.(counts));
process.once('disconnect', () => process.exit());

/** Reads a request to its end. */
async function readItem(request: IncomingMessage): Promise<number> {
	let beginning = Buffer.alloc(0);
	for await (const chunk of request as AsyncIterable<Buffer>) {
		if (beginning.length < BEGINNING_BYTES) beginning = Buffer.concat([beginning, chunk]);
	}
	return itemIn(beginning.subarray(0, BEGINNING_BYTES));
}

function take(item: number, response: ServerResponse): void {
	const status = statusFor(item);
	if (status !== 200) counts.wasted++;
	else if (verified.has(item)) counts.verifiedTwice++;
	setTimeout(() => {
		if (status === 200) verified.add(item);
		respond(response, status);
	}, delayMs);
}

function statusFor(item: number): number {
	const now = performance.now();
	firstRequestAt ??= now;
	switch (fault?.kind) {
		case undefined:
			return 200;
		case 'rateLimit':
			acceptedInLastSecond = acceptedInLastSecond.filter((at) => at > now - 1000);
			if (acceptedInLastSecond.length >= fault.perSecond) return 429;
			acceptedInLastSecond.push(now);
			return 200;
		case 'down':
			return now - firstRequestAt < fault.seconds * 1000 ? 503 : 200;
		case 'flaky': {
			const attempt = (attempts.get(item) ?? 0) + 1;
			attempts.set(item, attempt);
			return failsByHash(`${item}, attempt ${attempt}`) ? 500 : 200;
		}
	}
}

function failsByHash(name: string): boolean {
	return createHash('sha256').update(name).digest().readUInt8() % 2 === 1;
}

function respond(response: ServerResponse, status: number): void {
	response.statusCode = status;
	response.setHeader('Content-Type', 'application/json');
	if (status === 429 && fault?.kind === 'rateLimit' && fault.retryAfterSeconds !== undefined) {
		response.setHeader('Retry-After', fault.retryAfterSeconds);
	}
	const body =
		status === 200
			? { ...documented.body, api_req_uid: randomUUID() }
			: { message: 'Try again later' };
	response.end(JSON.stringify(body));
}
