import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { Refusal } from './refusal.mts';

/** The largest file that is taken, in bytes: 20 MB. */
export const largestFile = 20 * 1024 * 1024;

const fileParts = ['selfie', 'image'] as const;
type FilePart = (typeof fileParts)[number];
const multifacePart = 'image_multiface';

export interface UploadedFile {
	fileName: string;
	bytes: Buffer;
}

export interface Upload {
	selfie: UploadedFile;
	image: UploadedFile;
	/** Whether all the photo's faces are compared with the selfie. */
	multiface: boolean;
}

const isFilePart = (name: string): name is FilePart => fileParts.some((part) => part === name);

async function readFile(part: MultipartFile): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of part.file) chunks.push(chunk as Buffer);
	if (part.file.truncated) {
		const megabytes = largestFile / 1024 / 1024;
		throw new Refusal(413, `The file of the part "${part.fieldname}" is over ${megabytes} MB.`);
	}
	return Buffer.concat(chunks);
}

function readFlag(value: unknown): boolean {
	const text = String(value).trim().toLowerCase();
	if (text === 'true' || text === '1') return true;
	if (text === 'false' || text === '0') return false;
	throw new Refusal(400, `The part "${multifacePart}" must be true, false, 1 or 0.`);
}

function requireFile(
	files: Map<FilePart, UploadedFile>,
	name: FilePart,
	nameless: Set<string>,
): UploadedFile {
	const file = files.get(name);
	if (!file) {
		throw new Refusal(
			400,
			nameless.has(name)
				? `The part "${name}" is missing: it came without a file name, and such a part is not taken as a file.`
				: `The part "${name}" is missing: send an image file in multipart/form-data.`,
		);
	}
	return file;
}

/** Whatever else goes wrong while the parts are read is due to the body. */
function toRefusal(error: unknown): Refusal {
	if (error instanceof Refusal) return error;
	const reason = error instanceof Error ? error.message : String(error);
	return new Refusal(
		400,
		`The multipart body is malformed (${reason}), so the parts "selfie" and "image" cannot be read.`,
	);
}

/**
 * Reads the parts of a request. Any other content type, or no body, counts as no parts.
 * @throws Refusal 400 naming the part that is missing, has no file name, is empty or comes twice;
 * 413 for a file over 20 MB
 */
export async function readUpload(request: FastifyRequest): Promise<Upload> {
	const files = new Map<FilePart, UploadedFile>();
	const nameless = new Set<string>();
	const seen = new Set<string>();
	let multiface = false;
	try {
		for await (const part of request.isMultipart() ? request.parts() : []) {
			const name = part.fieldname;
			const known = isFilePart(name) || name === multifacePart;
			if (known && seen.has(name)) throw new Refusal(400, `The part "${name}" came twice.`);
			seen.add(name);
			if (part.type === 'field') {
				if (name === multifacePart) multiface = readFlag(part.value);
				nameless.add(name);
				continue;
			}
			const bytes = await readFile(part);
			if (name === multifacePart) multiface = readFlag(bytes.toString('latin1', 0, 8));
			// The types promise a file name, but a part of type application/octet-stream may have none.
			if (!part.filename) nameless.add(name);
			else if (isFilePart(name)) files.set(name, { fileName: part.filename, bytes });
		}
	} catch (error) {
		// The rest of the body is let run out: a client that still sends would not see the response.
		request.raw.unpipe();
		request.raw.resume();
		throw toRefusal(error);
	}
	const selfie = requireFile(files, 'selfie', nameless);
	const image = requireFile(files, 'image', nameless);
	for (const [name, { bytes }] of files) {
		if (bytes.length === 0) throw new Refusal(400, `The file of the part "${name}" is empty.`);
	}
	return { selfie, image, multiface };
}
