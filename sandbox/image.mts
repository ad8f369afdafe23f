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
	/** The same image for the engine. */
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
		const { width, height } = (await image.metadata()).autoOrient;
		const side = Math.min(LONGEST_SIDE_FOR_ENGINE, Math.max(width, height));
		const scale = side / Math.max(width, height);
		// The detector squeezes what it gets into a square, and a squeezed face has another embedding:
		// measured, the cosine of two images of one person falls from 0.98 to 0.77 at a shape of 5 to 3.
		const data = await image
			.autoOrient()
			.flatten({ background: '#ffffff' })
			.resize(side, side, { fit: 'contain', position: 'left top', background: '#000000' })
			.toColourspace('srgb')
			.raw({ depth: 'uchar' })
			.toBuffer();
		const pixels = { data, side, width: width * scale, height: height * scale };
		return { width, height, pixels };
	} catch {
		throw new HttpError(
			400,
			`The part "${part}" is not an image that the sandbox can read. ` +
				`Send a whole JPEG, PNG, WebP or AVIF file of at most ${MAX_PIXELS / 1e6} megapixels.`,
		);
	}
}
