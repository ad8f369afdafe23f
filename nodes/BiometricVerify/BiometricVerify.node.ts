import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { arrivalsOf, inputsExpression } from './arrivals';
import { runBatch } from './batch';
import { OUTPUTS, distribute, outputsExpression, outputsOf } from './branches';
import { inWords, notSentError } from './errors';
import { KairosClient } from './kairos/client';
import { branchesSubtitle, parameters } from './parameters';
import { layoutError, layoutOf, maxConcurrentOf } from './settings';
import { isTool } from './tool';
import { verifyItem } from './verification';

export class BiometricVerify implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Biometric Verify',
		name: 'biometricVerify',
		icon: { light: 'file:../../icons/kairos.svg', dark: 'file:../../icons/kairos.dark.svg' },
		group: ['transform'],
		version: 1,
		description:
			'Check with Kairos whether a selfie shows a live person, and the same person as a photo. The decision is approve, review or reject.',
		subtitle: branchesSubtitle,
		defaults: { name: 'Biometric Verify' },
		inputs: inputsExpression as INodeTypeDescription['inputs'],
		outputs: outputsExpression as INodeTypeDescription['outputs'],
		usableAsTool: true,
		credentials: [{ name: 'kairosApi', required: true }],
		properties: parameters,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const node = this.getNode();
		const layout = layoutOf(node);
		const branchMode = layout?.branchMode ?? 'single';
		const arrivals = arrivalsOf(this, layout?.arrivalMode ?? 'sameItem');
		const stopsOnError = !this.continueOnFail() && !isTool(node);
		const kairos = new KairosClient(this);
		const firstOutput = [OUTPUTS[branchMode][0]];

		const outcomes = await runBatch(arrivals, {
			maxConcurrent: maxConcurrentOf(node),
			stopsOnError,
			verify: async (arrival, itemIndex, halted) =>
				layout
					? await verifyItem(this, kairos, itemIndex, arrival, halted)
					: { error: layoutError(node, itemIndex), haltsRun: true },
			notBegun: (itemIndex, reason) => ({
				error: notSentError(node, itemIndex, reason),
				haltsRun: true,
				notSent: true,
			}),
		});

		if (stopsOnError) {
			const failed = outcomes.find((outcome) => 'error' in outcome && !outcome.notSent);
			if (failed && 'error' in failed) throw failed.error;
		}

		const leaving = outcomes.map(({ input: { pairedItem }, ...outcome }) => {
			if ('result' in outcome) {
				const { item, verdict } = outcome.result;
				return { item, outputs: outputsOf(verdict, branchMode) };
			}
			return {
				item: { json: { error: inWords(outcome.error) }, pairedItem },
				outputs: firstOutput,
			};
		});
		return distribute(leaving, branchMode);
	}
}
