import { buffer } from 'node:stream/consumers';
import type { IHttpRequestOptions } from 'n8n-workflow';
import { KairosError } from '../../nodes/BiometricVerify/kairos/failures/KairosError';
import type { MultipartBody } from '../../nodes/BiometricVerify/kairos/multipart';
import type { Outcome } from '../../nodes/BiometricVerify/run/outcome';
import { startRun } from '../../nodes/BiometricVerify/run/run';
import { verifyPairs } from '../../nodes/BiometricVerify/run/verifyPairs';
import { bodyWith } from './answers.cts';
import { contextWith } from './context.cts';
import { CREDENTIAL, person } from './execution.cts';
import { FakeClock } from './fakeClock.cts';

/** Decides whether a request that arrives now is within the limit. */
export type RateLimit = (now: number) => boolean;

/** So many in any second. */
export function slidingWindow(limit: number): RateLimit {
	let accepted: number[] = [];
	return (now) => {
		accepted = accepted.filter((at) => at > now - 1000);
		return accepted.length < limit && accepted.push(now) > 0;
	};
}

/** So many a second, and as many at once as were saved up. */
export function tokenBucket(perSecond: number): RateLimit {
	let tokens = perSecond;
	let filledAt = 0;
	return (now) => {
		tokens = Math.min(perSecond, tokens + ((now - filledAt) * perSecond) / 1000);
		filledAt = now;
		return tokens >= 1 && tokens-- > 0;
	};
}

/** How the service responds to a request: with a status, or by a connection that breaks or hangs. */
export interface Response {
	status: number | 'broken' | 'silent';
	afterMs?: number;
	retryAfterMs?: number;
}

export const OK: Response = { status: 200 };

/** A request as the service saw it. */
interface Request {
	item: number;
	at: number;
	status: Response['status'];
	/** NaN while it is in flight. */
	endedAt: number;
}

export interface Simulation {
	items: number;
	/** The options of the node, in its own units. */
	atOnce?: number;
	maxAttempts?: number;
	maxWait?: number;
	timeout?: number;
	respond: (now: number, item: number) => Response;
	/** How long a response takes unless it says so itself, in milliseconds. */
	latencyMs?: number;
	/** What starting a request costs the main thread, in milliseconds. */
	costMs?: number;
	/** How long it takes to read an image, in milliseconds; NaN when it cannot be read. */
	readMs?: (item: number) => number;
	clock?: FakeClock;
	/** Lasts as long as the execution, as n8n's does. */
	cancelSignal?: AbortSignal;
}

let made = 0;

const APPROVAL = Buffer.from(bodyWith());

/**
 * Runs items through the node as n8n does, from the items that come in to what became of each, on
 * a clock that stands still. Only the service, and the disk with the images, are stand-ins.
 */
export async function simulate(simulation: Simulation) {
	const { items, clock = new FakeClock(), latencyMs = 50, costMs = 5 } = simulation;
	const { atOnce = 5, maxAttempts = 3, maxWait = 60, timeout = 60 } = simulation;
	const { readMs = () => 0, cancelSignal, respond } = simulation;
	const values = { maxConcurrentRequests: atOnce, maxAttempts, maxWait, timeout };
	const parameters = {
		inputMode: 'oneInput',
		branches: 'decision',
		options: { limits: { values } },
		selfieField: 'selfie',
		photoField: 'photo',
	};
	const requests: Request[] = [];
	let inFlight = 0;
	let reading = 0;
	let [mostInFlight, mostHeld] = [0, 0];

	const answer = async ({ body }: IHttpRequestOptions) => {
		mostInFlight = Math.max(mostInFlight, ++inFlight);
		const item = await itemIn(body as MultipartBody);
		clock.busy(costMs);
		const request = { item, at: clock.now(), status: 0 as Response['status'], endedAt: NaN };
		requests.push(request);
		const { status, afterMs = latencyMs, retryAfterMs } = respond(clock.now(), item);
		request.status = status;
		await clock.sleep(status === 'silent' ? 1000 * timeout : afterMs);
		request.endedAt = clock.now();
		inFlight--;
		if (typeof status === 'string') throw Object.assign(new Error(), { code: 'ECONNRESET' });
		const seconds = retryAfterMs === undefined ? '' : String(retryAfterMs / 1000);
		return { statusCode: status, headers: { 'retry-after': seconds }, body: [APPROVAL] };
	};
	const context = contextWith({
		// Images of their own, also where another run of the execution has the same people.
		inputs: [Array.from({ length: items }, (_, item) => person(`person ${item}; ${++made}`))],
		node: { parameters },
		parameters,
		credential: CREDENTIAL,
		continuesOnFail: true,
		cancelSignal,
		answer,
	});
	const getBinaryDataBuffer = context.helpers.getBinaryDataBuffer.bind(context.helpers);
	context.helpers.getBinaryDataBuffer = async (item, file) => {
		mostHeld = Math.max(mostHeld, ++reading + inFlight);
		const takesMs = readMs(item);
		if (takesMs > 0) await clock.sleep(takesMs);
		reading--;
		if (Number.isNaN(takesMs)) throw new Error('The file is gone');
		return await getBinaryDataBuffer(item, file);
	};

	const outcomes = (await clock.until(verifyPairs(startRun(context), clock))).map(summarize);
	const statuses = outcomes.map(({ status }) => status);
	return {
		outcomes,
		statuses,
		verified: statuses.filter((status) => status === 'verified').length,
		requests,
		inVain: requests.filter(({ status }) => status !== 200).length,
		mostInFlight,
		/** Of how many items images were being read or sent at the same time. */
		mostHeld,
		inFlight,
		endedAt: clock.now(),
		clock,
	};
}

async function itemIn(body: MultipartBody): Promise<number> {
	const form = (await buffer(body.stream())).toString('latin1');
	return Number(/person (\d+);/.exec(form)?.[1]);
}

function summarize(outcome: Outcome) {
	if (outcome.status === 'verified') return { status: outcome.status, error: undefined };
	const error = outcome.status === 'failed' ? outcome.error : outcome.reason;
	return { status: outcome.status, error: error instanceof KairosError ? error : undefined };
}
