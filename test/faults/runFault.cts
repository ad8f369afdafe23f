import { randomBytes } from 'node:crypto';
import type { IDataObject, OnError } from 'n8n-workflow';
import { OUTPUTS } from '../../nodes/BiometricVerify/output/outputs';
import type { ErrorFacts } from '../../nodes/BiometricVerify/run/itemError';
import { outputsOf, runWorkflow } from '../support/engine.cts';
import { credentialFor, imageOf, limits, VERIFY, verifyWorkflow } from '../support/people.cts';
import { log } from '../support/recordedLog.cts';
import { secretsIn } from '../support/secrets.cts';
import type { Fault } from './faults.cts';

/** What is compared of what machines read of an error. */
type Read = Pick<ErrorFacts, 'code' | 'httpCode' | 'mayBeBilled' | 'attempts'>;

/** An item on an output: judged, or with an error. */
type Left = { item: unknown; output: string } & (Read | { decision: string; attempts: number });

/** What comes of a fault in one setting of On Error. */
export interface Outcome {
	requests: number;
	left: Left[];
	/** What stopped the run. */
	stopped?: Read;
	/** Whether the second request came after the time that was asked for. */
	hasWaited: boolean;
	/** What was found in the execution data, the error or the log that must not be there. */
	leaks: string[];
}

/** One item where the first error stops the run, or where two would share its waits by chance. */
function itemsIn({ maxWait, waitsMs }: Fault, onError: OnError): number[] {
	const isAlone = onError === 'stopWorkflow' || maxWait !== undefined || waitsMs !== undefined;
	return isAlone ? [0] : [0, 1];
}

/** Sends items, one after the other, to what a fault puts in the place of Kairos. */
export async function runFault(fault: Fault, onError: OnError): Promise<Outcome> {
	const { maxAttempts = 3, timeout = 60, maxWait = 60, selfieBytes = 1, waitsMs = 0 } = fault;
	const { start, item: itemWith = (ordinary) => ordinary } = fault;
	const key = `key-${randomBytes(16).toString('hex')}`;
	const mark = randomBytes(24);
	const server = await start();
	const thrown: unknown[] = [];
	const options = limits({ maxAttempts, timeout, maxWait, maxConcurrentRequests: 1 });
	const running = runWorkflow(verifyWorkflow({ options }, { onError }), {
		items: itemsIn(fault, onError).map((item) => {
			const photo = Buffer.concat([imageOf(`item ${item};`), mark]);
			const selfie = Buffer.concat([photo, Buffer.alloc(selfieBytes)]);
			return itemWith({ files: { selfie: { bytes: selfie }, photo: { bytes: photo } } });
		}),
		credential: { ...credentialFor(server.url), appSecretKey: key },
		onThrow: (error) => thrown.push(error),
	});
	await Promise.allSettled([running]);
	await server.stop();
	const run = await running;
	const [first, second] = server.visits;
	const kairos = run.data.resultData.error?.context?.kairos as ErrorFacts | undefined;
	return {
		requests: server.visits.length,
		hasWaited: !first || !second || second.openedAt - first.openedAt >= waitsMs,
		left: outputsOf(run, VERIFY).flatMap((items, index) =>
			items.map(({ json, pairedItem }) => ({
				item: (pairedItem as { item: number }).item,
				output: [...OUTPUTS.decisionAndChecks, 'Error'][index] ?? String(index),
				...read(json),
			})),
		),
		stopped: kairos && readError(kairos),
		leaks: secretsIn([run, thrown, log], { 'App Key': Buffer.from(key), 'image bytes': mark }),
	};
}

function read({ verification, error: text }: IDataObject) {
	const { error, decision, attempts } = verification as {
		error?: ErrorFacts;
		decision: string;
		attempts: number;
	};
	// A text for people comes with what machines read, and neither without the other.
	expect(text).toBe(error?.message);
	return error ? readError(error) : { decision, attempts };
}

function readError({ code, httpCode, mayBeBilled, attempts }: ErrorFacts): Read {
	return { code, httpCode, mayBeBilled, attempts };
}

const NOT_SENT: Read = { code: 'NOT_SENT', httpCode: null, mayBeBilled: false, attempts: 0 };

/** What must come of a fault. */
export function expectedOf(fault: Fault, onError: OnError): Outcome {
	const { becomes, isFatal, requests } = fault;
	const items = itemsIn(fault, onError);
	const orAny = (count: Fault['requests']) => (count === 'any' ? anyNumber() : count);
	const attempts = orAny(fault.attempts ?? requests);
	const sent = isFatal ? 1 : items.length;
	const facts = {
		leaks: [],
		hasWaited: true,
		requests: requests === 'any' ? anyNumber() : requests * sent,
	};
	if (!('code' in becomes)) {
		const { outputs, decision } = becomes;
		const left = outputs.flatMap((output) =>
			items.map((item) => ({ item, output, decision, attempts })),
		);
		return { ...facts, left, stopped: undefined };
	}
	const error = { ...becomes, attempts };
	if (onError === 'stopWorkflow') return { ...facts, left: [], stopped: error };
	const output = onError === 'continueErrorOutput' ? 'Error' : 'Review';
	const left = items.map((item) => ({ item, output, ...(item < sent ? error : NOT_SENT) }));
	return { ...facts, left, stopped: undefined };
}

function anyNumber(): number {
	return expect.any(Number) as unknown as number;
}
