import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { BiometricVerify } from '../../../nodes/BiometricVerify/BiometricVerify.node';
import type { MultipartBody } from '../../../nodes/BiometricVerify/kairos/multipart';
import { startRun } from '../../../nodes/BiometricVerify/run/run';
import { verifyPairs } from '../../../nodes/BiometricVerify/run/verifyPairs';
import { REQUEST_ID, bodyWith } from '../../support/answers.cts';
import { contextWith, type StandIn } from '../../support/context.cts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const CREDENTIAL = {
	baseUrl: 'http://kairos.internal',
	apiVersion: 'v0.1',
	...{ appId: 'app', appSecretKey: 'secret' },
};

const limits = (values: INodeParameters) => ({ limits: { values } });

const image = (content: string) => ({
	data: Buffer.concat([PNG, Buffer.from(content)]).toString('base64'),
	mimeType: 'image/png',
});

function person(id: number): INodeExecutionData {
	return { json: { id }, binary: { selfie: image(`selfie ${id}`), photo: image(`photo ${id}`) } };
}

/** People whose requests are answered with these statuses, in their order. */
function given(statuses: number[], options: object = {}, standIn: StandIn = {}) {
	const sent: number[] = [];
	const context = contextWith({
		inputs: [statuses.map((_status, id) => person(id))],
		node: {
			parameters: { inputMode: 'oneInput', branches: 'decision', options } as never,
		},
		parameters: { selfieField: 'selfie', photoField: 'photo', options },
		credential: CREDENTIAL,
		answer: async (request) => {
			const body = await buffer((request.body as MultipartBody).stream());
			const id = Number(/selfie (\d+)/.exec(body.toString('latin1'))?.[1]);
			sent.push(id);
			return {
				statusCode: statuses[id],
				headers: {},
				body: Readable.from([Buffer.from(bodyWith({ [REQUEST_ID]: `request ${id}` }))]),
			};
		},
		continuesOnFail: true,
		...standIn,
	});
	return { context, sent };
}

async function statusesOf(context: ReturnType<typeof given>['context']) {
	return (await verifyPairs(startRun(context))).map(({ status }) => status);
}

test('everybody is verified, and has an outcome at the place of the item', async () => {
	const { context, sent } = given([200, 400, 200]);
	expect(await statusesOf(context)).toEqual(['verified', 'failed', 'verified']);
	expect(sent.toSorted()).toEqual([0, 1, 2]);
});

test('keys that are rejected end the run: what was not sent is skipped', async () => {
	const { context, sent } = given([401, 200, 200], limits({ maxConcurrentRequests: 1 }));
	expect(await statusesOf(context)).toEqual(['failed', 'skipped', 'skipped']);
	expect(sent).toEqual([0]);
});

test('as many are under way as Max Concurrent Requests says', async () => {
	let underWay = 0;
	let most = 0;
	const context = contextWith({
		...{ inputs: [Array.from({ length: 6 }, (_, id) => person(id))], credential: CREDENTIAL },
		node: {
			parameters: {
				...{ inputMode: 'oneInput', branches: 'decision' },
				options: limits({ maxConcurrentRequests: 2 }),
			},
		},
		parameters: { selfieField: 'selfie', photoField: 'photo' },
		continuesOnFail: true,
		answer: async (request) => {
			most = Math.max(most, ++underWay);
			await buffer((request.body as MultipartBody).stream());
			await new Promise((resolve) => setImmediate(resolve));
			underWay--;
			return { statusCode: 200, headers: {}, body: Readable.from([Buffer.from(bodyWith())]) };
		},
	});
	await verifyPairs(startRun(context));
	expect(most).toBe(2);
});

test('nobody is sent with settings that the node cannot run with', async () => {
	const { context, sent } = given([200, 200], limits({ timeout: -1 }));
	const settled = await verifyPairs(startRun(context));
	const message = "The option 'Limits > Timeout (Seconds)' has an invalid value";
	for (const outcome of settled) {
		expect(outcome).toMatchObject({ status: 'failed', error: { message } });
	}
	expect(sent).toEqual([]);
});

test('the first that failed ends a run that stops on errors, with the error of its item', async () => {
	const { context, sent } = given([200, 400, 200, 404], {}, { continuesOnFail: false });
	await expect(verifyPairs(startRun(context))).rejects.toMatchObject({
		message: expect.stringMatching(/\(HTTP 400\) \[item 1\]$/) as unknown,
	});
	expect(sent).toContain(1);
});

describe('an item that cannot be sent', () => {
	const incomplete = [person(0), person(1), { json: {} }, person(3)];

	test('ends a run that stops on errors before anybody is sent', async () => {
		const { context, sent } = given([200, 200, 200, 200], limits({ maxConcurrentRequests: 1 }), {
			continuesOnFail: false,
			inputs: [incomplete],
		});
		await expect(verifyPairs(startRun(context))).rejects.toMatchObject({
			message: expect.stringMatching(/^The item has no file .* \[item 2\]$/) as unknown,
		});
		expect(sent).toEqual([]);
	});

	test('keeps nobody else from being sent where the run goes on', async () => {
		const { context, sent } = given([200, 200, 200, 200], {}, { inputs: [incomplete] });
		expect(await statusesOf(context)).toEqual(['verified', 'verified', 'failed', 'verified']);
		expect(sent.toSorted()).toEqual([0, 1, 3]);
	});
});

test('settings that the node cannot run with end a run that stops on errors', async () => {
	const { context } = given([200], limits({ timeout: -1 }), { continuesOnFail: false });
	await expect(verifyPairs(startRun(context))).rejects.toThrow(
		"The option 'Limits > Timeout (Seconds)' has an invalid value [item 0]",
	);
});

test('nobody who was verified is an error, also where errors stop the run', async () => {
	const { context } = given([200, 200], {}, { continuesOnFail: false });
	expect(await statusesOf(context)).toEqual(['verified', 'verified']);
});

describe('the node', () => {
	const run = async (context: ReturnType<typeof given>['context']) =>
		await new BiometricVerify().execute.call(context);

	test('gives each item to its output, and tells what the builder may not expect', async () => {
		const { context } = given([200, 400]);
		const addExecutionHints = jest.fn();
		const outputs = await run(Object.assign(context, { addExecutionHints }));
		expect(outputs.map((items) => items.map(({ pairedItem }) => pairedItem))).toEqual([
			[{ item: 1 }],
			[],
			[{ item: 0 }],
		]);
		expect(addExecutionHints).toHaveBeenCalledTimes(1);
	});
});
