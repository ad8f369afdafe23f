import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Steering, steered } from '../../sandbox/steering.mts';
import type { N8nClient } from '../../scripts/n8n/rest.mts';
import { type Told, WEBHOOK } from './workflow.mts';

/** What the sandbox is told, or left to find out, about a pair. */
type Case =
	'same person' | 'different people' | 'approved' | 'review' | 'rejected' | 'refused by Kairos';

/** A caller with images that nobody else has: their sizes and scores tell whose they are. */
export interface Caller {
	form: FormData;
	/** By which the sandbox's log tells the requests with these images. */
	id: string;
	/** Throws when the answer is not the one to these images. */
	check(answer: Answer): void;
}

export interface Answer {
	status: number;
	/** As it was sent. */
	text: string;
}

const CASES: Case[] = ['approved', 'review', 'rejected', 'refused by Kairos'];
/** The face engine takes its time, so that only every fifth pair is left to it. */
const REAL_EVERY = 5;
const BRANCHES = { approve: 'Approved', review: 'Review', reject: 'Rejected' } as const;

/** Callers of every kind, each with images of its own. */
export async function variousCallers(count: number, images: string): Promise<Caller[]> {
	return await Promise.all(
		Array.from({ length: count }, (_, index) => makeCaller(index, caseOf(index), images)),
	);
}

/** Callers whose pairs would all be approved, after `delayMs` at Kairos. */
export async function approvedCallers(
	count: number,
	images: string,
	delayMs: number,
): Promise<Caller[]> {
	return await Promise.all(
		Array.from({ length: count }, (_, index) => makeCaller(index, 'approved', images, delayMs)),
	);
}

/** Sends a caller's pair and waits for the answer. */
async function call(n8n: N8nClient, { form }: Caller): Promise<Answer> {
	const response = await n8n.callWebhook(WEBHOOK, form);
	return { status: response.status, text: await response.text() };
}

/** Sends the pairs of all at once. */
export async function callAll(n8n: N8nClient, callers: Caller[]): Promise<Answer[]> {
	return await Promise.all(callers.map((caller) => call(n8n, caller)));
}

/** Throws when one of the answers, which are in the order of the callers, is not the right one. */
export function checkAll(callers: Caller[], answers: Answer[]): void {
	for (const [index, caller] of callers.entries()) caller.check(answers[index] as Answer);
}

/** Whether the caller was told a verdict, whatever it is. */
export function holdsVerdict({ text }: Answer): boolean {
	return text.includes('"decision"') || text.includes('"branch"');
}

function caseOf(index: number): Case {
	if (index % REAL_EVERY === 0) return index % 2 === 0 ? 'same person' : 'different people';
	return CASES[index % CASES.length] as Case;
}

async function makeCaller(index: number, kind: Case, images: string, delay = 0): Promise<Caller> {
	const step = index / 10_000;
	const score = (base: number) => Number((base + step).toFixed(4));
	const match = { approved: score(0.9), review: score(0.45), rejected: score(0.8) };
	const liveness = kind === 'rejected' ? score(0.1) : score(0.7);
	const isReal = kind === 'same person' || kind === 'different people';

	const steering: Steering = {
		'same person': { liveness },
		'different people': { liveness },
		approved: { match: match.approved, liveness, faces: 1 },
		review: { match: match.review, liveness, faces: 1 },
		rejected: { match: match.rejected, liveness, faces: 1 },
		'refused by Kairos': { status: 400 },
	}[kind];
	const id = randomUUID();
	const sizes = { selfie: 640 + index, photo: 760 - index };
	const of = kind === 'same person' ? 'same-person' : 'different-people';
	const selfie = await resized(join(images, `${of}.selfie.jpg`), sizes.selfie);
	const photo = await resized(join(images, 'astronaut.photo.jpg'), sizes.photo);
	const form = new FormData();
	form.set('selfie', fileWith(steered(selfie, { ...steering, delay, id })), `selfie-${index}.jpg`);
	form.set('photo', fileWith(isReal ? photo : steered(photo, { faces: 1 })), `photo-${index}.jpg`);

	const decision = {
		'same person': 'approve',
		'different people': 'reject',
		approved: 'approve',
		review: 'review',
		rejected: 'reject',
		'refused by Kairos': undefined,
	}[kind] as keyof typeof BRANCHES | undefined;
	const check = ({ status, text }: Answer) => {
		if (decision === undefined) {
			assert.equal(status, 502, `${kind} was answered ${status} ${text}`);
			assert.ok(!holdsVerdict({ status, text }), `${kind} got a verdict: ${text}`);
			return;
		}
		assert.equal(status, 200, `${kind} was answered ${status} ${text}`);
		const { match: toldMatch, ...told } = JSON.parse(text) as Told;
		assert.deepEqual(told, {
			branch: BRANCHES[decision],
			decision,
			liveness,
			selfie: { width: sizes.selfie, height: sizes.selfie },
			photo: { width: sizes.photo, height: sizes.photo },
		});
		if (kind in match) assert.equal(toldMatch, match[kind as keyof typeof match]);
	};
	return { form, id, check };
}

async function resized(file: string, size: number): Promise<Buffer> {
	return await sharp(file).resize(size, size).jpeg({ quality: 88 }).toBuffer();
}

function fileWith(bytes: Buffer): Blob {
	return new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' });
}
