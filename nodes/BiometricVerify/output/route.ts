import type { INodeExecutionData } from 'n8n-workflow';

import { OUTPUTS, outputsOf, routeToOutputs } from './outputs';
import { failedItem, markAsError, verifiedItem } from './items';
import { imageFieldsOf, outputFieldOf } from '../panel/settings';
import { itemError, skippedItemError } from '../run/itemError';
import type { Outcome } from '../run/outcome';
import { findRepeats } from '../run/repeats';
import type { Run } from '../run/run';
import { hasErrorOutput } from '../run/run';
import { judge } from '../verdict/verdict';

/** Judges what was verified, and puts every item of a run on its outputs. */
export function routeItems(run: Run, outcomes: readonly Outcome[]): INodeExecutionData[][] {
	// If Branches has an invalid value, there are only errors.
	const { context, files, branchMode = 'single' } = run;
	const repeatsOf = findRepeats(outcomes, run.memory.verified);
	const node = context.getNode();
	const leavesByError = hasErrorOutput(node);
	const errorOutput = leavesByError ? ownErrorOutput(run) : undefined;
	const errors: INodeExecutionData[] = [];
	const leaving = outcomes.flatMap((outcome) => {
		const { pair } = outcome;
		if (outcome.status === 'verified') {
			const verdict = judge(outcome.response, repeatsOf(outcome), outcome.job.settings.rules);
			const item = verifiedItem(files, outcome, verdict);
			return [{ item, outputs: outputsOf(verdict, branchMode) }];
		}
		const { itemIndex } = pair;
		const error =
			outcome.status === 'skipped'
				? skippedItemError(node, itemIndex, outcome.reason)
				: itemError(node, itemIndex, outcome.error);
		const outputField = outputFieldOf(context, itemIndex);
		const outputs = [OUTPUTS[branchMode][0]];
		const fields = imageFieldsOf(context, itemIndex);
		const item = failedItem(files, pair, fields, outputField, error, leavesByError);
		// Without a mode, n8n would put it behind the outputs that it knows of, where another branch
		// may be connected.
		if (!leavesByError || run.branchMode === undefined) return [{ item, outputs }];
		if (errorOutput === undefined) return [{ item: markAsError(item, error), outputs }];
		errors.push(item);
		return [];
	});
	const outputs = routeToOutputs(leaving, branchMode);
	if (errorOutput !== undefined) outputs[errorOutput] = errors;
	return outputs;
}

/**
 * Index of the Error output if n8n would use a wrong one, because it knows of other outputs;
 * undefined if n8n moves failed items itself.
 */
function ownErrorOutput({ context, files, branchMode }: Run): number | undefined {
	if (!files.isCombined || branchMode === undefined) return undefined;
	const { length } = OUTPUTS[branchMode];
	return context.getNodeOutputs().length - 1 === length ? undefined : length;
}
