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
import { pairOf } from '../../support/outcomes.cts';

const JPEG = Buffer.from('ffd8ffe000104a46494600', 'hex');
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

function file(bytes: Buffer, facts: Partial<IBinaryData> = {}): IBinaryData {
	return { data: bytes.toString('base64'), mimeType: 'application/octet-stream', ...facts };
}

/** Plain data, as n8n keeps it in an item. */
function asJson(data: unknown): IDataObject {
	return JSON.parse(JSON.stringify(data)) as IDataObject;
}

const NO_LIMIT = { maxImageBytes: Infinity };
const FIELDS: ImageFields = { selfieField: 'selfie', photoField: 'photo' };
const SELFIE = file(JPEG, { fileName: 'me.jpg' });
const PHOTO = file(PNG, { fileName: 'id.png' });
const ITEM: INodeExecutionData = { json: {}, binary: { selfie: SELFIE, photo: PHOTO } };
const FROM_FORM = "={{ $('Form').item.binary.data }}";

const itemWith = (binary: INodeExecutionData['binary']): INodeExecutionData => ({
	json: {},
	binary,
});

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

function findIn(
	selfieItem: INodeExecutionData,
	photoItem: INodeExecutionData,
	fields: Partial<ImageFields> = {},
	standIn: StandIn = {},
	limits = NO_LIMIT,
) {
	const context = contextWith(standIn);
	const settings = { ...limits, ...FIELDS, ...fields };
	return findImageFiles(
		context,
		new WorkflowFiles(context),
		pairOf(selfieItem, photoItem),
		settings,
	);
}

const find = (item: INodeExecutionData, fields?: Partial<ImageFields>, standIn?: StandIn) =>
	findIn(item, item, fields, standIn);

test('The two files are those of the named fields, also with white space around a name', () => {
	expect(find(ITEM)).toEqual({ selfie: SELFIE, photo: PHOTO });
	expect(find(ITEM, { selfieField: ' selfie\n', photoField: '\tphoto' })).toEqual({
		selfie: SELFIE,
		photo: PHOTO,
	});
});

test('The two files are those that expressions return, of a named node or of the item itself', () => {
	const other = stored('elsewhere');
	const standIn = {
		node: { parameters: { selfieField: FROM_FORM, photoField: '={{ $binary.photo }}' } },
		nodes: { Form: [[itemWith({ data: other })]] },
	};
	const fields = { selfieField: { ...other, bytes: 1 }, photoField: { ...PHOTO } };
	// What n8n says of a file counts, not what the expression says.
	expect(find(ITEM, fields, standIn)).toEqual({ selfie: other, photo: PHOTO });
});

test('The two files are taken each from the item of its own input', () => {
	const fields = { selfieField: 'data', photoField: 'data' };
	const files = findIn(itemWith({ data: SELFIE }), itemWith({ data: PHOTO }), fields);
	expect(files).toEqual({ selfie: SELFIE, photo: PHOTO });
});

test.each(['selfie', 'photo'])(
	'The two files are refused where n8n says that one is over the limit: the %s',
	async (noun) => {
		const item = itemWith({ ...ITEM.binary, [noun]: file(JPEG, { bytes: 3e6 }) });
		const findWithin = (maxImageBytes: number) => findIn(item, item, {}, {}, { maxImageBytes });
		expect(await errorOf(() => findWithin(2e6))).toMatchObject({
			code: 'FILE_TOO_LARGE',
			message: `The ${noun} is too large: 3.0 MB`,
			retake: noun,
		});
		expect(findWithin(3e6)).toEqual(item.binary);
	},
);

const names = (count: number) => Array.from({ length: count }, (_, at) => `f${at}`);

test.each<[what: string, item: INodeExecutionData, expected: string]>([
	['those that are there', ITEM, 'It has: "selfie", "photo".'],
	['none', { json: { selfie: 'text' } }, 'It has no files.'],
	['nothing that only looks like a file', { json: asJson({ PHOTO }) }, 'It has no files.'],
	['a long name cut', itemWith({ ['x'.repeat(81)]: SELFIE }), `It has: "${'x'.repeat(79)}…".`],
	[
		'no more than twenty',
		itemWith(Object.fromEntries(names(22).map((name) => [name, SELFIE]))),
		`It has: ${names(20)
			.map((name) => `"${name}"`)
			.join(', ')} and 2 more.`,
	],
])('A missing file has an error that lists %s', async (_what, item, expected) => {
	const error = await errorOf(() => find(item, { selfieField: 'portrait' }));
	expect(error.code).toBe('FILE_NOT_FOUND');
	expect(error.message).toBe('The item has no file in the field "portrait"');
	expect(error.description).toBe(
		`${expected} Change 'Selfie Input Field', or add a node before this one that provides the file.`,
	);
});

test('A missing file has an error that names the expression for it where only an earlier node had files', async () => {
	const nodes = { 'Get Images': [[itemWith({ portrait: SELFIE, photo: PHOTO })]] };
	const { description } = await errorOf(() =>
		find({ json: {} }, { selfieField: 'portrait' }, { nodes }),
	);
	expect(description).toBe(
		"It has no files, but an earlier node had. Set 'Selfie Input Field' to this expression: {{ $('Get Images').item.binary.portrait }}",
	);
});

test.each([`data:image/png;base64,${PNG.toString('base64')}`, JPEG.toString('base64').repeat(50)])(
	'Base64 text in place of a field name is recognized: %.30s',
	async (selfieField) => {
		const { message, description } = await errorOf(() => find(ITEM, { selfieField }));
		expect(message.length).toBeLessThan(130);
		expect(description).toMatch(/^It looks like Base64 text\. .*Convert to File/);
	},
);

test.each(['', ' '])('A parameter that is empty is refused: %j', async (empty) => {
	const selfie = await errorOf(() => find(ITEM, { selfieField: empty }));
	expect(selfie.message).toBe("'Selfie Input Field' is empty");
	const photo = await errorOf(() => find(ITEM, { photoField: empty }));
	expect(photo.message).toBe("'Photo Input Field' is empty");
});

test.each<[value: unknown, what: string]>([
	[undefined, 'nothing'],
	[null, 'nothing'],
	['', 'nothing'],
	[5, 'the number 5'],
	[true, 'true'],
	[[SELFIE], 'a list of files'],
	[['selfie'], 'a list'],
	[{ fileName: 'me.jpg' }, 'an object that is not a file'],
	[{ mimeType: 'image/png' }, 'an object that is not a file'],
	[{ id: 7, mimeType: 'image/png', data: 'AAAA' }, 'an object that is not a file'],
	[ITEM, 'an object that is not a file'],
	[ITEM.binary, 'an object that is not a file'],
])('A parameter whose expression returned %j says so', async (value, what) => {
	const standIn = { node: { parameters: { selfieField: '={{ $json.a }}' } } };
	expect(await errorOf(() => find(ITEM, { selfieField: value }, standIn))).toMatchObject({
		code: 'INVALID_SETTING',
		message: `'Selfie Input Field' is an expression that returned ${what}`,
		description: expect.stringContaining("{{ $('Get Image').item.binary.selfie }}") as unknown,
	});
});

test.each<[what: string, field: unknown]>([
	['of another execution', stored('executions/of/somebody/else')],
	['in memory', file(Buffer.from('of somebody else'))],
])(
	'A parameter whose expression returned what looks like a file %s is refused',
	async (_what, field) => {
		const item = { ...ITEM, json: asJson({ selfie: field, _files: { selfie: field } }) };
		for (const expression of ['={{ $json.selfie }}', "={{ $('Webhook').item.json.selfie }}"]) {
			const standIn: StandIn = {
				node: { parameters: { photoField: expression } },
				nodes: { Webhook: [[{ json: item.json }]] },
			};
			expect(await errorOf(() => find(item, { photoField: field }, standIn))).toMatchObject({
				code: 'FILE_NOT_ALLOWED',
				message: "'Photo Input Field' does not point to a file from this execution",
				description: expect.stringContaining("never takes a file from an item's JSON") as unknown,
			});
		}
	},
);

const aggregated = { selfie: SELFIE, photo: PHOTO, selfie_1: stored('1'), photo_1: stored('2') };

test.each<[what: string, binary: INodeExecutionData['binary'], fields: Partial<ImageFields>]>([
	['by the names of its fields', aggregated, {}],
	['by names with white space', aggregated, { selfieField: ' selfie ' }],
	['by its files', aggregated, { selfieField: { ...SELFIE }, photoField: { ...PHOTO } }],
])(
	'An item with several people is refused, and Aggregate is named: %s',
	async (_what, binary, fields) => {
		expect(await errorOf(() => find(itemWith(binary), fields))).toMatchObject({
			code: 'NOT_ONE_PERSON',
			description: expect.stringMatching(/Aggregate/) as unknown,
		});
	},
);

test.each([['photo_1'], ['selfie_1'], ['selfie_2', 'photo_2'], ['selfie1', 'photo1']])(
	'An item that only has %s besides is one person',
	(...others) => {
		const rest = Object.fromEntries(others.map((name) => [name, stored(name)]));
		expect(find(itemWith({ ...ITEM.binary, ...rest }))).toEqual(ITEM.binary);
	},
);

const other = stored('elsewhere');
const standIn: StandIn = {
	node: { parameters: { selfieField: FROM_FORM, photoField: FROM_FORM } },
	nodes: { Form: [[itemWith({ data: other })]] },
};
const both = itemWith({ selfie: other, photo: { ...other, fileName: 'id.png' } });
const twice = (field: string, same: string) => ({ selfieField: field, photoField: same });

test.each<
	[what: string, fields: ImageFields, selfie: INodeExecutionData, photo?: INodeExecutionData]
>([
	['the same field', twice('selfie', 'selfie'), ITEM],
	['the same field, with white space', twice('photo ', ' photo'), ITEM],
	['two fields that hold the same file', FIELDS, both],
	['a field and the same file', { selfieField: other, photoField: 'photo' }, both],
	['the same file twice', { selfieField: other, photoField: { ...other } }, ITEM],
	['a file in memory and its field', { selfieField: SELFIE, photoField: 'selfie' }, ITEM],
	['two inputs', FIELDS, itemWith({ selfie: other }), itemWith({ photo: other })],
])(
	'One file for both images is rejected: %s',
	async (_what, fields, selfieItem, photoItem = selfieItem) => {
		expect(await errorOf(() => findIn(selfieItem, photoItem, fields, standIn))).toMatchObject({
			code: 'SAME_FILE',
			message: "'Selfie Input Field' and 'Photo Input Field' point to the same file",
		});
	},
);

test('Two uploads of the same bytes in memory are two files: their images are compared', () => {
	const binary = { selfie: file(JPEG), photo: file(JPEG) };
	expect(find(itemWith(binary))).toEqual(binary);
});

const { selfieField, photoField } = {
	selfieField: "={{ $('Form').item.binary.selfie }}",
	photoField: "={{ $('Form').item.binary.photo }}",
};
const findAsTool = (parameters: Partial<Record<keyof ImageFields, string>>, people = 1) =>
	find(
		{ json: {} },
		{ selfieField: { ...SELFIE }, photoField: { ...PHOTO } },
		{
			node: {
				type: 'n8n-nodes-kairos.biometricVerifyTool',
				parameters: { selfieField, photoField, ...parameters },
			},
			nodes: { Form: [Array<INodeExecutionData>(people).fill(ITEM)], Other: [[ITEM]] },
		},
	);

test("As an agent's tool the node takes the files of a node that has output one item", () => {
	expect(findAsTool({})).toEqual({ selfie: SELFIE, photo: PHOTO });
});

test.each([
	'selfie',
	'={{ $json.selfie }}',
	'={{ $fromAI("selfie") }}',
	"={{ $('Form').item.binary.selfie ?? $('Other').item.binary.selfie }}",
])(
	"As an agent's tool the node needs an expression that names one node: %s",
	async (expression) => {
		expect(await errorOf(() => findAsTool({ selfieField: expression }))).toMatchObject({
			code: 'INVALID_SETTING',
			message: "'Selfie Input Field' does not name one earlier node",
			description: expect.stringMatching(/^An AI agent cannot pass files\. Set 'Selfie/) as unknown,
		});
	},
);

test("As an agent's tool the node refuses the files of a node that has output several items", async () => {
	expect(await errorOf(() => findAsTool({}, 2))).toMatchObject({
		code: 'NOT_ONE_PERSON',
		message: 'The node "Form" has output more than one item in this execution',
	});
});

const load = (files: Partial<ImageFiles>, maxImageBytes = Infinity) =>
	loadImages(contextWith(), 0, { selfie: SELFIE, photo: PHOTO, ...files }, { maxImageBytes });

const brand = (name: string) => `\0\0\0\x18ftyp${name}`;
const brands = (mimeType: string, ...names: string[]) =>
	names.map((name): [string, string] => [brand(name), mimeType]);

test.each<[head: string, mimeType: string]>([
	['\xff\xd8\xff\xdb', 'image/jpeg'],
	['\x89PNG\r\n\x1a\n', 'image/png'],
	['RIFF\x24\x00\x00\x00WEBPVP8 ', 'image/webp'],
	...brands('image/heic', 'heic', 'heix', 'heim', 'heis', 'hevc', 'hevx'),
	...brands('image/heif', 'mif1', 'msf1'),
	...brands('image/avif', 'avif', 'avis'),
])(
	'An image is known by its first bytes, whatever its type says: %j, %s',
	async (head, mimeType) => {
		const bytes = Buffer.from(`${head}and more`, 'latin1');
		const { selfie } = await load({ selfie: file(bytes, { mimeType: 'text/plain' }) });
		expect(selfie).toEqual({ bytes, mimeType });
	},
);

test.each<[what: string, head: string]>([
	['a page', '<!doctype html><title>Sign in</title>'],
	['a PDF', '%PDF-1.7'],
	['an error in JSON', '{"error":"not found"}'],
	['a video', brand('isom')],
	['a GIF', 'GIF89a'],
	['a BMP', 'BM\x36\x00'],
	['a TIFF', 'II*\0'],
	['text that begins with BM', 'BMW drivers'],
	['text that begins with GIF8', 'GIF8 is a word'],
	['text with WEBP at byte 8', 'This is WEBP, they say'],
	['RIFF without WEBP', 'RIFF\x24\0\0\0WAVEfmt '],
	['an unknown brand', brand('heik')],
	['the beginning of an image', '\xff\xd8'],
	['an image that begins later', ' \xff\xd8\xff'],
	['one byte', '\0'],
	['a word in Base64', 'cGxhaW4gdGV4dCwgbm8gaW1hZ2U='],
])('A file that is labeled as an image is rejected if it is %s', async (_what, head) => {
	const selfie = file(Buffer.from(head, 'latin1'), { mimeType: 'image/jpeg' });
	expect(await errorOf(() => load({ selfie }))).toMatchObject({
		code: 'NOT_AN_IMAGE',
		message: 'The selfie is not an image',
		description:
			'The file is labeled image/jpeg, but does not contain an image that this node recognizes. Use a JPEG or PNG image.',
		retake: 'selfie',
	});
});

test.each<[what: string, text: string]>([
	['Base64 of a JPEG', JPEG.toString('base64')],
	['Base64 of a PNG', PNG.toString('base64')],
	['Base64 of a WebP', Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1').toString('base64')],
	['Base64 of a HEIC', Buffer.from(brand('heic'), 'latin1').toString('base64')],
	['Base64 in quotes', ` "${PNG.toString('base64')}"`],
	['a data: URI', `data:image/png;base64,${PNG.toString('base64')}`],
])('A file that is %s is rejected, and the error names Convert to File', async (_what, text) => {
	const { code, description } = await errorOf(() => load({ photo: file(Buffer.from(text)) }));
	expect(code).toBe('NOT_AN_IMAGE');
	expect(description).toMatch(/looks like Base64 text.*Convert to File/);
});

test.each(['selfie', 'photo'])('An empty file is rejected: the %s', async (noun) => {
	expect(await errorOf(() => load({ [noun]: file(Buffer.alloc(0)) }))).toMatchObject({
		code: 'EMPTY_FILE',
		message: `The ${noun} file is empty`,
		retake: noun,
	});
});

test.each(['selfie', 'photo'])('An image may be as large as the limit: the %s', async (noun) => {
	const bytes = Buffer.concat([JPEG, Buffer.alloc(2_500_000 - JPEG.length)]);
	// Neither is believed what a file in memory says of its size.
	for (const size of [undefined, 1, NaN, 'large', 3e6] as number[]) {
		const large = file(bytes, { bytes: size });
		await expect(load({ [noun]: large }, 2_500_000)).resolves.toBeDefined();
		const { message, description } = await errorOf(() => load({ [noun]: large }, 2_400_000));
		expect(message).toBe(`The ${noun} is too large: 2.5 MB`);
		expect(description).toMatch(/^'Max Image Size \(MB\)' in Options is 2\.4 MB\. Resize/);
	}
});

/** Streams that were opened, and what each may give at a time. */
interface Opened {
	stream: Readable;
	chunkSize: number | undefined;
}

interface Stored {
	bytes: Buffer;
	id?: string;
	/** What its item says of its size. */
	size?: number;
	/** What the store says of its size. */
	fileSize?: number;
}

const LARGE = Buffer.concat([Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1'), Buffer.alloc(5e6)]);

function loadStored(
	{ bytes, id = 'filesystem-v2:executions/1/selfie', size, fileSize = bytes.length }: Stored,
	maxImageBytes = Infinity,
) {
	const opened: Opened[] = [];
	const buffer = jest.fn<Promise<Buffer>, [itemIndex: number, file: IBinaryData]>(() =>
		Promise.resolve(bytes),
	);
	const context = contextWith();
	Object.assign(context.helpers, {
		getBinaryDataBuffer: buffer,
		getBinaryMetadata: () => Promise.resolve({ fileSize }),
		getBinaryStream: (_id: string, chunkSize?: number) => {
			const stream = piecesOf(bytes, chunkSize ?? bytes.length);
			opened.push({ stream, chunkSize });
			return Promise.resolve(stream);
		},
	});
	const facts = { id, data: 'filesystem-v2', mimeType: 'image/jpeg', fileName: 'me.jpg' };
	const files = {
		selfie: { ...facts, ...(size !== undefined && { bytes: size }) },
		photo: PHOTO,
	};
	return { opened, buffer, loading: loadImages(context, 0, files, { maxImageBytes }) };
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

test('A stored file on the disk is known by its first bytes, and of the rest nothing is read', async () => {
	const { opened, loading } = loadStored({ bytes: LARGE });
	const { selfie } = await loading;
	expect(selfie).toMatchObject({
		bytes: { length: LARGE.length },
		mimeType: 'image/webp',
	});
	expect(opened.map(({ chunkSize }) => chunkSize)).toEqual([64]);
	expect(opened[0]?.stream.destroyed).toBe(true);
});

test('A stored file on the disk is read again each time that it is sent', async () => {
	const { selfie } = await loadStored({ bytes: LARGE }).loading;
	if (Buffer.isBuffer(selfie.bytes)) throw new Error('The file is in memory');
	for (let time = 0; time < 2; time++) {
		const sent = await bytesOf(await selfie.bytes.open());
		expect(sent.equals(LARGE)).toBe(true);
	}
});

test.each<[size: number, isReadAtOnce: boolean]>([
	[1024 * 1024, true],
	[1024 * 1024 + 1, false],
])('A stored file on the disk of %i bytes is read at once: %p', async (size, isReadAtOnce) => {
	const bytes = Buffer.concat([JPEG, Buffer.alloc(size - JPEG.length)]);
	const { loading, buffer } = loadStored({ bytes, size });
	await loading;
	expect(buffer.mock.calls.map(([, { id }]) => id !== undefined)).toEqual(
		isReadAtOnce ? [true, false] : [false],
	);
});

test.each(['s3:executions/1/selfie', 'database:1'])(
	'A stored file elsewhere is read at once: %s',
	async (id) => {
		const { opened, loading } = loadStored({ bytes: JPEG, id });
		expect((await loading).selfie.bytes).toBe(JPEG);
		expect(opened).toEqual([]);
	},
);

test.each(['File not found: /home', "ENOENT: no such file or directory, open 'a'", 'NoSuchKey'])(
	'A stored file that n8n no longer has says so, and why that can be: %s',
	async (message) => {
		for (const size of [10, 2e6]) {
			const context = contextWith();
			const fail = () => Promise.reject(new Error(message));
			Object.assign(context.helpers, { getBinaryDataBuffer: fail, getBinaryMetadata: fail });
			const files = { selfie: { ...stored('1'), bytes: size }, photo: PHOTO };
			expect(await errorOf(() => loadImages(context, 0, files, NO_LIMIT))).toMatchObject({
				code: 'FILE_GONE',
				message: 'n8n no longer has the selfie file',
				description: expect.stringMatching(/^n8n deletes an execution's files together/) as unknown,
			});
		}
	},
);

test('A stored file that cannot be read for another reason is not called missing', async () => {
	const context = contextWith();
	const failure = new Error('The database is locked');
	Object.assign(context.helpers, { getBinaryDataBuffer: () => Promise.reject(failure) });
	const selfie = { ...stored('1'), id: 's3:1' };
	const loading = loadImages(context, 0, { selfie, photo: PHOTO }, NO_LIMIT);
	await expect(loading).rejects.toBe(failure);
});

test('A stored file of which n8n has only a part is refused before it is sent, or while it is', async () => {
	const GONE = { code: 'FILE_GONE', message: 'n8n no longer has all of the selfie file' };
	const small = loadStored({ bytes: JPEG, size: JPEG.length + 1 });
	expect(await errorOf(() => small.loading)).toMatchObject(GONE);
	const nothing = loadStored({ bytes: Buffer.alloc(0), fileSize: 5e6 });
	expect(await errorOf(() => nothing.loading)).toMatchObject(GONE);
	const { selfie } = await loadStored({ bytes: LARGE, fileSize: LARGE.length + 1 }).loading;
	if (Buffer.isBuffer(selfie.bytes)) throw new Error('The file is in memory');
	const { bytes } = selfie;
	const sending = async () => {
		for await (const chunk of await bytes.open()) expect(chunk.length).toBeGreaterThan(0);
	};
	const error = await errorOf(sending);
	expect(error).toMatchObject(GONE);
	expect(bytes.readError).toBe(error);
});
