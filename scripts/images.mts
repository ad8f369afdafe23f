import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { type Steering, steered } from '../sandbox/steering.mts';
import { ROOT } from './paths.mts';

/** Pixels a side, which is above the API's least of 480. */
const SIZE = 800;
const PORTRAITS = {
	astronaut: 'astronaut.png',
	man: 'portrait-man.jpg',
	woman: 'portrait-woman.jpg',
	nobody: 'no-face.jpg',
};

type Portrait = keyof typeof PORTRAITS;

/** The sandbox compares the faces, but cannot tell whether they are alive. */
const LIVE: Steering = { liveness: 0.98 };

/**
 * Makes the images of all samples. There is one image of each person, so each selfie of the
 * same person is derived from it: another crop, tilt, light and compression.
 *
 * @param folder is made if it is not there
 */
export async function makeImages(folder: string): Promise<void> {
	mkdirSync(folder, { recursive: true });
	const images: Record<string, [Sharp, Steering?]> = {
		'astronaut.photo.jpg': [whole('astronaut')],
		'man.photo.jpg': [whole('man')],
		'woman.photo.jpg': [whole('woman')],
		'same-person.selfie.jpg': [await selfieOf('astronaut'), LIVE],
		'different-people.selfie.jpg': [await selfieOf('man'), LIVE],
		'uncertain-match.selfie.jpg': [await blurred('woman'), LIVE],
		'failed-liveness.selfie.jpg': [await selfieOf('man'), { liveness: 0.0026 }],
		'no-face.selfie.jpg': [whole('nobody')],
		'two-people.selfie.jpg': [await sideBySide('astronaut', 'man'), LIVE],
		'kairos-is-down.selfie.jpg': [await selfieOf('man'), { status: 503 }],
	};
	const written = Object.entries(images).map(async ([name, [image, steering]]) => {
		const bytes = await image.jpeg({ quality: 88 }).toBuffer();
		writeFileSync(join(folder, name), steering ? steered(bytes, steering) : bytes);
	});
	await Promise.all(written);
}

function open(portrait: Portrait): Sharp {
	return sharp(join(ROOT, 'test', 'fixtures', 'images', PORTRAITS[portrait]));
}

function whole(portrait: Portrait): Sharp {
	return open(portrait).resize(SIZE, SIZE, { fit: 'cover' });
}

async function closeUp(portrait: Portrait): Promise<Buffer> {
	// Where the face is: the astronaut's image is a half-length one.
	const face =
		portrait === 'astronaut'
			? { left: 88, top: 0, width: 280, height: 280 }
			: { left: 24, top: 4, width: 368, height: 368 };
	return await open(portrait).extract(face).resize(SIZE, SIZE).png().toBuffer();
}

async function selfieOf(portrait: Portrait): Promise<Sharp> {
	const tilted = await sharp(await closeUp(portrait))
		.rotate(4, { background: '#808080' })
		.modulate({ brightness: 1.1 })
		.jpeg({ quality: 60 })
		.toBuffer();
	// The corners that the tilt left empty are cut off.
	return sharp(tilted).extract({ left: 60, top: 60, width: 730, height: 730 }).resize(SIZE, SIZE);
}

/** So far out of focus that the engine can neither tell nor rule out the person. */
async function blurred(portrait: Portrait): Promise<Sharp> {
	const sharpOne = await whole(portrait).png().toBuffer();
	return sharp(sharpOne).modulate({ brightness: 0.8 }).blur(13);
}

/** The first is nearer to the camera: the larger face is the one that is compared. */
async function sideBySide(near: Portrait, far: Portrait): Promise<Sharp> {
	const behind = await sharp(await closeUp(far))
		.resize(SIZE / 2, SIZE / 2)
		.toBuffer();
	const width = SIZE * 1.5;
	return sharp({ create: { width, height: SIZE, channels: 3, background: '#1a1a1a' } }).composite([
		{ input: await closeUp(near), left: 0, top: 0 },
		{ input: behind, left: SIZE, top: SIZE / 2 },
	]);
}
