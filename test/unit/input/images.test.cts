import { Readable } from 'node:stream';
import { buffer as bytesOf } from 'node:stream/consumers';
import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import { WorkflowFiles } from '../../../nodes/BiometricVerify/input/files';
import {
	findImageFiles,
	loadImages,
	type ImageFields,
	type ImageFiles,
} from '../../../nodes/BiometricVerify/input/images';
import { contextWith, type StandIn } from '../../support/context.cts';

const JPEG = Buffer.from('ffd8ffe000104a46494600', 'hex');
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

function file(bytes: Buffer, facts: Partial<IBinaryData> = {}): IBinaryData {
	return { data: bytes.toString('base64'), mimeType: 'application/octet-stream', ...facts };
}

/** Plain data, as n8n keeps it in an item. */
function asJson(data: unknown): IDataObject {
	return JSON.parse(JSON.stringify(data)) as IDataObject;
}

const NO_LIMIT = { largestImageBytes: Infinity };
const FIELDS: ImageFields = { selfieField: 'selfie', photoField: 'photo' };
const SELFIE = file(JPEG, { fileName: 'me.jpg' });
const PHOTO = file(PNG, { fileName: 'id.png' });
const ITEM: INodeExecutionData = { json: {}, binary: { selfie: SELFIE, photo: PHOTO } };

async function errorOf(action: () => unknown): Promise<InputError> {
	try {
		await action();
	} catch (error) {
		if (error instanceof InputError) return error;
		throw error;
	}
	throw new Error('Nothing was thrown');
}

/** What n8n keeps where `id` says. */
const stored = (id: string) => file(PNG, { id: `filesystem-v2:${id}`, data: 'filesystem-v2' });

describe('finding the files', () => {
	const findIn = (
		selfieItem: INodeExecutionData,
		photoItem: INodeExecutionData,
		fields: Partial<ImageFields> = {},
		standIn: StandIn = {},
	) => {
		const context = contextWith(standIn);
		const files = new WorkflowFiles(context);
		return findImageFiles(
			context,
			files,
			{ selfieItem, photoItem },
			{ ...NO_LIMIT, ...FIELDS, ...fields },
		);
	};
	const find = (item: INodeExecutionData, fields?: Partial<ImageFields>, standIn?: StandIn) =>
		findIn(item, item, fields, standIn);

	test.each(['selfie', 'photo'])(
		'refuses a %s of which n8n says that it is over the limit',
		async (noun) => {
			const files = new WorkflowFiles(contextWith());
			const item = { json: {}, binary: { ...ITEM.binary, [noun]: file(JPEG, { bytes: 3e6 }) } };
			const pair = { selfieItem: item, photoItem: item };
			const findWithin = (largestImageBytes: number) =>
				findImageFiles(contextWith(), files, pair, { ...FIELDS, largestImageBytes });
			const error = await errorOf(() => findWithin(2e6));
			expect(error.message).toBe(`The ${noun} is too large: 3.0 MB`);
			expect(findWithin(3e6)).toEqual(item.binary);
		},
	);

	test('takes those of the named fields', () => {
		expect(find(ITEM)).toEqual({ selfie: SELFIE, photo: PHOTO });
	});

	test('ignores white space around a name', () => {
		expect(find(ITEM, { selfieField: ' selfie\n', photoField: '\tphoto' })).toEqual({
			selfie: SELFIE,
			photo: PHOTO,
		});
	});

	test('takes the file that an expression gives, of a node that it names', () => {
		const other = stored('elsewhere');
		const standIn = {
			node: { parameters: { selfieField: "={{ $('Form').item.binary.data }}" } },
			nodes: { Form: [[{ json: {}, binary: { data: other } }]] },
		};
		expect(find(ITEM, { selfieField: other }, standIn)).toEqual({ selfie: other, photo: PHOTO });
	});

	test('takes the file that an expression gives, of the item itself', () => {
		const standIn = { node: { parameters: { photoField: '={{ $binary.photo }}' } } };
		expect(find(ITEM, { photoField: { ...PHOTO } }, standIn)).toEqual({
			selfie: SELFIE,
			photo: PHOTO,
		});
	});

	test('takes files from the json of an item only where n8n combines both', async () => {
		const json = asJson({ _files: { 'a.selfie': SELFIE, photo: PHOTO } });
		const fields = { selfieField: '_files.a.selfie', photoField: '_files.photo' };
		expect(find({ json }, fields, { binaryMode: 'combined' })).toEqual({
			selfie: SELFIE,
			photo: PHOTO,
		});
		const { message } = await errorOf(() => find({ json }, fields));
		expect(message).toBe('The item has no file in the field "_files.a.selfie"');
	});

	test('takes each file from the item of its own input', () => {
		const files = findIn(
			{ json: {}, binary: { data: SELFIE } },
			{ json: {}, binary: { data: PHOTO } },
			{ selfieField: 'data', photoField: 'data' },
		);
		expect(files).toEqual({ selfie: SELFIE, photo: PHOTO });
	});

	test.each<[what: string, item: INodeExecutionData, expected: string]>([
		['names the files that are there', ITEM, 'It has: "selfie", "photo".'],
		['says when there are none', { json: { selfie: 'text' } }, 'It has no files.'],
		[
			'names no data that only look like files',
			{ json: asJson({ scan: PHOTO, _files: { PHOTO } }) },
			'It has no files.',
		],
		['says when there are none left', { json: {}, binary: {} }, 'It has no files.'],
		[
			'cuts a very long name',
			{ json: {}, binary: { ['x'.repeat(200)]: SELFIE } },
			`It has: "${'x'.repeat(79)}…".`,
		],
		[
			'names no more than twenty',
			{
				json: {},
				binary: Object.fromEntries(Array.from({ length: 22 }, (_, n) => [`f${n}`, SELFIE])),
			},
			`It has: ${Array.from({ length: 20 }, (_, n) => `"f${n}"`).join(', ')} and 2 more.`,
		],
	])('that are not there %s', async (_what, item, expected) => {
		const error = await errorOf(() => find(item, { selfieField: 'portrait' }));
		expect(error.message).toBe('The item has no file in the field "portrait"');
		expect(error.description).toBe(
			`${expected} Change Selfie Input Field, or add a node before this one that provides the file.`,
		);
	});

	test('names the files of the json, too, where n8n combines both', async () => {
		const json = asJson({ _files: { scan: PHOTO, note: 'no file' } });
		const { description } = await errorOf(() =>
			find({ json, binary: { data: SELFIE } }, {}, { binaryMode: 'combined' }),
		);
		expect(description).toContain('It has: "data", "_files.scan".');
	});

	test('cuts only a name that is longer than 80 characters', async () => {
		const messageFor = async (selfieField: string) =>
			(await errorOf(() => find(ITEM, { ...FIELDS, selfieField }))).message;
		const name = 'n'.repeat(80);
		expect(await messageFor(name)).toBe(`The item has no file in the field "${name}"`);
		expect(await messageFor(`${name}n`)).toBe(
			`The item has no file in the field "${'n'.repeat(79)}…"`,
		);
	});

	test('names the parameter of the photo when its file is missing', async () => {
		const error = await errorOf(() => find(ITEM, { photoField: 'passport' }));
		expect(error.message).toBe('The item has no file in the field "passport"');
		expect(error.description).toContain('Change Photo Input Field');
	});

	test('tells the builder of a tool that an agent passes no files', async () => {
		const node = { type: 'n8n-nodes-kairos.biometricVerifyTool' };
		const error = await errorOf(() => find({ json: {} }, {}, { node }));
		expect(error.message).toBe('The item has no file in the field "selfie"');
		expect(error.description).toMatch(
			/agent cannot pass files\. Set Selfie Input Field to an expr/,
		);
	});

	test.each(['constructor', '__proto__', 'toString', 'selfie.data', '_files', '_files.'])(
		'does not take %s for a file',
		async (selfieField) => {
			const error = await errorOf(() => find(ITEM, { selfieField }));
			expect(error.message).toBe(`The item has no file in the field "${selfieField}"`);
		},
	);

	test.each<[what: string, field: unknown]>([
		['is empty', ''],
		['is white space', ' '],
		['is undefined, as an expression without a result', undefined],
		['is null', null],
		['is a number', 0],
		['is true', true],
	])('says so when a parameter %s', async (_what, field) => {
		const selfie = await errorOf(() => find(ITEM, { selfieField: field }));
		expect(selfie.message).toBe('Selfie Input Field is empty');
		expect(selfie.description).toContain('e.g. selfie');
		const photo = await errorOf(() => find(ITEM, { photoField: field }));
		expect(photo.message).toBe('Photo Input Field is empty');
		expect(photo.description).toContain('e.g. photo');
	});

	test.each<[what: string, field: unknown]>([
		['a list of files', [SELFIE]],
		['an object that is no file', { fileName: 'me.jpg' }],
		['a file without content', { mimeType: 'image/png' }],
		['a file whose id is no text', { id: 7, mimeType: 'image/png', data: 'AAAA' }],
		['what looks like a file of another execution', stored('executions/of/somebody/else')],
		['what looks like a file in memory', file(Buffer.from('of somebody else'))],
		['an item', ITEM],
		['the binary data of an item', ITEM.binary],
	])('takes nothing that n8n does not keep as a file: %s', async (_what, field) => {
		const item = { ...ITEM, json: asJson({ selfie: field, _files: { selfie: field } }) };
		for (const expression of ['={{ $json.selfie }}', "={{ $('Webhook').item.json.selfie }}"]) {
			const standIn: StandIn = {
				node: { parameters: { selfieField: expression, photoField: expression } },
				nodes: { Webhook: [[{ json: item.json }]] },
			};
			const selfie = await errorOf(() => find(item, { selfieField: field }, standIn));
			expect(selfie.message).toBe(
				'Selfie Input Field does not point to a file from this execution',
			);
			expect(selfie.description).toContain("never takes a file from an item's JSON");
			const photo = await errorOf(() => find(item, { photoField: field }, standIn));
			expect(photo.message).toBe('Photo Input Field does not point to a file from this execution');
		}
	});
});

describe('one file for both', () => {
	const other = stored('elsewhere');
	const expression = "={{ $('Form').item.binary.data }}";
	const standIn: StandIn = {
		node: { parameters: { selfieField: expression, photoField: expression } },
		nodes: { Form: [[{ json: {}, binary: { data: other } }]] },
	};
	const on = (binary: INodeExecutionData['binary']): INodeExecutionData => ({ json: {}, binary });
	const withBoth = on({ selfie: other, photo: { ...other, fileName: 'id.png' } });

	test.each<
		[what: string, selfie: INodeExecutionData, photo: INodeExecutionData, fields: ImageFields]
	>([
		['the same field', ITEM, ITEM, { selfieField: 'selfie', photoField: 'selfie' }],
		[
			'the same field, with white space',
			ITEM,
			ITEM,
			{ selfieField: 'photo', photoField: ' photo' },
		],
		[
			'the same field, with white space around the first',
			ITEM,
			ITEM,
			{ selfieField: 'photo ', photoField: 'photo' },
		],
		['two fields that hold the same file', withBoth, withBoth, FIELDS],
		['a field and the same file', withBoth, withBoth, { selfieField: other, photoField: 'photo' }],
		['the same file twice', ITEM, ITEM, { selfieField: other, photoField: { ...other } }],
		['a file in memory and its field', ITEM, ITEM, { selfieField: SELFIE, photoField: 'selfie' }],
		['two inputs that bring the same file', on({ selfie: other }), on({ photo: other }), FIELDS],
	])('is a mistake in the workflow: %s', async (_what, selfieItem, photoItem, fields) => {
		const context = contextWith(standIn);
		const { message, description } = await errorOf(() =>
			findImageFiles(
				context,
				new WorkflowFiles(context),
				{ selfieItem, photoItem },
				{ ...NO_LIMIT, ...fields },
			),
		);
		expect(message).toBe('Selfie Input Field and Photo Input Field point to the same file');
		expect(description).toMatch(/nothing was sent\. Set the two parameters/);
	});

	test('is not what two uploads of the same bytes in memory are: their images are compared', () => {
		const binary = { selfie: file(JPEG), photo: file(JPEG) };
		const context = contextWith();
		const item = { json: {}, binary };
		expect(
			findImageFiles(
				context,
				new WorkflowFiles(context),
				{ selfieItem: item, photoItem: item },
				{ ...NO_LIMIT, ...FIELDS },
			),
		).toEqual(binary);
	});
});

describe('loading the images', () => {
	const load = (files: Partial<ImageFiles>, largestImageBytes = Infinity) =>
		loadImages(contextWith(), 0, { selfie: SELFIE, photo: PHOTO, ...files }, { largestImageBytes });

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
		['a video', Buffer.from('\0\0\0\x20ftypisom', 'latin1')],
		['the beginning of an image', Buffer.from('ffd8', 'hex')],
		['an image that begins later', Buffer.concat([Buffer.from(' '), JPEG])],
		['one byte', Buffer.from([0])],
	])('refuses %s, though its type says that it is an image', async (_what, bytes) => {
		const error = await errorOf(() => load({ selfie: file(bytes, { mimeType: 'image/jpeg' }) }));
		expect(error.message).toBe('The selfie is not an image');
		expect(error.description).toBe(
			'The file is labeled image/jpeg, but does not contain an image that this node recognizes. Use a JPEG or PNG image.',
		);
	});

	test.each<[noun: string, files: Partial<ImageFiles>]>([
		['selfie', { selfie: file(Buffer.alloc(0)) }],
		['photo', { photo: file(Buffer.alloc(0)) }],
	])('refuses an empty %s', async (noun, files) => {
		const error = await errorOf(() => load(files));
		expect(error.message).toBe(`The ${noun} file is empty`);
		expect(error.description).toContain('the download may have failed');
	});

	test.each<[what: string, fileName: unknown]>([
		['missing', undefined],
		['null', null],
		['a number, as code may give it', 7],
		['an object', { name: 'me.jpg' }],
	])('takes a file whose name is %s for one without a name', async (_what, fileName) => {
		const facts = { fileName } as Partial<IBinaryData>;
		const { selfie, photo } = await load({ selfie: file(JPEG, facts), photo: file(PNG, facts) });
		expect([selfie.fileName, photo.fileName]).toEqual(['', '']);
	});

	test.each<[noun: 'selfie' | 'photo']>([['selfie'], ['photo']])(
		'refuses a %s over the limit, and takes one of exactly the limit',
		async (noun) => {
			const large = file(Buffer.concat([JPEG, Buffer.alloc(2_500_000 - JPEG.length)]));
			await expect(load({ [noun]: large }, 2_500_000)).resolves.toBeDefined();
			const { message, description } = await errorOf(() => load({ [noun]: large }, 2_400_000));
			expect(message).toBe(`The ${noun} is too large: 2.5 MB`);
			expect(description).toMatch(/^Max Image Size in Options is 2\.4 MB\. Resize/);
		},
	);

	test('does not believe what a file says of its size', async () => {
		const selfie = file(Buffer.concat([JPEG, Buffer.alloc(3_000_000)]), { bytes: 1 });
		const { message } = await errorOf(() => load({ selfie }, 2_000_000));
		expect(message).toBe('The selfie is too large: 3.0 MB');
	});

	test('reads a file that comes with nonsense as its size', async () => {
		for (const bytes of [NaN, 'large', -1, null] as unknown as number[]) {
			const { selfie } = await load({ selfie: file(JPEG, { bytes }) }, 2_000_000);
			expect(selfie.bytes).toEqual(JPEG);
		}
	});

	test('cuts a very long type in its error', async () => {
		const mimeType = 'x'.repeat(5000);
		const error = await errorOf(() => load({ photo: file(Buffer.from('x'), { mimeType }) }));
		expect(error.description?.length).toBeLessThan(200);
	});
});

describe("a file on n8n's own disk", () => {
	/** Streams that were opened, and what each may give at a time. */
	interface Opened {
		stream: Readable;
		chunkSize: number | undefined;
	}

	function loadFromDisk(
		bytes: Buffer,
		id = 'filesystem-v2:executions/1/selfie',
		largestImageBytes = Infinity,
		size?: number,
	) {
		const opened: Opened[] = [];
		const buffer = jest.fn<Promise<Buffer>, [itemIndex: number, file: IBinaryData]>(() =>
			Promise.resolve(bytes),
		);
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
		const selfie: IBinaryData = {
			...{ id, data: 'filesystem-v2', mimeType: 'image/jpeg', fileName: 'me.jpg' },
			...(size !== undefined && { bytes: size }),
		};
		const files = { selfie, photo: PHOTO };
		return { opened, buffer, loading: loadImages(context, 0, files, { largestImageBytes }) };
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
		expect(error.message).toBe('The selfie file is empty');
	});

	test('is refused when it is not an image', async () => {
		const error = await errorOf(() => loadFromDisk(Buffer.from('<!doctype html>')).loading);
		expect(error.message).toBe('The selfie is not an image');
	});

	test('is refused when it is too large, and nothing of it is read for that but its size', async () => {
		const { loading, buffer } = loadFromDisk(large, undefined, 4_000_000);
		expect((await errorOf(() => loading)).message).toBe('The selfie is too large: 5.0 MB');
		expect(buffer).not.toHaveBeenCalled();
	});

	test.each([
		[1024 * 1024, 'at once'],
		[1024 * 1024 + 1, 'while it is sent'],
	])('of %i bytes is read %s', async (size, when) => {
		const { loading, buffer } = loadFromDisk(large, undefined, undefined, size);
		await loading;
		expect(buffer.mock.calls.map(([, { id }]) => id !== undefined)).toEqual(
			when === 'at once' ? [true, false] : [false],
		);
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
