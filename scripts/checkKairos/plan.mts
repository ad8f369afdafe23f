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

const samePerson: ProbeFacts['pair'] = ({ womanAgain, woman }) => ({
	selfie: womanAgain,
	photo: woman,
});

const free = (title: string): ProbeFacts => ({ title, isVerification: false, isQuick: true });

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
	samePerson: {
		title: 'Same person',
		pair: samePerson,
		isVerification: true,
		isQuick: true,
	},
	differentPeople: {
		title: 'Different people',
		pair: ({ man, woman }) => ({ selfie: man, photo: woman }),
		isVerification: true,
		isQuick: true,
	},
	noFace: {
		title: 'No face in the selfie',
		pair: ({ nobody, woman }) => ({ selfie: nobody, photo: woman }),
		isVerification: true,
		isQuick: true,
	},
	severalFaces: {
		title: 'Two faces in the photo',
		pair: ({ womanAgain, manAndWoman }) => ({ selfie: womanAgain, photo: manAndWoman }),
		isVerification: true,
		isQuick: false,
	},
	severalFacesMatchAll: {
		title: 'Two faces in the photo, with image_multiface',
		pair: ({ womanAgain, manAndWoman }) => ({ selfie: womanAgain, photo: manAndWoman }),
		isVerification: true,
		isQuick: false,
	},
	smallImage: {
		title: 'A selfie of 400 x 400 pixels',
		pair: ({ smallWoman, woman }) => ({ selfie: smallWoman, photo: woman }),
		isVerification: true,
		isQuick: false,
	},
	largeImage: {
		title: 'A photo 5,100 pixels wide',
		pair: ({ womanAgain, largeWoman }) => ({ selfie: womanAgain, photo: largeWoman }),
		isVerification: true,
		isQuick: false,
	},
	brokenImage: {
		title: 'A selfie that is no image',
		pair: ({ broken, woman }) => ({ selfie: broken, photo: woman }),
		isVerification: true,
		isQuick: false,
	},
	noFileName: {
		title: 'Parts without a file name',
		pair: samePerson,
		isVerification: true,
		isQuick: false,
	},
	otherVersion: {
		title: 'Same person, with the other API version',
		pair: samePerson,
		isVerification: true,
		isQuick: false,
	},
};

/** The probes of a check, in order. */
export function probesOf(isQuick: boolean): ProbeName[] {
	return (Object.keys(plan) as ProbeName[]).filter((name) => !isQuick || plan[name].isQuick);
}

/** How many verifications Kairos may count, at most. */
export function verificationsIn(probes: readonly ProbeName[]): number {
	return probes.filter((name) => plan[name].isVerification).length;
}
