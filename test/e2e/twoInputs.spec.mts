import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Steering, steered } from '../../sandbox/steering.mts';
import { outputsOf } from '../../scripts/n8n/execution.mts';
import type { Workflow, WorkflowNode } from '../../scripts/n8n/rest.mts';
import { node, to } from '../../scripts/n8n/workflow.mts';
import { expect, expectReadable, type N8n, test } from './fixtures.mts';
import { BRANCHES, ERRORS, NODE, TWO_INPUTS } from './names.mts';

const ID = 'selfieAndPhotoApart';
const [TRIGGER, GET_SELFIES, GET_PHOTOS] = ['When someone clicks', 'Get selfies', 'Get photos'];
const OUTPUTS = [...BRANCHES.Decision, 'Error'];

/** A pair for each output, and what its selfie tells the sandbox if not what the sample does. */
const PAIRS = [
	['same-person.selfie.jpg', 'same-person.photo.jpg'],
	['different-people.selfie.jpg', 'different-people.photo.jpg'],
	['uncertain-match.selfie.jpg', 'uncertain-match.photo.jpg'],
	['failed-liveness.selfie.jpg', 'failed-liveness.photo.jpg', { status: 400 }],
] as const;

test.describe('Selfies and photos from two steps', () => {
	test(
		'the node has two inputs, labelled Selfie and Photo, and pairs what arrives by them',
		{ tag: '@dark' },
		async ({ n8n, editor }) => {
			await n8n.client.saveWorkflow(workflowOf(n8n));
			await editor.open(ID);
			await expect(editor.inputLabels(NODE)).toHaveText(TWO_INPUTS.labels);
			await expect(editor.outputLabels(NODE)).toHaveText(OUTPUTS);
			await expectReadable(editor.page, `[data-node-name="${NODE}"]`);
			await editor.execute();
			for (const step of [GET_SELFIES, GET_PHOTOS]) {
				await expect(editor.itemsBetween(step, NODE)).toHaveText('4 items');
			}
			for (const output of OUTPUTS) {
				await expect(editor.itemsBetween(NODE, output)).toHaveText('1 item');
			}
		},
	);

	test('a selfie without a photo is never approved, and the run says why', async ({ n8n }) => {
		const pairs = PAIRS.slice(0, 2);
		await n8n.client.saveWorkflow(
			workflowOf(n8n, { pairs, photos: '0.*', onError: 'stopWorkflow' }),
		);
		const { status, data } = await n8n.client.runManually(ID, TRIGGER);
		expect(status).toBe('error');
		expect(data.resultData.error?.message).toMatch(ERRORS.noPhoto);
		expect(outputsOf(data, 'Approved')).toEqual([]);
	});
});

interface Setting {
	pairs?: readonly (readonly [selfie: string, photo: string, steering?: Steering])[];
	/** The names of the photos that arrive, which are numbered from 0. */
	photos?: string;
	onError?: string;
}

function workflowOf(
	{ files, credentialId }: N8n,
	{ pairs = PAIRS, photos = '*', onError = 'continueErrorOutput' }: Setting = {},
): Workflow {
	const folder = join(files, 'two-inputs', String(pairs.length));
	for (const name of ['selfies', 'photos']) mkdirSync(join(folder, name), { recursive: true });
	for (const [index, [selfie, photo, steering]] of pairs.entries()) {
		const bytes = readFileSync(join(files, selfie));
		const path = join(folder, 'selfies', `${index}.${selfie}`);
		writeFileSync(path, steering ? steered(bytes, steering) : bytes);
		// By its name, a selfie is paired with its photo.
		copyFileSync(join(files, photo), join(folder, 'photos', `${index}.${selfie}`));
	}
	const placed = (
		name: string,
		type: string,
		position: [number, number],
		parameters: Record<string, unknown> = {},
	): WorkflowNode => ({ ...node(name, type, 1, parameters), position });
	const read = (name: string, y: number, selector: string, dataPropertyName: string) =>
		placed(name, 'n8n-nodes-base.readWriteFile', [240, y], {
			operation: 'read',
			fileSelector: `${folder}/${selector}`,
			options: { dataPropertyName },
		});
	return {
		id: ID,
		name: 'Selfies and photos from two steps',
		nodes: [
			placed(TRIGGER, 'n8n-nodes-base.manualTrigger', [0, 96]),
			read(GET_SELFIES, 0, 'selfies/*', 'selfie'),
			read(GET_PHOTOS, 192, `photos/${photos}`, 'photo'),
			{
				...placed(NODE, 'n8n-nodes-kairos.biometricVerify', [496, 80], {
					[TWO_INPUTS.parameter]: TWO_INPUTS.value,
					pairField: 'fileName',
					branches: 'decision',
				}),
				credentials: { kairosApi: { id: credentialId, name: 'Kairos API' } },
				onError,
			},
			...OUTPUTS.map((name, index) =>
				placed(name, 'n8n-nodes-base.noOp', [816, -128 + 144 * index]),
			),
		],
		connections: {
			[TRIGGER]: { main: [[to(GET_SELFIES), to(GET_PHOTOS)]] },
			[GET_SELFIES]: { main: [[to(NODE, 0)]] },
			[GET_PHOTOS]: { main: [[to(NODE, 1)]] },
			[NODE]: { main: OUTPUTS.map((name) => [to(name)]) },
		},
		settings: { executionOrder: 'v1' },
	};
}
