import type { INode, INodeTypeDescription, INodeTypes } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';
import { BiometricVerify } from '../../nodes/BiometricVerify/BiometricVerify.node';
import { nodeWith } from './context.cts';

/** The node in a workflow: what n8n's own readers of a node's inputs and outputs are given. */
export function placedNode(
	parameters: INode['parameters'],
): [workflow: Workflow, node: INode, type: INodeTypeDescription] {
	const biometricVerify = new BiometricVerify();
	const node = nodeWith({ parameters });
	const nodeTypes: INodeTypes = {
		getByName: () => biometricVerify,
		getByNameAndVersion: () => biometricVerify,
		getKnownTypes: () => ({}),
	};
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	return [workflow, workflow.getNode(node.name) ?? node, biometricVerify.description];
}
