import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Steering, steered } from '../sandbox/steering.mts';
import { blurred, selfieOf, sideBySide, whole } from './images.mts';

/** Two images in one folder, as the demo's workflow reads them. */
export interface Pair {
	/** What the item is called. */
	name: string;
	/** File name. */
	selfie: string;
	/** File name. */
	photo: string;
}

export interface Sample extends Pair {
	/** The outputs of Biometric Verify by which it must leave, in their order. */
	expected: string[];
}

type Make = () => Promise<Buffer>;

/** The rest of a verification is left to the sandbox. */
const LIVE: Steering = { liveness: 0.98 };

const man = () => whole('man');
const woman = () => whole('woman');
const astronaut = () => whole('astronaut');
const selfieOfMan = () => selfieOf('man');
const selfieOfAstronaut = () => selfieOf('astronaut');
const nobody = () => whole('nobody');
const twoPeople = () => sideBySide('astronaut', 'man');

/** Each with what its selfie tells the sandbox. */
const RECIPES: [name: string, selfie: Make, photo: Make, expected: string[], told: Steering][] = [
	['Same person', selfieOfAstronaut, astronaut, ['Approved'], LIVE],
	['Different people', selfieOfMan, woman, ['Rejected', 'No Match'], LIVE],
	['Uncertain match', () => blurred('woman'), woman, ['Review', 'No Match'], LIVE],
	['Failed liveness', selfieOfMan, man, ['Rejected', 'Not Live'], { liveness: 0.0026 }],
	['No face in the selfie', nobody, woman, ['Review', 'Face Issue'], {}],
	['Two people in the selfie', twoPeople, astronaut, ['Review', 'Face Issue'], LIVE],
	['Kairos is down', selfieOfMan, man, ['Error'], { status: 503 }],
];

/** Every outcome once, with images that `makeSamples` makes. */
export const samples: Sample[] = RECIPES.map(([name, , , expected]) => {
	const id = name.toLowerCase().replaceAll(' ', '-');
	return { name, selfie: `${id}.selfie.jpg`, photo: `${id}.photo.jpg`, expected };
});

/** Makes the images of all samples in a folder. No two have the same bytes. */
export async function makeSamples(folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	const make = async ([, selfie, photo, , told]: (typeof RECIPES)[number], index: number) => {
		const files = samples[index] as Sample;
		const id = String(index);
		await writeFile(join(folder, files.selfie), steered(await selfie(), { ...told, id }));
		await writeFile(join(folder, files.photo), steered(await photo(), { id }));
	};
	await Promise.all(RECIPES.map(make));
}
