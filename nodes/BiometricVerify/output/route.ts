import type { INodeExecutionData } from 'n8n-workflow';

import { OUTPUTS, distribute, missedErrorOutput, outputsOf } from './outputs';
import { itemError, skippedError } from '../run/itemError';
import { outputFieldOf } from '../panel/settings';
import { errorItem, failedItem, markedAsFailed, verifiedItem } from './items';
import type { Run } from '../run/run';
import { judge } from '../verdict/judge';
import type { SettledEntry } from '../run/verifyEntries';

/** Judges what was verified, and puts every item of a run on its outputs. */
export function routeItems(run: Run, settled: readonly SettledEntry[]): INodeExecutionData[][] {
	const { context, files, branchMode } = run;
	const hasErrorOutput = context.getNode().onError === 'continueErrorOutput';
	const errorOutput = hasErrorOutput ? ownErrorOutput(run) : undefined;
	const errors: INodeExecutionData[] = [];
	const repeatedIds = repeatedRequestIds(settled);
	const leaving = settled.flatMap(({ input: entry, outcome }) => {
		if (outcome.status !== 'verified') {
			const { itemIndex } = entry;
			const node = context.getNode();
			const error =
				outcome.status === 'skipped'
					? skippedError(node, itemIndex, outcome.reason)
					: itemError(node, itemIndex, outcome.error);
			const outputs = [OUTPUTS[branchMode][0]];
			if (!hasErrorOutput) return { item: errorItem(entry, error), outputs };
			const item = failedItem(entry, outputFieldOf(context, itemIndex), error);
			if (errorOutput === undefined) return { item: markedAsFailed(item, error), outputs };
			errors.push(item);
			return [];
		}
		const verified = outcome.result;
		const isRequestIdRepeated = repeatedIds.has(comparable(verified.response.requestId) ?? '');
		const verdict = judge({ ...verified, isRequestIdRepeated }, verified.settings.rules);
		return {
			item: verifiedItem(files, entry, verified, verdict),
			outputs: outputsOf(verdict, branchMode),
		};
	});
	const outputs = distribute(leaving, branchMode);
	if (errorOutput !== undefined) outputs[errorOutput] = errors;
	return outputs;
}

/** The Error output, where n8n would miss it; undefined where n8n sorts out the errors itself. */
function ownErrorOutput({ context, files, branchMode }: Run): number | undefined {
	if (!files.isCombined) return undefined;
	return missedErrorOutput(context.getNodeOutputs().length - 1, branchMode);
}

/** Kairos gives each request an ID of its own; one that two share says nothing of either. */
function repeatedRequestIds(settled: readonly SettledEntry[]): ReadonlySet<string> {
	const [seen, repeated] = [new Set<string>(), new Set<string>()];
	for (const { outcome } of settled) {
		const id =
			outcome.status === 'verified' ? comparable(outcome.result.response.requestId) : undefined;
		if (id === undefined) continue;
		(seen.has(id) ? repeated : seen).add(id);
	}
	return repeated;
}

/** UUIDs are the same in upper and lower case. */
function comparable(requestId: string | null): string | undefined {
	return requestId?.toLowerCase();
}
