import sharp from 'sharp';
import type { Pixels } from './faceEngine.mts';
import { HttpError } from './httpError.mts';

/** A larger image is scaled down before the engine sees it, and its faces are found as well. */
const LONGEST_SIDE_FOR_ENGINE = 800;

/** 50 megapixels: what a phone makes fits, a file made to fill the memory does not. */
const MAX_PIXELS = 50_000_000;

// No other format is even opened: an SVG, for one, can draw without end.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
	operation: ['Jpeg', 'Png', 'Webp', 'Heif'].map((format) => `VipsForeignLoad${format}`),
});

export interface DecodedImage {
	/** Size in pixels of the image as sent, upright (after its EXIF orientation). */
	width: number;
	height: number;
	/** The same image for the engine: RGB, at most 800 pixels a side. */
	pixels: Pixels;
}

/**
 * Decodes an image file.
 * @param part names the file in the message
 * @throws HttpError 400 when the file cannot be decoded, or has too many pixels
 */
export async function decodeImage(part: string, bytes: Buffer): Promise<DecodedImage> {
	try {
		const image = sharp(bytes, { failOn: 'error', limitInputPixels: MAX_PIXELS });
		const { autoOrient } = await image.metadata();
		const { data, info } = await image
			.autoOrient()
			.resize(LONGEST_SIDE_FOR_ENGINE, LONGEST_SIDE_FOR_ENGINE, {
				fit: 'inside',
				withoutEnlargement: true,
			})
			.flatten({ background: '#ffffff' })
			.toColourspace('srgb')
			.raw({ depth: 'uchar' })
			.toBuffer({ resolveWithObject: true });
		return { ...autoOrient, pixels: { data, width: info.width, height: info.height } };
	} catch {
		throw new HttpError(
			400,
			`The part "${part}" is not an image that the sandbox can read. ` +
				`Send a whole JPEG, PNG, WebP or AVIF file of at most ${MAX_PIXELS / 1e6} megapixels.`,
		);
	}
}
