import type { INodeExecutionData, IRunExecutionData } from 'n8n-workflow';

/** The items that a node gave in its last run, by output index; empty if it did not run. */
export function outputsOf(data: IRunExecutionData, node: string): INodeExecutionData[][] {
	const run = data.resultData.runData[node]?.at(-1);
	return (run?.data?.['main'] ?? []).map((items) => items ?? []);
}
