import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { Response } from 'undici';
import { type FilePart, MultipartBody } from '../../../nodes/BiometricVerify/kairos/multipart';
import { verificationRequest } from '../../../nodes/BiometricVerify/kairos/request';

type Bytes = FilePart['bytes'];

const part = (name: string, bytes: Bytes): FilePart => ({
	name,
	fileName: `${name}.png`,
	mimeType: 'image/png',
	bytes,
});
const bodyOf = (selfie: Bytes, photo: Bytes = Buffer.from('the photo')) =>
	new MultipartBody([part('selfie', selfie), part('image', photo)], 'boundary');

/** A file that is read in pieces while it is sent. */
function stored(...pieces: Array<string | Uint8Array>) {
	const file = Readable.from(pieces.map((piece) => Buffer.from(piece)));
	const length = pieces.reduce((sum, piece) => sum + Buffer.from(piece).length, 0);
	return { file, length, open: jest.fn(() => Promise.resolve(file)) };
}

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

test('A request has a boundary that nobody can guess and put into an image, and its two files', async () => {
	const service = { url: 'https://kairos.test', name: 'kairos.test', isPrivateHost: false };
	const image = (text: string) => ({ bytes: Buffer.from(text), mimeType: 'image/jpeg' });
	const images = { selfie: image('\xff\r\n--'), photo: image('the photo') };
	const { headers, body } = verificationRequest(service, images, true);
	const { headers: others } = verificationRequest(service, images, true);
	expect(headers?.['Content-Type']).not.toBe(others?.['Content-Type']);
	const boundary = body.type.replace('multipart/form-data; boundary=', '');
	const written = await buffer(body.stream());
	expect(written.toString()).toBe(
		[
			...[`--${boundary}`, 'Content-Disposition: form-data; name="selfie"; filename="selfie.jpeg"'],
			...['Content-Type: image/jpeg', '', '\xff', '--', `--${boundary}`],
			'Content-Disposition: form-data; name="image"; filename="photo.jpeg"',
			...['Content-Type: image/jpeg', '', 'the photo', `--${boundary}`],
			...['Content-Disposition: form-data; name="image_multiface"', '', 'true'],
			...[`--${boundary}--`, ''],
		].join('\r\n'),
	);
});

test('Another implementation reads the same bytes, however they come in pieces, and the SHA-256 is theirs', async () => {
	const bytes = fc.uint8Array({ maxLength: 100 });
	await fc.assert(
		fc.asyncProperty(bytes, fc.array(bytes, { maxLength: 6 }), async (selfie, pieces) => {
			const body = bodyOf(Buffer.from(selfie), stored(...pieces));
			const headers = { 'Content-Type': body.type };
			// undici's parser knows none of the node.
			const written = await buffer(body.stream());
			expect(written).toHaveLength(body.size);
			const form = await new Response(written, { headers }).formData();
			const files = await Promise.all(
				[...form].map(async ([, file]) => await (file as File).bytes()),
			);
			expect(files.map((file) => Buffer.from(file))).toEqual([
				Buffer.from(selfie),
				Buffer.concat(pieces),
			]);
			expect(body.sha256Of('selfie')).toBe(sha256(Buffer.from(selfie)));
			expect(body.sha256Of('image')).toBe(sha256(Buffer.concat(pieces)));
		}),
		{ numRuns: 100 },
	);
});

test('A body opens a file only when its turn comes, and knows its SHA-256 when all of it was passed on', async () => {
	const { open, length } = stored('the ', 'photo');
	const body = bodyOf(Buffer.from('the selfie'), { open, length });
	const reading = body.stream();
	const known: string[] = [];
	for (let step = 0; !(await reading.next()).done; step++) {
		expect(open).toHaveBeenCalledTimes(step < 4 ? 0 : 1);
		known.push(['selfie', 'image'].filter((name) => body.sha256Of(name) !== undefined).join('+'));
	}
	// Headers, selfie, line break, headers, the two pieces of the photo, line break and the rest.
	const selfie = ['selfie', 'selfie', 'selfie', 'selfie'];
	expect(known).toEqual(['', '', ...selfie, 'selfie+image', 'selfie+image']);
});

test.each([
	['while its file is read', 2],
	['before its file is open', 1],
])(
	'A body that is closed %s closes the file, and breaks when it is read on',
	async (_when, steps) => {
		const { file, ...selfie } = stored('by', 'tes');
		const body = bodyOf(selfie);
		const reading = body.stream();
		for (let step = 0; step < steps; step++) await reading.next();
		body.close();
		await expect(reading.next()).rejects.toThrow(/premature close/i);
		expect(file.destroyed).toBe(true);
		expect(body.sha256Of('selfie')).toBeUndefined();
	},
);
