import type { IRun, OnError } from 'n8n-workflow';
import { OUTPUTS } from '../../nodes/BiometricVerify/output/outputs';
import { BIOMETRIC_VERIFY, ITEMS, outputsOf, type TestItem, type TestWorkflow } from './engine.cts';

export type BranchMode = keyof typeof OUTPUTS;

export const branchModes = Object.keys(OUTPUTS) as BranchMode[];

/** The settings of On Error. */
export const onErrorSettings = [
	'stopWorkflow',
	'continueRegularOutput',
	'continueErrorOutput',
] as const satisfies OnError[];

/** The name of the node under test in the workflows that are made here. */
export const VERIFY = 'Verify';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\0IDAT', 'latin1');

/** The least that begins like an image. */
export const sampleImage = Buffer.concat([PNG, Buffer.from('pixels')]);

/** An image by whose bytes a server can tell the person: file names stay with the node. */
export function imageOf(name: string): Buffer {
	return Buffer.concat([PNG, Buffer.from(name)]);
}

/** Whose image this is, if `imageOf` made it. */
export function personIn(image: Buffer): string {
	return image.subarray(PNG.length).toString();
}

/** An item whose selfie tells a server whose it is. */
export function person(name: string, json: TestItem['json'] = {}): TestItem {
	return {
		json: { person: name, ...json },
		files: {
			selfie: { bytes: imageOf(name), fileName: `${name}.png` },
			photo: { bytes: sampleImage, fileName: 'id.png' },
		},
	};
}

/** An item that cannot be verified. */
export function personWithoutSelfie(name: string): TestItem {
	return { json: { person: name }, files: { photo: { bytes: sampleImage, fileName: 'id.png' } } };
}

/** The options of the group Limits. */
export function limits(values: Record<string, unknown>) {
	return { limits: { values } };
}

export function credentialFor(baseUrl: string) {
	return { appId: 'app', appSecretKey: 'the secret key', baseUrl, apiVersion: 'v0.1' };
}

/** The items of a run, verified by one node. */
export function verifyWorkflow(
	parameters: Record<string, unknown>,
	settings: Partial<TestWorkflow['nodes'][number]> = {},
): TestWorkflow {
	return {
		nodes: [
			{ name: 'Items', type: ITEMS },
			{
				name: VERIFY,
				type: BIOMETRIC_VERIFY,
				parameters: parameters as NonNullable<typeof settings.parameters>,
				...settings,
			},
		],
		connections: { Items: { main: [[{ node: VERIFY, type: 'main', index: 0 }]] } },
	};
}

/** Who left by which output, by the outputs' names; outputs without items are left out. */
export function whoLeft(run: IRun, mode: BranchMode = 'decisionAndChecks') {
	const names = [...OUTPUTS[mode], 'Error'];
	return Object.fromEntries(
		outputsOf(run, VERIFY)
			.map(
				(items, index) =>
					[names[index] ?? `output ${index}`, items.map(({ json }) => json.person)] as const,
			)
			.filter(([, people]) => people.length > 0),
	);
}
