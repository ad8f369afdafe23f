import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IRun } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { type BranchMode, OUTPUTS } from '../../nodes/BiometricVerify/output/outputs';
import { type Steering, steered } from '../../sandbox/steering.mts';
import {
	BIOMETRIC_VERIFY,
	ITEMS,
	isOldest,
	type TestItem,
	outputsOf,
	runWorkflow,
} from '../support/engine.cts';
import { derive, sampleImage } from '../support/sampleImages.cts';
import { type Sandbox, startSandbox } from '../support/sandbox.cts';

let sandbox: Sandbox;
let face: Buffer;
let idPhoto: Buffer;

beforeAll(async () => {
	sandbox = await startSandbox();
	face = await sampleImage('portrait-man.jpg');
	idPhoto = await derive(face, 'cropped');
});

afterAll(async () => {
	await sandbox.stop();
});

const to = (node: string, index = 0) => ({ node, type: NodeConnectionTypes.Main, index });

const credential = () => ({
	appId: 'sandbox',
	appSecretKey: 'sandbox',
	baseUrl: sandbox.url,
	apiVersion: 'v0.1',
});

/** An item with images of its own, whose selfie tells the sandbox what to answer. */
const item = (steering: Steering, json: TestItem['json'] = {}): TestItem => ({
	json,
	files: {
		selfie: { bytes: steered(face, { id: randomUUID(), ...steering }), fileName: 'me.jpg' },
		photo: { bytes: steered(idPhoto, { id: randomUUID() }), fileName: 'photo.jpg' },
	},
});

interface VerifyOptions {
	parameters?: Record<string, unknown>;
	onError?: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
}

/** Runs items through one Biometric Verify. */
async function verify(
	items: TestItem[],
	{ parameters = {}, onError }: VerifyOptions = {},
): Promise<IRun> {
	return await runWorkflow(
		{
			nodes: [
				{ name: 'Items', type: ITEMS },
				{
					name: 'Verify',
					type: BIOMETRIC_VERIFY,
					parameters: parameters as never,
					...(onError && { onError }),
				},
			],
			connections: { Items: { main: [[to('Verify')]] } },
		},
		{ items, credential: credential() },
	);
}

/** The `id` of each item on each output that has any, by the output's name. */
function idsByOutput(run: IRun, mode: BranchMode = 'decisionAndChecks'): Record<string, unknown[]> {
	const names = [...OUTPUTS[mode], 'Error'];
	const entries = outputsOf(run, 'Verify').map((items, index): [string, unknown[]] => [
		names[index] ?? `output ${index}`,
		items.map(({ json }) => json.id),
	]);
	return Object.fromEntries(entries.filter(([, ids]) => ids.length > 0));
}

const DOCUMENTED: Steering = { match: 0.4803, liveness: 0.0026 };
const GOOD: Steering = { match: 0.98, liveness: 0.97 };

test('The documented answer leaves by Rejected, No Match and Not Live with its whole verdict', async () => {
	const run = await verify([item(DOCUMENTED, { id: 7 })]);

	expect(idsByOutput(run)).toEqual({
		Rejected: [7],
		'No Match': [7],
		'Not Live': [7],
	});
	const [, rejected] = outputsOf(run, 'Verify');
	expect(rejected?.[0]?.pairedItem).toEqual({ item: 0 });
	expect(rejected?.[0]?.json).toMatchObject({
		id: 7,
		verification: {
			decision: 'reject',
			summary:
				'Rejected: liveness 0.0026 is below 0.4. Also for review: face match 0.4803 is below 0.56.',
			faceMatch: { status: 'review', score: 0.4803, reviewBelow: 0.56, rejectBelow: 0.4 },
			liveness: { status: 'reject', score: 0.0026, reviewBelow: 0.6, rejectBelow: 0.4 },
			faceDetection: { status: 'pass' },
			findings: [{ check: 'liveness' }, { check: 'faceMatch' }],
			scores: { reject: 1, review: 1, warning: 0 },
		},
	});
});

const batch = () => [
	item(GOOD, { id: 'good' }),
	item({ ...GOOD, match: 0.48 }, { id: 'uncertain' }),
	item({ ...GOOD, match: 0.1 }, { id: 'stranger' }),
	item({ ...GOOD, liveness: 0.1 }, { id: 'spoof' }),
	item({ ...GOOD, faces: 2 }, { id: 'two faces' }),
	item({ status: 400 }, { id: 'refused' }),
	item(GOOD, { id: 'good too' }),
];

test('A batch of every outcome sends each item by its own branches, in input order, with the error output beside them', async () => {
	const run = await verify(batch(), { onError: 'continueErrorOutput' });
	expect(idsByOutput(run)).toEqual({
		Approved: ['good', 'good too'],
		Review: ['uncertain', 'two faces'],
		Rejected: ['stranger', 'spoof'],
		'No Match': ['uncertain', 'stranger'],
		'Not Live': ['spoof'],
		'Face Issue': ['two faces'],
		Error: ['refused'],
	});
	const error = outputsOf(run, 'Verify').at(-1)?.[0];
	expect(error?.json).toMatchObject({
		verification: { error: { code: 'REFUSED_REQUEST', httpCode: 400 } },
	});
	expect(error?.pairedItem).toEqual({ item: 5 });
});

test('A batch of every outcome gives a failed item to a step on the error output whole, so that it can be verified again', async () => {
	const failing: Steering = { ...GOOD, status: 400, times: 1 };
	const settings = { type: BIOMETRIC_VERIFY, onError: 'continueErrorOutput' as const };
	const branches = 'decision';
	const run = await runWorkflow(
		{
			nodes: [
				{ name: 'Items', type: ITEMS },
				{ name: 'Verify', parameters: { branches }, ...settings },
				{ name: 'Verify again', parameters: { branches }, ...settings },
			],
			connections: {
				Items: { main: [[to('Verify')]] },
				Verify: { main: [[], [], [], [to('Verify again')]] },
			},
		},
		{ items: [item(failing, { id: 7, name: 'Ada' })], credential: credential() },
	);
	const [failed] = outputsOf(run, 'Verify').at(-1) ?? [];
	expect(failed?.json).toMatchObject({
		...{ id: 7, name: 'Ada', error: expect.any(String) as string },
		verification: { error: { code: 'REFUSED_REQUEST' } },
	});
	const [, , approved] = outputsOf(run, 'Verify again');
	expect(approved?.[0]?.json).toMatchObject({ id: 7, verification: { decision: 'approve' } });
	expect(approved?.[0]?.json).not.toHaveProperty('error');
});

test('A batch of every outcome sends a failed item by the topmost output alone when the node continues without an error output', async () => {
	const run = await verify(batch(), { onError: 'continueRegularOutput' });
	const [review] = outputsOf(run, 'Verify');
	const failed = review?.filter(({ json }) => 'error' in json);
	expect(failed).toEqual([
		{
			json: {
				error: expect.stringContaining('[item 5]') as unknown,
				verification: { error: expect.objectContaining({ code: 'REFUSED_REQUEST' }) as unknown },
			},
			pairedItem: { item: 5 },
		},
	]);
	expect(idsByOutput(run).Approved).toEqual(['good', 'good too']);
});

test('A batch of every outcome keeps the data and files of each item, and gives no branch an object of another', async () => {
	const run = await verify([item(DOCUMENTED, { id: 1, nested: { deep: true } })]);
	const leaving = outputsOf(run, 'Verify').flat();
	expect(leaving).toHaveLength(3);
	for (const { json, binary } of leaving) {
		expect(json.nested).toEqual({ deep: true });
		expect(Object.keys(binary ?? {})).toEqual(['selfie', 'photo']);
	}
	expect(leaving[0]?.json.verification).not.toBe(leaving[1]?.json.verification);
});

describe('where the images come from', () => {
	const folder = mkdtempSync(join(tmpdir(), 'kairos-images-'));

	afterAll(() => rmSync(folder, { recursive: true }));

	// n8n's own nodes are those of the newest release.
	(isOldest ? test.skip : test)(
		'takes files that real nodes read from disk, under any name or by an expression',
		async () => {
			writeFileSync(join(folder, 'me.jpg'), steered(face, GOOD));
			writeFileSync(join(folder, 'photo.jpg'), idPhoto);
			const read = (name: string, file: string, field: string) => ({
				name,
				type: 'n8n-nodes-base.readWriteFile',
				typeVersion: 1.1,
				parameters: {
					operation: 'read',
					fileSelector: join(folder, file),
					options: { dataPropertyName: field },
				},
			});
			const run = await runWorkflow(
				{
					nodes: [
						{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
						read('Get Photo', 'photo.jpg', 'data'),
						read('Get Selfie', 'me.jpg', 'my image'),
						{
							name: 'Verify',
							type: BIOMETRIC_VERIFY,
							parameters: {
								selfieField: 'my image',
								photoField: "={{ $('Get Photo').item.binary.data }}",
								branches: 'decision',
							},
						},
						{ name: 'Welcome', type: 'n8n-nodes-base.noOp' },
						{ name: 'Ask a Person', type: 'n8n-nodes-base.noOp' },
					],
					connections: {
						Start: { main: [[to('Get Photo')]] },
						'Get Photo': { main: [[to('Get Selfie')]] },
						'Get Selfie': { main: [[to('Verify')]] },
						Verify: { main: [[to('Ask a Person')], [], [to('Welcome')]] },
					},
				},
				{ credential: credential() },
			);
			expect(run.data.resultData.error).toBeUndefined();
			expect(outputsOf(run, 'Welcome').flat()).toHaveLength(1);
			expect(run.data.resultData.runData['Ask a Person']).toBeUndefined();
		},
	);
});

test('Stricter thresholds tighten the decision, also from an expression of the item', async () => {
	const run = await verify(
		[item(GOOD, { id: 'vip', limit: 0.99 }), item(GOOD, { id: 'usual', limit: 0 })],
		{
			parameters: {
				options: { thresholds: { values: { faceMatchReviewBelow: '={{ $json.limit }}' } } },
			},
		},
	);
	expect(idsByOutput(run)).toEqual({
		Review: ['vip'],
		'No Match': ['vip'],
		Approved: ['usual'],
	});
});
