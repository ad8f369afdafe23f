import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { N8n } from './fixtures.mts';

/** A picture as a person hands it in. The sandbox obeys the tokens in a selfie's name. */
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
	kairosIsDown: 'me.status-503.jpg',
} as const;

export type Selfie = keyof typeof SELFIES;

/** A picture of a person, under the name that steers the sandbox. */
export function selfieOf(n8n: N8n, selfie: Selfie): HandedIn {
	return { name: SELFIES[selfie], mimeType: 'image/jpeg', buffer: astronaut(n8n) };
}

/** The picture of the person's document. */
export function photoOf(n8n: N8n): HandedIn {
	return { name: 'id.jpg', mimeType: 'image/jpeg', buffer: astronaut(n8n) };
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

function astronaut({ files }: N8n): Buffer {
	return readFileSync(join(files, 'astronaut.photo.jpg'));
}
