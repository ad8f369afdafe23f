import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { ROOT } from '../paths.mts';

/** A JPEG to send, with its upright size in pixels and the number of its faces. */
export interface TestImage {
	bytes: Buffer;
	width: number;
	height: number;
	faces: number;
}

/** The images of one verification, and what the node takes for granted about it. */
export interface Pair {
	title: string;
	selfie: TestImage;
	photo: TestImage;
	/** Whether anyone in the photo may match. */
	matchAny?: boolean;
	/** The codes of the findings that must come; where nobody knows, there are none. */
	must?: string[];
	/** Those that may come, too. */
	may?: string[];
	/** Whether an image must be refused. */
	isRefused?: boolean;
}

/** Within Kairos's limits, and higher than wide, so that a turned image shows. */
const SIZE = { width: 720, height: 900 };
const BESIDE = { width: 360, height: 450 };
const GRAY = '#606468';

/** Makes the pairs from the portraits that come with the project. */
export async function makePairs(): Promise<Pair[]> {
	const photo = await toImage(open('portrait-woman.jpg').resize(SIZE));
	const man = await toImage(open('portrait-man.jpg').resize(SIZE));
	const nobody = await toImage(open('no-face.jpg').resize(SIZE), 0);
	// There is one portrait of the woman: tilt, crop, and light make another image of it.
	const tilted = open('portrait-woman.jpg').rotate(4);
	const crop = tilted.extract({ left: 40, top: 40, width: 346, height: 346 });
	const selfie = await toImage(crop.resize(SIZE).modulate({ brightness: 1.1 }));
	const small = await toImage(sharp(selfie.bytes).resize(240));
	const wide = sharp(photo.bytes).extend({ left: 2200, right: 2200, background: GRAY });
	const large = await toImage(wide);
	const sideways = await toImage(sharp(selfie.bytes).rotate(270).withMetadata({ orientation: 6 }));
	const woman = await sharp(photo.bytes).resize(BESIDE).toBuffer();
	const both = sharp(man.bytes)
		.extend({ right: BESIDE.width, background: GRAY })
		.composite([{ input: woman, left: SIZE.width, top: BESIDE.height }]);
	const two = await toImage(both, 2);
	const broken = { ...selfie, bytes: Buffer.from('ffd8ffe0'.padEnd(2048, '5a'), 'hex') };

	const noScores = ['NO_FACE_MATCH_SCORE', 'NO_LIVENESS_SCORE'];
	return [
		{ title: 'same person', selfie, photo, must: [] },
		{ title: 'different persons', selfie: man, photo, must: ['FAILED_FACE_MATCH'] },
		{ title: 'no face', selfie: nobody, photo, must: ['NO_FACE_IN_SELFIE'], may: noScores },
		{
			title: 'two faces in the photo',
			selfie,
			photo: two,
			must: ['MULTIPLE_FACES_IN_PHOTO'],
			may: ['FAILED_FACE_MATCH'],
		},
		{ title: 'two faces in the photo, match any', selfie, photo: two, matchAny: true, must: [] },
		{ title: 'small selfie', selfie: small, photo },
		{ title: 'large photo', selfie, photo: large },
		{ title: 'sideways selfie with EXIF orientation', selfie: sideways, photo },
		{ title: 'broken selfie', selfie: broken, photo, isRefused: true },
	];
}

function open(file: string): Sharp {
	return sharp(join(ROOT, 'test', 'fixtures', 'images', file));
}

async function toImage(image: Sharp, faces = 1): Promise<TestImage> {
	const { data, info } = await image.jpeg({ quality: 88 }).toBuffer({ resolveWithObject: true });
	return { bytes: data, width: info.width, height: info.height, faces };
}
