import type { INodeExecutionData } from 'n8n-workflow';

import { OUTPUTS, errorOutputIndex, outputsOf, routeToOutputs } from './outputs';
import { errorItem, failedItem, markAsError, verifiedItem } from './items';
import { outputFieldOf } from '../panel/settings';
import { itemError, skippedError } from '../run/itemError';
import { findRepeats } from '../run/repeats';
import type { Run } from '../run/run';
import type { SettledEntry } from '../run/verifyEntries';
import { judge } from '../verdict/verdict';

/**
 * Judges what was verified, and puts every item of a run on its outputs.
 *
 * @param seen what earlier runs in the same execution verified; it is brought up to date.
 */
export function routeItems(
	run: Run,
	settled: readonly SettledEntry[],
	seen = run.memory.verified,
): INodeExecutionData[][] {
	// With an unusable Branches there are errors only.
	const { context, files, branchMode = 'single' } = run;
	const repeatsOf = findRepeats(
		settled.flatMap(({ outcome }) => (outcome.status === 'verified' ? [outcome.result] : [])),
		seen,
	);
	const node = context.getNode();
	const hasErrorOutput = node.onError === 'continueErrorOutput';
	const errorOutput = hasErrorOutput ? ownErrorOutput(run) : undefined;
	const errors: INodeExecutionData[] = [];
	const leaving = settled.flatMap(({ input: entry, outcome }) => {
		if (outcome.status === 'verified') {
			const { result } = outcome;
			const verdict = judge(result.response, repeatsOf(result), result.settings.rules);
			const item = verifiedItem(files, entry, result, verdict);
			return [{ item, outputs: outputsOf(verdict, branchMode) }];
		}
		const { itemIndex } = entry;
		const error =
			outcome.status === 'skipped'
				? skippedError(node, itemIndex, outcome.reason)
				: itemError(node, itemIndex, outcome.error);
		const outputField = outputFieldOf(context, itemIndex);
		const outputs = [OUTPUTS[branchMode][0]];
		if (!hasErrorOutput) return [{ item: errorItem(entry, outputField, error), outputs }];
		const item = failedItem(entry, outputField, error);
		// n8n would put it behind the outputs it takes the node for, where another branch may be wired.
		if (run.branchMode === undefined) return [{ item, outputs }];
		if (errorOutput === undefined) return [{ item: markAsError(item, error), outputs }];
		errors.push(item);
		return [];
	});
	const outputs = routeToOutputs(leaving, branchMode);
	if (errorOutput !== undefined) outputs[errorOutput] = errors;
	return outputs;
}

/** The Error output, where n8n would miss it; undefined where n8n sorts out the errors itself. */
function ownErrorOutput({ context, files, branchMode }: Run): number | undefined {
	if (!files.isCombined || branchMode === undefined) return undefined;
	return errorOutputIndex(context.getNodeOutputs().length - 1, branchMode);
}
