import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

/** n8n's index of a node's last run. */
export const LAST_RUN = -1;

export const FIRST_RUN = 0;

/** How often a node can have run, and its outputs, before the search ends. */
const MAX_RUNS = 10_000;
const MAX_OUTPUTS = 50;

/** What a node has output so far in this execution, by all of its outputs and in all of its runs. */
export function* outputsOfNode(
	context: IExecuteFunctions,
	name: string,
	firstRun: typeof LAST_RUN | typeof FIRST_RUN,
): Generator<INodeExecutionData[], undefined> {
	// n8n quirk (all releases): nothing lists a node's runs and outputs, and `$items` throws behind the
	// last one; goes when there is a public way.
	const { $items } = context.getWorkflowDataProxy(0);
	for (let run: number = firstRun; run < MAX_RUNS; run++) {
		for (let output = 0; output < MAX_OUTPUTS; output++) {
			let items: INodeExecutionData[];
			try {
				items = $items(name, output, run) ?? [];
			} catch {
				if (output === 0 && run !== LAST_RUN) return undefined;
				break;
			}
			yield items;
		}
	}
	return undefined;
}
