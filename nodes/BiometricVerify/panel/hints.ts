import type { INodeExecutionData, NodeExecutionHint, NodeHint } from 'n8n-workflow';

import type { Run } from '../run/run';

/** What the panel says before the node runs, where a setting can let the wrong people through. */
export const hints: NodeHint[] = [
	{
		type: 'warning',
		message:
			'With Single Output, approved and rejected people go to the same output. Check the decision in the next node, or choose a different option for Branches.',
		displayCondition: '={{ $parameter.branches === "single" }}',
		whenToDisplay: 'always',
		location: 'outputPane',
	},
];

/** What the panel says after a run, where the builder may not expect what happened. */
export function executionHints(
	{ entries, stopsOnError }: Run,
	outputs: readonly INodeExecutionData[][],
): NodeExecutionHint[] {
	const found: NodeExecutionHint[] = [];
	if (stopsOnError && entries.length > 1) {
		found.push({
			type: 'info',
			message:
				"With On Error set to Stop Workflow, one item's error discards the results of all the others. To keep them, set On Error to Continue (using error output) in Settings.",
			location: 'outputPane',
		});
	}
	if (outputs.flat().length > entries.length) {
		found.push({
			type: 'info',
			message:
				'Some items went to more than one output. A node that is connected to several of these outputs processes them more than once.',
			location: 'outputPane',
		});
	}
	return found;
}
