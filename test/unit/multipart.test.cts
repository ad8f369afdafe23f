import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { Response } from 'undici';
import {
	type FilePart,
	MultipartBody,
	type TextPart,
} from '../../nodes/BiometricVerify/kairos/multipart';

const BOUNDARY = '----kairos-boundary';

async function bytesOf(body: MultipartBody): Promise<Buffer> {
	return await buffer(body.stream());
}

/** What another implementation reads from a body: undici's parser, which knows none of the node. */
async function parsed(parts: ReadonlyArray<FilePart | TextPart>) {
	const body = new MultipartBody(parts, BOUNDARY);
	const headers = { 'Content-Type': body.type };
	const form = await new Response(await bytesOf(body), { headers }).formData();
	return await Promise.all(
		[...form].map(async ([name, value]) =>
			typeof value === 'string'
				? { name, text: value }
				: {
						name,
						fileName: value.name,
						mimeType: value.type,
						bytes: Buffer.from(await value.arrayBuffer()),
					},
		),
	);
}

function picture(fileName: string, bytes = Buffer.from('bytes')) {
	return { name: 'selfie', fileName, mimeType: 'image/jpeg', bytes };
}

async function textOf(...parts: Array<FilePart | TextPart>): Promise<string> {
	return (await bytesOf(new MultipartBody(parts, BOUNDARY))).toString('utf8');
}

test('a form is written byte for byte as RFC 7578 has it', async () => {
	const body = new MultipartBody(
		[
			picture('me.jpg', Buffer.from('\xff\xd8\r\n--', 'latin1')),
			{ name: 'image_multiface', text: 'true' },
		],
		BOUNDARY,
	);
	expect(body.type).toBe('multipart/form-data; boundary=----kairos-boundary');
	expect((await bytesOf(body)).toString('latin1')).toBe(
		[
			'------kairos-boundary',
			'Content-Disposition: form-data; name="selfie"; filename="me.jpg"',
			'Content-Type: image/jpeg',
			'',
			'\xff\xd8',
			'--',
			'------kairos-boundary',
			'Content-Disposition: form-data; name="image_multiface"',
			'',
			'true',
			'------kairos-boundary--',
			'',
		].join('\r\n'),
	);
});

describe('a file name', () => {
	test.each<[what: string, fileName: string, written: string]>([
		['in plain letters', 'me.jpg', 'me.jpg'],
		['with spaces and signs', "my pic (1); it's 100%.jpg", "my pic (1); it's 100%.jpg"],
		['with umlauts', 'Größe.jpg', 'Größe.jpg'],
		['in another script', '自撮り.jpg', '自撮り.jpg'],
		['with an emoji', '🤳.jpg', '🤳.jpg'],
		['with quotes', 'the "best".jpg', 'the %22best%22.jpg'],
		['with a line break', 'two\r\nlines.jpg', 'two%0D%0Alines.jpg'],
		['with a backslash', 'C:\\me.jpg', 'C:\\me.jpg'],
		[
			'that tries to be a header',
			'x"\r\nContent-Type: text/html\r\n\r\n<script>',
			'x%22%0D%0AContent-Type: text/html%0D%0A%0D%0A<script>',
		],
	])('%s is written as browsers write it', async (_what, fileName, written) => {
		expect(await textOf(picture(fileName))).toContain(
			`Content-Disposition: form-data; name="selfie"; filename="${written}"\r\nContent-Type: image/jpeg\r\n\r\nbytes\r\n`,
		);
	});

	test('never makes a further part or header', async () => {
		const forged = `a"\r\n\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="image"\r\n\r\nforged`;
		const parts = await parsed([picture(forged)]);
		expect(parts).toEqual([expect.objectContaining({ name: 'selfie' })]);
	});
});

test('a part name is escaped, too', async () => {
	expect(await textOf({ name: 'a"b\r\nc', text: 'x' })).toContain(
		'form-data; name="a%22b%0D%0Ac"\r\n\r\nx\r\n',
	);
});

test('another implementation reads the same parts, in the same order', async () => {
	const parts = [
		{ ...picture('Größe "1".jpg', Buffer.from('ffd8ff000d0a2d2d', 'hex')), name: 'selfie' },
		{ ...picture('自撮り.png', Buffer.alloc(0)), name: 'image', mimeType: 'image/png' },
		{ name: 'image_multiface', text: 'true' },
	];
	expect(await parsed(parts)).toEqual([
		{ ...parts[0], fileName: 'Größe "1".jpg' },
		parts[1],
		parts[2],
	]);
});

test('another implementation reads the same bytes and names, whatever they are', async () => {
	const fileName = fc
		.string({ unit: 'grapheme', minLength: 1 })
		// A percent sign is not escaped (nor is it in browsers), so "%22" would come back as a quote.
		.filter((name) => !name.includes('%'));
	const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
	await fc.assert(
		fc.asyncProperty(fileName, bytes, bytes, async (name, selfie, photo) => {
			const parts = [picture(name, selfie), { ...picture(name, photo), name: 'image' }];
			expect(await parsed(parts)).toEqual(parts);
		}),
		{ numRuns: 200 },
	);
});

test('bytes are not changed, whatever they hold', async () => {
	const bytes = Buffer.from(Array.from({ length: 65536 }, (_, at) => (at * 7) % 256));
	expect(
		(await bytesOf(new MultipartBody([picture('me.jpg', bytes)], BOUNDARY))).includes(bytes),
	).toBe(true);
});

describe('a body', () => {
	const stored = (file: Readable, length: number): FilePart => ({
		...picture('me.jpg'),
		bytes: { length, open: () => Promise.resolve(file) },
	});

	test('is of the length that it says', async () => {
		const body = new MultipartBody([picture('Größe.jpg'), { name: 'x', text: 'ü' }], BOUNDARY);
		expect(await bytesOf(body)).toHaveLength(body.size);
	});

	test('is the same when a file is read while it is sent', async () => {
		const part = stored(Readable.from([Buffer.from('by'), Buffer.from('tes')]), 5);
		expect(new MultipartBody([part], BOUNDARY).size).toBe(
			new MultipartBody([picture('me.jpg')], BOUNDARY).size,
		);
		expect(await textOf(part)).toBe(await textOf(picture('me.jpg')));
	});

	test('opens a file only when its turn comes', async () => {
		const open = jest.fn(() => Promise.resolve(Readable.from([Buffer.from('bytes')])));
		const body = new MultipartBody(
			[{ ...picture('me.jpg'), bytes: { length: 5, open } }],
			BOUNDARY,
		);
		const reading = body.stream();
		await reading.next();
		expect(open).not.toHaveBeenCalled();
		await reading.next();
		expect(open).toHaveBeenCalledTimes(1);
	});

	test('that is closed closes its file, and breaks when it is read on', async () => {
		const file = Readable.from([Buffer.from('by'), Buffer.from('tes')]);
		const body = new MultipartBody([stored(file, 5)], BOUNDARY);
		const reading = body.stream();
		await reading.next();
		await reading.next();
		body.close();
		expect(file.destroyed).toBe(true);
		await expect(reading.next()).rejects.toThrow(/premature close/i);
	});

	test('that is closed before a file is open closes that, too', async () => {
		const file = Readable.from([Buffer.from('bytes')]);
		const body = new MultipartBody([stored(file, 5)], BOUNDARY);
		const reading = body.stream();
		await reading.next();
		body.close();
		await expect(reading.next()).rejects.toThrow(/premature close/i);
		expect(file.destroyed).toBe(true);
	});
});
