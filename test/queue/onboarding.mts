import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Steering, steered } from '../../sandbox/steering.mts';
import { loadOnboarding, ONBOARDING } from '../../scripts/demo/workflows.mts';
import type { Mailbox } from '../../scripts/mailbox.mts';
import type { TableRow } from '../../scripts/n8n/rest.mts';
import { type Sample, samples } from '../../scripts/samples.mts';
import type { Cluster } from './cluster.mts';

const POLL_MS = 100;
/** For a machine that does much else. */
const WITHIN_MS = 120_000;

/** Publishes the workflows of the example `identity-onboarding`, set up. */
export async function publishOnboarding(
	{ client, credentialId }: Cluster,
	{ credential }: Mailbox,
	service: string,
): Promise<void> {
	const smtpId = await client.saveCredential(credential);
	for (const workflow of loadOnboarding({ kairosId: credentialId, smtpId }, service)) {
		await client.publishWorkflow(workflow);
	}
}

/**
 * Asks for the personal link, and posts images as its page does, with a selfie that nobody else has
 * handed in.
 *
 * @param steering what the selfie tells the sandbox
 * @param email by which the row is found
 * @returns the last page
 */
export async function onboard(
	{ client }: Cluster,
	mailbox: Mailbox,
	images: string,
	steering: Steering,
	email: string,
): Promise<string> {
	const [files] = samples as [Sample];
	const read = (file: string) => readFileSync(join(images, file));
	const selfie = steered(read(files.selfie), { ...steering, id: randomUUID() });
	const asked = new FormData();
	asked.set('email', email);
	await client.callWebhook(ONBOARDING.path, asked);
	const response = await fetch(await linkIn(mailbox, email), {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({
			name: 'Alex Example',
			consent: 'yes',
			selfie: selfie.toString('base64'),
			photo: read(files.photo).toString('base64'),
		}),
	});
	return await response.text();
}

/** The row of an applicant. */
export async function rowOf({ client }: Cluster, email: string): Promise<TableRow | undefined> {
	const rows = await client.rowsOf('kyc_attempts');
	return rows.find((row) => row['email'] === email);
}

/** The link in the last mail to somebody: its first line. */
export async function linkIn({ mails }: Mailbox, to: string): Promise<string> {
	const find = () => mails.findLast((mail) => mail.to === to)?.text.split('\n')[0] ?? '';
	await until(`${to} has mail`, () => find() !== '');
	return find();
}

/** @throws {Error} when it does not hold within 120 s */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
	for (const end = Date.now() + WITHIN_MS; !(await holds()); await sleep(POLL_MS)) {
		if (Date.now() > end) throw new Error(`Not so within ${WITHIN_MS / 1000} s: ${what}`);
	}
}
