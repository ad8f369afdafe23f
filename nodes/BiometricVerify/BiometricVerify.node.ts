import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { outputsExpression } from './output/outputs';
import { executionHints, hints } from './panel/hints';
import { inputsExpression } from './input/modes';
import { branchesSubtitle, parameters } from './panel/parameters';
import { routeItems } from './output/route';
import { startRun } from './run/run';
import { answerOnce } from './run/toolCall';
import { verifyPairs } from './run/verifyPairs';

export class BiometricVerify implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Biometric Verify',
		name: 'biometricVerify',
		icon: { light: 'file:../../icons/kairos.svg', dark: 'file:../../icons/kairos.dark.svg' },
		group: ['transform'],
		version: 1,
		description: 'Verify with Kairos that a selfie shows a live person who matches a photo',
		subtitle: branchesSubtitle,
		defaults: { name: 'Biometric Verify' },
		inputs: inputsExpression as INodeTypeDescription['inputs'],
		outputs: outputsExpression as INodeTypeDescription['outputs'],
		builderHint: {
			searchHint:
				"Each item needs two image files, by default in the binary fields 'selfie' and 'photo'. By default, the outputs are Review, Rejected, Approved, and one for each failed check; approved people leave by Approved only, and others can leave by several outputs. With branches 'single', check verification.decision instead. Set onError to 'continueErrorOutput' and connect the last output, Error; as a tool of an agent, set it to 'continueRegularOutput'.",
		},
		usableAsTool: true,
		credentials: [{ name: 'kairosApi', required: true }],
		hints,
		properties: parameters,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await answerOnce(startRun(this), async (run) => {
			const outcomes = await verifyPairs(run);
			const outputs = routeItems(run, outcomes);
			this.addExecutionHints(...executionHints(run, outcomes, outputs));
			return outputs;
		});
	}
}
