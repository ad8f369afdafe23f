import { randomBytes } from 'node:crypto';
import type { IDataObject, INodeParameters, IRun, OnError } from 'n8n-workflow';
import { OUTPUTS } from '../../nodes/BiometricVerify/output/outputs';
import type { ErrorFacts } from '../../nodes/BiometricVerify/run/itemError';
import {
	BIOMETRIC_VERIFY,
	ITEMS,
	outputsOf,
	runWorkflow,
	type TestItem,
} from '../support/engine.cts';
import { log } from '../support/recordedLog.cts';
import { secretsIn } from '../support/secrets.cts';
import type { Visit } from '../support/hostileServer.cts';
import { type Fault, itemIn, type TestImages } from './fault.cts';

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
	error?: Read;
	decision?: unknown;
}

/** What is compared of what machines read of an error. */
export type Read = Pick<ErrorFacts, 'code' | 'httpCode' | 'mayBeBilled'> & {
	attempts: number | 'any';
};

/** A fault that was tried in one setting of On Error. */
export interface FaultRun {
	fault: Fault;
	setting: Setting;
	requests: number;
	/** The time between the first two attempts of an item, in milliseconds, where it has to wait. */
	firstPauseMs?: number;
	/** How many connections reached the server of another origin. */
	strayed: number;
	itemsIn: number;
	left: Left[];
	/** What stopped the run. */
	stopped?: Read;
	/** Items on the output Approved, and items anywhere that say they are approved. */
	approvals: number;
	/** What was found in the execution data, the error or the log that must not be there. */
	leaks: string[];
}

/** Sends two items, one after the other, to what a fault puts in the place of Kairos. */
export async function runFault(fault: Fault, setting: Setting): Promise<FaultRun> {
	const key = `key-${randomBytes(16).toString('hex')}`;
	const mark = randomBytes(24);
	const { url, servers, elsewhere } = await fault.start();
	const thrown: unknown[] = [];
	let run: IRun;
	try {
		run = await runWorkflow(workflow(fault, setting), {
			items: Array.from({ length: ITEMS_IN }, (_, item) =>
				(fault.item ?? ordinaryItem)({
					selfie: imageWith(mark, item, fault.selfieBytes),
					photo: imageWith(mark, item, PHOTO_BYTES),
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
		requests: servers.flatMap(({ heads }) => heads).length,
		firstPauseMs: fault.waitsMs === undefined ? undefined : await firstPauseIn(visits),
		strayed: elsewhere?.visits.length ?? 0,
		itemsIn: ITEMS_IN,
		left: leftOf(outputs),
		stopped: stoppedBy(run),
		approvals: outputs.flatMap((items, index) =>
			items.filter(
				({ json }) =>
					OUTPUT_NAMES[index] === 'Approved' || verificationIn(json).decision === 'approve',
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
function imageWith(mark: Buffer, item: number, size = SELFIE_BYTES): Buffer {
	const marks = Buffer.concat([mark, Buffer.from(`item ${item};`)]);
	return Buffer.concat([PNG, marks, Buffer.alloc(Math.max(0, size - marks.length))]);
}

/** The time between the first two attempts of an item, in milliseconds. */
async function firstPauseIn(visits: readonly Visit[]): Promise<number> {
	const items = await Promise.all(visits.map(async ({ body }) => itemIn(await body)));
	const [first, second] = visits.filter((_visit, at) => items[at] === items[0]);
	return first && second ? second.openedAt - first.openedAt : 0;
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
				error: errorIn(json),
				decision: verificationIn(json).decision,
			};
			known.outputs.push(OUTPUT_NAMES[index] ?? `output ${index}`);
			byItem.set(item, known);
		}
	});
	return [...byItem.values()];
}

/** A text for people comes with what machines read, and nothing of either without the other. */
function errorIn(json: IDataObject): Read | undefined {
	const { error } = verificationIn(json);
	if (error?.message !== json.error) throw new Error('The texts of the error differ');
	return error && readOf(error);
}

function verificationIn({ verification }: IDataObject) {
	return (verification ?? {}) as { decision?: string; error?: ErrorFacts };
}

function readOf({ code, httpCode, mayBeBilled, attempts }: ErrorFacts): Read {
	return { code, httpCode, mayBeBilled, attempts };
}

function stoppedBy(run: IRun): Read | undefined {
	const { error } = run.data.resultData;
	if (error === undefined) return undefined;
	const { itemIndex, kairos } = error.context as { itemIndex: number; kairos: ErrorFacts };
	// Either item can be the first to fail for good.
	if (itemIndex >= ITEMS_IN) throw new Error(`It stopped at item ${itemIndex}`);
	return readOf(kairos);
}
