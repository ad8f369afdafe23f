import type { Face, ImageReport } from '../kairos/response';
import { knownSize } from '../kairos/response';
import type { Finding } from './finding';
import { nodeFinding } from './finding';
import type { Evidence } from './evidence';

/** An image that is matched against itself proves nothing. */
export function sameImageFindings({
	response: { selfie, photo },
	selfieSha256,
	photoSha256,
}: Evidence): Finding[] {
	if (selfieSha256 !== photoSha256 && !looksTheSame(selfie, photo)) return [];
	return [nodeFinding('other', 'SAME_IMAGE', 'The selfie and the photo are the same image.')];
}

/**
 * Whether Kairos saw the same in both: no different sizes, and each face in the same box to a
 * fraction of a pixel. That finds an image whose file was only written anew, for example with other
 * metadata.
 */
function looksTheSame(selfie: ImageReport, photo: ImageReport): boolean {
	if (selfie.faces === null || photo.faces === null || selfie.faces.length === 0) return false;
	if (haveDifferentSizes(selfie, photo)) return false;
	return boxesIn(selfie.faces) === boxesIn(photo.faces);
}

function haveDifferentSizes(selfie: ImageReport, photo: ImageReport): boolean {
	const [size, other] = [knownSize(selfie), knownSize(photo)];
	if (size === null || other === null) return false;
	return size.width !== other.width || size.height !== other.height;
}

/** In any order, in which Kairos may list them. */
function boxesIn(faces: readonly Face[]): string {
	return faces
		.map(({ x, y, width, height }) => [x, y, width, height].join(' '))
		.sort()
		.join();
}
