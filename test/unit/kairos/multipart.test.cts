import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { Response } from 'undici';
import {
	type FilePart,
	MultipartBody,
	type TextPart,
} from '../../../nodes/BiometricVerify/kairos/multipart';

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

function image(fileName: string, bytes = Buffer.from('bytes')) {
	return { name: 'selfie', fileName, mimeType: 'image/jpeg', bytes };
}

async function textOf(...parts: Array<FilePart | TextPart>): Promise<string> {
	return (await bytesOf(new MultipartBody(parts, BOUNDARY))).toString('utf8');
}

test('a form is written byte for byte as RFC 7578 has it', async () => {
	const body = new MultipartBody(
		[
			image('selfie.jpeg', Buffer.from('\xff\xd8\r\n--', 'latin1')),
			{ name: 'image_multiface', text: 'true' },
		],
		BOUNDARY,
	);
	expect(body.type).toBe('multipart/form-data; boundary=----kairos-boundary');
	expect((await bytesOf(body)).toString('latin1')).toBe(
		[
			'------kairos-boundary',
			'Content-Disposition: form-data; name="selfie"; filename="selfie.jpeg"',
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

test('another implementation reads the same bytes, whatever they are', async () => {
	const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
	await fc.assert(
		fc.asyncProperty(bytes, bytes, async (selfie, photo) => {
			const parts = [image('selfie.jpeg', selfie), { ...image('photo.png', photo), name: 'image' }];
			expect(await parsed(parts)).toEqual(parts);
		}),
		{ numRuns: 200 },
	);
});

describe('a body', () => {
	const stored = (file: Readable, length: number): FilePart => ({
		...image('selfie.jpeg'),
		bytes: { length, open: () => Promise.resolve(file) },
	});

	test('A body is the same when a file is read while it is sent', async () => {
		const part = stored(Readable.from([Buffer.from('by'), Buffer.from('tes')]), 5);
		expect(new MultipartBody([part], BOUNDARY).size).toBe(
			new MultipartBody([image('selfie.jpeg')], BOUNDARY).size,
		);
		expect(await textOf(part)).toBe(await textOf(image('selfie.jpeg')));
	});

	test('A body opens a file only when its turn comes', async () => {
		const open = jest.fn(() => Promise.resolve(Readable.from([Buffer.from('bytes')])));
		const body = new MultipartBody(
			[{ ...image('selfie.jpeg'), bytes: { length: 5, open } }],
			BOUNDARY,
		);
		const reading = body.stream();
		await reading.next();
		expect(open).not.toHaveBeenCalled();
		await reading.next();
		expect(open).toHaveBeenCalledTimes(1);
	});

	test('A body that is closed closes its file, and breaks when it is read on', async () => {
		const file = Readable.from([Buffer.from('by'), Buffer.from('tes')]);
		const body = new MultipartBody([stored(file, 5)], BOUNDARY);
		const reading = body.stream();
		await reading.next();
		await reading.next();
		body.close();
		expect(file.destroyed).toBe(true);
		await expect(reading.next()).rejects.toThrow(/premature close/i);
	});

	test('A body that is closed before a file is open closes that, too', async () => {
		const file = Readable.from([Buffer.from('bytes')]);
		const body = new MultipartBody([stored(file, 5)], BOUNDARY);
		const reading = body.stream();
		await reading.next();
		body.close();
		await expect(reading.next()).rejects.toThrow(/premature close/i);
		expect(file.destroyed).toBe(true);
	});
});

describe('the SHA-256 of a file', () => {
	const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
	const stored = (...pieces: string[]) => ({
		length: pieces.join('').length,
		open: () => Promise.resolve(Readable.from(pieces.map((piece) => Buffer.from(piece)))),
	});
	const bodyOf = (selfie: FilePart['bytes'], photo: FilePart['bytes']) =>
		new MultipartBody(
			[
				{ ...image('selfie.jpeg'), name: 'selfie', bytes: selfie },
				{ ...image('photo.png'), name: 'image', bytes: photo },
				{ name: 'image_multiface', text: 'true' },
			],
			BOUNDARY,
		);

	test('The SHA-256 of a file is the same however the bytes come in pieces', async () => {
		const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array));
		await fc.assert(
			fc.asyncProperty(fc.array(bytes, { maxLength: 6 }), async (pieces) => {
				const whole = Buffer.concat(pieces);
				const file = { length: whole.length, open: () => Promise.resolve(Readable.from(pieces)) };
				const body = bodyOf(whole, file);
				await bytesOf(body);
				expect(body.sha256Of('selfie')).toBe(sha256(whole));
				expect(body.sha256Of('image')).toBe(sha256(whole));
			}),
			{ numRuns: 100 },
		);
	});

	test('The SHA-256 of a file is not known before the last of its bytes was asked for and passed on', async () => {
		const body = bodyOf(Buffer.from('the selfie'), stored('the ', 'photo'));
		const reading = body.stream();
		const known: string[] = [];
		for (let step = 0; !(await reading.next()).done; step++) {
			const names = ['selfie', 'image'].filter((name) => body.sha256Of(name) !== undefined);
			known.push(names.join('+'));
		}
		// Headers, selfie, line break, headers, the two pieces of the photo, line break and the rest.
		expect(known.slice(0, 7)).toEqual([
			'',
			'',
			'selfie',
			'selfie',
			'selfie',
			'selfie',
			'selfie+image',
		]);
	});

	test('The SHA-256 of a file is not known when the file breaks, or is closed, before its end', async () => {
		async function* breaking() {
			yield Buffer.from('the ');
			await Promise.resolve();
			throw new Error('The disk is gone');
		}
		const open = () => Promise.resolve(Readable.from(breaking()));
		const broken = bodyOf(Buffer.from('the selfie'), { length: 9, open });
		await expect(bytesOf(broken)).rejects.toThrow('The disk is gone');
		expect(broken.sha256Of('selfie')).toBe(sha256('the selfie'));
		expect(broken.sha256Of('image')).toBeUndefined();

		const closed = bodyOf(stored('the ', 'selfie'), Buffer.from('the photo'));
		const reading = closed.stream();
		await reading.next();
		await reading.next();
		closed.close();
		await expect(reading.next()).rejects.toThrow(/premature close/i);
		expect(closed.sha256Of('selfie')).toBeUndefined();
	});
});
