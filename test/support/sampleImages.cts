import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

export const images = join(__dirname, '..', 'fixtures', 'images');

/** The three persons among the fixture images, one image of each. */
export const persons = ['astronaut.png', 'portrait-man.jpg', 'portrait-woman.jpg'] as const;

/** The bytes of a fixture image. */
export function sampleImage(name: string): Promise<Buffer> {
	return readFile(join(images, name));
}

/** How a second image of the same person is made from the first. */
const DERIVATIONS = {
	cropped: (image: Sharp, width: number, height: number) => {
		const [left, top] = [Math.round(width * 0.06), Math.round(height * 0.06)];
		return image.extract({ left, top, width: width - 2 * left, height: height - 2 * top });
	},
	tilted: (image: Sharp) => image.rotate(5, { background: '#808080' }),
	darker: (image: Sharp) => image.modulate({ brightness: 0.75 }),
	coarse: (image: Sharp, width: number) =>
		image.resize(Math.round(width * 0.7)).jpeg({ quality: 40 }),
};
export type Derivation = keyof typeof DERIVATIONS;
export const derivations = Object.keys(DERIVATIONS) as Derivation[];

/** A JPEG derived from a sample image; it shows the same person. */
export async function derive(original: Buffer, how: Derivation): Promise<Buffer> {
	const image = sharp(original).flatten({ background: '#ffffff' }).jpeg();
	const { width, height } = await image.metadata();
	return await DERIVATIONS[how](image, width, height).toBuffer();
}

/** Images beside each other on one grey canvas, each scaled to its height in pixels. */
export async function sideBySide(...parts: { image: Buffer; height: number }[]): Promise<Buffer> {
	const scaled = parts.map(({ image, height }) =>
		sharp(image).flatten({ background: '#ffffff' }).resize({ height }).png().toBuffer(),
	);
	const join = { across: parts.length, background: '#808080' };
	return sharp(await Promise.all(scaled), { join })
		.jpeg({ quality: 92 })
		.toBuffer();
}

/** The same image, its pixels stored lying on their side with the EXIF note that says so. */
export async function lyingOnItsSide(original: Buffer): Promise<Buffer> {
	return sharp(await sharp(original).rotate(270).toBuffer())
		.withMetadata({ orientation: 6 })
		.jpeg()
		.toBuffer();
}
