import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Steering, steered } from '../../sandbox/steering.mts';
import type { N8nClient } from '../../scripts/n8n/rest.mts';
import { type Sample, samples } from '../../scripts/samples.mts';
import { BRANCHES, WEBHOOK } from './workflow.mts';

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

interface Kind {
	/** In ten-thousandths, to which the caller's own number is added. */
	match?: number;
	/** As `match`. */
	liveness?: number;
	status?: number;
	/** Milliseconds that Kairos takes. */
	delay?: number;
	/** The name of the sample whose faces are really compared, where no match is given. */
	sample?: string;
	/** None where Kairos refuses. */
	decision?: keyof typeof BRANCHES;
}

const APPROVED: Kind = { match: 9_000, liveness: 7_000, decision: 'approve' };
const STEERED: Kind[] = [
	APPROVED,
	{ match: 4_500, liveness: 7_000, decision: 'review' },
	{ match: 8_000, liveness: 1_000, decision: 'reject' },
	{ status: 400 },
];
/** The face engine takes its time, so that only every fifth pair is left to it. */
const KINDS: Kind[] = [
	...STEERED,
	{ sample: 'Same person', liveness: 7_000, decision: 'approve' },
	...STEERED,
	{ sample: 'Different people', liveness: 7_000, decision: 'reject' },
];

/** Callers of every kind, each with images of its own. */
export function variousCallers(count: number, images: string): Promise<Caller[]> {
	const kinds = Array.from({ length: count }, (_, index) => KINDS[index % KINDS.length] as Kind);
	return Promise.all(kinds.map((kind, index) => makeCaller(kind, index, images)));
}

/** Callers whose pairs would all be approved, after `delay` ms at Kairos. */
export function approvedCallers(count: number, images: string, delay: number): Promise<Caller[]> {
	const kinds = Array<Kind>(count).fill({ ...APPROVED, delay });
	return Promise.all(kinds.map((kind, index) => makeCaller(kind, index, images)));
}

/** Sends the pairs of all at once. */
export async function callAll({ url }: N8nClient, callers: Caller[]): Promise<Answer[]> {
	const call = async ({ form }: Caller) => {
		const response = await fetch(`${url}/${WEBHOOK}`, { method: 'POST', body: form });
		return { status: response.status, text: await response.text() };
	};
	return await Promise.all(callers.map(call));
}

/** Throws when one of the answers, which are in the order of the callers, is not the right one. */
export function checkAll(callers: Caller[], answers: Answer[]): void {
	for (const [index, caller] of callers.entries()) caller.check(answers[index] as Answer);
}

/** Whether the caller was told a verdict, whatever it is. */
export function holdsVerdict({ text }: Answer): boolean {
	return text.includes('"decision"') || text.includes('"branch"');
}

async function makeCaller(kind: Kind, index: number, images: string): Promise<Caller> {
	const { sample = 'Same person', status, delay, decision } = kind;
	const id = randomUUID();
	const own = (score?: number) => (score === undefined ? undefined : (score + index) / 10_000);
	const [match, liveness] = [own(kind.match), own(kind.liveness)];
	const faces = match === undefined ? undefined : 1;
	const sizes = { selfie: 640 + index, photo: 760 - index };
	const files = samples.find(({ name }) => name === sample) as Sample;
	const image = async (file: string, size: number, steering: Steering) => {
		const bytes = await sharp(join(images, file)).resize(size, size).jpeg().toBuffer();
		return new Blob([new Uint8Array(steered(bytes, { ...steering, id }))], { type: 'image/jpeg' });
	};
	const steering = { match, liveness, faces, status, delay };
	const form = new FormData();
	form.set('selfie', await image(files.selfie, sizes.selfie, steering));
	form.set('photo', await image(files.photo, sizes.photo, { faces }));

	const check = (answer: Answer) => {
		const words = `${JSON.stringify(kind)} was answered ${answer.status} ${answer.text}`;
		if (decision === undefined) {
			assert.equal(answer.status, 502, words);
			assert.ok(!holdsVerdict(answer), words);
			return;
		}
		assert.equal(answer.status, 200, words);
		assert.partialDeepStrictEqual(JSON.parse(answer.text), {
			branch: BRANCHES[decision],
			decision,
			...(match !== undefined && { faceMatch: { score: match } }),
			liveness: { score: liveness },
			selfie: { width: sizes.selfie, height: sizes.selfie },
			photo: { width: sizes.photo, height: sizes.photo },
		});
	};
	return { form, id, check };
}
