import type {
	IExecuteFunctions,
	INode,
	NodeConnectionType,
	NodeInputConnections,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

/** What n8n's contexts have, and their type does not say. */
interface WithConnections {
	getConnections(destination: Pick<INode, 'name'>, type: NodeConnectionType): NodeInputConnections;
}

/** The positions of this node's outputs that lead to another node. */
export function connectedOutputs(
	context: IExecuteFunctions & Partial<WithConnections>,
): Set<number> {
	// n8n quirk (all releases): `getChildNodes` does not say by which output a node comes after this
	// one, and the type of the context lacks what does; goes when there is a public way.
	const { name } = context.getNode();
	const sources = context
		.getChildNodes(name)
		.flatMap((child) => context.getConnections?.(child, NodeConnectionTypes.Main) ?? [])
		.flatMap((connections) => connections ?? []);
	return new Set(sources.filter(({ node }) => node === name).map(({ index }) => index));
}
