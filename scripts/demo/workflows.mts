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
} as const;

/** The example for onboarding, as the order of publishing wants it: the called before the callers. */
export const ONBOARDING = {
	/** n8n's ids of the workflows: they stand in the files, by which these call each other. */
	files: ['housekeeping', 'attempts', 'review', 'decision', 'link', 'onboarding'].map(
		(name) => `identity-${name}.json`,
	),
	path: 'webhook/identity-start',
};

export type DemoWorkflow = (typeof DEMO)[keyof typeof DEMO];

/** What a node of the type Edit Fields sets. */
interface Settings {
	assignments: { name: string; value: string | number }[];
}

/**
 * Reads one of the demo's workflows and fills in what only this machine knows.
 *
 * @param credentialId n8n's id of the Kairos credential
 * @param pairs what the node "Samples" lists
 */
export function loadWorkflow(
	{ id, file }: DemoWorkflow,
	imagesFolder: string,
	credentialId: string,
	pairs: Pair[] = samples,
): Workflow {
	const text = readFileSync(join(ROOT, 'examples', file), 'utf8');
	// As it must stand inside a JSON string.
	const folder = JSON.stringify(imagesFolder).slice(1, -1);
	const workflow = JSON.parse(text.replaceAll(FOLDER_PLACEHOLDER, () => folder)) as Workflow;
	const nodes = workflow.nodes.map((node) =>
		node.name === 'Samples' ? withPairs(node, pairs) : withCredential(node, credentialId),
	);
	return { ...workflow, id, nodes };
}

/**
 * Reads the workflows of the example for onboarding, set up as their notes say.
 *
 * @param credentialIds n8n's ids of the credentials for Kairos and for mail
 * @param service the one that may approve: `idv-eu.kairos.com/v0.1`
 */
export function loadOnboarding(
	{ kairosId, smtpId }: { kairosId: string; smtpId: string },
	service: string,
): Workflow[] {
	return ONBOARDING.files.map((file) => {
		const text = readFileSync(join(ROOT, 'examples', file), 'utf8');
		const workflow = JSON.parse(text) as Workflow;
		const nodes = workflow.nodes.map((node) => withCredential(node, kairosId, smtpId));
		return withSettings({ ...workflow, nodes }, { service });
	});
}

/** Changes what stands in a workflow's node Settings; what it has not stays away. */
export function withSettings(
	workflow: Workflow,
	changes: Record<string, string | number>,
): Workflow {
	const nodes = workflow.nodes.map((node) => {
		if (node.name !== 'Settings') return node;
		const { assignments } = node.parameters['assignments'] as Settings;
		const changed = assignments.map((one) => ({ ...one, value: changes[one.name] ?? one.value }));
		return { ...node, parameters: { ...node.parameters, assignments: { assignments: changed } } };
	});
	return { ...workflow, nodes };
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
