import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { InputError } from '../errors/InputError';
import type { WorkflowFiles } from './files';
import { isFile, isSameFile } from './files';
import type { ItemPair } from './pairs';
import type { StoredBytes } from '../kairos/multipart';
import type { Image, ImagePair } from '../kairos/request';
import { isTool } from '../n8n/tool';

/** The two files as n8n describes them, before they are read. */
export interface ImageFiles {
	selfie: IBinaryData;
	photo: IBinaryData;
}

/** Where the two images are: a field name, or a file that an expression gives. */
export interface ImageFields {
	selfieField: unknown;
	photoField: unknown;
}

/** What an image must be to be sent. */
export interface ImageLimits {
	/** How large each may be, in bytes. */
	largestImageBytes: number;
}

interface ImageRole {
	field: keyof ImageFields;
	item: keyof ItemPair;
	/** The label of the parameter, as the panel shows it. */
	label: string;
	noun: keyof ImageFiles;
}

const SELFIE: ImageRole = {
	field: 'selfieField',
	item: 'selfieItem',
	label: 'Selfie Input Field',
	noun: 'selfie',
};
const PHOTO: ImageRole = {
	field: 'photoField',
	item: 'photoItem',
	label: 'Photo Input Field',
	noun: 'photo',
};

/** The first bytes by which an image's format is known, in Latin-1, and where they stand. */
const SIGNATURES: ReadonlyArray<{ at: number; bytes: string; mimeType: string }> = [
	{ at: 0, bytes: '\xff\xd8\xff', mimeType: 'image/jpeg' },
	{ at: 0, bytes: '\x89PNG\r\n\x1a\n', mimeType: 'image/png' },
	{ at: 8, bytes: 'WEBP', mimeType: 'image/webp' },
	{ at: 4, bytes: 'ftypavif', mimeType: 'image/avif' },
	{ at: 4, bytes: 'ftypheic', mimeType: 'image/heic' },
	{ at: 4, bytes: 'ftypheix', mimeType: 'image/heic' },
	{ at: 4, bytes: 'ftypmif1', mimeType: 'image/heif' },
	{ at: 0, bytes: 'GIF8', mimeType: 'image/gif' },
	{ at: 0, bytes: 'BM', mimeType: 'image/bmp' },
	{ at: 0, bytes: 'II*\0', mimeType: 'image/tiff' },
	{ at: 0, bytes: 'MM\0*', mimeType: 'image/tiff' },
];

const LONGEST_SIGNATURE = 16;

/** How the id of a file begins that n8n keeps on its own disk. */
const ON_DISK = 'filesystem';

/** Up to this size reading a file at once costs less than reading it while it is sent. */
const SMALL_FILE_BYTES = 1024 * 1024;

/** How much of a larger file is read at a time; see docs/performance.md for why. */
const CHUNK_BYTES = 256 * 1024;

const MEGABYTE = 1e6;

/** So many file names are told of an item that lacks one. */
const MOST_NAMES = 20;

/**
 * Finds the two files that the parameters mean, without reading them.
 *
 * @throws {InputError} when a file is not there, both parameters mean the same one, or n8n knows
 *   that one is too large.
 */
export function findImageFiles(
	context: IExecuteFunctions,
	files: WorkflowFiles,
	pair: ItemPair,
	fields: ImageFields & ImageLimits,
): ImageFiles {
	const selfie = findFile(context, files, pair, fields, SELFIE);
	const photo = findFile(context, files, pair, fields, PHOTO);
	if (areSameFile(pair, fields, { selfie, photo })) {
		throw new InputError({
			code: 'SAME_FILE',
			message: `${SELFIE.label} and ${PHOTO.label} point to the same file`,
			description:
				'An image always matches itself, so nothing was sent. Set the two parameters to two different files.',
		});
	}
	const { largestImageBytes } = fields;
	refuseOver(largestImageBytes, sizeOf(selfie) ?? 0, SELFIE.noun);
	refuseOver(largestImageBytes, sizeOf(photo) ?? 0, PHOTO.noun);
	return { selfie, photo };
}

/**
 * Makes two files ready to be sent.
 *
 * @throws {InputError} when a file is empty, too large or not an image.
 */
export async function loadImages(
	context: IExecuteFunctions,
	itemIndex: number,
	{ selfie, photo }: ImageFiles,
	{ largestImageBytes }: ImageLimits,
): Promise<ImagePair> {
	return {
		selfie: await loadImage(context, itemIndex, selfie, largestImageBytes, SELFIE),
		photo: await loadImage(context, itemIndex, photo, largestImageBytes, PHOTO),
	};
}

function findFile(
	context: IExecuteFunctions,
	files: WorkflowFiles,
	pair: ItemPair,
	fields: ImageFields,
	role: ImageRole,
): IBinaryData {
	const field = fields[role.field];
	if (typeof field === 'object' && field !== null) {
		return trustedFile(context, files, pair, field, role);
	}
	if (typeof field !== 'string' || field.trim() === '') {
		throw new InputError({
			code: 'INVALID_SETTING',
			message: `${role.label} is empty`,
			description: `Enter the name of the field that contains the file, e.g. ${role.noun}, or an expression that returns a file from an earlier node.`,
		});
	}
	const item = pair[role.item];
	const file = files.ofItem(item).get(field.trim());
	if (file === undefined) {
		throw new InputError({
			code: 'FILE_NOT_FOUND',
			message: `The item has no file in the field "${shorten(field)}"`,
			description: isTool(context.getNode())
				? `An AI agent cannot pass files. Set ${role.label} to an expression that returns a file from an earlier node, e.g. {{ $('Form').item.binary.${role.noun} }}.`
				: `${availableFiles(files, item)} Change ${role.label}, or add a node before this one that provides the file.`,
		});
	}
	return file;
}

/** A file counts only where n8n put it: json can name a file of another execution. */
function trustedFile(
	context: IExecuteFunctions,
	files: WorkflowFiles,
	pair: ItemPair,
	field: object,
	role: ImageRole,
): IBinaryData {
	const expression = context.getNode().parameters[role.field];
	if (isFile(field) && files.has(field, expression, [pair.selfieItem, pair.photoItem])) {
		return field;
	}
	throw new InputError({
		code: 'FILE_NOT_ALLOWED',
		message: `${role.label} does not point to a file from this execution`,
		description: `Use the name of a field, or an expression that returns a file from an earlier node, e.g. {{ $('Get Image').item.binary.${role.noun} }}. The node never takes a file from an item's JSON, because a request could point to someone else's file.`,
	});
}

function areSameFile(
	{ selfieItem, photoItem }: ItemPair,
	{ selfieField, photoField }: ImageFields,
	{ selfie, photo }: ImageFiles,
): boolean {
	if (typeof selfieField === 'string' && typeof photoField === 'string') {
		if (selfieItem === photoItem && selfieField.trim() === photoField.trim()) return true;
		// In memory, two uploads of one image cannot be told from one file by their content.
		if (selfie.id === undefined) return false;
	}
	return isSameFile(selfie, photo);
}

async function loadImage(
	context: IExecuteFunctions,
	itemIndex: number,
	file: IBinaryData,
	largestBytes: number,
	{ noun }: ImageRole,
): Promise<Image> {
	const { bytes, head } = await openFile(context, itemIndex, file);
	refuseOver(largestBytes, bytes.length, noun);
	if (bytes.length === 0) {
		throw new InputError({
			code: 'EMPTY_FILE',
			message: `The ${noun} file is empty`,
			description: 'Check the node that provides the file: the download may have failed.',
		});
	}
	const mimeType = imageType(head);
	if (mimeType === undefined) {
		throw new InputError({
			code: 'NOT_AN_IMAGE',
			message: `The ${noun} is not an image`,
			description: `The file is labeled ${shorten(file.mimeType)}, but does not contain an image that this node recognizes. Use a JPEG or PNG image.`,
		});
	}
	// Nodes that run code may give anything as a name.
	const fileName = typeof file.fileName === 'string' ? file.fileName : '';
	return { bytes, fileName, mimeType };
}

/** Older releases of n8n note no size, and nodes that run code may give anything as one. */
function sizeOf({ bytes }: IBinaryData): number | undefined {
	return Number.isFinite(bytes) ? bytes : undefined;
}

function refuseOver(largestBytes: number, bytes: number, noun: string): void {
	if (bytes <= largestBytes) return;
	throw new InputError({
		code: 'FILE_TOO_LARGE',
		message: `The ${noun} is too large: ${(bytes / MEGABYTE).toFixed(1)} MB`,
		description: `Max Image Size in Options is ${largestBytes / MEGABYTE} MB. Resize the image before this node, for example with the Edit Image node, or raise the limit.`,
	});
}

/**
 * Finds a file's length and first bytes. Of a large file on n8n's own disk that is all: the rest is
 * read while it is sent, so that memory holds no whole image. A small one is read at once, and so is
 * one from elsewhere (a database, S3, the item itself): there, each look at it would fetch it again.
 */
async function openFile(
	{ helpers }: IExecuteFunctions,
	itemIndex: number,
	file: IBinaryData,
): Promise<{ bytes: Image['bytes']; head: Buffer }> {
	const { id } = file;
	if (!id?.startsWith(ON_DISK) || (sizeOf(file) ?? Infinity) <= SMALL_FILE_BYTES) {
		const bytes = await helpers.getBinaryDataBuffer(itemIndex, file);
		return { bytes, head: bytes };
	}
	const { fileSize } = await helpers.getBinaryMetadata(id);
	const bytes: StoredBytes = {
		length: fileSize,
		open: async () => await helpers.getBinaryStream(id, CHUNK_BYTES),
	};
	for await (const head of await helpers.getBinaryStream(id, LONGEST_SIGNATURE)) {
		return { bytes, head: head as Buffer };
	}
	return { bytes, head: Buffer.alloc(0) };
}

function availableFiles(files: WorkflowFiles, item: INodeExecutionData): string {
	const names = [...files.ofItem(item).keys()];
	if (names.length === 0) return 'It has no files.';
	const shown = names.slice(0, MOST_NAMES).map((name) => `"${shorten(name)}"`);
	const more = names.length - shown.length;
	return `It has: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

function imageType(bytes: Buffer): string | undefined {
	const head = bytes.toString('latin1', 0, LONGEST_SIGNATURE);
	return SIGNATURES.find((signature) => head.startsWith(signature.bytes, signature.at))?.mimeType;
}

function shorten(text: string): string {
	return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
