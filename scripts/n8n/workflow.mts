import type { Workflow, WorkflowNode } from './rest.mts';

/** A node of a workflow that is put together here; its name is its ID, too. */
export function node(
	name: string,
	type: string,
	typeVersion: number,
	parameters: Record<string, unknown> = {},
): WorkflowNode {
	return { id: name, name, type, typeVersion, position: [0, 0], parameters };
}

/** What leads from an output to an input of a node: the first, where nothing else is said. */
export function to(name: string, index = 0) {
	return { node: name, type: 'main', index };
}

/** @throws {Error} when the workflow has no node of that name */
export function nodeOf({ nodes }: Workflow, name: string): WorkflowNode {
	const found = nodes.find((one) => one.name === name);
	if (found === undefined) throw new Error(`The workflow has no node ${name}`);
	return found;
}
