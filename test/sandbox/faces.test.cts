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

test('the box lies tightly on the face, also where the image is not square and larger than the engine sees it', async () => {
	const scale = 4;
	const cut = { left: 60, top: 10, width: 400, height: 240 };
	// The astronaut's face, measured by eye: from (178, 70) to (271, 176).
	const part = sharp(await sampleImage('astronaut.png')).extract(cut);
	const scaled = sharp(await part.toBuffer()).resize(cut.width * scale);
	const image = await scaled.jpeg().toBuffer();
	const { faces_predicted: faces, img } = (await compare(image, image)).selfie;
	expect(img).toEqual({ width: cut.width * scale, height: cut.height * scale });
	const { top_left: corner, delta } = faces[0]!;
	const found = [corner.x, corner.y, delta.x, delta.y].map((pixels) => pixels / scale);
	for (const [index, expected] of [178 - 60, 70 - 10, 93, 106].entries()) {
		expect(Math.abs(found[index]! - expected)).toBeLessThan(8);
	}
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
	['in gray, as WebP', (image: sharp.Sharp) => image.grayscale().webp()],
	[
		'with 16 bits a channel and transparency',
		(image: sharp.Sharp) => image.ensureAlpha(0.9).toColourspace('rgb16').png(),
	],
	['in CMYK', (image: sharp.Sharp) => image.toColourspace('cmyk').jpeg()],
	['as AVIF', (image: sharp.Sharp) => image.avif()],
])('a face is found in an image %s', async (_kind, convert) => {
	const original = await sampleImage('portrait-woman.jpg');
	const biometric = await compare(original, await convert(sharp(original)).toBuffer());
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
