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

/**
 * Reads the form in which n8n hands out an execution's data (npm's `flatted`): a JSON array of
 * values, in which a string stands for the value at that index, and the first is the whole.
 */
export function parseFlatted(text: string): unknown {
	const values = JSON.parse(text) as unknown[];
	const done = new Set<unknown>();
	const resolve = (reference: unknown): unknown => {
		if (typeof reference !== 'string') return fill(reference);
		const value = values[Number(reference)];
		return typeof value === 'string' ? value : fill(value);
	};
	const fill = (value: unknown): unknown => {
		if (typeof value !== 'object' || value === null || done.has(value)) return value;
		done.add(value);
		const container = value as Record<string, unknown>;
		for (const [key, reference] of Object.entries(container)) container[key] = resolve(reference);
		return value;
	};
	return resolve('0');
}
