import {
	isOlderThan,
	outputsOf,
	runWorkflow,
	since,
	type TestFile,
	type TestItem,
} from '../support/engine.cts';
import { type BinaryMode, binaryModes, useBinaryMode } from '../support/binaryMode.cts';
import {
	credentialFor,
	imageOf,
	limits,
	sampleImage,
	VERIFY,
	verifyWorkflow,
	whoLeft,
} from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

let kairos: StandInKairos;

beforeAll(recordLog);
beforeEach(async () => {
	kairos = await startStandIn(() => approves);
});
afterEach(() => kairos.stop());

const ada = imageOf('ada');
const selfie: TestFile = { bytes: ada, fileName: 'Ada at home.png' };
const photo: TestFile = { bytes: sampleImage, fileName: 'id.png' };

/** Verifies one item, and gives its error, undefined when it was approved. */
async function errorOf(files: Record<string, TestFile>, parameters: Record<string, unknown> = {}) {
	const run = await runWorkflow(verifyWorkflow(parameters, { onError: 'continueRegularOutput' }), {
		items: [{ json: { person: 'ada' }, files }],
		credential: credentialFor(kairos.url),
	});
	const [item, ...others] = outputsOf(run, VERIFY).flat();
	expect(others).toEqual([]);
	expect(Object.keys(whoLeft(run))).toEqual([
		item?.json.error === undefined ? 'Approved' : 'Review',
	]);
	return item?.json.error;
}

/** Older releases keep files in a database in another way, which needs one. */
const modes = binaryModes.filter((mode) => mode !== 'database' || !isOlderThan('2.41.1'));

describe.each(modes)('files kept in the mode %s', (mode: BinaryMode) => {
	beforeAll(() => useBinaryMode(mode));
	afterAll(() => useBinaryMode('filesystem'));

	test('arrive byte for byte, with neutral names and their content types', async () => {
		const bytes = Buffer.concat([sampleImage, Buffer.from([0, 13, 10, 45, 45, 255])]);
		expect(await errorOf({ selfie: { ...selfie, bytes }, photo })).toBeUndefined();
		expect(kairos.asked).toMatchObject([
			{
				selfie: { name: 'selfie.png', type: 'image/png', bytes },
				photo: { name: 'photo.png', type: 'image/png', bytes: sampleImage },
			},
		]);
	});

	test('that are not there are named by the fields that are', async () => {
		expect(await errorOf({ photo, contract: photo })).toBe(
			'The item has no file in the field "selfie" [item 0]. It has: "photo", "contract". Change Selfie Input Field, or add a node before this one that provides the file.',
		);
		expect(kairos.asked).toEqual([]);
	});

	test('that are empty are not sent', async () => {
		expect(
			await errorOf({ selfie: { bytes: Buffer.alloc(0), fileName: 'me.png' }, photo }),
		).toMatch(/^The selfie file is empty \[item 0\]\. /);
		expect(kairos.asked).toEqual([]);
	});

	test.each([
		['a PDF', Buffer.from('%PDF-1.7\n'), 'me.pdf', 'application/pdf'],
		['a text that is called an image', Buffer.from('no image'), 'me.jpg', 'image/jpeg'],
	])('that are %s are not sent', async (_what, bytes, fileName, mimeType) => {
		expect(await errorOf({ selfie: { bytes, fileName, mimeType }, photo })).toMatch(
			new RegExp(
				`^The selfie is not an image \\[item 0\\]\\. The file is labeled ${mimeType}, but does not contain an image that this node recognizes\\. Use a JPEG or PNG image\\.$`,
			),
		);
		expect(kairos.asked).toEqual([]);
	});

	test('may be as large as Max Image Size, or of 1 pixel', async () => {
		const large = ofSize(20_000_000);
		const gif = Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=', 'base64');
		expect(await errorOf({ selfie: { bytes: large }, photo: { bytes: gif } })).toBeUndefined();
		const [asked] = kairos.asked;
		expect(asked?.selfie.bytes.equals(large)).toBe(true);
		expect(asked?.photo).toMatchObject({ bytes: gif, type: 'image/gif' });
	});

	test.each(['selfie', 'photo'])(
		'that are larger than Max Image Size are not sent: the %s',
		async (role) => {
			const files = { selfie, photo, [role]: { bytes: ofSize(20_050_001) } };
			expect(await errorOf(files)).toBe(
				`The ${role} is too large: 20.1 MB [item 0]. Max Image Size in Options is 20 MB. Resize the image before this node, for example with the Edit Image node, or raise the limit.`,
			);
			expect(kairos.asked).toEqual([]);
		},
	);

	test('may be larger where the builder allows it', async () => {
		const large = ofSize(25_000_000);
		const files = { selfie: { bytes: large }, photo };
		expect(await errorOf(files, { options: limits({ maxImageSize: 25 }) })).toBeUndefined();
		expect(kairos.asked[0]?.selfie.bytes.equals(large)).toBe(true);
	});
});

/** Something that begins like an image and is of so many bytes. */
function ofSize(bytes: number): Buffer {
	return Buffer.concat([sampleImage, Buffer.alloc(bytes - sampleImage.length, 'pixel')]);
}

describe('a file name', () => {
	test.each([
		['with quotes', 'the "me".png'],
		['with line breaks', 'me\r\nX-Evil: 1\n.png'],
		['that ends in a backslash', 'me.png\\'],
		['with markup', '<script>alert(1)</script>.png'],
		['with a path', '../../../etc/passwd'],
		['with umlauts', 'Jürgen Groß.png'],
		['with emoji', 'me 😀👩‍👩‍👧.png'],
		['of 200,000 characters', `${'x.'.repeat(1e5)}png`],
		['of 200,000 characters that almost steer', `${'x.match-0'.repeat(22_222)}.png`],
		['that says nothing', ''],
		['of blanks', '   '],
		['that is missing', undefined],
	])('%s stays with the node', async (_what, fileName) => {
		expect(
			await errorOf({ selfie: { bytes: ada, fileName }, photo: { bytes: sampleImage, fileName } }),
		).toBeUndefined();
		const [asked] = kairos.asked;
		expect([asked?.selfie.name, asked?.photo.name]).toEqual(['selfie.png', 'photo.png']);
		expect(asked?.selfie.bytes).toEqual(ada);
	});

	test('keeps on the own network only the words that steer the sandbox', async () => {
		const fileName = 'Ada Lovelace.match-0.9.born-1815.liveness-null.delay-1.jpg';
		expect(await errorOf({ selfie: { bytes: ada, fileName }, photo })).toBeUndefined();
		expect(kairos.asked[0]?.selfie.name).toBe('selfie.match-0.9.liveness-null.delay-1.png');
	});
});

describe('a content type', () => {
	test.each([
		undefined,
		'application/octet-stream',
		'image/jpeg',
		'text/html; charset=x\r\nX-Evil: 1',
	])('that is %j is told from the bytes', async (mimeType) => {
		expect(
			await errorOf({ selfie: { bytes: ada, fileName: 'me', mimeType }, photo }),
		).toBeUndefined();
		expect(kairos.asked[0]?.selfie.type).toBe('image/png');
	});
});

since('2.20.12').describe("files in the items' json, as in the binary mode combined", () => {
	/** A node that moves the files as n8n does in this mode. */
	const combined = (items: TestItem[], parameters: Record<string, unknown>) =>
		runWorkflow(
			{
				...verifyWorkflow(parameters, { onError: 'continueRegularOutput' }),
				settings: { binaryMode: 'combined' },
			},
			{ items, credential: credentialFor(kairos.url) },
		);

	test('are found by _files.name', async () => {
		const run = await combined([{ json: { person: 'ada' }, files: { selfie, photo } }], {
			selfieField: '_files.selfie',
			photoField: '_files.photo',
		});
		expect(whoLeft(run)).toEqual({ Approved: ['ada'] });
		expect(kairos.asked).toMatchObject([{ selfie: { bytes: ada }, photo: { bytes: sampleImage } }]);
	});

	test('are left out, and nothing else, when Keep Images is off', async () => {
		const run = await combined(
			[{ json: { person: 'ada' }, files: { selfie, photo, contract: photo } }],
			{
				selfieField: '_files.selfie',
				photoField: '_files.photo',
				options: { keepImages: false },
			},
		);
		const [approved] = outputsOf(run, VERIFY)[2] ?? [];
		expect(Object.keys(approved?.json._files ?? {})).toEqual(['contract']);
	});

	test('are named when the one that is wanted is not there', async () => {
		const run = await combined([{ json: { person: 'ada' }, files: { photo } }], {
			selfieField: '_files.selfie',
			photoField: '_files.photo',
		});
		expect(outputsOf(run, VERIFY)[0]?.[0]?.json.error).toMatch(/It has: "_files\.photo"\./);
	});
});

describe('an input field that is an expression', () => {
	test('may give a file of an earlier node', async () => {
		const parameters = { selfieField: "={{ $('Items').item.binary.other }}" };
		expect(await errorOf({ other: selfie, photo }, parameters)).toBeUndefined();
		expect(kairos.asked).toMatchObject([{ selfie: { bytes: ada } }]);
	});

	test.each([
		['undefined', '={{ undefined }}'],
		['null', '={{ null }}'],
		['a number', '={{ 7 }}'],
		['true', '={{ true }}'],
		['nothing but blanks', '={{ "  " }}'],
	])('and gives %s names no file', async (_what, selfieField) => {
		expect(await errorOf({ selfie, photo }, { selfieField })).toMatch(
			/^Selfie Input Field is empty \[item 0\]\. /,
		);
		expect(kairos.asked).toEqual([]);
	});

	test.each([
		['a list', '={{ ["selfie"] }}'],
		['a list of files', '={{ [$binary.selfie] }}'],
		['an object', '={{ ({ selfie: 1 }) }}'],
		['a file whose id is no text', '={{ ({ id: 7, mimeType: "image/png", data: "" }) }}'],
	])('and gives %s gives no file', async (_what, selfieField) => {
		expect(await errorOf({ selfie, photo }, { selfieField })).toMatch(
			/^Selfie Input Field does not point to a file from this execution \[item 0\]\. /,
		);
		expect(kairos.asked).toEqual([]);
	});

	test.each(['__proto__', 'constructor', 'toString', 'selfie.data'])(
		'and gives the name %s finds no file',
		async (name) => {
			expect(await errorOf({ selfie, photo }, { selfieField: `={{ "${name}" }}` })).toMatch(
				/^The item has no file in the field /,
			);
			expect(kairos.asked).toEqual([]);
		},
	);
});
