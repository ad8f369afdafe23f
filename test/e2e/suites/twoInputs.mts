import assert from 'node:assert/strict';
import { outputsOf } from '../../../scripts/n8n/execution.mts';
import type { Workflow, WorkflowNode } from '../../../scripts/n8n/rest.mts';
import { Editor } from '../pages/editor.mts';
import { keepDocsScreenshot, keepScreenshot } from '../screenshots.mts';
import type { Stage } from '../stage.mts';
import type { Suite } from '../tests.mts';

const ID = 'selfieAndPhotoApart';
const NODE = 'Biometric Verify';
const BRANCHES = ['Review', 'Rejected', 'Approved'];

/** Selfies from one step, photos from another. */
export function twoInputsSuite(stage: Stage): Suite {
	const save = (selfies: string, photos: string) =>
		stage.client.saveWorkflow(workflowOf(stage, selfies, photos));
	const open = async (theme: 'light' | 'dark') => {
		const editor = new Editor(await stage.ownerPage(theme), stage.n8nUrl);
		await editor.open(ID);
		return editor;
	};
	return {
		title: 'Selfies and photos from two steps',
		tests: [
			[
				'the node has two inputs, labelled Selfie and Photo, and pairs what arrives by them',
				async () => {
					await save('failed-liveness.*', 'man.photo.jpg');
					const editor = await open('light');
					assert.deepEqual(await editor.inputLabels(NODE), ['Selfie', 'Photo']);
					assert.deepEqual(await editor.outputLabels(NODE), BRANCHES);
					await editor.execute();
					assert.equal(await editor.itemsBetween(NODE, 'Rejected'), '1 item');
					await editor.closeNotices();
					await keepDocsScreenshot(editor.page, 'two-inputs');
					await editor.openPanel(NODE);
					await keepScreenshot(editor.page, 'two-inputs-panel');
				},
			],
			[
				'the labels can be read in the dark theme too',
				async () => keepScreenshot((await open('dark')).page, 'two-inputs-dark'),
			],
			[
				'a selfie without a photo is never approved, and the run says why',
				async () => {
					await save('{same-person,failed-liveness}.*', 'man.photo.jpg');
					const { status, data } = await stage.client.runManually(ID, 'When someone clicks');
					assert.equal(status, 'error');
					assert.match(
						data.resultData.error?.message ?? '',
						/There is no photo for this selfie \[item 1\]/,
					);
					assert.deepEqual(outputsOf(data, 'Approved'), []);
				},
			],
		],
	};
}

function workflowOf({ files, credentialId }: Stage, selfies: string, photos: string): Workflow {
	const node = (
		name: string,
		type: string,
		position: [number, number],
		parameters: Record<string, unknown> = {},
	): WorkflowNode => ({
		id: `two-inputs-${name}`,
		...{ name, type, position, parameters },
		typeVersion: 1,
	});
	const read = (name: string, y: number, selector: string, dataPropertyName: string) =>
		node(name, 'n8n-nodes-base.readWriteFile', [240, y], {
			operation: 'read',
			fileSelector: `${files}/${selector}`,
			options: { dataPropertyName },
		});
	const to = (name: string, index = 0) => [{ node: name, type: 'main', index }];
	return {
		id: ID,
		name: 'Selfies and photos from two steps',
		nodes: [
			node('When someone clicks', 'n8n-nodes-base.manualTrigger', [0, 96]),
			read('Get selfies', 0, selfies, 'selfie'),
			read('Get photos', 192, photos, 'photo'),
			{
				...node(NODE, 'n8n-nodes-kairos.biometricVerify', [496, 80], {
					imagesArrive: 'twoInputs',
					branches: 'decision',
				}),
				credentials: { kairosApi: { id: credentialId, name: 'Kairos API' } },
			},
			...BRANCHES.map((name, index) => node(name, 'n8n-nodes-base.noOp', [800, -64 + 160 * index])),
		],
		connections: {
			'When someone clicks': { main: [[...to('Get selfies'), ...to('Get photos')]] },
			'Get selfies': { main: [to(NODE, 0)] },
			'Get photos': { main: [to(NODE, 1)] },
			[NODE]: { main: BRANCHES.map((name) => to(name)) },
		},
		settings: { executionOrder: 'v1' },
	};
}
