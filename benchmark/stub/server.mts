/**
 * `node benchmark/stub/server.mts`: an API that reads a request to its end and responds as Kairos
 * documents, as cheaply as it can. Each round has a path of its own, `/round/<name>/<how it does>`,
 * and `GET /record/<name>` tells what came.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { documentedBody } from '../../scripts/fixtures.mts';
import {
	type Behavior,
	ITEM_IN_BODY,
	type RoundSpec,
	type StubCounts,
	type StubRecord,
	type TimedRequest,
} from '../jobs.mts';

interface RoundState {
	counts: StubCounts;
	requests: TimedRequest[];
	startedAt?: number;
	concurrent: number;
	/** By item. */
	attempts: Map<number, number>;
	billed: Map<number, number>;
	verified: Set<number>;
	/** When those of the last second came that were taken, where there is a limit. */
	taken: number[];
}

interface Arrival {
	item: number;
	/** 1 for the first. */
	attempt: number;
	/** Since the round's first request. */
	at: number;
}

const { api_req_uid: documentedId } = JSON.parse(documentedBody) as { api_req_uid: string };
/** What stands before and after the request's ID, of which each response has its own. */
const [head = '', tail = ''] = documentedBody.split(documentedId);
const rounds = new Map<string, RoundState>();

const server = createServer((request, response) => {
	const [, kind, name = '', spec = ''] = (request.url ?? '').split('/');
	const round = roundOf(name);
	if (kind === 'record') {
		const { counts, requests } = round;
		response.end(JSON.stringify({ counts, requests } satisfies StubRecord));
	} else {
		const text = Buffer.from(spec, 'base64url').toString();
		take(request, response, round, JSON.parse(text) as RoundSpec);
	}
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
	const { port } = server.address() as AddressInfo;
	console.log(`Stub ready at http://127.0.0.1:${port}`);
});

function roundOf(name: string): RoundState {
	const known = rounds.get(name);
	if (known) return known;
	const round: RoundState = {
		counts: { requests: 0, maxConcurrent: 0, inVain: 0, verifiedTwice: 0, mostBilledOfOne: 0 },
		requests: [],
		concurrent: 0,
		attempts: new Map(),
		billed: new Map(),
		verified: new Set(),
		taken: [],
	};
	rounds.set(name, round);
	return round;
}

function take(
	request: IncomingMessage,
	response: ServerResponse,
	round: RoundState,
	{ delayMs, behavior = { kind: 'well' } }: RoundSpec,
): void {
	const { counts } = round;
	counts.requests++;
	round.concurrent++;
	counts.maxConcurrent = Math.max(counts.maxConcurrent, round.concurrent);
	let item = -1;
	request.once('data', (chunk: Buffer) => {
		item = Number(ITEM_IN_BODY.exec(chunk.toString('latin1', 0, 500))?.[1] ?? -1);
		request.resume();
	});
	request.once('end', () => {
		const now = performance.now();
		const at = now - (round.startedAt ??= now);
		const status = statusFor(behavior, round, { item, at, attempt: add(round.attempts, item) });
		if (status !== 429 && status !== 503) {
			counts.mostBilledOfOne = Math.max(counts.mostBilledOfOne, add(round.billed, item));
		}
		const isAgain = round.verified.has(item);
		const outcome = status !== 200 ? 'inVain' : isAgain ? 'verifiedTwice' : 'verified';
		if (outcome !== 'verified') counts[outcome]++;
		if (behavior.kind !== 'well') round.requests.push({ at: Math.round(at), item, outcome });
		if (status === undefined) return;
		setTimeout(() => {
			if (status === 200) round.verified.add(item);
			response.statusCode = status;
			response.setHeader('Content-Type', 'application/json');
			if (status === 429 && behavior.kind === 'limited' && behavior.retryAfterSeconds) {
				response.setHeader('Retry-After', behavior.retryAfterSeconds);
			}
			response.end(status === 200 ? head + randomUUID() + tail : '{"message":"try again"}');
		}, delayMs);
	});
	// Also when the client hangs up before its response.
	response.once('close', () => round.concurrent--);
}

/** @returns undefined when there is never to be a response */
function statusFor(
	behavior: Behavior,
	round: RoundState,
	{ item, attempt, at }: Arrival,
): number | undefined {
	switch (behavior.kind) {
		case 'well':
			return 200;
		case 'limited':
			round.taken = round.taken.filter((time) => time > at - 1000);
			if (round.taken.length >= behavior.perSecond) return 429;
			round.taken.push(at);
			return 200;
		case 'down':
			return at % (behavior.everyMs ?? Infinity) < behavior.forMs ? 503 : 200;
		case 'silent':
			return undefined;
		case 'failing':
			return isHeads(`${item}, attempt ${attempt}`) ? 200 : 500;
		case 'failingFirst':
			return attempt === 1 && item % behavior.oneOf === 0 ? 503 : 200;
	}
}

function isHeads(name: string): boolean {
	return createHash('sha256').update(name).digest().readUInt8() % 2 === 0;
}

/** Counts one more. */
function add(counts: Map<number, number>, item: number): number {
	const count = (counts.get(item) ?? 0) + 1;
	counts.set(item, count);
	return count;
}
