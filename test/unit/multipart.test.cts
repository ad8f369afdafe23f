import fc from 'fast-check';
import { Response } from 'undici';
import { multipartBody, type MultipartBody } from '../../nodes/BiometricVerify/kairos/multipart';

const BOUNDARY = '----kairos-boundary';

/** What another implementation reads from the body: undici's parser, which knows none of the node. */
async function parsed({ contentType, bytes }: MultipartBody) {
	const form = await new Response(bytes, { headers: { 'Content-Type': contentType } }).formData();
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

function textOf(fileName: string): string {
	return multipartBody([picture(fileName)], BOUNDARY).bytes.toString('utf8');
}

test('a form is written byte for byte as RFC 7578 has it', () => {
	const { contentType, bytes } = multipartBody(
		[
			picture('me.jpg', Buffer.from('\xff\xd8\r\n--', 'latin1')),
			{ name: 'image_multiface', text: 'true' },
		],
		BOUNDARY,
	);
	expect(contentType).toBe('multipart/form-data; boundary=----kairos-boundary');
	expect(bytes.toString('latin1')).toBe(
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
	])('%s is written as browsers write it', (_what, fileName, written) => {
		expect(textOf(fileName)).toContain(
			`Content-Disposition: form-data; name="selfie"; filename="${written}"\r\nContent-Type: image/jpeg\r\n\r\nbytes\r\n`,
		);
	});

	test('never makes a further part or header', async () => {
		const forged = `a"\r\n\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="image"\r\n\r\nforged`;
		const parts = await parsed(multipartBody([picture(forged)], BOUNDARY));
		expect(parts).toEqual([expect.objectContaining({ name: 'selfie' })]);
	});
});

test('a part name is escaped, too', () => {
	const { bytes } = multipartBody([{ name: 'a"b\r\nc', text: 'x' }], BOUNDARY);
	expect(bytes.toString()).toContain('form-data; name="a%22b%0D%0Ac"\r\n\r\nx\r\n');
});

test('another implementation reads the same parts, in the same order', async () => {
	const parts = [
		{ ...picture('Größe "1".jpg', Buffer.from('ffd8ff000d0a2d2d', 'hex')), name: 'selfie' },
		{ ...picture('自撮り.png', Buffer.alloc(0)), name: 'image', mimeType: 'image/png' },
		{ name: 'image_multiface', text: 'true' },
	];
	expect(await parsed(multipartBody(parts, BOUNDARY))).toEqual([
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
			expect(await parsed(multipartBody(parts, BOUNDARY))).toEqual(parts);
		}),
		{ numRuns: 200 },
	);
});

test('bytes are not changed, whatever they hold', () => {
	const bytes = Buffer.from(Array.from({ length: 65536 }, (_, at) => (at * 7) % 256));
	const body = multipartBody([picture('me.jpg', bytes)], BOUNDARY).bytes;
	expect(body.includes(bytes)).toBe(true);
	expect(body).toHaveLength(textOf('me.jpg').length - 'bytes'.length + bytes.length);
});
