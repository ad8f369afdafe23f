/**
 * `node benchmark/stub/server.mts`: an API that reads a request to its end and responds as Kairos
 * documents, as cheaply as it can. Each round has a path of its own, `/round/<name>/<delay in
 * ms>/<one of so many first attempts fails, or 0>/...`; `GET /counts/<name>` tells what came.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { documentedBody } from '../../scripts/fixtures.mts';
import { ITEM_IN_BODY, type StubCounts } from '../jobs.mts';

interface RoundState extends StubCounts {
	concurrent: number;
	attemptsOfItem: Map<string, number>;
	done: Set<string>;
}

const { api_req_uid: documentedId } = JSON.parse(documentedBody) as { api_req_uid: string };
/** What stands before and after the request's ID, of which each response has its own. */
const [head = '', tail = ''] = documentedBody.split(documentedId);
const rounds = new Map<string, RoundState>();

const server = createServer((request, response) => {
	const [, kind, name = '', delayMs, failOneOf] = (request.url ?? '').split('/');
	const round = roundOf(name);
	if (kind === 'counts') {
		const { requests, maxConcurrent, sentForNothing } = round;
		response.end(JSON.stringify({ requests, maxConcurrent, sentForNothing }));
	} else {
		take(request, response, round, { delayMs: Number(delayMs), failOneOf: Number(failOneOf) });
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
	const round = {
		...{ requests: 0, maxConcurrent: 0, sentForNothing: 0, concurrent: 0 },
		attemptsOfItem: new Map<string, number>(),
		done: new Set<string>(),
	};
	rounds.set(name, round);
	return round;
}

function take(
	request: IncomingMessage,
	response: ServerResponse,
	round: RoundState,
	{ delayMs, failOneOf }: { delayMs: number; failOneOf: number },
): void {
	round.requests++;
	round.concurrent++;
	round.maxConcurrent = Math.max(round.maxConcurrent, round.concurrent);
	let item = '';
	request.once('data', (chunk: Buffer) => {
		item = ITEM_IN_BODY.exec(chunk.toString('latin1', 0, 500))?.[1] ?? '';
		request.resume();
	});
	request.once('end', () => {
		const attempts = (round.attemptsOfItem.get(item) ?? 0) + 1;
		round.attemptsOfItem.set(item, attempts);
		if (round.done.has(item)) round.sentForNothing++;
		const fails = failOneOf > 0 && attempts === 1 && Number(item) % failOneOf === 0;
		setTimeout(() => {
			if (!fails) round.done.add(item);
			response.statusCode = fails ? 503 : 200;
			response.setHeader('Content-Type', 'application/json');
			response.end(fails ? '{"message":"try again"}' : head + randomUUID() + tail);
		}, delayMs);
	});
	// Also when the client hangs up before its response.
	response.once('close', () => round.concurrent--);
}
