import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { runBatch } from './batch';
import { OUTPUTS, distribute, outputsExpression, outputsOf, unknownModeError } from './branches';
import { inWords, notSentError } from './errors';
import { branchesSubtitle, parameters } from './parameters';
import { branchModeOf, maxConcurrentOf } from './settings';
import { verifyItem } from './verification';

export class BiometricVerify implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Biometric Verify',
		name: 'biometricVerify',
		icon: { light: 'file:../../icons/kairos.svg', dark: 'file:../../icons/kairos.dark.svg' },
		group: ['transform'],
		version: 1,
		description:
			'Check with Kairos whether a selfie shows a live person and the same person as a photo',
		subtitle: branchesSubtitle,
		defaults: { name: 'Biometric Verify' },
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsExpression as INodeTypeDescription['outputs'],
		usableAsTool: true,
		credentials: [{ name: 'kairosApi', required: true }],
		properties: parameters,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const node = this.getNode();
		const mode = branchModeOf(node);
		const firstOutput = [OUTPUTS[mode ?? 'single'][0]];
		const isTool = this.isToolExecution?.() ?? false;
		const stopsOnError = !this.continueOnFail() && !isTool;

		const outcomes = await runBatch(this.getInputData().length, {
			maxConcurrent: maxConcurrentOf(node),
			stopsOnError,
			verify: async (itemIndex, halted) =>
				mode === undefined
					? { error: unknownModeError(node, itemIndex), haltsRun: true }
					: await verifyItem(this, itemIndex, halted),
			notBegun: (itemIndex, reason) => ({
				error: notSentError(node, itemIndex, reason),
				haltsRun: true,
			}),
		});

		const leaving = outcomes.map((outcome, itemIndex) => {
			if ('result' in outcome) {
				const { item, verdict } = outcome.result;
				const outputs = isTool || mode === undefined ? firstOutput : outputsOf(verdict, mode);
				return { item, outputs };
			}
			if (stopsOnError) throw outcome.error;
			const item = { json: { error: inWords(outcome.error) }, pairedItem: { item: itemIndex } };
			return { item, outputs: firstOutput };
		});
		return distribute(leaving, mode ?? 'single');
	}
}
