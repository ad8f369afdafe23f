import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Credential, N8nClient, Workflow } from '../../scripts/n8n/rest.mts';
import { ROOT } from '../../scripts/paths.mts';

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

/** A mail server that nobody runs: the examples go on without it. */
export const SMTP: Credential = {
	name: 'SMTP',
	type: 'smtp',
	data: { host: '127.0.0.1', port: 9, user: '', password: '', secure: false },
};

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
export const SCORES = /0\.4803|0\.0026|liveness|face match/i;

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
		const { parameters, type } = node;
		if (parameters['authentication'] === 'headerAuth') {
			node.credentials = { httpHeaderAuth: { name: HEADER_AUTH.name } };
		}
		if (type.endsWith('.emailSend')) node.credentials = { smtp: { name: SMTP.name } };
	}
	return { ...workflow, id: idOf(example) };
}

/**
 * Publishes a workflow, and waits until its form is there, a moment later.
 *
 * @param path of the form: `form/my-form`
 */
export async function publishForm(
	client: N8nClient,
	workflow: Workflow,
	path: string,
): Promise<void> {
	await client.publishWorkflow(workflow);
	const response = await client.callWebhook(path);
	await response.body?.cancel();
}

/** Publishes the one review, which human-review calls, and what it needs: the called come first. */
export async function publishReview(client: N8nClient): Promise<void> {
	for (const example of [
		'identity-housekeeping',
		'identity-review',
		'identity-decision',
	] as const) {
		await client.publishWorkflow(loadExample(example));
	}
}
