import { randomBytes } from 'node:crypto';
import type { INodeParameters, IRun, OnError } from 'n8n-workflow';
import { OUTPUTS } from '../../nodes/BiometricVerify/output/outputs';
import {
	BIOMETRIC_VERIFY,
	ITEMS,
	outputsOf,
	runWorkflow,
	type TestItem,
} from '../support/engine.cts';
import { log } from '../support/recordedLog.cts';
import { secretsIn } from '../support/secrets.cts';
import type { Fault, TestImages } from './fault.cts';

/** The settings of On Error, and their labels in n8n. */
export const SETTINGS = {
	stopWorkflow: 'Stop Workflow',
	continueRegularOutput: 'Continue',
	continueErrorOutput: 'Continue (using error output)',
} as const satisfies Partial<Record<OnError, string>>;

export type Setting = keyof typeof SETTINGS;

/** The outputs of the node in the mode Decision and Failed Checks; n8n adds the last one. */
const OUTPUT_NAMES = [...OUTPUTS.decisionAndChecks, 'Error'];

const NODE = 'Verify';
const ITEMS_IN = 2;

const SELFIE_BYTES = 1000;
const PHOTO_BYTES = 900;

/** What became of one item. */
export interface Left {
	/** The position of the item that went in. */
	item: unknown;
	/** The outputs by which it left, in their order. */
	outputs: string[];
	error?: unknown;
	decision?: unknown;
}

/** The error that stopped a run. */
export interface Stopped {
	message?: unknown;
	description?: unknown;
	/** `failure.cause` of the error. */
	cause?: unknown;
	/** Whether `failure.retryAfterMs` says for longer than a minute how long to wait. */
	asksToWait: boolean;
}

/** A fault that was tried in one setting of On Error. */
export interface Tried {
	fault: Fault;
	setting: Setting;
	/** The address that the node was given, with its port, without its scheme. */
	host: string;
	connections: number;
	requests: number;
	/** The time between the first two tries, in milliseconds. */
	firstPauseMs?: number;
	/** How many connections reached the server of another origin. */
	strayed: number;
	itemsIn: number;
	left: Left[];
	stopped?: Stopped;
	/** Items on the output Approved, and items anywhere that say they are approved. */
	approvals: number;
	/** What was found in the execution data, the error or the log that must not be there. */
	leaks: string[];
}

/** Sends two items, one after the other, to what a fault puts in the place of Kairos. */
export async function tryFault(fault: Fault, setting: Setting): Promise<Tried> {
	const key = `key-${randomBytes(16).toString('hex')}`;
	const mark = randomBytes(24);
	const { url, servers, elsewhere } = await fault.start();
	const thrown: unknown[] = [];
	let run: IRun;
	try {
		run = await runWorkflow(workflow(fault, setting), {
			items: Array.from({ length: ITEMS_IN }, () =>
				(fault.item ?? ordinaryItem)({
					selfie: imageWith(mark, fault.selfieBytes),
					photo: imageWith(mark, PHOTO_BYTES),
				}),
			),
			credential: { appId: 'app', appSecretKey: key, baseUrl: url, apiVersion: 'v0.1' },
			onThrow: (error) => thrown.push(error),
		});
	} finally {
		await Promise.all(
			[...servers, ...(elsewhere ? [elsewhere] : [])].map((server) => server.stop()),
		);
	}
	const visits = servers.flatMap((server) => server.visits);
	const outputs = outputsOf(run, NODE);
	return {
		fault,
		setting,
		host: new URL(url).host,
		connections: visits.length,
		requests: servers.flatMap(({ heads }) => heads).length,
		firstPauseMs: visits[1] && visits[0] && visits[1].openedAt - visits[0].openedAt,
		strayed: elsewhere?.visits.length ?? 0,
		itemsIn: ITEMS_IN,
		left: leftOf(outputs),
		stopped: stoppedBy(run),
		approvals: outputs.flatMap((items, index) =>
			items.filter(
				({ json }) => OUTPUT_NAMES[index] === 'Approved' || decisionIn(json) === 'approve',
			),
		).length,
		leaks: secretsIn(
			[run, thrown, log],
			[
				{ name: 'App Key', value: Buffer.from(key) },
				{ name: 'image bytes', value: mark },
			],
		),
	};
}

function ordinaryItem({ selfie, photo }: TestImages): TestItem {
	return {
		json: {},
		files: {
			selfie: { bytes: selfie, fileName: 'me.png' },
			photo: { bytes: photo, fileName: 'id.png' },
		},
	};
}

function workflow(
	{ maxAttempts = 3, timeout = 60, maxWait = 60, parameters }: Fault,
	onError: Setting,
) {
	return {
		nodes: [
			{ name: 'Items', type: ITEMS },
			{
				name: NODE,
				type: BIOMETRIC_VERIFY,
				onError,
				parameters: {
					...parameters,
					options: {
						limits: { values: { maxAttempts, timeout, maxWait, maxConcurrentRequests: 1 } },
					},
				} as INodeParameters,
			},
		],
		connections: { Items: { main: [[{ node: NODE, type: 'main' as const, index: 0 }]] } },
	};
}

const PNG = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\0IDAT', 'latin1');

/** What begins like an image and holds bytes that are found again wherever they get to. */
function imageWith(mark: Buffer, size = SELFIE_BYTES): Buffer {
	return Buffer.concat([PNG, mark, Buffer.alloc(Math.max(0, size - mark.length))]);
}

function leftOf(outputs: ReturnType<typeof outputsOf>): Left[] {
	const byItem = new Map<unknown, Left>();
	outputs.forEach((items, index) => {
		for (const { json, pairedItem } of items) {
			const item =
				typeof pairedItem === 'object' && 'item' in pairedItem ? pairedItem.item : pairedItem;
			const known = byItem.get(item) ?? {
				item,
				outputs: [],
				error: json.error,
				decision: decisionIn(json),
			};
			known.outputs.push(OUTPUT_NAMES[index] ?? `output ${index}`);
			byItem.set(item, known);
		}
	});
	return [...byItem.values()];
}

function decisionIn({ verification }: Record<string, unknown>): unknown {
	return typeof verification === 'object' && verification !== null && 'decision' in verification
		? verification.decision
		: undefined;
}

function stoppedBy(run: IRun): Stopped | undefined {
	const { error } = run.data.resultData;
	if (error === undefined) return undefined;
	const { failure } = error as { failure?: { cause?: unknown; retryAfterMs?: number } };
	return {
		message: error.message,
		description: error.description,
		cause: failure?.cause,
		asksToWait: (failure?.retryAfterMs ?? 0) > 60_000,
	};
}
