import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { InputError } from '../errors/InputError';
import type { KnownFile, WorkflowFiles } from './files';
import { isFile, isSameFile, nodeNamesIn } from './files';
import type { Pair } from './pairs';
import type { OpenFile, StoredBytes } from '../kairos/multipart';
import type { Image, ImagePair } from '../kairos/request';
import { isFileMissing, isOnDisk } from '../n8n/storedFiles';
import { isTool } from '../n8n/tool';

/** The two files as n8n describes them. */
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
	/** The most bytes of each. */
	maxImageBytes: number;
}

type ImageName = keyof ImageFiles;

/** The labels of the parameters, as the panel shows them. */
const LABELS = { selfie: 'Selfie Input Field', photo: 'Photo Input Field' };

/** The first bytes that identify an image's format, in Latin-1. */
const SIGNATURES: ReadonlyArray<{ pattern: RegExp; mimeType: string }> = [
	{ pattern: /^\xff\xd8\xff/, mimeType: 'image/jpeg' },
	{ pattern: /^\x89PNG\r\n\cZ\n/, mimeType: 'image/png' },
	{ pattern: /^RIFF[^]{4}WEBP/, mimeType: 'image/webp' },
	{ pattern: /^[^]{4}ftypavi[fs]/, mimeType: 'image/avif' },
	{ pattern: /^[^]{4}ftyphe(?:i[cxms]|v[cx])/, mimeType: 'image/heic' },
	{ pattern: /^[^]{4}ftypm[is]f1/, mimeType: 'image/heif' },
];

/** Enough to recognize a file, also one that is Base64 text with a prefix. */
const HEAD_BYTES = 64;

/** Up to this size, reading a file at once is cheaper than reading it while it is sent. */
const SMALL_FILE_BYTES = 1024 * 1024;

/** How much of a larger file is read at a time; see docs/performance.md for why. */
const CHUNK_BYTES = 256 * 1024;

const MEGABYTE = 1e6;

/** How many file names a message lists. */
const MAX_NAMES = 20;

/**
 * Finds the two files that the parameters mean, without reading them.
 *
 * @throws {InputError} when a file is missing, both parameters mean the same file, or the item has
 *   the images of several people.
 */
export function findImageFiles(
	context: IExecuteFunctions,
	files: WorkflowFiles,
	pair: Pair,
	fields: ImageFields,
): ImageFiles {
	const lookup: Lookup = { context, files, pair, fields };
	if (isTool(context.getNode())) {
		assertOnePerson(lookup, 'selfie');
		assertOnePerson(lookup, 'photo');
	}
	const selfie = findFile(lookup, 'selfie');
	const photo = findFile(lookup, 'photo');
	if (selfie.isNumbered && photo.isNumbered) {
		throw new InputError({
			code: 'NOT_ONE_PERSON',
			message: 'The item has the images of several people',
			description:
				'It has both images again under names with a number, e.g. selfie_1 and photo_1, as the Aggregate node gives them. Put this node before Aggregate, so that each person is an item.',
		});
	}
	if (areSameFile(pair, fields, { selfie: selfie.file, photo: photo.file })) {
		throw new InputError({
			code: 'SAME_FILE',
			message: `'${LABELS.selfie}' and '${LABELS.photo}' point to the same file`,
			description:
				'An image always matches itself, so nothing was sent. Set the two parameters to two different files.',
		});
	}
	return { selfie: selfie.file, photo: photo.file };
}

/** @throws {InputError} when n8n's record says that a file is too large. */
export function assertRecordedSizes({ selfie, photo }: ImageFiles, limits: ImageLimits): void {
	assertMaxSize('selfie', sizeOf(selfie) ?? 0, limits);
	assertMaxSize('photo', sizeOf(photo) ?? 0, limits);
}

/**
 * Opens the two files to send them.
 *
 * @throws {InputError} when a file is empty, too large or not an image.
 */
export async function loadImages(
	context: IExecuteFunctions,
	itemIndex: number,
	files: ImageFiles,
	limits: ImageLimits,
): Promise<ImagePair> {
	const load = async (name: ImageName): Promise<Image> => {
		const { bytes, head } = await openFile(context, itemIndex, files[name], name);
		assertMaxSize(name, bytes.length, limits);
		return { bytes, mimeType: imageTypeOf(head, name, files[name]) };
	};
	return { selfie: await load('selfie'), photo: await load('photo') };
}

interface Lookup {
	context: IExecuteFunctions;
	files: WorkflowFiles;
	pair: Pair;
	fields: ImageFields;
}

/**
 * An agent's execution verifies one person: n8n does not say which person the agent calls about,
 * and hands in the files of the first.
 */
function assertOnePerson({ context, files }: Lookup, name: ImageName): void {
	const nodeNames = new Set(nodeNamesIn(expressionOf(context, name) ?? ''));
	const [nodeName] = nodeNames;
	if (nodeName === undefined || nodeNames.size > 1) {
		throw new InputError({
			code: 'INVALID_SETTING',
			message: `'${LABELS[name]}' does not name one earlier node`,
			description: `An AI agent cannot pass files. Set '${LABELS[name]}' to an expression that returns a file from one earlier node, e.g. {{ $('Form').item.binary.${name} }}.`,
		});
	}
	if (!files.hasSeveralItems(nodeName)) return;
	throw new InputError({
		code: 'NOT_ONE_PERSON',
		message: `The node "${shorten(nodeName)}" has output more than one item in this execution`,
		description:
			'An AI agent does not say which person it is asking about, so nothing was sent. Run the agent once for each person, for example in a sub-workflow that is called for each item.',
	});
}

function findFile(lookup: Lookup, name: ImageName): KnownFile {
	const { context, files, pair, fields } = lookup;
	const field = fields[`${name}Field`];
	if (isFile(field)) return fileFromExpression(lookup, field, name);
	if (typeof field !== 'string' || field.trim() === '') {
		const isExpression = expressionOf(context, name) !== undefined;
		throw new InputError({
			code: 'INVALID_SETTING',
			message: isExpression
				? `'${LABELS[name]}' is an expression that returned ${describe(field)}`
				: `'${LABELS[name]}' is empty`,
			description: `Enter the name of the field that contains the file, e.g. ${name}, or an expression that returns one file from an earlier node, e.g. {{ $('Get Image').item.binary.${name} }}.`,
		});
	}
	const item = pair[`${name}Item`];
	const found = files.named(item, field);
	if (found) return found;
	const others = [...files.ofItem(item).keys()];
	const expression =
		others.length > 0 ? undefined : files.expressionFor(pair.itemIndex, [field.trim(), name]);
	const advice =
		expression === undefined
			? `${others.length > 0 ? `It has: ${listOf(others)}` : 'It has no files'}. Change '${LABELS[name]}', or add a node before this one that provides the file.`
			: `It has no files, but an earlier node had. Set '${LABELS[name]}' to this expression: ${expression}`;
	const isBase64 = isBase64Image(field);
	throw new InputError({
		code: 'FILE_NOT_FOUND',
		// An error never quotes an image.
		message: isBase64
			? `'${LABELS[name]}' is not the name of a field`
			: `The item has no file in the field "${shorten(field)}"`,
		description: isBase64 ? `${BASE64_ADVICE} ${advice}` : advice,
	});
}

/** Only a file that n8n itself stored counts: json can name a file of another execution. */
function fileFromExpression(
	{ context, files, pair }: Lookup,
	field: IBinaryData,
	name: ImageName,
): KnownFile {
	const items = [pair.selfieItem, pair.photoItem];
	const found = files.find(field, context.getNode().parameters[`${name}Field`], items);
	if (found) return found;
	throw new InputError({
		code: 'FILE_NOT_ALLOWED',
		message: `'${LABELS[name]}' does not point to a file from this execution`,
		description: `Use the name of a field, or an expression that returns a file from an earlier node, e.g. {{ $('Get Image').item.binary.${name} }}. The node never takes a file from an item's JSON, because a request could point to someone else's file.`,
	});
}

/** The expression that the builder wrote for an image; undefined if it is a plain field name. */
function expressionOf(context: IExecuteFunctions, name: ImageName): string | undefined {
	const written = context.getNode().parameters[`${name}Field`];
	return typeof written === 'string' && written.startsWith('=') ? written : undefined;
}

/** What an expression returned instead of a file, in words. */
function describe(value: unknown): string {
	if (value === undefined || value === null || typeof value === 'string') return 'nothing';
	if (Array.isArray(value)) return value.some(isFile) ? 'a list of files' : 'a list';
	if (typeof value === 'object') return 'an object that is not a file';
	return typeof value === 'number' ? `the number ${value}` : String(value);
}

function areSameFile(
	{ selfieItem, photoItem }: Pair,
	{ selfieField, photoField }: ImageFields,
	{ selfie, photo }: ImageFiles,
): boolean {
	if (typeof selfieField === 'string' && typeof photoField === 'string') {
		if (selfieItem === photoItem && selfie === photo) return true;
		// In memory, two uploads of the same image have the same content, but are two files.
		if (selfie.id === undefined) return false;
	}
	return isSameFile(selfie, photo);
}

/** @throws {InputError} when the file is empty or not an image. */
function imageTypeOf(head: Buffer, name: ImageName, { mimeType: label }: IBinaryData): string {
	if (head.length === 0) {
		throw new InputError({
			code: 'EMPTY_FILE',
			message: `The ${name} file is empty`,
			description: 'Check the node that provides the file: the download may have failed.',
			retake: name,
		});
	}
	const mimeType = imageType(head);
	if (mimeType !== undefined) return mimeType;
	throw new InputError({
		code: 'NOT_AN_IMAGE',
		message: `The ${name} is not an image`,
		description: isBase64Image(head.toString('latin1'))
			? BASE64_ADVICE
			: `The file is labeled ${shorten(label)}, but does not contain an image that this node recognizes. Use a JPEG or PNG image; a PDF is none.`,
		retake: name,
	});
}

/** A Code node can set the size to anything. */
function sizeOf({ bytes }: IBinaryData): number | undefined {
	return Number.isFinite(bytes) ? bytes : undefined;
}

function assertMaxSize(name: ImageName, bytes: number, { maxImageBytes }: ImageLimits): void {
	if (bytes <= maxImageBytes) return;
	throw new InputError({
		code: 'FILE_TOO_LARGE',
		message: `The ${name} is too large: ${(bytes / MEGABYTE).toFixed(1)} MB`,
		description: `'Max Image Size (MB)' in Options is ${maxImageBytes / MEGABYTE} MB. Resize the image before this node, for example with the Edit Image node, or raise the limit.`,
		retake: name,
	});
}

/**
 * Finds a file's length and first bytes. The rest of a large file on n8n's own disk is read while
 * it is sent, so that memory never holds the whole image. A small file is read at once, and so is
 * one from a database, S3, or the item itself, where each look at it would fetch it again.
 */
async function openFile(
	{ helpers }: IExecuteFunctions,
	itemIndex: number,
	file: IBinaryData,
	name: ImageName,
): Promise<{ bytes: Image['bytes']; head: Buffer }> {
	const { id } = file;
	const expected = sizeOf(file);
	try {
		if (!id || !isOnDisk(id) || (expected ?? Infinity) <= SMALL_FILE_BYTES) {
			const bytes = await helpers.getBinaryDataBuffer(itemIndex, file);
			if (id && expected !== undefined && bytes.length < expected) throw fileGone(name, 'all of ');
			return { bytes, head: bytes };
		}
		const { fileSize } = await helpers.getBinaryMetadata(id);
		const bytes: StoredBytes = {
			length: fileSize,
			open: async () => wholeFile(await helpers.getBinaryStream(id, CHUNK_BYTES), bytes, name),
		};
		for await (const head of await helpers.getBinaryStream(id, HEAD_BYTES)) {
			return { bytes, head: head as Buffer };
		}
		if (fileSize > 0) throw fileGone(name, 'all of ');
		return { bytes: Buffer.alloc(0), head: Buffer.alloc(0) };
	} catch (error) {
		throw isFileMissing(error) ? fileGone(name) : error;
	}
}

/** If a file has fewer bytes than n8n noted, the request must fail rather than wait for the rest. */
function wholeFile(file: OpenFile, stored: StoredBytes, name: ImageName): OpenFile {
	return {
		destroy: () => file.destroy(),
		async *[Symbol.asyncIterator]() {
			let read = 0;
			for await (const chunk of file) {
				read += chunk.length;
				yield chunk;
			}
			if (read === stored.length) return;
			stored.readError = fileGone(name, 'all of ');
			throw stored.readError;
		},
	};
}

function fileGone(name: ImageName, part: 'all of ' | '' = ''): InputError {
	return new InputError({
		code: 'FILE_GONE',
		message: `n8n no longer has ${part}the ${name} file`,
		description:
			"n8n deletes an execution's files together with the execution. Files of pinned data, of a retried execution, or of a workflow that was called without waiting can go before they are used. Get the file again in this workflow.",
	});
}

function listOf(names: readonly string[]): string {
	const shown = names.slice(0, MAX_NAMES).map((name) => `"${shorten(name)}"`);
	const more = names.length - shown.length;
	return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function imageType(bytes: Buffer): string | undefined {
	const head = bytes.toString('latin1', 0, HEAD_BYTES);
	return SIGNATURES.find(({ pattern }) => pattern.test(head))?.mimeType;
}

const BASE64_ADVICE =
	'It looks like Base64 text. Turn it into a file with the Convert to File node (Move Base64 String to File) first.';

/** Whether a text is a data: URI, or begins like an image encoded as Base64. */
function isBase64Image(text: string): boolean {
	const start = text.replace(/^[\s"'\u00ef\u00bb\u00bf\ufeff]+/, '').slice(0, HEAD_BYTES);
	return /^data:/i.test(start) || imageType(Buffer.from(start, 'base64')) !== undefined;
}

function shorten(text: string): string {
	return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
