import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { N8n } from './fixtures.mts';

/** An image as a person hands it in. The sandbox obeys the tokens in a selfie's name. */
export interface HandedIn {
	name: string;
	mimeType: string;
	buffer: Buffer;
}

/** What a test may want to become of a person's selfie. */
export const SELFIES = {
	approved: 'me.match-0.93.liveness-0.97.jpg',
	review: 'me.match-0.4803.liveness-0.97.jpg',
	rejected: 'me.match-0.4803.liveness-0.0026.jpg',
	noFace: 'me.faces-0.jpg',
	kairosIsDown: 'me.status-500.jpg',
} as const;

export type Selfie = keyof typeof SELFIES;

/** An image of a person, under the name that steers the sandbox. */
export function selfieOf(n8n: N8n, selfie: Selfie): HandedIn {
	const buffer = sampleOf(n8n, 'same-person.selfie.liveness-0.98.jpg');
	return { name: SELFIES[selfie], mimeType: 'image/jpeg', buffer };
}

/** The image of the person's document. */
export function photoOf(n8n: N8n): HandedIn {
	return { name: 'id.jpg', mimeType: 'image/jpeg', buffer: sampleOf(n8n, 'astronaut.photo.jpg') };
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

function sampleOf({ files }: N8n, name: string): Buffer {
	return readFileSync(join(files, name));
}
