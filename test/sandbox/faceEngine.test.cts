import sharp from 'sharp';
import type { VerificationResponse } from '../../sandbox/response.mts';
import {
	derivations,
	derive,
	lyingOnItsSide,
	persons,
	sampleImage,
	sideBySide,
} from '../support/sampleImages.cts';
import { type Sandbox, startSandbox } from '../support/sandbox.cts';
import { verify } from './client.cts';

// Two engines share two cores with whatever else runs: slow is no failure here.
jest.setTimeout(30_000);

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

async function compare(selfie: Buffer, image: Buffer, multiface?: string, imageName = 'id.jpg') {
	const { status, body } = await verify<VerificationResponse>(sandbox.url, {
		selfie: { bytes: selfie, name: 'me.jpg' },
		image: { bytes: image, name: imageName },
		multiface,
	});
	expect(status).toBe(200);
	return body.response_data;
}

describe('two images of one person match', () => {
	test.each(persons.flatMap((person) => derivations.map((how) => [person, how] as const)))(
		'%s and itself %s',
		async (person, how) => {
			const original = await sampleImage(person);
			const { biometric, decision } = await compare(original, await derive(original, how));
			expect(biometric.face_match_confidence).toBeGreaterThanOrEqual(0.56);
			expect(decision.details.filter(({ code }) => code === 'FAILED_FACE_MATCH')).toEqual([]);
		},
	);
});

describe('two persons do not match', () => {
	test.each([
		[persons[0], persons[1]],
		[persons[0], persons[2]],
		[persons[1], persons[2]],
	])('%s and %s', async (one, other) => {
		const { biometric, decision } = await compare(await sampleImage(one), await sampleImage(other));
		expect(biometric.face_match_confidence).toBeLessThan(0.4);
		expect(decision.details[0]).toMatchObject({
			code: 'FAILED_FACE_MATCH',
			decision: 'reject',
		});
	});
});

describe('the box lies tightly on the face, in pixels of the image as sent', () => {
	// The astronaut's face, measured by eye: from (178, 70) to (271, 176).
	const face = { left: 178, top: 70, width: 93, height: 106 };

	test.each([
		['as it is', 1, { left: 0, top: 0, width: 512, height: 512 }],
		['larger than the engine sees it', 4, { left: 0, top: 0, width: 512, height: 512 }],
		['cut to a tall one', 1, { left: 100, top: 20, width: 256, height: 400 }],
		['cut to a wide one', 3, { left: 60, top: 10, width: 400, height: 240 }],
	])('%s', async (_what, scale, cut) => {
		const bytes = await sharp(await sampleImage('astronaut.png'))
			.extract(cut)
			.png()
			.toBuffer();
		const scaled = await sharp(bytes)
			.resize(cut.width * scale)
			.jpeg()
			.toBuffer();
		const { faces_predicted: faces, img } = (await compare(scaled, scaled)).biometric.selfie;
		expect(img).toEqual({ width: cut.width * scale, height: cut.height * scale });
		const [found] = faces;
		const difference = Math.max(
			Math.abs(found!.top_left.x / scale - (face.left - cut.left)),
			Math.abs(found!.top_left.y / scale - (face.top - cut.top)),
			Math.abs(found!.delta.x / scale - face.width),
			Math.abs(found!.delta.y / scale - face.height),
		);
		expect(difference).toBeLessThan(8);
	});
});

test('an image stored on its side is seen upright, as its EXIF note says', async () => {
	const upright = await sharp(await sampleImage('portrait-man.jpg'))
		.extract({ left: 40, top: 20, width: 300, height: 380 })
		.jpeg()
		.toBuffer();
	const { biometric } = await compare(upright, await lyingOnItsSide(upright));
	expect(biometric.image.img).toEqual({ width: 300, height: 380 });
	expect(biometric.face_match_confidence).toBeGreaterThan(0.9);
	const [here, there] = [biometric.selfie, biometric.image].map((p) => p.faces_predicted[0]);
	expect(Math.abs(there!.top_left.x - here!.top_left.x)).toBeLessThan(8);
	expect(Math.abs(there!.top_left.y - here!.top_left.y)).toBeLessThan(8);
});

test.each([
	['gray', (image: sharp.Sharp) => image.grayscale().png()],
	['16 bits a channel', (image: sharp.Sharp) => image.toColourspace('rgb16').png()],
	['with transparency', (image: sharp.Sharp) => image.ensureAlpha(0.9).png()],
	['CMYK', (image: sharp.Sharp) => image.toColourspace('cmyk').jpeg()],
	['WebP', (image: sharp.Sharp) => image.webp()],
])('a face is found in an image that is %s', async (_kind, convert) => {
	const original = await sampleImage('portrait-woman.jpg');
	const { biometric } = await compare(original, await convert(sharp(original)).toBuffer());
	expect(biometric.image.faces_predicted).toHaveLength(1);
	expect(biometric.face_match_confidence).toBeGreaterThanOrEqual(0.56);
});

test('no face is found in an image without one', async () => {
	const { biometric } = await compare(
		await sampleImage('no-face.jpg'),
		await sampleImage('no-face.jpg'),
	);
	expect(biometric).toMatchObject({
		face_match_confidence: null,
		selfie: { faces_liveness: null, faces_predicted: [], img: { width: 900, height: 448 } },
		image: { faces_predicted: [] },
	});
});

describe('a photo of several persons', () => {
	let man: Buffer;
	let woman: Buffer;
	let group: Buffer;

	beforeAll(async () => {
		[man, woman] = await Promise.all([
			sampleImage('portrait-man.jpg'),
			sampleImage('portrait-woman.jpg'),
		]);
		group = await sideBySide({ image: woman, height: 300 }, { image: man, height: 400 });
	});

	test('has a box for each, the largest first', async () => {
		const { image } = (await compare(man, group)).biometric;
		expect(image.faces_predicted).toHaveLength(2);
		const [first, second] = image.faces_predicted;
		expect(first!.top_left.x).toBeGreaterThan(300);
		expect(second!.top_left.x + second!.delta.x).toBeLessThan(300);
	});

	test('is compared by its largest face only', async () => {
		expect((await compare(man, group)).biometric.face_match_confidence).toBeGreaterThan(0.56);
		for (const no of [undefined, 'false', '0']) {
			const { biometric } = await compare(woman, group, no);
			expect(biometric.face_match_confidence).toBeLessThan(0.4);
		}
	});

	test('is compared by all its faces with image_multiface', async () => {
		for (const yes of ['true', '1']) {
			const { biometric } = await compare(woman, group, yes);
			expect(biometric.face_match_confidence).toBeGreaterThan(0.56);
		}
	});

	test('is compared by those faces that its name leaves', async () => {
		const { biometric } = await compare(woman, group, 'true', 'id.faces-1.jpg');
		expect(biometric.image.faces_predicted).toHaveLength(1);
		expect(biometric.face_match_confidence).toBeLessThan(0.4);
	});

	test('as a selfie is compared by its largest face, with image_multiface too', async () => {
		expect((await compare(group, woman, 'true')).biometric.face_match_confidence).toBeLessThan(0.4);
	});
});

test('the same request gets the same numbers, one after the other and all at once', async () => {
	const [astronaut, man, woman] = await Promise.all(persons.map(sampleImage));
	const pairs = [
		[astronaut!, man!],
		[man!, woman!],
		[woman!, astronaut!],
		[man!, man!],
	] as const;
	const inTurn: VerificationResponse['response_data'][] = [];
	for (const pair of pairs) inTurn.push(await compare(...pair));
	const atOnce = await Promise.all(pairs.map((pair) => compare(...pair)));
	expect(atOnce).toEqual(inTurn);
	expect(new Set(inTurn.map((response) => response.biometric.face_match_confidence)).size).toBe(4);
});
