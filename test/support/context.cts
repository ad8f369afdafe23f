import type {
	IAdditionalCredentialOptions,
	IBinaryData,
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	WorkflowExecuteMode,
} from 'n8n-workflow';

/** What a stand-in for n8n's context has; the rest of the context is missing. */
export interface StandIn {
	node?: Partial<INode>;
	/** The items of each input. */
	inputs?: INodeExecutionData[][];
	/** Parameters of the node, as n8n gives them: expressions resolved. */
	parameters?: Record<string, unknown>;
	credential?: ICredentialDataDecryptedObject;
	/** The credential of an item where that is not the same for all. */
	credentialOf?: (itemIndex: number) => ICredentialDataDecryptedObject;
	cancelSignal?: AbortSignal;
	binaryMode?: 'separate' | 'combined';
	/** What earlier nodes gave out, by output; the nearest one first. */
	nodes?: Record<string, INodeExecutionData[][]>;
	mode?: WorkflowExecuteMode;
	/** The positions of the outputs that lead to another node. */
	connectedOutputs?: number[];
	continuesOnFail?: boolean;
	/** How many outputs n8n knows of, the Error output included. */
	knownOutputs?: number;
	/** Answers a request in place of n8n; `signal` is what ends the request. */
	answer?: (
		request: IHttpRequestOptions,
		signal: AbortSignal | undefined,
		credentialType: string,
		credential: ICredentialDataDecryptedObject | undefined,
	) => Promise<unknown>;
}

export function nodeWith(facts: Partial<INode> = {}): INode {
	return {
		id: 'node',
		name: 'Biometric Verify',
		type: 'n8n-nodes-kairos.biometricVerify',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		...facts,
	};
}

/** A stand-in for the context that n8n gives a node, for tests that need no engine. */
export function contextWith({
	node,
	inputs = [[]],
	parameters = {},
	credential = {},
	credentialOf = () => credential,
	cancelSignal,
	binaryMode = 'separate',
	nodes = {},
	mode = 'manual',
	connectedOutputs = [],
	continuesOnFail = false,
	knownOutputs = 0,
	answer,
}: StandIn = {}): IExecuteFunctions {
	const context = {
		getNode: () => nodeWith(node),
		getInputData: (input = 0) => inputs[input] ?? [],
		getNodeParameter: (name: string, _itemIndex: number, fallback?: unknown) =>
			valueAt(parameters, name) ?? fallback,
		getCredentials: (_type: string, itemIndex: number) =>
			Promise.resolve().then(() => credentialOf(itemIndex)),
		getExecutionCancelSignal: () => cancelSignal,
		getWorkflowSettings: () => ({ binaryMode }),
		getWorkflowDataProxy: () => ({
			$items: (name: string, output = 0, run = 0) => {
				const items = run === 0 ? nodes[name]?.[output] : undefined;
				if (!items) throw new Error('There is no such run');
				return items;
			},
			$: (name: string) => ({ item: nodes[name]?.flat()[0] }),
		}),
		getMode: () => mode,
		getParentNodes: () => Object.keys(nodes).map((name) => ({ name })),
		getChildNodes: () => (connectedOutputs.length > 0 ? [{ name: 'Next' }] : []),
		getConnections: () => [
			connectedOutputs.map((index) => ({ node: nodeWith(node).name, type: 'main', index })),
		],
		continueOnFail: () => continuesOnFail,
		getNodeOutputs: () => Array.from({ length: knownOutputs }),
		addExecutionHints: () => {},
		helpers: {
			getBinaryDataBuffer: (_itemIndex: number, file: IBinaryData) =>
				Promise.resolve(Buffer.from(file.data, 'base64')),
			httpRequestWithAuthentication(
				this: IExecuteFunctions,
				credentialType: string,
				request: IHttpRequestOptions,
				options?: IAdditionalCredentialOptions,
			) {
				if (!answer) throw new Error('The test expects no request');
				const credential = options?.credentialsDecrypted?.data;
				return answer(request, this.getExecutionCancelSignal(), credentialType, credential);
			},
		},
	};
	return context as unknown as IExecuteFunctions;
}

/** A parameter by its name, or by its path as in `options.timeout`. */
function valueAt(parameters: object, path: string): unknown {
	const read = (holder: unknown, name: string): unknown => Reflect.get(Object(holder), name);
	return path.split('.').reduce(read, parameters);
}
