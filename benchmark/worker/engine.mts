import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { INodeExecutionData, INodeType } from 'n8n-workflow';
import { Engine, firstNode, ITEMS, outputsOf } from '../../scripts/n8n/engine.mts';
import { ROOT } from '../../scripts/paths.mts';
import { imageChunks } from '../images.mts';
import type { Send, Variant, Workload } from '../scenarios.mts';
import { LAST_STEP, itemsOnly, workflowOf } from './workflow.mts';

const engine = new Engine({ packages: ROOT, dist: join(ROOT, 'dist') });

/** Stores the items' images where n8n keeps files, and resolves with what runs the workflow on them. */
export async function prepareWorkflow(variant: Variant, workload: Workload): Promise<Send> {
	const nodeTypes = { [ITEMS]: storedItemsNode(workload) };
	await engine.run(itemsOnly, { nodeTypes });
	return async (baseUrl) => {
		const keys = { appId: 'benchmark', appSecretKey: 'benchmark' };
		const credential = { ...keys, apiVersion: 'v0.1', baseUrl };
		const workflow = workflowOf(variant, workload, baseUrl);
		const run = await engine.run(workflow, { credential, nodeTypes });
		const { error } = run.data.resultData;
		// A chain that gives up is a result; a workflow that cannot run is not.
		if (error !== undefined && variant === 'node') throw error;
		const verified = outputsOf(run, LAST_STEP)
			.flat()
			.filter(({ json }) => json.error === undefined)
			.map(({ pairedItem }) => itemIndex(pairedItem));
		return new Set(verified).size;
	};
}

/** Stores the images on its first run, and from then on gives out the same items at once. */
function storedItemsNode({ items, imageBytes }: Workload): INodeType {
	const stored: INodeExecutionData[] = [];
	return firstNode(async ({ helpers }) => {
		// Streamed, so that storing leaves no freed memory behind for the measurement to use.
		const store = (kind: 'selfie' | 'photo', item: number) => {
			const image = Readable.from(imageChunks(kind, item, imageBytes));
			return helpers.prepareBinaryData(image, `${kind}.jpg`, 'image/jpeg');
		};
		for (let id = stored.length; id < items; id++) {
			const binary = { selfie: await store('selfie', id), photo: await store('photo', id) };
			stored.push({ json: { id }, binary });
		}
		return structuredClone(stored);
	});
}

/** An item that leaves Biometric Verify by several outputs is one result all the same. */
function itemIndex(pairedItem: INodeExecutionData['pairedItem']): number | undefined {
	const [first] = [pairedItem].flat();
	return typeof first === 'object' ? first.item : first;
}
