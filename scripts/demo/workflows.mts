import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workflow, WorkflowNode } from '../n8n/rest.mts';
import { ROOT } from '../paths.mts';
import { type Pair, samples } from '../samples.mts';

/** What stands for the folder of the images in the workflow files. */
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
 * @param more `smtpId`: n8n's id of the credential for mail, without which nothing is said about
 * mail; `pairs`: what the node "Samples" lists
 */
export function loadWorkflow(
	{ id, file }: DemoWorkflow,
	imagesFolder: string,
	credentialId: string,
	{ smtpId, pairs = samples }: { smtpId?: string; pairs?: Pair[] } = {},
): Workflow {
	const text = readFileSync(join(ROOT, 'examples', file), 'utf8');
	// As it must stand inside a JSON string.
	const folder = JSON.stringify(imagesFolder).slice(1, -1);
	const workflow = JSON.parse(text.replaceAll(FOLDER_PLACEHOLDER, () => folder)) as Workflow;
	const nodes = workflow.nodes.map((node) =>
		node.name === 'Samples' ? withPairs(node, pairs) : withCredential(node, credentialId, smtpId),
	);
	return { ...workflow, id, nodes };
}

function withPairs(node: WorkflowNode, pairs: Pair[]): WorkflowNode {
	const list = pairs.map(({ name, selfie, photo }) => ({ sample: name, selfie, photo }));
	const jsonOutput = JSON.stringify({ samples: list }, undefined, 2);
	return { ...node, parameters: { ...node.parameters, jsonOutput } };
}

function withCredential(node: WorkflowNode, id: string, smtpId?: string): WorkflowNode {
	const { kairosApi } = node.credentials ?? {};
	if (kairosApi) return { ...node, credentials: { kairosApi: { ...kairosApi, id } } };
	if (smtpId === undefined || !node.type.endsWith('.emailSend')) return node;
	// Deactivated until somebody says where mail goes, as is done here.
	return { ...node, disabled: false, credentials: { smtp: { name: 'SMTP', id: smtpId } } };
}
