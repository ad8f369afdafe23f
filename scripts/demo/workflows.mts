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
		file: 'demo/sample-images.json',
		trigger: 'When someone clicks',
	},
	ownImages: {
		id: 'kairosDemoOwnImages',
		file: 'demo/own-images.json',
		path: 'form/kairos-demo',
	},
	onePair: {
		id: 'kairosDemoOnePair',
		file: 'demo/one-pair-over-http.json',
		path: 'webhook/kairos-demo-pair',
	},
	onboarding: {
		id: 'kairosDemoOnboarding',
		file: 'identity-onboarding.json',
		path: 'form/identity-onboarding',
	},
} as const;

export type DemoWorkflow = (typeof DEMO)[keyof typeof DEMO];

/**
 * Reads one of the demo's workflows and fills in what only this machine knows.
 *
 * @param credentialId n8n's id of the Kairos credential
 * @param smtpId n8n's id of the credential for mail; without it nothing is said about mail
 */
export function loadWorkflow(
	{ id, file }: DemoWorkflow,
	imagesFolder: string,
	credentialId: string,
	smtpId?: string,
): Workflow {
	const path = join(ROOT, 'examples', file);
	// As it must stand inside a JSON string.
	const folder = JSON.stringify(imagesFolder).slice(1, -1);
	const text = readFileSync(path, 'utf8').replaceAll(FOLDER_PLACEHOLDER, () => folder);
	const workflow = JSON.parse(text) as Omit<Workflow, 'id'>;
	return {
		...workflow,
		id,
		nodes: workflow.nodes.map((node) => withCredential(node, credentialId, smtpId)),
	};
}

function withCredential(node: WorkflowNode, id: string, smtpId?: string): WorkflowNode {
	const { kairosApi } = node.credentials ?? {};
	if (kairosApi) return { ...node, credentials: { kairosApi: { ...kairosApi, id } } };
	if (smtpId === undefined || !node.type.endsWith('.emailSend')) return node;
	// Deactivated until somebody says where mail goes, as is done here.
	return { ...node, disabled: false, credentials: { smtp: { name: 'SMTP', id: smtpId } } };
}
