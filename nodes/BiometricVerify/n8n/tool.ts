import type { INode } from 'n8n-workflow';

/** Whether an AI agent calls the node: n8n gives it a copy of the node whose type ends in `Tool`. */
export function isTool({ type }: INode): boolean {
	return type.endsWith('Tool');
}
