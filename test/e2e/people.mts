import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Steering, steered } from '../../sandbox/steering.mts';
import type { Sandbox } from '../../scripts/sandbox.mts';
import type { N8n } from './n8n.mts';

/** Where the sample images are. */
type SampleFolder = Pick<N8n, 'files'>;

/** An image as a person hands it in. */
export interface HandedIn {
	name: string;
	mimeType: string;
	buffer: Buffer;
}

/** What a test may want to become of a person's selfie, told whole: then no face is looked for. */
export const SELFIES = {
	approved: { match: 0.93, liveness: 0.97, faces: 1 },
	review: { match: 0.4803, liveness: 0.97, faces: 1 },
	rejected: { match: 0.4803, liveness: 0.0026, faces: 1 },
	rejectedWithoutFace: { liveness: 0.0026, faces: 0 },
	noFace: { faces: 0 },
	kairosIsDown: { status: 500 },
} satisfies Record<string, Steering>;

export type Selfie = keyof typeof SELFIES;

/** An image that nobody has handed in yet, and that tells the sandbox what is to become of it. */
export function selfieOf(samples: SampleFolder, selfie: Selfie): HandedIn {
	const image = sampleOf(samples, 'different-people.selfie.jpg');
	const buffer = steered(image, { ...SELFIES[selfie], id: randomUUID() });
	return { name: 'me.jpg', mimeType: 'image/jpeg', buffer };
}

/** The image of the person's document. */
export function photoOf(samples: SampleFolder): HandedIn {
	const buffer = steered(sampleOf(samples, 'different-people.photo.jpg'), { faces: 1 });
	return { name: 'id.jpg', mimeType: 'image/jpeg', buffer };
}

/** Tells the sandbox what to do with whatever the images leave open, until it is told again. */
export async function steerSandbox({ url }: Sandbox, steering: Steering): Promise<void> {
	await fetch(`${url}/sandbox/steering`, { method: 'PUT', body: JSON.stringify(steering) });
}

/** Files and texts as an app posts them. */
export function postOf(parts: Record<string, HandedIn | string>): FormData {
	const body = new FormData();
	for (const [name, part] of Object.entries(parts)) {
		if (typeof part === 'string') body.set(name, part);
		else {
			const bytes = new Uint8Array(part.buffer);
			body.set(name, new Blob([bytes], { type: part.mimeType }), part.name);
		}
	}
	return body;
}

function sampleOf({ files }: SampleFolder, name: string): Buffer {
	return readFileSync(join(files, name));
}
