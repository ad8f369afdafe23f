import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withSettings } from '../../scripts/demo/workflows.mts';
import type { Credential, Workflow, WorkflowNode } from '../../scripts/n8n/rest.mts';
import { ROOT } from '../../scripts/paths.mts';
import type { N8n } from './n8n.mts';

/** The files in `examples/`, without their ending. */
export const EXAMPLES = [
	'identity-housekeeping',
	'identity-attempts',
	'identity-review',
	'identity-decision',
	'identity-link',
	'identity-onboarding',
	'onboarding-form',
	'verification-api',
	'human-review',
	'batch-recheck',
] as const;

export type Example = (typeof EXAMPLES)[number];

/** What an app sends with each request, and the credential that asks for it. */
export const SECRET = 'the secret of the app';
export const HEADER_AUTH: Credential = {
	name: 'Header Auth',
	type: 'httpHeaderAuth',
	data: { name: 'Authorization', value: SECRET },
};

/** What the owner logs in to the form for deletion with. */
export const BASIC_AUTH: Credential = {
	name: 'Basic Auth',
	type: 'httpBasicAuth',
	data: { user: 'owner', password: 'a password of the tests' },
};

/** The credential for mail; the tests have a mail server of their own. */
export const SMTP = { name: 'SMTP', type: 'smtp' };

/** The credential for n8n's public API, which n8n makes the key for. */
export const N8N_API = { name: 'n8n API', type: 'n8nApi' };

/** The headings of the pages on which an applicant reads what became of the images. */
export const HEADINGS = {
	matches: 'Your face matches the photo',
	rejected: 'We could not match your face',
	inReview: 'A person takes a look',
	retakeSelfie: 'Please take the selfie again',
};

/** n8n looks once a minute for executions whose time has come. */
export const TIME_UP_WITHIN_MS = 90_000;

/** What must not be told to a person who may be cheating. */
export const SCORES = /0\.\d\d|liveness/i;

/** n8n's id of an example that the tests imported: that of the file, where it has one. */
export function idOf(example: Example): string {
	return example.replace(/^identity|-(.)/g, (part, letter?: string) =>
		letter === undefined ? `kairos${part[0]?.toUpperCase()}${part.slice(1)}` : letter.toUpperCase(),
	);
}

/**
 * Reads an example as a user would import it, with the credentials that its notes ask for.
 *
 * @param changes what the sticky notes tell a user to change, as text by text
 * @throws {Error} when a text to be changed is not there
 */
export function loadExample(example: Example, changes: Record<string, string> = {}): Workflow {
	let text = readFileSync(join(ROOT, 'examples', `${example}.json`), 'utf8');
	for (const [before, after] of Object.entries(changes)) {
		if (!text.includes(before)) throw new Error(`${example}.json does not hold ${before}`);
		text = text.replaceAll(before, () => after);
	}
	const workflow = JSON.parse(text) as Omit<Workflow, 'id'>;
	for (const node of workflow.nodes) {
		const credential = credentialOf(node);
		if (credential === undefined) continue;
		node.credentials = { [credential.type]: { name: credential.name } };
		delete node['disabled'];
	}
	return { ...workflow, id: idOf(example) };
}

/** The credential that its example asks for at a node, beside that of Kairos. */
function credentialOf({ parameters, type }: WorkflowNode) {
	if (parameters['authentication'] === 'headerAuth') return HEADER_AUTH;
	if (parameters['authentication'] === 'basicAuth') return BASIC_AUTH;
	if (type.endsWith('.emailSend')) return SMTP;
	return type.endsWith('.n8n') ? N8N_API : undefined;
}

/** The workflows of `identity-onboarding` in an n8n, set up as their notes say. */
export class Identity {
	readonly n8n: N8n;
	readonly #service: string;

	/** @param service the one that may approve, as the example's Settings name it */
	constructor(n8n: N8n, service: string) {
		this.n8n = n8n;
		this.#service = service;
	}

	/** Publishes all of them: the called come first. */
	async publishAll(): Promise<void> {
		for (const example of EXAMPLES) if (example.startsWith('identity')) await this.publish(example);
	}

	/** Publishes one of them, with what a test changes. */
	async publish(example: Example, change = (workflow: Workflow) => workflow): Promise<void> {
		const workflow = withSettings(loadExample(example), { service: this.#service });
		await this.n8n.client.publishWorkflow(change(workflow));
	}

	/** Publishes one of them in another way for the time of a test. */
	async changed(
		example: Example,
		change: (workflow: Workflow) => Workflow,
		run: () => Promise<void>,
	): Promise<void> {
		await this.publish(example, change);
		try {
			await run();
		} finally {
			await this.publish(example);
		}
	}
}
