import type { FastifyRequest } from 'fastify';
import { HttpError } from './httpError.mts';

/** The largest file that is taken, in bytes: 20 MB. */
export const MAX_FILE_BYTES = 20 * 1024 * 1024;

const TRUE: unknown[] = ['true', '1'];

export interface Upload {
	selfie: Buffer;
	photo: Buffer;
	/** Whether all the photo's faces are compared with the selfie. */
	multiface: boolean;
}

/**
 * Reads the parts of a request. A body that is no form, or a broken one, has no parts.
 * @throws HttpError 400 naming the part that is missing, has no file name or comes twice; 413 for a
 * file over 20 MB
 */
export async function readUpload({ body, headers }: FastifyRequest): Promise<Upload> {
	const type = headers['content-type'] ?? '';
	const form = await new Response(body as Buffer | undefined, { headers: { 'content-type': type } })
		.formData()
		.catch(() => new FormData());
	return {
		selfie: await readFile(form, 'selfie'),
		photo: await readFile(form, 'image'),
		multiface: TRUE.includes(form.get('image_multiface')),
	};
}

async function readFile(form: FormData, name: string): Promise<Buffer> {
	const [part, ...more] = form.getAll(name);
	// A part without a file name is not taken as a file.
	if (!(part instanceof File) || more.length > 0) {
		throw new HttpError(
			400,
			`The part "${name}" is missing: send it once in multipart/form-data, as an image file with a file name.`,
		);
	}
	if (part.size > MAX_FILE_BYTES) {
		throw new HttpError(413, `The file of the part "${name}" is over 20 MB.`);
	}
	return Buffer.from(await part.arrayBuffer());
}
