/** The images of the samples. There is one image of each person: a selfie is derived from it. */
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
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

function open(portrait: Portrait): Sharp {
	return sharp(join(ROOT, 'test', 'fixtures', 'images', PORTRAITS[portrait]));
}

function jpeg(image: Sharp): Promise<Buffer> {
	return image.jpeg({ quality: 88 }).toBuffer();
}

export async function whole(portrait: Portrait): Promise<Buffer> {
	return await jpeg(open(portrait).resize(SIZE, SIZE, { fit: 'cover' }));
}

async function closeUp(portrait: Portrait): Promise<Buffer> {
	// Where the face is: the astronaut's image is a half-length one.
	const face =
		portrait === 'astronaut'
			? { left: 88, top: 0, width: 280, height: 280 }
			: { left: 24, top: 4, width: 368, height: 368 };
	return await open(portrait).extract(face).resize(SIZE, SIZE).png().toBuffer();
}

/** Another crop, tilt, light and compression of the same face. */
export async function selfieOf(portrait: Portrait): Promise<Buffer> {
	const tilted = await sharp(await closeUp(portrait))
		.rotate(4, { background: '#808080' })
		.modulate({ brightness: 1.1 })
		.jpeg({ quality: 60 })
		.toBuffer();
	// The corners that the tilt left empty are cut off.
	const cropped = sharp(tilted).extract({ left: 60, top: 60, width: 730, height: 730 });
	return await jpeg(cropped.resize(SIZE, SIZE));
}

/** So far out of focus that the engine can neither tell nor rule out the person. */
export async function blurred(portrait: Portrait): Promise<Buffer> {
	const inFocus = await whole(portrait);
	return await jpeg(sharp(inFocus).modulate({ brightness: 0.8 }).blur(13));
}

/** The first is nearer to the camera: the larger face is the one that is compared. */
export async function sideBySide(near: Portrait, far: Portrait): Promise<Buffer> {
	const behind = sharp(await closeUp(far)).resize(SIZE / 2);
	const faces = [await closeUp(near), await behind.toBuffer()];
	return await jpeg(sharp(faces, { join: { across: 2, background: '#1a1a1a' } }));
}
