import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Steering, steered } from '../../sandbox/steering.mts';
import { DEMO, loadWorkflow } from '../../scripts/demo/workflows.mts';
import type { Mailbox } from '../../scripts/mailbox.mts';
import type { TableRow } from '../../scripts/n8n/rest.mts';
import { type Sample, samples } from '../../scripts/samples.mts';
import type { Cluster } from './cluster.mts';

const POLL_MS = 100;
/** For a machine that does much else. */
const WITHIN_MS = 120_000;

/** Publishes the example `identity-onboarding`, set up. */
export async function publishOnboarding(
	{ client, credentialId }: Cluster,
	{ credential }: Mailbox,
): Promise<void> {
	const smtpId = await client.saveCredential(credential);
	await client.publishWorkflow(loadWorkflow(DEMO.onboarding, '', credentialId, { smtpId }));
}

/**
 * Goes through the form as a browser does, with a selfie that nobody else has handed in.
 *
 * @param steering what the selfie tells the sandbox
 * @param email by which the row is found
 * @returns the last page
 */
export async function onboard(
	{ client }: Cluster,
	images: string,
	steering: Steering,
	email: string,
): Promise<string> {
	const [files] = samples as [Sample];
	const read = (file: string) => readFileSync(join(images, file));
	const type = 'image/jpeg';
	const selfie = steered(read(files.selfie), { ...steering, id: randomUUID() });
	const form = new FormData();
	form.set('field-0', 'Alex Example');
	form.set('field-1', email);
	form.set('field-2', new Blob([new Uint8Array(selfie)], { type }), 'me.jpg');
	form.set('field-3', new Blob([read(files.photo)], { type }), 'id.jpg');
	const response = await client.callWebhook(DEMO.onboarding.path, form);
	const { formWaitingUrl } = (await response.json()) as { formWaitingUrl: string };

	const status = new URL(formWaitingUrl);
	status.pathname += '/n8n-execution-status';
	await until('the last page is there', async () => {
		return (await (await fetch(status)).text()) === 'form-waiting';
	});
	const page = await (await fetch(formWaitingUrl)).text();
	// By this the page tells that it was shown.
	await fetch(formWaitingUrl, { method: 'POST' });
	return page;
}

/** The row of an applicant. */
export async function rowOf({ client }: Cluster, email: string): Promise<TableRow | undefined> {
	const rows = await client.rowsOf('kyc_verifications');
	return rows.find((row) => row['email'] === email);
}

/** The link that the reviewers were sent. */
export async function reviewLink({ mails }: Mailbox): Promise<string> {
	const find = () => /^Decide here: (\S+)$/m.exec(mails.at(-1)?.text ?? '')?.[1] ?? '';
	await until('the reviewers have mail', () => find() !== '');
	return find();
}

/** @throws {Error} when it does not hold within 120 s */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
	for (const end = Date.now() + WITHIN_MS; !(await holds()); await sleep(POLL_MS)) {
		if (Date.now() > end) throw new Error(`Not so within ${WITHIN_MS / 1000} s: ${what}`);
	}
}
