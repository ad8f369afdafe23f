import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workflow, WorkflowNode } from '../n8n/rest.mts';
import { ROOT } from '../paths.mts';

/** What stands for the folder of the sample images in the workflow files. */
const FOLDER_PLACEHOLDER = 'IMAGES_FOLDER';

/** The demo's workflows: n8n's ids of them, their files, and how they are started. */
export const DEMO = {
	samples: {
		id: 'kairosDemoSamples',
		file: 'sample-images.json',
		trigger: 'When someone clicks',
	},
	ownImages: {
		id: 'kairosDemoOwnImages',
		file: 'own-images.json',
		path: 'form/kairos-demo',
	},
	onePair: {
		id: 'kairosDemoOnePair',
		file: 'one-pair-over-http.json',
		path: 'webhook/kairos-demo-pair',
	},
} as const;

export type DemoWorkflow = (typeof DEMO)[keyof typeof DEMO];

/**
 * Reads one of the demo's workflows and fills in what only this machine knows.
 *
 * @param credentialId n8n's id of the Kairos credential
 */
export function loadWorkflow(
	{ id, file }: DemoWorkflow,
	imagesFolder: string,
	credentialId: string,
): Workflow {
	const path = join(ROOT, 'examples', 'demo', file);
	// As it must stand inside a JSON string.
	const folder = JSON.stringify(imagesFolder).slice(1, -1);
	const text = readFileSync(path, 'utf8').replaceAll(FOLDER_PLACEHOLDER, () => folder);
	const workflow = JSON.parse(text) as Omit<Workflow, 'id'>;
	return {
		...workflow,
		id,
		nodes: workflow.nodes.map((node) => withCredential(node, credentialId)),
	};
}

function withCredential(node: WorkflowNode, id: string): WorkflowNode {
	const { kairosApi } = node.credentials ?? {};
	return kairosApi ? { ...node, credentials: { kairosApi: { ...kairosApi, id } } } : node;
}
