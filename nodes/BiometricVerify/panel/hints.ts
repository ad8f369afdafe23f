import type { INodeExecutionData, NodeExecutionHint, NodeHint } from 'n8n-workflow';

import { connectedOutputs } from '../n8n/connections';
import { isTool } from '../n8n/tool';
import { OUTPUTS } from '../output/outputs';
import type { Run } from '../run/run';
import type { SettledEntry } from '../run/verifyEntries';
import type { VerifiedItem } from '../run/verifyItem';

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
	run: Run,
	settled: readonly SettledEntry[],
	outputs: readonly INodeExecutionData[][],
): NodeExecutionHint[] {
	const verified = settled.flatMap(({ outcome }) =>
		outcome.status === 'verified' ? outcome.result : [],
	);
	return [
		...aboutSettings(run, outputs),
		...aboutConnections(run),
		...aboutSharedImages(verified),
		...aboutWhoAnswered(run, verified),
	].map((message) => ({ type: 'info', message, location: 'outputPane' }));
}

function aboutSettings(
	{ context, entries, stopsOnError }: Run,
	outputs: readonly INodeExecutionData[][],
): string[] {
	const { executeOnce, alwaysOutputData } = context.getNode();
	const found: string[] = [];
	if (executeOnce) {
		found.push(
			'Execute Once is on in Settings: n8n gave this node the first item only. Turn it off, or everybody else goes unverified.',
		);
	}
	if (alwaysOutputData) {
		found.push(
			'Always Output Data is on in Settings: where nobody leaves by the first output, n8n can put an empty item there. Turn it off.',
		);
	}
	if (stopsOnError && entries.length > 1) {
		found.push(
			"With On Error set to Stop Workflow, one item's error discards the results of all the others, and Retry in the list of executions, or Execute step on a node behind this one, sends and bills everybody again. To keep the results, set On Error to Continue (using error output) in Settings.",
		);
	}
	if (outputs.flat().length > entries.length) {
		found.push(
			'Some items went to more than one output. A node that is connected to several of these outputs processes them more than once.',
		);
	}
	return found;
}

/** While a workflow is being built, its nodes are not connected yet. */
function aboutConnections({ context, entries, branchMode = 'single' }: Run): string[] {
	const node = context.getNode();
	if (context.getMode() === 'manual' || isTool(node) || entries.length === 0) return [];
	const connected = connectedOutputs(context);
	const found: string[] = [];
	if (connected.size === 0 && branchMode !== 'single') {
		found.push(
			'No output of this node is connected, so the workflow ends here. A webhook that responds when the last node finishes, and a workflow that calls this one, get only what leaves by the first output: often an empty list.',
		);
	}
	if (node.onError === 'continueErrorOutput' && !connected.has(OUTPUTS[branchMode].length)) {
		found.push(
			'The Error output is not connected, so whoever could not be verified is lost there. Connect it.',
		);
	}
	return found;
}

function aboutSharedImages(verified: readonly VerifiedItem[]): string[] {
	return (['selfie', 'photo'] as const).flatMap((role) => {
		const counts = new Map<string, number>();
		for (const { fileKeys } of verified) {
			counts.set(fileKeys[role], (counts.get(fileKeys[role]) ?? 0) + 1);
		}
		const most = Math.max(0, ...counts.values());
		const label = role === 'selfie' ? 'Selfie Input Field' : 'Photo Input Field';
		return most > 1
			? [
					`${label} gave ${most} items the same file. If each item should have its own, check the expression: .first() gives all of them the file of the first one.`,
				]
			: [];
	});
}

/** Once an execution is enough, also in a loop. */
function aboutWhoAnswered({ memory }: Run, [first]: readonly VerifiedItem[]): string[] {
	if (!first?.isOnOwnNetwork || memory.toldWhoAnswered) return [];
	memory.toldWhoAnswered = true;
	return [
		`A server on your own network answered (${first.service}), not Kairos. If this is the sandbox, its results are for trying the node only.`,
	];
}
