import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

export const images = join(__dirname, '..', 'fixtures', 'images');

/** The three persons among the fixture images, one image of each. */
export const persons = ['astronaut.png', 'portrait-man.jpg', 'portrait-woman.jpg'] as const;

/** The bytes of a fixture image. */
export function sampleImage(name: string): Promise<Buffer> {
	return readFile(join(images, name));
}

/** How a second image of the same person is made from the first. */
export const derivations = ['cropped', 'tilted', 'darker', 'coarse'] as const;
export type Derivation = (typeof derivations)[number];

/** A JPEG derived from a sample image; it shows the same person. */
export async function derive(original: Buffer, how: Derivation): Promise<Buffer> {
	const image = sharp(original).flatten({ background: '#ffffff' });
	const { width, height } = await image.metadata();
	switch (how) {
		case 'cropped': {
			const [x, y] = [Math.round(width * 0.06), Math.round(height * 0.06)];
			return image
				.extract({ left: x, top: y, width: width - 2 * x, height: height - 2 * y })
				.jpeg()
				.toBuffer();
		}
		case 'tilted':
			return image.rotate(5, { background: '#808080' }).jpeg().toBuffer();
		case 'darker':
			return image.modulate({ brightness: 0.75 }).jpeg().toBuffer();
		case 'coarse':
			return image
				.resize(Math.round(width * 0.7))
				.jpeg({ quality: 40 })
				.toBuffer();
	}
}

/** Images beside each other on one grey canvas, each scaled to its height in pixels. */
export async function sideBySide(...parts: { image: Buffer; height: number }[]): Promise<Buffer> {
	const scaled = await Promise.all(
		parts.map(async ({ image: original, height }) => {
			const { data, info } = await sharp(original)
				.flatten({ background: '#ffffff' })
				.resize({ height })
				.png()
				.toBuffer({ resolveWithObject: true });
			return { data, width: info.width, height: info.height };
		}),
	);
	let left = 0;
	const layers = scaled.map(({ data, width }) => {
		const layer = { input: data, left, top: 0 };
		left += width;
		return layer;
	});
	return sharp({
		create: {
			width: left,
			height: Math.max(...scaled.map(({ height }) => height)),
			channels: 3,
			background: '#808080',
		},
	})
		.composite(layers)
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
