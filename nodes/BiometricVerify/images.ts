import type { IBinaryData, IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';

import type { Pair } from './arrivals';
import { inputError } from './errors';
import type { StoredBytes } from './kairos/multipart';
import { isTool } from './tool';

/** A picture ready to be sent. */
export interface Image {
	bytes: Buffer | StoredBytes;
	/** Never empty: some servers ignore a part that has no file name. */
	fileName: string;
	/** The content type, e.g. `image/jpeg`. */
	mimeType: string;
}

export interface ImagePair {
	selfie: Image;
	photo: Image;
}

/** The two files as n8n describes them, before they are read. */
export interface FilePair {
	selfie: IBinaryData;
	photo: IBinaryData;
}

/** Where the two pictures are: a field name, or a file that an expression gives. */
export interface ImageFields {
	selfieField: unknown;
	photoField: unknown;
}

interface ImageRole {
	/** The label of the parameter, as the panel shows it. */
	label: 'Selfie Input Field' | 'Photo Input Field';
	noun: 'selfie' | 'photo';
}

const SELFIE: ImageRole = { label: 'Selfie Input Field', noun: 'selfie' };
const PHOTO: ImageRole = { label: 'Photo Input Field', noun: 'photo' };

/** The first bytes by which a picture's format is known, in Latin-1, and where they stand. */
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

/** Where n8n keeps an item's files in its json when the workflow's binary mode is `combined`. */
const COMBINED_FILES = '_files';

/**
 * Finds the two files that the parameters name, without reading them.
 *
 * @throws {NodeOperationError} naming the files that are there when one is not.
 */
export function findFiles(
	node: INode,
	itemIndex: number,
	{ selfieItem, photoItem }: Pair,
	{ selfieField, photoField }: ImageFields,
): FilePair {
	return {
		selfie: findFile(node, itemIndex, selfieItem, selfieField, SELFIE),
		photo: findFile(node, itemIndex, photoItem, photoField, PHOTO),
	};
}

/**
 * Makes two files ready to be sent.
 *
 * @throws {NodeOperationError} naming the item when a file is empty or no picture.
 */
export async function loadImages(
	context: IExecuteFunctions,
	itemIndex: number,
	{ selfie, photo }: FilePair,
): Promise<ImagePair> {
	return {
		selfie: await loadImage(context, itemIndex, selfie, SELFIE),
		photo: await loadImage(context, itemIndex, photo, PHOTO),
	};
}

/** A pair without the two pictures; other files stay. */
export function withoutImages(
	{ selfieItem, photoItem, pairedItem }: Pair,
	{ selfieField, photoField }: ImageFields,
): Pair {
	if (selfieItem === photoItem) {
		const item = withoutFiles(selfieItem, [selfieField, photoField]);
		return { selfieItem: item, photoItem: item, pairedItem };
	}
	return {
		selfieItem: withoutFiles(selfieItem, [selfieField]),
		photoItem: withoutFiles(photoItem, [photoField]),
		pairedItem,
	};
}

function withoutFiles(item: INodeExecutionData, fields: readonly unknown[]): INodeExecutionData {
	const { json, binary } = item;
	const names = [...filesOf(item)]
		.filter(([name, file]) => fields.some((field) => means(field, name, file)))
		.map(([name]) => name);
	const combined = json[COMBINED_FILES];
	return {
		json: isRecord(combined)
			? { ...json, [COMBINED_FILES]: without(combined, names.map(nameInCombinedFiles)) }
			: json,
		...(binary && { binary: without(binary, names) }),
	};
}

/** Whether a parameter means this file, by its name or as the file that an expression gave. */
function means(field: unknown, name: string, file: IBinaryData): boolean {
	if (typeof field === 'string') return field.trim() === name;
	return isFile(field) && field.id === file.id && field.data === file.data;
}

function without<Value>(
	files: Record<string, Value>,
	names: ReadonlyArray<string | undefined>,
): Record<string, Value> {
	return Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
}

function nameInCombinedFiles(field: string): string | undefined {
	return field.startsWith(`${COMBINED_FILES}.`)
		? field.slice(COMBINED_FILES.length + 1)
		: undefined;
}

function findFile(
	node: INode,
	itemIndex: number,
	item: INodeExecutionData,
	field: unknown,
	role: ImageRole,
): IBinaryData {
	if (isFile(field)) return field;
	if (typeof field !== 'string' || field.trim() === '') {
		throw inputError(
			node,
			itemIndex,
			`${role.label} names no file`,
			`Enter the name of the field that holds the file, e.g. ${role.noun}, or an expression that gives a file of an earlier step.`,
		);
	}
	const file = filesOf(item).get(field.trim());
	if (file === undefined) {
		throw inputError(
			node,
			itemIndex,
			`The item has no file in the field "${shorten(field)}"`,
			isTool(node)
				? `An agent hands over no files: set ${role.label} to an expression that gives a file of an earlier step, e.g. {{ $('Form').item.binary.${role.noun} }}.`
				: `${availableFiles(item)} Correct ${role.label}, or add a step before this one that gives the file.`,
		);
	}
	return file;
}

async function loadImage(
	context: IExecuteFunctions,
	itemIndex: number,
	file: IBinaryData,
	{ noun }: ImageRole,
): Promise<Image> {
	const node = context.getNode();
	const { bytes, head } = await openFile(context, itemIndex, file);
	if (bytes.length === 0) {
		throw inputError(
			node,
			itemIndex,
			`The file of the ${noun} is empty`,
			'Check the step that gives the file: it may have failed to download or to read it.',
		);
	}
	const mimeType = imageType(head);
	if (mimeType === undefined) {
		throw inputError(
			node,
			itemIndex,
			`The file of the ${noun} is not a picture`,
			`Its type is given as ${shorten(file.mimeType)}. Give a JPEG or PNG.`,
		);
	}
	return {
		bytes,
		fileName: file.fileName?.trim() || `${noun}.${mimeType.replace('image/', '')}`,
		mimeType,
	};
}

/**
 * Finds a file's length and first bytes. Of a large file on n8n's own disk that is all: the rest is
 * read while it is sent, so that memory holds no whole picture. A small one is read at once, and so is
 * one from elsewhere (a database, S3, the item itself): there, each look at it would fetch it again.
 */
async function openFile(
	{ helpers }: IExecuteFunctions,
	itemIndex: number,
	file: IBinaryData,
): Promise<{ bytes: Image['bytes']; head: Buffer }> {
	const { id, bytes: size = Infinity } = file;
	if (!id?.startsWith(ON_DISK) || size <= SMALL_FILE_BYTES) {
		const bytes = await helpers.getBinaryDataBuffer(itemIndex, file);
		return { bytes, head: bytes };
	}
	const { fileSize } = await helpers.getBinaryMetadata(id);
	const bytes = {
		length: fileSize,
		open: async () => await helpers.getBinaryStream(id, CHUNK_BYTES),
	};
	for await (const head of await helpers.getBinaryStream(id, LONGEST_SIGNATURE)) {
		return { bytes, head: head as Buffer };
	}
	return { bytes, head: Buffer.alloc(0) };
}

/** Files by the name that a field takes: `name`, or `_files.name` where n8n keeps them in the json. */
function filesOf(item: INodeExecutionData): Map<string, IBinaryData> {
	const files = new Map(Object.entries(item.binary ?? {}));
	const combined = item.json[COMBINED_FILES];
	if (isRecord(combined)) {
		for (const [name, file] of Object.entries(combined)) {
			if (isFile(file)) files.set(`${COMBINED_FILES}.${name}`, file);
		}
	}
	return files;
}

function availableFiles(item: INodeExecutionData): string {
	const names = [...filesOf(item).keys()].map((name) => `"${shorten(name)}"`);
	return names.length === 0 ? 'It has no files at all.' : `It has: ${names.join(', ')}.`;
}

function imageType(bytes: Buffer): string | undefined {
	const head = bytes.toString('latin1', 0, LONGEST_SIGNATURE);
	return SIGNATURES.find((signature) => head.startsWith(signature.bytes, signature.at))?.mimeType;
}

function shorten(text: string): string {
	return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** As `isBinaryValue` of n8n-workflow, which older releases of n8n do not have. */
function isFile(value: unknown): value is IBinaryData {
	return isRecord(value) && 'mimeType' in value && ('data' in value || 'id' in value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
