import { outputsOf, runWorkflow, type TestFile, type TestItem } from '../support/engine.cts';
import { type BinaryMode, binaryModes, useBinaryMode } from '../support/binaryMode.cts';
import { credentialFor, picture, VERIFY, verifyWorkflow, whoLeft } from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

let kairos: StandInKairos;

beforeAll(recordLog);
beforeEach(async () => {
	kairos = await startStandIn(() => approves);
});
afterEach(() => kairos.stop());

const photo: TestFile = { bytes: picture, fileName: 'id.png' };

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

describe.each(binaryModes)('files kept in the mode %s', (mode: BinaryMode) => {
	beforeAll(() => useBinaryMode(mode));
	afterAll(() => useBinaryMode('filesystem'));

	test('arrive byte for byte, with their names and content types', async () => {
		const selfie = { bytes: Buffer.concat([picture, Buffer.from([0, 13, 10, 45, 45, 255])]) };
		expect(await errorOf({ selfie: { ...selfie, fileName: 'me.png' }, photo })).toBeUndefined();
		expect(kairos.asked).toMatchObject([
			{
				selfie: { name: 'me.png', type: 'image/png', bytes: selfie.bytes },
				photo: { name: 'id.png', type: 'image/png', bytes: picture },
			},
		]);
	});

	test('that are not there are named by the fields that are', async () => {
		expect(await errorOf({ photo, contract: photo })).toBe(
			'The item has no file in the field "selfie" [item 0]. It has: "photo", "contract". Correct Selfie Input Field, or add a step before this one that gives the file.',
		);
		expect(kairos.asked).toEqual([]);
	});

	test('that are empty are not sent', async () => {
		expect(
			await errorOf({ selfie: { bytes: Buffer.alloc(0), fileName: 'me.png' }, photo }),
		).toMatch(/^The file of the selfie is empty \[item 0\]\. /);
		expect(kairos.asked).toEqual([]);
	});

	test.each([
		['a PDF', Buffer.from('%PDF-1.7\n'), 'me.pdf', 'application/pdf'],
		['a text that is called a picture', Buffer.from('no picture'), 'me.jpg', 'image/jpeg'],
	])('that are %s are not sent', async (_what, bytes, fileName, mimeType) => {
		expect(await errorOf({ selfie: { bytes, fileName, mimeType }, photo })).toMatch(
			new RegExp(
				`^The file of the selfie is not a picture \\[item 0\\]\\. Its type is given as ${mimeType}\\.`,
			),
		);
		expect(kairos.asked).toEqual([]);
	});

	test('may be one and the same for selfie and photo', async () => {
		expect(await errorOf({ selfie: photo }, { photoField: 'selfie' })).toBeUndefined();
		expect(kairos.asked).toMatchObject([
			{ selfie: { bytes: picture, name: 'id.png' }, photo: { bytes: picture, name: 'id.png' } },
		]);
	});

	test('may be of 25 MB or of 1 pixel', async () => {
		const large = Buffer.concat([picture, Buffer.alloc(25_000_000, 'pixel')]);
		const gif = Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=', 'base64');
		expect(await errorOf({ selfie: { bytes: large }, photo: { bytes: gif } })).toBeUndefined();
		const [asked] = kairos.asked;
		expect(asked?.selfie.bytes.equals(large)).toBe(true);
		expect(asked?.photo).toMatchObject({ bytes: gif, type: 'image/gif' });
	});
});

describe('a file name', () => {
	test.each([
		['with quotes', 'the "me".png', 'the %22me%22.png'],
		['with line breaks', 'me\r\nX-Evil: 1\n.png', 'me%0D%0AX-Evil: 1%0A.png'],
		['with umlauts', 'Jürgen Groß.png', 'Jürgen Groß.png'],
		['with emoji', 'me 😀👩‍👩‍👧.png', 'me 😀👩‍👩‍👧.png'],
		['of 300 characters', `${'x'.repeat(296)}.png`, `${'x'.repeat(296)}.png`],
	])('%s arrives whole', async (_what, fileName, arrives) => {
		expect(await errorOf({ selfie: { bytes: picture, fileName }, photo })).toBeUndefined();
		expect(decoded(kairos.asked[0]?.selfie.name)).toBe(decoded(arrives));
		expect(kairos.asked[0]?.selfie.bytes).toEqual(picture);
	});

	test.each([undefined, '', '   '])(
		'that is %j is made up, because some servers want one',
		async (fileName) => {
			expect(await errorOf({ selfie: { bytes: picture, fileName }, photo })).toBeUndefined();
			expect(kairos.asked[0]?.selfie.name).toBe('selfie.png');
		},
	);
});

describe('a content type', () => {
	test.each([
		undefined,
		'application/octet-stream',
		'image/jpeg',
		'text/html; charset=x\r\nX-Evil: 1',
	])('that is %j is told from the bytes', async (mimeType) => {
		expect(
			await errorOf({ selfie: { bytes: picture, fileName: 'me', mimeType }, photo }),
		).toBeUndefined();
		expect(kairos.asked[0]?.selfie.type).toBe('image/png');
	});
});

describe("files in the items' json, as in the binary mode combined", () => {
	/** A step that moves the files as n8n does in this mode. */
	const combined = (items: TestItem[], parameters: Record<string, unknown>) =>
		runWorkflow(
			{
				...verifyWorkflow(parameters, { onError: 'continueRegularOutput' }),
				settings: { binaryMode: 'combined' },
			},
			{ items, credential: credentialFor(kairos.url) },
		);

	test('are found by _files.name', async () => {
		const run = await combined(
			[
				{
					json: { person: 'ada' },
					files: { selfie: { bytes: picture, fileName: 'me.png' }, photo },
				},
			],
			{ selfieField: '_files.selfie', photoField: '_files.photo' },
		);
		expect(whoLeft(run)).toEqual({ Approved: ['ada'] });
		expect(kairos.asked).toMatchObject([{ selfie: { name: 'me.png' }, photo: { name: 'id.png' } }]);
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
	const selfie = { bytes: picture, fileName: 'me.png' };

	test('may give a file of an earlier step', async () => {
		const parameters = { selfieField: "={{ $('Items').item.binary.other }}" };
		expect(await errorOf({ other: selfie, photo }, parameters)).toBeUndefined();
		expect(kairos.asked).toMatchObject([{ selfie: { name: 'me.png', bytes: picture } }]);
	});

	test.each([
		['undefined', '={{ undefined }}'],
		['null', '={{ null }}'],
		['a number', '={{ 7 }}'],
		['a list', '={{ ["selfie"] }}'],
		['a list of files', '={{ [$binary.selfie] }}'],
		['an object', '={{ ({ selfie: 1 }) }}'],
		['true', '={{ true }}'],
		['nothing but blanks', '={{ "  " }}'],
	])('and gives %s names no file', async (_what, selfieField) => {
		expect(await errorOf({ selfie, photo }, { selfieField })).toMatch(
			/^Selfie Input Field names no file \[item 0\]\. /,
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

/** Names in forms, with what browsers escape in them written out. */
function decoded(name = ''): string {
	return name.replace(/%(22|0D|0A)/g, (sign) => decodeURIComponent(sign));
}
