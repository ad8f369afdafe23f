import { randomUUID } from 'node:crypto';
import { expect } from '@playwright/test';
import type { Mail } from '../../scripts/mailbox.mts';
import type { TableRow } from '../../scripts/n8n/rest.mts';
import { type Identity, SECRET } from './examples.mts';
import { photoOf, type Selfie, selfieOf } from './people.mts';

/** Where mail about reviews goes, by the example's Settings. */
export const REVIEWERS = 'reviewers@example.com';

/** A page that n8n answered with. */
export interface Answer {
	status: number;
	html: string;
	/** The text of its heading. */
	heading: string;
}

/** Somebody whom no test has onboarded yet, and what is to be seen of them from outside. */
export class Applicant {
	readonly email = `${randomUUID()}@example.com`;
	readonly #identity: Identity;

	constructor(identity: Identity) {
		this.#identity = identity;
	}

	/** Somebody else. */
	another(): Applicant {
		return new Applicant(this.#identity);
	}

	/** The personal link, as the company's own call gets it. */
	async link(): Promise<string> {
		const response = await fetch(`${this.#identity.n8n.url}/webhook/identity-link`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', Authorization: SECRET },
			body: JSON.stringify({ email: this.email }),
		});
		return ((await response.json()) as { link: string }).link;
	}

	/**
	 * Posts images as the page does.
	 *
	 * @param changes to what is posted
	 * @param link theirs, if no other is given
	 */
	async post(selfie: Selfie, changes: Record<string, string> = {}, link?: string): Promise<Answer> {
		return await ask(link ?? (await this.link()), {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({
				name: 'Alex Example',
				consent: 'yes',
				selfie: selfieOf(this.#identity.n8n, selfie).buffer.toString('base64'),
				photo: photoOf(this.#identity.n8n).buffer.toString('base64'),
				...changes,
			}),
		});
	}

	/** The rows of their attempts, in the order in which they came. */
	attempts(): Promise<TableRow[]> {
		return this.#rowsOf('kyc_attempts');
	}

	reviews(): Promise<TableRow[]> {
		return this.#rowsOf('kyc_reviews');
	}

	async #rowsOf(table: string): Promise<TableRow[]> {
		const rows = await this.#identity.n8n.client.rowsOf(table);
		return rows.filter((row) => row['email'] === this.email);
	}

	/** All mails to somebody that are about them. */
	mailsTo(address: string): Mail[] {
		const { mails } = this.#identity.n8n.mailbox;
		return mails.filter(({ to, text }) => to === address && (to + text).includes(this.email));
	}

	/** Waits for the first mail to somebody that is about them. */
	async mailTo(address: string): Promise<Mail> {
		await expect.poll(() => this.mailsTo(address), `a mail to ${address}`).not.toEqual([]);
		return this.mailsTo(address)[0] as Mail;
	}

	/** Waits for the mail to the reviewers, and gives the link in it. */
	async reviewLink(): Promise<string> {
		const { text } = await this.mailTo(REVIEWERS);
		return text.split('\n')[0] ?? '';
	}

	/** Waits until the reviewers are mailed, and gives the row of the review. */
	async review(): Promise<TableRow> {
		await this.reviewLink();
		const [row] = await this.reviews();
		return row as TableRow;
	}

	/** Posts images that a person must look at, and gives the link to the review. */
	async openReview(changes: Record<string, string> = {}): Promise<string> {
		await this.post('review', changes);
		return await this.reviewLink();
	}
}

/** Asks for a page. */
export async function ask(url: string, request?: RequestInit): Promise<Answer> {
	const response = await fetch(url, request);
	const html = await response.text();
	return { status: response.status, html, heading: /<h1>([^<]*)<\/h1>/.exec(html)?.[1] ?? html };
}

/** Decides a review, as its page does. */
export async function decide(link: string, answer: string, by: string): Promise<Answer> {
	return await ask(link, { method: 'POST', body: new URLSearchParams({ answer, by }) });
}
