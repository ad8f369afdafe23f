import type { ProbeName } from '../../sandbox/assumptions.mts';
import type { SizedImage, TestImages } from './images.mts';

/** What is sent to find something out. */
export interface ProbeFacts {
	/** For people: what is sent. */
	title: string;
	/** The two images, of a probe that sends both. */
	pair?: (images: TestImages) => { selfie: SizedImage; photo: SizedImage };
	/** Whether Kairos may count it as a verification: right keys and two images. */
	isVerification: boolean;
	/** Whether `--quick` sends it, too. */
	isQuick: boolean;
}

type Pair = NonNullable<ProbeFacts['pair']>;

const samePerson: Pair = ({ womanAgain, woman }) => ({
	selfie: womanAgain,
	photo: woman,
});

const free = (title: string): ProbeFacts => ({ title, isVerification: false, isQuick: true });

const billed = (title: string, pair: Pair): ProbeFacts => ({
	title,
	pair,
	isVerification: true,
	isQuick: false,
});

const quick = (probe: ProbeFacts): ProbeFacts => ({ ...probe, isQuick: true });

/** All probes in the order in which they are sent: what costs nothing comes first. */
export const plan: Record<ProbeName, ProbeFacts> = {
	wrongKeyNoImages: free('Credential test with a wrong App Key'),
	credentialTest: free('Credential test'),
	v01Underscores: free('v0.1, no images, headers app_id and app_key'),
	v01Hyphens: free('v0.1, no images, headers app-id and app-key'),
	v02Underscores: free('v0.2, no images, headers app_id and app_key'),
	v02Hyphens: free('v0.2, no images, headers app-id and app-key'),
	v02Both: free('v0.2, no images, both spellings'),
	wrongKey: { ...free('Two images with a wrong App Key'), pair: samePerson },
	missingPart: free('A selfie without a photo'),
	samePerson: quick(billed('Same person', samePerson)),
	differentPeople: quick(
		billed('Different people', ({ man, woman }) => ({ selfie: man, photo: woman })),
	),
	noFace: quick(
		billed('No face in the selfie', ({ nobody, woman }) => ({ selfie: nobody, photo: woman })),
	),
	severalFaces: billed('Two faces in the photo', ({ womanAgain, manAndWoman }) => ({
		selfie: womanAgain,
		photo: manAndWoman,
	})),
	severalFacesMatchAll: billed(
		'Two faces in the photo, with image_multiface',
		({ womanAgain, manAndWoman }) => ({ selfie: womanAgain, photo: manAndWoman }),
	),
	smallImage: billed('A selfie of 400 x 400 pixels', ({ smallWoman, woman }) => ({
		selfie: smallWoman,
		photo: woman,
	})),
	largeImage: billed('A photo 5,100 pixels wide', ({ womanAgain, largeWoman }) => ({
		selfie: womanAgain,
		photo: largeWoman,
	})),
	brokenImage: billed('A selfie that is no image', ({ broken, woman }) => ({
		selfie: broken,
		photo: woman,
	})),
	noFileName: billed('Parts without a file name', samePerson),
	otherVersion: billed('Same person, with the other API version', samePerson),
};

/** The probes of a check, in order. */
export function probesOf(isQuick: boolean): ProbeName[] {
	return (Object.keys(plan) as ProbeName[]).filter((name) => !isQuick || plan[name].isQuick);
}

/** How many verifications Kairos may count, at most. */
export function verificationsIn(probes: readonly ProbeName[]): number {
	return probes.filter((name) => plan[name].isVerification).length;
}
