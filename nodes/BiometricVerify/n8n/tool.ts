import type { INode } from 'n8n-workflow';

/** Whether an AI agent calls the node. */
export function isTool({ type }: INode): boolean {
	// n8n quirk (all releases): it gives agents a copy of the node whose type ends in `Tool`, and newer
	// agents run that like any other node; goes when `isToolExecution` is true there, too.
	return type.endsWith('Tool');
}
