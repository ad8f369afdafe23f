/** An item as n8n stores it in an execution. */
export interface StoredItem {
	json: Record<string, unknown>;
}

/** What of an execution's data the scripts and the tests read. */
export interface ExecutionData {
	resultData: {
		/** For each node that ran, its runs; a run's outputs by index, an unused one is empty. */
		runData: Record<string, NodeRun[]>;
		error?: { message: string };
	};
	/** What the address at which a waiting execution goes on must hold, from n8n 2.1 on. */
	resumeToken?: string;
}

export interface NodeRun {
	/** Of a node that calls a sub-workflow. */
	metadata?: { subExecution?: { executionId: string } };
	data?: { main: (StoredItem[] | null)[] };
	error?: { message: string };
}

/** The items that a node gave in its last run, by output index; empty if it did not run. */
export function outputsOf(data: ExecutionData, node: string): StoredItem[][] {
	const run = data.resultData.runData[node]?.at(-1);
	return (run?.data?.main ?? []).map((items) => items ?? []);
}
