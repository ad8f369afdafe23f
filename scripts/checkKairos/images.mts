import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { ROOT } from '../paths.mts';
import type { Image } from './builtNode.mts';

/** Pixels a side, which is within every limit that Kairos documents. */
const SIZE = 900;

/** Below the smallest side of v0.1, and above the largest of v0.2, in pixels. */
const SMALL = 400;
const LARGE = 5100;

/** An image to send, and its size in pixels. */
export interface SizedImage extends Image {
	width: number;
	height: number;
}

/** The images of all probes; nobody is in them who is not in test/fixtures/images. */
export interface TestImages {
	woman: SizedImage;
	/** Another crop, tilt, light and compression of the same portrait. */
	womanAgain: SizedImage;
	man: SizedImage;
	nobody: SizedImage;
	/** A man in front, and the woman smaller beside him. */
	manAndWoman: SizedImage;
	smallWoman: SizedImage;
	largeWoman: SizedImage;
	/** Begins as a JPEG does, and goes on with nothing of one. */
	broken: SizedImage;
}

/** Makes the images from the fixtures. */
export async function makeImages(): Promise<TestImages> {
	const woman = await portrait('portrait-woman.jpg').png().toBuffer();
	const man = await portrait('portrait-man.jpg').png().toBuffer();
	return {
		woman: await toImage(sharp(woman)),
		womanAgain: await toImage(await otherImageOf(woman)),
		man: await toImage(sharp(man)),
		nobody: await toImage(portrait('no-face.jpg')),
		manAndWoman: await toImage(await sideBySide(man, woman)),
		smallWoman: await toImage(sharp(woman).resize(SMALL, SMALL)),
		largeWoman: await toImage(onWideCanvas(woman)),
		broken: {
			bytes: Buffer.from('ffd8ffe0'.padEnd(2048, '5a'), 'hex'),
			mimeType: 'image/jpeg',
			fileName: '',
			width: 0,
			height: 0,
		},
	};
}

function portrait(file: string): Sharp {
	return sharp(join(ROOT, 'test', 'fixtures', 'images', file)).resize(SIZE, SIZE, { fit: 'cover' });
}

async function toImage(image: Sharp): Promise<SizedImage> {
	const { data, info } = await image.jpeg({ quality: 88 }).toBuffer({ resolveWithObject: true });
	const { width, height } = info;
	// Whatever name a file has, the node sends a neutral one.
	return { bytes: data, mimeType: 'image/jpeg', fileName: '', width, height };
}

async function otherImageOf(original: Buffer): Promise<Sharp> {
	const tilted = await sharp(original)
		.rotate(4, { background: '#808080' })
		.modulate({ brightness: 1.1 })
		.jpeg({ quality: 70 })
		.toBuffer();
	// The corners that the tilt left empty are cut off.
	return sharp(tilted).extract({ left: 70, top: 70, width: 820, height: 820 }).resize(SIZE, SIZE);
}

async function sideBySide(near: Buffer, far: Buffer): Promise<Sharp> {
	const small = Math.round(SIZE * 0.6);
	return canvas(SIZE + small).composite([
		{ input: near, left: 0, top: 0 },
		{ input: await sharp(far).resize(small, small).toBuffer(), left: SIZE, top: SIZE - small },
	]);
}

/** Only as wide as it takes: the file stays small. */
function onWideCanvas(original: Buffer): Sharp {
	const left = Math.round((LARGE - SIZE) / 2);
	return canvas(LARGE).composite([{ input: original, left, top: 0 }]);
}

function canvas(width: number): Sharp {
	return sharp({ create: { width, height: SIZE, channels: 3, background: '#606468' } });
}
