import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** What the sandbox responds. */
export type Steering = Partial<
	Record<'match' | 'liveness' | 'faces' | 'status' | 'delay', number | undefined>
>;

interface Recipe {
	name: string;
	selfie: () => Promise<Buffer>;
	photo: () => Promise<Buffer>;
	/** Where the sandbox is not to rely on what it finds in the images. */
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
		expected: ['Rejected', 'Match Failed'],
	},
	{
		name: 'Uncertain match',
		selfie: () => blurred('woman'),
		photo: () => whole('woman'),
		steering: { liveness: 0.98 },
		expected: ['Review', 'Match Failed'],
	},
	{
		name: 'Failed liveness',
		selfie: () => selfieOf('man'),
		photo: () => whole('man'),
		steering: { liveness: 0.0026 },
		expected: ['Rejected', 'Liveness Failed'],
	},
	{
		name: 'No face in the selfie',
		selfie: () => whole('nobody'),
		photo: () => whole('woman'),
		expected: ['Review', 'Match Failed', 'Liveness Failed', 'Faces Failed'],
	},
	{
		name: 'Two people in the selfie',
		selfie: () => sideBySide('astronaut', 'man'),
		photo: () => whole('astronaut'),
		steering: { liveness: 0.98 },
		expected: ['Review', 'Faces Failed'],
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
export const samples: Sample[] = RECIPES.map(({ name, steering, expected }) => ({
	name,
	...filesOf(name, steering),
	expected,
}));

/** Makes the images of all samples in a folder. No two have the same bytes. */
export async function makeSamples(folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	const make = async ({ name, selfie, photo, steering }: Recipe) => {
		const files = filesOf(name, steering);
		// What follows an image's end changes nothing but its bytes.
		for (const [file, image] of [
			[files.selfie, await selfie()],
			[files.photo, await photo()],
		] as const) {
			await writeFile(join(folder, file), Buffer.concat([image, Buffer.from(file)]));
		}
	};
	await Promise.all(RECIPES.map(make));
}

function filesOf(name: string, steering: Steering = {}) {
	const id = name.toLowerCase().replaceAll(' ', '-');
	return { selfie: steeredName(`${id}.selfie`, steering), photo: `${id}.photo.jpg` };
}

/** The file name of an image that steers the sandbox: nothing else knows how that is done. */
export function steeredName(name: string, steering: Steering): string {
	const words = Object.entries(steering).filter(([, value]) => value !== undefined);
	return [name, ...words.map((word) => word.join('-')), 'jpg'].join('.');
}
