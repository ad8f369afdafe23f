import sharp from 'sharp';
import type { Pixels } from './faceEngine.mts';
import { Refusal } from './refusal.mts';

/** A larger image is scaled down before the engine sees it, and its faces are found as well. */
const longestSideForEngine = 800;

/** 100 megapixels: what a phone makes fits, a file made to fill the memory does not. */
const mostPixels = 100_000_000;

export interface DecodedImage {
	/** Size in pixels of the image as sent, upright (after its EXIF orientation). */
	width: number;
	height: number;
	/** The same image for the engine: RGB, at most 800 pixels a side. */
	pixels: Pixels;
}

/**
 * Decodes an image file of any format that sharp reads.
 * @param part names the file in the message
 * @throws Refusal 400 when the file cannot be decoded
 */
export async function decodeImage(part: string, bytes: Buffer): Promise<DecodedImage> {
	try {
		const image = sharp(bytes, { failOn: 'error', limitInputPixels: mostPixels });
		const { autoOrient } = await image.metadata();
		const { data, info } = await image
			.autoOrient()
			.resize(longestSideForEngine, longestSideForEngine, {
				fit: 'inside',
				withoutEnlargement: true,
			})
			.flatten({ background: '#ffffff' })
			.raw({ depth: 'uchar' })
			.toBuffer({ resolveWithObject: true });
		if (info.channels !== 3) throw new Error(`${info.channels} channels`);
		return {
			width: autoOrient.width,
			height: autoOrient.height,
			pixels: { data, width: info.width, height: info.height },
		};
	} catch {
		throw new Refusal(
			400,
			`The part "${part}" is not an image that can be read. Send a JPEG or PNG file.`,
		);
	}
}
