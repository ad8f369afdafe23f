import { execFileSync } from 'node:child_process';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { sampleImage } from '../support/sampleImages.cts';
import { type Sandbox, startSandbox } from '../support/sandbox.cts';
import { verify } from './client.cts';

const TIMES = 4;
let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

/** A PNG of a few bytes that says it is 60,000 pixels a side. */
async function claimingPng(): Promise<Buffer> {
	const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } })
		.png()
		.toBuffer();
	png.writeUInt32BE(60_000, 16);
	png.writeUInt32BE(60_000, 20);
	png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
	return png;
}

/** Resident memory of a process, in megabytes. */
function memoryOf(pid: number | undefined): number {
	return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)])) / 1024;
}

test('image bombs, foreign formats and broken files get 400 each, in bounded memory, and the next request is answered', async () => {
	const portrait = await sampleImage('portrait-man.jpg');
	const pixels = { width: 10_000, height: 10_000, channels: 3 as const, background: 'gray' };
	const huge = await sharp({ create: pixels, limitInputPixels: false }).jpeg().toBuffer();
	const images = {
		'10,000 x 10,000 pixels': huge,
		'60,000 x 60,000 pixels in its header': await claimingPng(),
		SVG: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"/>'),
		GIF: await sharp(portrait).gif().toBuffer(),
		'half a JPEG': portrait.subarray(0, portrait.length / 2),
		'half a PNG': (await sharp(portrait).png().toBuffer()).subarray(0, 20_000),
		'the beginning of a JPEG': portrait.subarray(0, 20),
		text: Buffer.from('no image'),
		nothing: Buffer.alloc(0),
	};
	await verify(sandbox.url, { selfie: portrait, image: portrait });
	const before = memoryOf(sandbox.process.pid);
	let most = before;
	const watch = setInterval(() => (most = Math.max(most, memoryOf(sandbox.process.pid))), 50);

	const entries = Object.entries(images).flatMap((entry) => Array<typeof entry>(TIMES).fill(entry));
	const answers = await Promise.all(
		entries.map(async ([name, image]) => {
			const pair = { selfie: portrait, image };
			const { status, body } = await verify<{ message: string }>(sandbox.url, pair);
			return [name, status, body.message];
		}),
	);
	clearInterval(watch);

	const message = expect.stringContaining(
		'"image" is not an image that the sandbox can read',
	) as string;
	expect(answers).toEqual(entries.map(([name]) => [name, 400, message]));
	expect(most - before).toBeLessThan(300);
	expect((await verify(sandbox.url, { selfie: portrait, image: portrait })).status).toBe(200);
});
