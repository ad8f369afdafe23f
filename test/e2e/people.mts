import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the sample images are; an n8n of the tests is one. */
interface SampleFolder {
	files: string;
}

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
export function selfieOf(samples: SampleFolder, selfie: Selfie): HandedIn {
	const buffer = sampleOf(samples, 'same-person.selfie.liveness-0.98.jpg');
	return { name: SELFIES[selfie], mimeType: 'image/jpeg', buffer };
}

/** The image of the person's document. */
export function photoOf(samples: SampleFolder): HandedIn {
	const buffer = sampleOf(samples, 'same-person.photo.jpg');
	return { name: 'id.jpg', mimeType: 'image/jpeg', buffer };
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
