import type {
	IExecuteFunctions,
	INode,
	NodeConnectionType,
	NodeInputConnections,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

/** A method that n8n's contexts have and their type lacks. */
interface WithConnections {
	getConnections(destination: Pick<INode, 'name'>, type: NodeConnectionType): NodeInputConnections;
}

/** The positions of this node's outputs that lead to another node. */
export function connectedOutputs(
	context: IExecuteFunctions & Partial<WithConnections>,
): Set<number> {
	// n8n quirk (all releases): `getChildNodes` does not say which output leads to a node, and the
	// type of the context lacks the method that does; goes when there is a public way.
	const { name } = context.getNode();
	const sources = context
		.getChildNodes(name)
		.flatMap((child) => context.getConnections?.(child, NodeConnectionTypes.Main) ?? [])
		.flatMap((connections) => connections ?? []);
	return new Set(sources.filter(({ node }) => node === name).map(({ index }) => index));
}
