import sharp from 'sharp';
import { selfieOf, sideBySide, whole } from '../images.mts';

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

/** Makes the pairs from the portraits that come with the project. */
export async function makePairs(): Promise<Pair[]> {
	const photo = await toImage(await whole('woman'));
	const selfie = await toImage(await selfieOf('woman'));
	const man = await toImage(await whole('man'));
	const nobody = await toImage(await whole('nobody'), 0);
	const two = await toImage(await sideBySide('man', 'woman'), 2);
	const small = await toImage(await sharp(selfie.bytes).resize(240).toBuffer());
	const large = await toImage(await sharp(photo.bytes).extend({ right: 4000 }).toBuffer());
	// Higher than wide, so that a turned image shows.
	const tall = sharp(selfie.bytes).extract({ left: 80, top: 0, width: 640, height: 800 });
	const lying = sharp(await tall.toBuffer()).rotate(270);
	const sideways = await toImage(await lying.withMetadata({ orientation: 6 }).toBuffer());
	const broken = { ...selfie, bytes: Buffer.from('ffd8ffe0'.padEnd(2048, '5a'), 'hex') };

	const noScores = ['NO_FACE_MATCH_SCORE', 'NO_LIVENESS_SCORE'];
	const otherMatch = ['FAILED_FACE_MATCH'];
	const twoFaces = ['MULTIPLE_FACES_IN_PHOTO'];
	return [
		{ title: 'same person', selfie, photo, must: [] },
		{ title: 'different persons', selfie: man, photo, must: otherMatch },
		{ title: 'no face', selfie: nobody, photo, must: ['NO_FACE_IN_SELFIE'], may: noScores },
		{ title: 'two faces in the photo', selfie, photo: two, must: twoFaces, may: otherMatch },
		{ title: 'two faces in the photo, match any', selfie, photo: two, matchAny: true, must: [] },
		{ title: 'small selfie', selfie: small, photo },
		{ title: 'large photo', selfie, photo: large },
		{ title: 'sideways selfie with EXIF orientation', selfie: sideways, photo },
		{ title: 'broken selfie', selfie: broken, photo, isRefused: true },
	];
}

async function toImage(bytes: Buffer, faces = 1): Promise<TestImage> {
	const { autoOrient } = await sharp(bytes).metadata();
	return { bytes, ...autoOrient, faces };
}
