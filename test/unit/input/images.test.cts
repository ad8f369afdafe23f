import { Readable } from 'node:stream';
import { buffer as bytesOf } from 'node:stream/consumers';
import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { WorkflowFiles } from '../../../nodes/BiometricVerify/input/files';
import {
	assertRecordedSizes,
	findImageFiles,
	loadImages,
	type ImageFields,
	type ImageFiles,
} from '../../../nodes/BiometricVerify/input/images';
import type { Image } from '../../../nodes/BiometricVerify/kairos/request';
import { contextWith, type StandIn } from '../../support/context.cts';

const JPEG = Buffer.from('ffd8ffe000104a46494600', 'hex');
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

function file(bytes: Buffer, facts: Partial<IBinaryData> = {}): IBinaryData {
	return { data: bytes.toString('base64'), mimeType: 'application/octet-stream', ...facts };
}

/** What n8n keeps where `id` says. */
const stored = (id: string) => file(PNG, { id: `filesystem-v2:${id}`, data: 'filesystem-v2' });

const SELFIE = file(JPEG, { fileName: 'me.jpg' });
const PHOTO = file(PNG, { fileName: 'id.png' });
const itemWith = (binary: INodeExecutionData['binary']): INodeExecutionData => ({
	json: {},
	binary,
});
const ITEM = itemWith({ selfie: SELFIE, photo: PHOTO });
const FIELDS: ImageFields = { selfieField: 'selfie', photoField: 'photo' };
const FROM_FORM = "={{ $('Form').item.binary.data }}";

/** An error with these properties. */
const errorWith = (facts: object) => expect.objectContaining(facts) as Error;
const text = (pattern: RegExp) => expect.stringMatching(pattern) as unknown;

interface Given {
	fields?: Partial<ImageFields>;
	standIn?: StandIn;
	photoItem?: INodeExecutionData;
}

function find(item: INodeExecutionData, { fields, standIn, photoItem = item }: Given = {}) {
	const context = contextWith(standIn);
	const pair = { selfieItem: item, photoItem, itemIndex: 0, pairedItem: { item: 0 } };
	return findImageFiles(context, new WorkflowFiles(context), pair, { ...FIELDS, ...fields });
}

test('The two files are those that expressions return, of a named node or of the item itself', () => {
	const other = stored('elsewhere');
	const standIn = {
		node: { parameters: { selfieField: FROM_FORM, photoField: '={{ $binary.photo }}' } },
		nodes: { Form: [[itemWith({ data: other })]] },
	};
	const fields = { selfieField: { ...other, bytes: 1 }, photoField: { ...PHOTO } };
	// What n8n says of a file counts, not what the expression says.
	expect(find(ITEM, { fields, standIn })).toEqual({ selfie: other, photo: PHOTO });
});

test('The two files are taken each from the item of its own input', () => {
	const fields = { selfieField: 'data', photoField: 'data' };
	const photoItem = itemWith({ data: PHOTO });
	const files = find(itemWith({ data: SELFIE }), { fields, photoItem });
	expect(files).toEqual({ selfie: SELFIE, photo: PHOTO });
});

test.each(['selfie', 'photo'])(
	'The two files are refused where n8n says that one is over the limit: the %s',
	(noun) => {
		const files = { selfie: SELFIE, photo: PHOTO, [noun]: file(JPEG, { bytes: 3e6 }) };
		const message = `The ${noun} is too large: 3.0 MB`;
		expect(() => assertRecordedSizes(files, { maxImageBytes: 2e6 })).toThrow(
			errorWith({ code: 'FILE_TOO_LARGE', message, retake: noun }),
		);
		expect(() => assertRecordedSizes(files, { maxImageBytes: 3e6 })).not.toThrow();
	},
);

const MANY = Object.fromEntries(Array.from({ length: 22 }, (_, at) => [`f${at}`, SELFIE]));
const IN_JSON = { json: { PHOTO } as unknown as IDataObject };

test.each<[what: string, item: INodeExecutionData, expected: RegExp]>([
	['those that are there', ITEM, /^It has: "selfie", "photo"\. Change 'Selfie Input Field', or/],
	['none, not even what looks like a file', IN_JSON, /^It has no files\. Change 'Selfie/],
	['a long name cut', itemWith({ ['x'.repeat(81)]: SELFIE }), /: "x{79}…"\. Change/],
	['no more than twenty', itemWith(MANY), /: "f0", "f1", .*"f19" and 2 more\. Change/],
])('A missing file has an error that lists %s', (_what, item, expected) => {
	const message = 'The item has no file in the field "portrait"';
	expect(() => find(item, { fields: { selfieField: 'portrait' } })).toThrow(
		errorWith({ code: 'FILE_NOT_FOUND', message, description: text(expected) }),
	);
});

test('A missing file has an error that names the expression for it where only an earlier node had files', () => {
	const standIn = { nodes: { Form: [[itemWith({ photo: PHOTO, portrait: SELFIE })]] } };
	const description = text(
		/^It has no files, .* expression: {{ \$\('Form'\)\.item\.binary\.portrait }}$/,
	);
	const fields = { selfieField: ' portrait' };
	expect(() => find({ json: {} }, { fields, standIn })).toThrow(errorWith({ description }));
});

test.each([`data:image/png;base64,${PNG.toString('base64')}`, JPEG.toString('base64').repeat(50)])(
	'Base64 text in place of a field name is recognized, and not quoted: %.30s',
	(selfieField) => {
		const message = "'Selfie Input Field' is not the name of a field";
		const description = text(/^It looks like Base64 text\. .*Convert to File.* It has: "selfie"/);
		expect(() => find(ITEM, { fields: { selfieField } })).toThrow(
			errorWith({ message, description }),
		);
	},
);

test.each([
	[{ selfieField: '' }, "'Selfie Input Field' is empty"],
	[{ photoField: ' ' }, "'Photo Input Field' is empty"],
])('A parameter that is empty is refused by its label: %j', (fields, message) => {
	const error = errorWith({ code: 'INVALID_SETTING', message });
	expect(() => find(ITEM, { fields })).toThrow(error);
});

test.each<[value: unknown, what: string]>([
	[undefined, 'nothing'],
	[null, 'nothing'],
	['', 'nothing'],
	[5, 'the number 5'],
	[true, 'true'],
	[[SELFIE], 'a list of files'],
	[['selfie'], 'a list'],
	[{ id: 7, mimeType: 'image/png', data: 'AAAA' }, 'an object that is not a file'],
	[ITEM, 'an object that is not a file'],
])('A parameter whose expression returned %j says so', (selfieField, what) => {
	const standIn = { node: { parameters: { selfieField: '={{ $json.a }}' } } };
	expect(() => find(ITEM, { fields: { selfieField }, standIn })).toThrow(
		errorWith({
			code: 'INVALID_SETTING',
			message: `'Selfie Input Field' is an expression that returned ${what}`,
			description: text(/\{\{ \$\('Get Image'\)\.item\.binary\.selfie \}\}/),
		}),
	);
});

test.each<[what: string, fields: Partial<ImageFields>]>([
	['names with white space', { selfieField: ' selfie ' }],
	['files', { selfieField: { ...SELFIE }, photoField: { ...PHOTO } }],
])('An item with several people is refused, and Aggregate is named: by %s', (_what, fields) => {
	const item = itemWith({ ...ITEM.binary, selfie_1: stored('1'), photo_1: stored('2') });
	expect(() => find(item, { fields })).toThrow(
		errorWith({ code: 'NOT_ONE_PERSON', description: text(/Aggregate/) }),
	);
});

test.each([['photo_1'], ['selfie_1'], ['selfie_2', 'photo_2'], ['selfie1', 'photo1']])(
	'An item that only has %s besides is one person',
	(...others) => {
		const rest = Object.fromEntries(others.map((name) => [name, stored(name)]));
		expect(find(itemWith({ ...ITEM.binary, ...rest }))).toEqual(ITEM.binary);
	},
);

const other = stored('elsewhere');
const both = itemWith({ selfie: other, photo: { ...other, fileName: 'id.png' } });
const twice = (selfieField: unknown, photoField: unknown) => ({ selfieField, photoField });

test.each<[what: string, fields: ImageFields, selfie: INodeExecutionData, photo?: typeof both]>([
	['the same field', twice('selfie', 'selfie'), ITEM],
	['the same field, with white space', twice('photo ', ' photo'), ITEM],
	['two fields that hold the same file', FIELDS, both],
	['a field and the same file', twice(other, 'photo'), both],
	['the same file twice', twice(other, { ...other }), ITEM],
	['a file in memory and its field', twice(SELFIE, 'selfie'), ITEM],
	['two inputs', FIELDS, itemWith({ selfie: other }), itemWith({ photo: other })],
])('One file for both images is rejected: %s', (_what, fields, item, photoItem = item) => {
	const standIn: StandIn = {
		node: { parameters: { selfieField: FROM_FORM, photoField: FROM_FORM } },
		nodes: { Form: [[itemWith({ data: other })]] },
	};
	expect(() => find(item, { fields, standIn, photoItem })).toThrow(
		errorWith({ code: 'SAME_FILE', message: text(/^'Selfie .*' and 'Photo .*' point to the/) }),
	);
});

test('Two uploads of the same bytes in memory are two files: their images are compared', () => {
	const binary = { selfie: file(JPEG), photo: file(JPEG) };
	expect(find(itemWith(binary))).toEqual(binary);
});

const OF_FORM = "={{ $('Form').item.binary.selfie }}";
const findAsTool = (selfieField = OF_FORM, people = 1) =>
	find(
		{ json: {} },
		{
			fields: { selfieField: { ...SELFIE }, photoField: { ...PHOTO } },
			standIn: {
				node: {
					type: 'n8n-nodes-kairos.biometricVerifyTool',
					parameters: { selfieField, photoField: OF_FORM },
				},
				nodes: { Form: [Array<INodeExecutionData>(people).fill(ITEM)], Other: [[ITEM]] },
			},
		},
	);

test("As an agent's tool the node takes the files of a node that has output one item", () => {
	expect(findAsTool()).toEqual({ selfie: SELFIE, photo: PHOTO });
	expect(() => findAsTool(OF_FORM, 2)).toThrow(
		errorWith({ code: 'NOT_ONE_PERSON', message: text(/^The node "Form" has output more than/) }),
	);
});

test.each([
	'selfie',
	'={{ $fromAI("selfie") }}',
	"={{ $('Form').item.binary.selfie ?? $('Other').item.binary.selfie }}",
])("As an agent's tool the node needs an expression that names one node: %s", (expression) => {
	expect(() => findAsTool(expression)).toThrow(
		errorWith({
			code: 'INVALID_SETTING',
			message: "'Selfie Input Field' does not name one earlier node",
			description: text(/^An AI agent cannot pass files\. Set 'Selfie/),
		}),
	);
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
	['a video', brand('isom')],
	['a GIF', 'GIF89a'],
	['text with WEBP at byte 8', 'This is WEBP, they say'],
	['RIFF without WEBP', 'RIFF\x24\0\0\0WAVEfmt '],
	['an unknown brand', brand('heik')],
	['the beginning of an image', '\xff\xd8'],
	['an image that begins later', ' \xff\xd8\xff'],
	['a word in Base64', 'cGxhaW4gdGV4dCwgbm8gaW1hZ2U='],
])('A file that is labeled as an image is rejected if it is %s', async (_what, head) => {
	const selfie = file(Buffer.from(head, 'latin1'), { mimeType: 'image/jpeg' });
	await expect(load({ selfie })).rejects.toMatchObject({
		code: 'NOT_AN_IMAGE',
		message: 'The selfie is not an image',
		retake: 'selfie',
		description: text(/^The file is labeled image\/jpeg, but does not contain an image/),
	});
});

test.each<[what: string, text: string]>([
	['Base64 of a JPEG', JPEG.toString('base64')],
	['Base64 of a HEIC', Buffer.from(brand('heic'), 'latin1').toString('base64')],
	['Base64 in quotes', ` "${PNG.toString('base64')}"`],
	['a data: URI', `data:image/png;base64,${PNG.toString('base64')}`],
])('A file that is %s is rejected, and the error names Convert to File', async (_what, base64) => {
	await expect(load({ photo: file(Buffer.from(base64)) })).rejects.toMatchObject({
		code: 'NOT_AN_IMAGE',
		description: text(/looks like Base64 text.*Convert to File/),
	});
});

test.each(['selfie', 'photo'])('An empty file is rejected: the %s', async (noun) => {
	const error = { code: 'EMPTY_FILE', message: `The ${noun} file is empty`, retake: noun };
	await expect(load({ [noun]: file(Buffer.alloc(0)) })).rejects.toMatchObject(error);
});

test.each(['selfie', 'photo'])('An image may be as large as the limit: the %s', async (noun) => {
	const bytes = Buffer.concat([JPEG, Buffer.alloc(2_500_000 - JPEG.length)]);
	// Neither is believed what a file in memory says of its size.
	for (const size of [undefined, 1, NaN, 'large', 3e6] as number[]) {
		const large = file(bytes, { bytes: size });
		await expect(load({ [noun]: large }, 2_500_000)).resolves.toBeDefined();
		await expect(load({ [noun]: large }, 2_400_000)).rejects.toMatchObject({
			message: `The ${noun} is too large: 2.5 MB`,
			description: text(/^'Max Image Size \(MB\)' in Options is 2\.4 MB\. Resize/),
		});
	}
});

interface Stored {
	bytes: Buffer;
	id?: string;
	/** What its item says of its size. */
	size?: number;
	/** What the store says of its size. */
	fileSize?: number;
}

const LARGE = Buffer.concat([Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1'), Buffer.alloc(5e6)]);

/** Loads a selfie that n8n keeps; what it was asked for. */
function loadStored({ bytes, id = 'filesystem-v2:1', size, fileSize = bytes.length }: Stored) {
	const opened: Array<{ stream: Readable; chunkSize: number | undefined }> = [];
	const readAtOnce: boolean[] = [];
	const context = contextWith();
	Object.assign(context.helpers, {
		getBinaryDataBuffer: (_itemIndex: number, of: IBinaryData) => {
			readAtOnce.push(of.id === id);
			return Promise.resolve(of.id === id ? bytes : PNG);
		},
		getBinaryMetadata: () => Promise.resolve({ fileSize }),
		getBinaryStream: (_id: string, chunkSize = bytes.length) => {
			const chunks = [bytes.subarray(0, chunkSize), bytes.subarray(chunkSize)];
			const stream = Readable.from(chunks.filter(({ length }) => length > 0));
			opened.push({ stream, chunkSize });
			return Promise.resolve(stream);
		},
	});
	const selfie = { ...stored('1'), id, ...(size !== undefined && { bytes: size }) };
	const loading = loadImages(context, 0, { selfie, photo: PHOTO }, { maxImageBytes: Infinity });
	return { opened, readAtOnce, loading };
}

/** What is read while it is sent. */
function openable({ bytes }: Image) {
	if (Buffer.isBuffer(bytes)) throw new Error('The file is in memory');
	return bytes;
}

test('A stored file on the disk is known by its first bytes, and read anew each time that it is sent', async () => {
	const { opened, loading } = loadStored({ bytes: LARGE });
	const { selfie } = await loading;
	expect(selfie).toMatchObject({ bytes: { length: LARGE.length }, mimeType: 'image/webp' });
	expect(opened).toMatchObject([{ chunkSize: 64, stream: { destroyed: true } }]);
	for (let time = 0; time < 2; time++) {
		const sent = await bytesOf(await openable(selfie).open());
		expect(sent.equals(LARGE)).toBe(true);
	}
});

const jpegOf = (length: number) => Buffer.concat([JPEG, Buffer.alloc(length - JPEG.length)]);

test.each<[what: string, given: Stored, isReadAtOnce: boolean]>([
	['small', { bytes: jpegOf(1024 * 1024), size: 1024 * 1024 }, true],
	['large', { bytes: jpegOf(1024 * 1024 + 1), size: 1024 * 1024 + 1 }, false],
	['large, in a bucket', { bytes: LARGE, id: 's3:executions/1/selfie' }, true],
	['large, in the database', { bytes: LARGE, id: 'database:1', size: LARGE.length }, true],
])('A stored file is read at once, or while it is sent: %s', async (_what, given, isReadAtOnce) => {
	const { loading, readAtOnce, opened } = loadStored(given);
	await loading;
	expect(readAtOnce).toEqual(isReadAtOnce ? [true, false] : [false]);
	expect(opened).toHaveLength(isReadAtOnce ? 0 : 1);
});

const LOCKED = 'The database is locked';
test.each<[failure: string, bytes: number, message: string, description?: RegExp]>([
	['File not found: /home', 10, 'n8n no longer has the selfie file', /^n8n deletes an execution's/],
	["ENOENT: no such file or directory, open 'a'", 2e6, 'n8n no longer has the selfie file'],
	['NoSuchKey', 10, 'n8n no longer has the selfie file'],
	[LOCKED, 10, LOCKED],
])('A stored file that cannot be read is called gone only if it is: %s', async (...given) => {
	const [failure, bytes, message, description] = given;
	const context = contextWith();
	const fail = () => Promise.reject(new Error(failure));
	Object.assign(context.helpers, { getBinaryDataBuffer: fail, getBinaryMetadata: fail });
	const files = { selfie: { ...stored('1'), bytes }, photo: PHOTO };
	const loading = loadImages(context, 0, files, { maxImageBytes: Infinity });
	const says = description && { code: 'FILE_GONE', description: text(description) };
	await expect(loading).rejects.toMatchObject({ message, ...says });
});

test('A stored file of which n8n has only a part is refused before it is sent, or while it is', async () => {
	const GONE = { code: 'FILE_GONE', message: 'n8n no longer has all of the selfie file' };
	const small = loadStored({ bytes: JPEG, size: JPEG.length + 1 });
	await expect(small.loading).rejects.toMatchObject(GONE);
	const nothing = loadStored({ bytes: Buffer.alloc(0), fileSize: 5e6 });
	await expect(nothing.loading).rejects.toMatchObject(GONE);
	const { selfie } = await loadStored({ bytes: LARGE, fileSize: LARGE.length + 1 }).loading;
	const bytes = openable(selfie);
	await expect(bytes.open().then(bytesOf)).rejects.toMatchObject(GONE);
	expect(bytes.readError).toMatchObject(GONE);
});
