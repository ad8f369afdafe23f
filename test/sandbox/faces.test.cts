import sharp from 'sharp';
import type { VerificationResponse } from '../../sandbox/response.mts';
import { steered } from '../../sandbox/steering.mts';
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

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

async function compare(selfie: Buffer, image: Buffer, multiface?: string) {
	const { status, body } = await verify(sandbox.url, { selfie, image, multiface });
	expect(status).toBe(200);
	return body.response_data.biometric;
}

test.each(persons.flatMap((person) => derivations.map((how) => [person, how] as const)))(
	'two images of one person match: %s and itself %s',
	async (person, how) => {
		const original = await sampleImage(person);
		const { face_match_confidence: match } = await compare(original, await derive(original, how));
		expect(match).toBeGreaterThanOrEqual(0.56);
	},
);

test.each([
	[persons[0], persons[1]],
	[persons[0], persons[2]],
	[persons[1], persons[2]],
])('two people do not match: %s and %s', async (one, other) => {
	const biometric = await compare(await sampleImage(one), await sampleImage(other));
	expect(biometric.face_match_confidence).toBeLessThan(0.4);
});

test.each([
	['as it is', 1, { left: 0, top: 0, width: 512, height: 512 }],
	['larger than the engine sees it', 4, { left: 0, top: 0, width: 512, height: 512 }],
	['cut to a tall one', 1, { left: 100, top: 20, width: 256, height: 400 }],
	['cut to a wide one', 3, { left: 60, top: 10, width: 400, height: 240 }],
])('the box lies tightly on the face of an image %s', async (_what, scale, cut) => {
	// The astronaut's face, measured by eye: from (178, 70) to (271, 176).
	const face = { left: 178, top: 70, width: 93, height: 106 };
	const part = await sharp(await sampleImage('astronaut.png'))
		.extract(cut)
		.png()
		.toBuffer();
	const scaled = await sharp(part)
		.resize(cut.width * scale)
		.jpeg()
		.toBuffer();
	const { faces_predicted: faces, img } = (await compare(scaled, scaled)).selfie;
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

test('an image stored on its side is seen upright, as its EXIF orientation says', async () => {
	const upright = await sharp(await sampleImage('portrait-man.jpg'))
		.extract({ left: 40, top: 20, width: 300, height: 380 })
		.jpeg()
		.toBuffer();
	const { image, face_match_confidence: match } = await compare(
		upright,
		await lyingOnItsSide(upright),
	);
	expect(image.img).toEqual({ width: 300, height: 380 });
	expect(image.faces_predicted[0]!.delta.y).toBeGreaterThan(image.faces_predicted[0]!.delta.x);
	expect(match).toBeGreaterThan(0.9);
});

test.each([
	['gray', (image: sharp.Sharp) => image.grayscale().png()],
	['16 bits a channel', (image: sharp.Sharp) => image.toColourspace('rgb16').png()],
	['with transparency', (image: sharp.Sharp) => image.ensureAlpha(0.9).png()],
	['CMYK', (image: sharp.Sharp) => image.toColourspace('cmyk').jpeg()],
	['WebP', (image: sharp.Sharp) => image.webp()],
	['AVIF', (image: sharp.Sharp) => image.avif()],
])('a face is found in an image that is %s', async (_kind, convert) => {
	const original = await sampleImage('portrait-woman.jpg');
	const biometric = await compare(original, await convert(sharp(original)).toBuffer());
	expect(biometric.image.faces_predicted).toHaveLength(1);
	expect(biometric.face_match_confidence).toBeGreaterThanOrEqual(0.56);
});

test('an image without a face gets no boxes and no scores', async () => {
	const nobody = await sampleImage('no-face.jpg');
	expect(await compare(nobody, nobody)).toMatchObject({
		face_match_confidence: null,
		selfie: { faces_liveness: null, faces_predicted: [], img: { width: 900, height: 448 } },
		image: { faces_predicted: [] },
	});
});

describe('a photo of two people', () => {
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

	test('has a box for each, the largest first, and is compared by that one', async () => {
		const { image, face_match_confidence: match } = await compare(man, group);
		expect(image.faces_predicted.map((face) => face.top_left.x > 300)).toEqual([true, false]);
		expect(match).toBeGreaterThan(0.56);
		expect((await compare(woman, group, 'false')).face_match_confidence).toBeLessThan(0.4);
	});

	test('is compared by each face with image_multiface, but those that steering leaves out', async () => {
		expect((await compare(woman, group, 'true')).face_match_confidence).toBeGreaterThan(0.56);
		const one = steered(group, { faces: 1 });
		expect((await compare(woman, one, 'true')).face_match_confidence).toBeLessThan(0.4);
	});
});

test('the same pairs get the same numbers one after the other and all at once', async () => {
	const [astronaut, man, woman] = await Promise.all(persons.map(sampleImage));
	const pairs = [
		[astronaut!, man!],
		[man!, woman!],
		[woman!, astronaut!],
		[man!, man!],
	] as const;
	const inTurn: VerificationResponse['response_data']['biometric'][] = [];
	for (const pair of pairs) inTurn.push(await compare(...pair));
	expect(await Promise.all(pairs.map((pair) => compare(...pair)))).toEqual(inTurn);
});
