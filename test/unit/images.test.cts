import { Readable } from 'node:stream';
import { buffer as bytesOf } from 'node:stream/consumers';
import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { Pair } from '../../nodes/BiometricVerify/arrivals';
import {
	findFiles,
	loadImages,
	withoutImages,
	type FilePair,
	type ImageFields,
} from '../../nodes/BiometricVerify/images';
import { contextWith, nodeWith } from '../support/context.cts';

const JPEG = Buffer.from('ffd8ffe000104a46494600', 'hex');
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

function file(bytes: Buffer, facts: Partial<IBinaryData> = {}): IBinaryData {
	return { data: bytes.toString('base64'), mimeType: 'application/octet-stream', ...facts };
}

/** Plain data, as n8n keeps it in an item. */
function asJson(data: unknown): IDataObject {
	return JSON.parse(JSON.stringify(data)) as IDataObject;
}

function pairIn(item: INodeExecutionData): Pair {
	return { selfieItem: item, photoItem: item, pairedItem: { item: 0 } };
}

const FIELDS: ImageFields = { selfieField: 'selfie', photoField: 'photo' };
const SELFIE = file(JPEG, { fileName: 'me.jpg' });
const PHOTO = file(PNG, { fileName: 'id.png' });
const ITEM: INodeExecutionData = { json: {}, binary: { selfie: SELFIE, photo: PHOTO } };

async function errorOf(action: () => unknown): Promise<NodeOperationError> {
	try {
		await action();
	} catch (error) {
		if (error instanceof NodeOperationError) return error;
		throw error;
	}
	throw new Error('Nothing was thrown');
}

describe('finding the files', () => {
	const find = (item: INodeExecutionData, fields: Partial<ImageFields> = {}, itemIndex = 0) =>
		findFiles(nodeWith(), itemIndex, pairIn(item), { ...FIELDS, ...fields });

	test('takes those of the named fields', () => {
		expect(find(ITEM)).toEqual({ selfie: SELFIE, photo: PHOTO });
	});

	test('ignores white space around a name', () => {
		expect(find(ITEM, { selfieField: ' selfie\n', photoField: '\tphoto' })).toEqual({
			selfie: SELFIE,
			photo: PHOTO,
		});
	});

	test('takes the file that an expression gives, of whatever step', () => {
		const other = file(PNG, { id: 'filesystem-v2:elsewhere', data: 'filesystem-v2' });
		expect(find({ json: {} }, { selfieField: other, photoField: SELFIE })).toEqual({
			selfie: other,
			photo: SELFIE,
		});
	});

	test('takes files from the json of an item where n8n combines both', () => {
		const json = asJson({ _files: { 'a.selfie': SELFIE, photo: PHOTO } });
		expect(find({ json }, { selfieField: '_files.a.selfie', photoField: '_files.photo' })).toEqual({
			selfie: SELFIE,
			photo: PHOTO,
		});
	});

	test('takes each file from the item of its own input', () => {
		const files = findFiles(
			nodeWith(),
			0,
			{
				selfieItem: { json: {}, binary: { data: SELFIE } },
				photoItem: { json: {}, binary: { data: PHOTO } },
				pairedItem: [],
			},
			{ selfieField: 'data', photoField: 'data' },
		);
		expect(files).toEqual({ selfie: SELFIE, photo: PHOTO });
	});

	test('may take one file for both', () => {
		expect(find(ITEM, { photoField: 'selfie' })).toEqual({ selfie: SELFIE, photo: SELFIE });
	});

	test.each<[what: string, item: INodeExecutionData, expected: string]>([
		['names the files that are there', ITEM, 'It has: "selfie", "photo".'],
		[
			'names the files of the json, too',
			{
				json: asJson({ _files: { scan: PHOTO, note: 'no file' } }),
				binary: { data: SELFIE },
			},
			'It has: "data", "_files.scan".',
		],
		['says when there are none', { json: { selfie: 'text' } }, 'It has no files at all.'],
		['says when there are none left', { json: {}, binary: {} }, 'It has no files at all.'],
		[
			'cuts a very long name',
			{ json: {}, binary: { ['x'.repeat(200)]: SELFIE } },
			`It has: "${'x'.repeat(79)}…".`,
		],
	])('that is not there %s', async (_what, item, expected) => {
		const error = await errorOf(() => find(item, { selfieField: 'portrait' }, 3));
		expect(error.message).toBe('The item has no file in the field "portrait" [item 3]');
		expect(error.description).toBe(
			`${expected} Correct Selfie Input Field, or add a step before this one that gives the file.`,
		);
		expect(error.failure).toEqual({ cause: 'configuration-invalid' });
	});

	test('names the parameter of the photo when its file is missing', async () => {
		const error = await errorOf(() => find(ITEM, { photoField: 'passport' }));
		expect(error.message).toBe('The item has no file in the field "passport" [item 0]');
		expect(error.description).toContain('Correct Photo Input Field');
	});

	test('tells the builder of a tool that an agent hands over no files', async () => {
		const tool = nodeWith({ type: 'n8n-nodes-kairos.biometricVerifyTool' });
		const error = await errorOf(() => findFiles(tool, 0, pairIn({ json: {} }), FIELDS));
		expect(error.message).toBe('The item has no file in the field "selfie" [item 0]');
		expect(error.description).toMatch(
			/agent hands over no files: set Selfie Input Field to an expr/,
		);
	});

	test.each(['constructor', '__proto__', 'toString', 'selfie.data', '_files', '_files.'])(
		'does not take %s for a file',
		async (selfieField) => {
			const error = await errorOf(() => find(ITEM, { selfieField }));
			expect(error.message).toBe(`The item has no file in the field "${selfieField}" [item 0]`);
		},
	);

	test.each<[what: string, field: unknown]>([
		['is empty', ''],
		['is white space', ' '],
		['is undefined, as an expression without a result', undefined],
		['is null', null],
		['is a number', 0],
		['is a list of files', [SELFIE]],
		['is an object that is no file', { fileName: 'me.jpg' }],
		['is a file without content', { mimeType: 'image/png' }],
	])('says so when a field %s', async (_what, field) => {
		const selfie = await errorOf(() => find(ITEM, { selfieField: field }, 1));
		expect(selfie.message).toBe('Selfie Input Field names no file [item 1]');
		expect(selfie.description).toContain('e.g. selfie');
		const photo = await errorOf(() => find(ITEM, { photoField: field }, 1));
		expect(photo.message).toBe('Photo Input Field names no file [item 1]');
		expect(photo.description).toContain('e.g. photo');
	});
});

describe('loading the pictures', () => {
	const load = (files: Partial<FilePair>, itemIndex = 0) =>
		loadImages(contextWith(), itemIndex, { selfie: SELFIE, photo: PHOTO, ...files });

	test('gives the bytes, the file name and the type of both', async () => {
		expect(await load({})).toEqual({
			selfie: { bytes: JPEG, fileName: 'me.jpg', mimeType: 'image/jpeg' },
			photo: { bytes: PNG, fileName: 'id.png', mimeType: 'image/png' },
		});
	});

	test.each<[format: string, head: string, mimeType: string]>([
		['JPEG', '\xff\xd8\xff\xdb', 'image/jpeg'],
		['PNG', '\x89PNG\r\n\x1a\n', 'image/png'],
		['WebP', 'RIFF\x24\x00\x00\x00WEBPVP8 ', 'image/webp'],
		['AVIF', '\0\0\0\x20ftypavif', 'image/avif'],
		['HEIC', '\0\0\0\x18ftypheic', 'image/heic'],
		['HEIC with ten bits', '\0\0\0\x18ftypheix', 'image/heic'],
		['HEIF', '\0\0\0\x18ftypmif1', 'image/heif'],
		['GIF of 1987', 'GIF87a', 'image/gif'],
		['GIF of 1989', 'GIF89a', 'image/gif'],
		['BMP', 'BM\x36\x00', 'image/bmp'],
		['TIFF, little end first', 'II*\0', 'image/tiff'],
		['TIFF, big end first', 'MM\0*', 'image/tiff'],
	])(
		'knows %s by its first bytes, whatever its type is given as',
		async (_format, head, mimeType) => {
			const bytes = Buffer.from(`${head}and more`, 'latin1');
			const { selfie } = await load({
				selfie: file(bytes, { mimeType: 'text/plain', fileName: 'x' }),
			});
			expect(selfie).toEqual({ bytes, fileName: 'x', mimeType });
		},
	);

	test.each<[what: string, bytes: Buffer]>([
		['a page', Buffer.from('<!doctype html><title>Sign in</title>')],
		['a PDF', Buffer.from('%PDF-1.7')],
		['an error in JSON', Buffer.from('{"error":"not found"}')],
		['a film', Buffer.from('\0\0\0\x20ftypisom', 'latin1')],
		['the beginning of a picture', Buffer.from('ffd8', 'hex')],
		['a picture that begins later', Buffer.concat([Buffer.from(' '), JPEG])],
		['one byte', Buffer.from([0])],
	])('refuses %s, though its type is given as a picture', async (_what, bytes) => {
		const error = await errorOf(() => load({ selfie: file(bytes, { mimeType: 'image/jpeg' }) }, 2));
		expect(error.message).toBe('The file of the selfie is not a picture [item 2]');
		expect(error.description).toBe('Its type is given as image/jpeg. Give a JPEG or PNG.');
	});

	test.each<[noun: string, files: Partial<FilePair>]>([
		['selfie', { selfie: file(Buffer.alloc(0)) }],
		['photo', { photo: file(Buffer.alloc(0)) }],
	])('refuses an empty %s', async (noun, files) => {
		const error = await errorOf(() => load(files, 5));
		expect(error.message).toBe(`The file of the ${noun} is empty [item 5]`);
		expect(error.failure).toEqual({ cause: 'configuration-invalid' });
	});

	test.each<[what: string, fileName: string | undefined]>([
		['missing', undefined],
		['empty', ''],
		['nothing but white space', '  '],
	])(
		'gives a name to a file whose name is %s, because some servers ignore one without',
		async (_what, fileName) => {
			const { selfie, photo } = await load({
				selfie: file(JPEG, { fileName }),
				photo: file(PNG, { fileName }),
			});
			expect(selfie.fileName).toBe('selfie.jpeg');
			expect(photo.fileName).toBe('photo.png');
		},
	);

	test('cuts a very long type in its error', async () => {
		const mimeType = 'x'.repeat(5000);
		const error = await errorOf(() => load({ photo: file(Buffer.from('x'), { mimeType }) }));
		expect(error.description?.length).toBeLessThan(150);
	});
});

describe("a file on n8n's own disk", () => {
	/** Streams that were opened, and what each may give at a time. */
	interface Opened {
		stream: Readable;
		chunkSize: number | undefined;
	}

	function loadFromDisk(bytes: Buffer, id = 'filesystem-v2:executions/1/selfie') {
		const opened: Opened[] = [];
		const buffer = jest.fn(() => Promise.resolve(bytes));
		const context = contextWith();
		Object.assign(context.helpers, {
			getBinaryDataBuffer: buffer,
			getBinaryMetadata: () => Promise.resolve({ fileSize: bytes.length }),
			getBinaryStream: (_id: string, chunkSize?: number) => {
				const stream = piecesOf(bytes, chunkSize ?? bytes.length);
				opened.push({ stream, chunkSize });
				return Promise.resolve(stream);
			},
		});
		const selfie = { id, data: 'filesystem-v2', mimeType: 'image/jpeg', fileName: 'me.jpg' };
		return { opened, buffer, loading: loadImages(context, 0, { selfie, photo: PHOTO }) };
	}

	function piecesOf(bytes: Buffer, size: number): Readable {
		let at = 0;
		return new Readable({
			highWaterMark: size,
			read() {
				this.push(at < bytes.length ? bytes.subarray(at, at + size) : null);
				at += size;
			},
		});
	}

	const large = Buffer.concat([Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1'), Buffer.alloc(5e6)]);

	test('is known by its first bytes, and of the rest nothing is read', async () => {
		const { opened, loading } = loadFromDisk(large);
		const { selfie } = await loading;
		expect(selfie).toMatchObject({
			bytes: { length: large.length },
			fileName: 'me.jpg',
			mimeType: 'image/webp',
		});
		expect(opened.map(({ chunkSize }) => chunkSize)).toEqual([16]);
		expect(opened[0]?.stream.destroyed).toBe(true);
	});

	test('is read anew each time that it is sent', async () => {
		const { loading } = loadFromDisk(large);
		const { selfie } = await loading;
		if (Buffer.isBuffer(selfie.bytes)) throw new Error('The file is in memory');
		for (let time = 0; time < 2; time++) {
			const sent = await bytesOf(await selfie.bytes.open());
			expect(sent.equals(large)).toBe(true);
		}
	});

	test('is refused when it is empty', async () => {
		const error = await errorOf(() => loadFromDisk(Buffer.alloc(0)).loading);
		expect(error.message).toBe('The file of the selfie is empty [item 0]');
	});

	test('is refused when it is no picture', async () => {
		const error = await errorOf(() => loadFromDisk(Buffer.from('<!doctype html>')).loading);
		expect(error.message).toBe('The file of the selfie is not a picture [item 0]');
	});

	test.each(['s3:executions/1/selfie', 'database:1'])(
		'is the only one that is not read at once: %s is elsewhere',
		async (id) => {
			const { buffer, opened, loading } = loadFromDisk(JPEG, id);
			expect((await loading).selfie.bytes).toBe(JPEG);
			expect(buffer).toHaveBeenCalled();
			expect(opened).toEqual([]);
		},
	);
});

describe('an item that leaves without its pictures', () => {
	const rest = file(PNG, { fileName: 'contract.pdf' });
	const without = (item: INodeExecutionData, fields: ImageFields = FIELDS) =>
		withoutImages(pairIn(item), fields).selfieItem;

	test('keeps its data and its other files', () => {
		const item = { json: { name: 'Ada' }, binary: { selfie: SELFIE, rest, photo: PHOTO } };
		expect(without(item)).toEqual({ json: { name: 'Ada' }, binary: { rest } });
	});

	test('is a new one: the item of the step before is not changed', () => {
		const item = { json: { name: 'Ada' }, binary: { selfie: SELFIE, rest, photo: PHOTO } };
		without(item);
		expect(item).toEqual({
			json: { name: 'Ada' },
			binary: { selfie: SELFIE, rest, photo: PHOTO },
		});
	});

	test('loses them also where their names were given with white space', () => {
		const item = { json: {}, binary: { selfie: SELFIE, rest, photo: PHOTO } };
		const fields = { selfieField: ' selfie', photoField: 'photo ' };
		expect(without(item, fields).binary).toEqual({ rest });
	});

	test('loses them also from its json, where n8n combines both', () => {
		const json = asJson({ name: 'Ada', _files: { selfie: SELFIE, rest, photo: PHOTO } });
		const fields = { selfieField: '_files.selfie', photoField: '_files.photo' };
		expect(without({ json }, fields)).toEqual({ json: { name: 'Ada', _files: { rest } } });
		expect(json).toEqual({ name: 'Ada', _files: { selfie: SELFIE, rest, photo: PHOTO } });
	});

	test('keeps files of the json that have the names of files outside', () => {
		const json = asJson({ _files: { selfie: rest } });
		const item = { json, binary: { selfie: SELFIE, photo: PHOTO } };
		expect(without(item)).toEqual({ json: { _files: { selfie: rest } }, binary: {} });
	});

	test('loses a file that an expression took from this same item', () => {
		const item = { json: {}, binary: { selfie: SELFIE, rest, photo: PHOTO } };
		const fields = { selfieField: { ...SELFIE }, photoField: 'photo' };
		expect(without(item, fields).binary).toEqual({ rest });
	});

	test('keeps all its files when the pictures are those of other steps', () => {
		const item = { json: {}, binary: { selfie: rest } };
		const fields = { selfieField: file(JPEG, { id: '1' }), photoField: file(PNG, { id: '2' }) };
		expect(without(item, fields)).toEqual(item);
	});

	test('may have no files to lose', () => {
		expect(without({ json: { a: 1 } })).toEqual({ json: { a: 1 } });
	});

	test('of two inputs loses only the picture of its own', () => {
		const pair: Pair = {
			selfieItem: { json: {}, binary: { selfie: SELFIE, photo: rest } },
			photoItem: { json: {}, binary: { selfie: rest, photo: PHOTO } },
			pairedItem: [
				{ item: 0, input: 0 },
				{ item: 0, input: 1 },
			],
		};
		expect(withoutImages(pair, FIELDS)).toEqual({
			selfieItem: { json: {}, binary: { photo: rest } },
			photoItem: { json: {}, binary: { selfie: rest } },
			pairedItem: pair.pairedItem,
		});
	});
});
