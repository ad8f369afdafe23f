import type { INodeExecutionData } from 'n8n-workflow';

import { OUTPUTS, distribute, outputsOf } from './branches';
import { itemError, skippedError } from './errors';
import { outputFieldOf } from './options';
import { failedItem, verifiedItem } from './outputItem';
import type { Run } from './run';
import { judge } from './verdict/judge';
import type { SettledEntry } from './verifyEntries';

/** Judges what was verified, and puts every item of a run on its outputs. */
export function routeItems(
	{ context, files, branchMode }: Run,
	settled: readonly SettledEntry[],
): INodeExecutionData[][] {
	const repeatedIds = repeatedRequestIds(settled);
	const leaving = settled.map(({ input: entry, outcome }) => {
		if (outcome.status !== 'verified') {
			const { itemIndex } = entry;
			const node = context.getNode();
			const error =
				outcome.status === 'skipped'
					? skippedError(node, itemIndex, outcome.reason)
					: itemError(node, itemIndex, outcome.error);
			const item = failedItem(node, entry, outputFieldOf(context, itemIndex), error);
			return { item, outputs: [OUTPUTS[branchMode][0]] };
		}
		const verified = outcome.result;
		const isRequestIdRepeated = repeatedIds.has(verified.response.requestId ?? '');
		const verdict = judge({ ...verified, isRequestIdRepeated }, verified.settings.rules);
		return {
			item: verifiedItem(files, entry, verified, verdict),
			outputs: outputsOf(verdict, branchMode),
		};
	});
	return distribute(leaving, branchMode);
}

/** Kairos gives each request an ID of its own; one that two share says nothing of either. */
function repeatedRequestIds(settled: readonly SettledEntry[]): ReadonlySet<string> {
	const [seen, repeated] = [new Set<string>(), new Set<string>()];
	for (const { outcome } of settled) {
		const id = outcome.status === 'verified' ? outcome.result.response.requestId : null;
		if (id === null) continue;
		(seen.has(id) ? repeated : seen).add(id);
	}
	return repeated;
}
