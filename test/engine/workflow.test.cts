import { randomUUID } from 'node:crypto';
import { NodeConnectionTypes } from 'n8n-workflow';

import { type Steering, steered } from '../../sandbox/steering.mts';
import { outputsOf, runWorkflow, type TestItem } from '../support/engine.cts';
import { credentialFor, VERIFY, verifyWorkflow, whoLeft } from '../support/people.cts';
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

const KEYS = { appId: 'sandbox', appSecretKey: 'sandbox' };
const credential = () => ({ ...credentialFor(sandbox.url), ...KEYS });

/** An item with images of its own, whose selfie tells the sandbox what to answer. */
const item = (person: string, steering: Steering, json: TestItem['json'] = {}): TestItem => ({
	json: { person, ...json },
	files: {
		selfie: { bytes: steered(face, { id: randomUUID(), ...steering }), fileName: 'me.jpg' },
		photo: { bytes: steered(idPhoto, { id: randomUUID() }), fileName: 'photo.jpg' },
	},
});

const GOOD: Steering = { match: 0.98, liveness: 0.97 };

test('A batch of every outcome sends each item by its own branches, in input order, with the error output beside them', async () => {
	const run = await runWorkflow(verifyWorkflow({}, { onError: 'continueErrorOutput' }), {
		items: [
			item('good', GOOD),
			item('uncertain', { ...GOOD, match: 0.48 }),
			item('stranger', { ...GOOD, match: 0.1 }),
			item('spoof', { ...GOOD, liveness: 0.1 }),
			item('two faces', { ...GOOD, faces: 2 }),
			item('refused', { status: 400 }),
			item('good too', GOOD, { nested: { deep: true } }),
		],
		credential: credential(),
	});
	expect(whoLeft(run)).toEqual({
		Approved: ['good', 'good too'],
		Review: ['uncertain', 'two faces'],
		Rejected: ['stranger', 'spoof'],
		'No Match': ['uncertain', 'stranger'],
		'Not Live': ['spoof'],
		'Face Issue': ['two faces'],
		Error: ['refused'],
	});
	const error = outputsOf(run, VERIFY).at(-1)?.[0];
	expect(error).toMatchObject({
		json: { verification: { error: { code: 'REFUSED_REQUEST', httpCode: 400 } } },
		pairedItem: { item: 5 },
	});
	const goodToo = outputsOf(run, VERIFY)[2]?.[1];
	expect(goodToo).toMatchObject({ json: { nested: { deep: true } }, pairedItem: { item: 6 } });
	expect(Object.keys(goodToo?.binary ?? {})).toEqual(['selfie', 'photo']);
});

test('A failed item reaches a step on the error output whole, so that it can be verified again', async () => {
	const { nodes, connections } = verifyWorkflow(
		{ branches: 'decision' },
		{ onError: 'continueErrorOutput' },
	);
	const again = { ...nodes[1]!, name: 'Verify again' };
	const run = await runWorkflow(
		{
			nodes: [...nodes, again],
			connections: { ...connections, [VERIFY]: { main: [[], [], [], [to(again.name)]] } },
		},
		{ items: [item('ada', { ...GOOD, status: 400, times: 1 })], credential: credential() },
	);
	expect(whoLeft(run, 'decision')).toEqual({ Error: ['ada'] });
	const [, , [approved] = []] = outputsOf(run, again.name);
	expect(approved?.json).toMatchObject({ person: 'ada', verification: { decision: 'approve' } });
	expect(approved?.json).not.toHaveProperty('error');
});

test('Stricter thresholds tighten the decision, also from an expression of the item', async () => {
	const thresholds = { values: { faceMatchReviewBelow: '={{ $json.limit }}' } };
	const run = await runWorkflow(verifyWorkflow({ options: { thresholds } }), {
		items: [item('vip', GOOD, { limit: 0.99 }), item('usual', GOOD, { limit: 0 })],
		credential: credential(),
	});
	expect(whoLeft(run)).toEqual({ Review: ['vip'], 'No Match': ['vip'], Approved: ['usual'] });
});
