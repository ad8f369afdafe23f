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

interface Recipe {
	name: string;
	selfie: () => Promise<Buffer>;
	photo: () => Promise<Buffer>;
	/** What the selfie tells the sandbox, which finds out the rest. */
	steering?: Steering;
	expected: string[];
}

const RECIPES: Recipe[] = [
	{
		name: 'Same person',
		selfie: () => selfieOf('astronaut'),
		photo: () => whole('astronaut'),
		steering: { liveness: 0.98 },
		expected: ['Approved'],
	},
	{
		name: 'Different people',
		selfie: () => selfieOf('man'),
		photo: () => whole('woman'),
		steering: { liveness: 0.98 },
		expected: ['Rejected', 'No Match'],
	},
	{
		name: 'Uncertain match',
		selfie: () => blurred('woman'),
		photo: () => whole('woman'),
		steering: { liveness: 0.98 },
		expected: ['Review', 'No Match'],
	},
	{
		name: 'Failed liveness',
		selfie: () => selfieOf('man'),
		photo: () => whole('man'),
		steering: { liveness: 0.0026 },
		expected: ['Rejected', 'Not Live'],
	},
	{
		name: 'No face in the selfie',
		selfie: () => whole('nobody'),
		photo: () => whole('woman'),
		expected: ['Review', 'Face Issue'],
	},
	{
		name: 'Two people in the selfie',
		selfie: () => sideBySide('astronaut', 'man'),
		photo: () => whole('astronaut'),
		steering: { liveness: 0.98 },
		expected: ['Review', 'Face Issue'],
	},
	{
		name: 'Kairos is down',
		selfie: () => selfieOf('man'),
		photo: () => whole('man'),
		steering: { status: 503 },
		expected: ['Error'],
	},
];

/** Every outcome once, with images that `makeSamples` makes. */
export const samples: Sample[] = RECIPES.map(({ name, expected }) => {
	const id = idOf(name);
	return { name, selfie: `${id}.selfie.jpg`, photo: `${id}.photo.jpg`, expected };
});

/** Makes the images of all samples in a folder. No two have the same bytes. */
export async function makeSamples(folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	const make = async ({ name, selfie, photo, steering }: Recipe) => {
		const id = idOf(name);
		const path = join(folder, id);
		await writeFile(`${path}.selfie.jpg`, steered(await selfie(), { ...steering, id }));
		await writeFile(`${path}.photo.jpg`, steered(await photo(), { id }));
	};
	await Promise.all(RECIPES.map(make));
}

function idOf(name: string): string {
	return name.toLowerCase().replaceAll(' ', '-');
}
