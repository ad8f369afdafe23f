import { createRequire } from 'node:module';
import { ExpressionEngineConfig } from '@n8n/config';
import { Container } from '@n8n/di';
import { BinaryDataService, ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import type {
	IBinaryData,
	IConnections,
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeType,
	INodeTypes,
	IPinData,
	IRun,
	IWorkflowExecuteAdditionalData,
	IWorkflowSettings,
} from 'n8n-workflow';
import {
	Expression,
	ICredentialsHelper,
	NodeConnectionTypes,
	NodeHelpers,
	Workflow,
} from 'n8n-workflow';

const load = createRequire(__filename);

const { KairosApi } = load(
	'../../dist/credentials/KairosApi.credentials.js',
) as typeof import('../../credentials/KairosApi.credentials');
export const { BiometricVerify } = load(
	'../../dist/nodes/BiometricVerify/BiometricVerify.node.js',
) as typeof import('../../nodes/BiometricVerify/BiometricVerify.node');

/** The node under test, as the workflows here name its type. */
export const BIOMETRIC_VERIFY = 'n8n-nodes-kairos.biometricVerify';

/** A step that gives out the items of a run, with their files stored as n8n stores them. */
export const ITEMS = 'test.items';

/** A file on an item, by the name of its field. */
export interface TestFile {
	bytes: Buffer;
	fileName?: string;
	mimeType?: string;
}

export interface TestItem {
	json?: INodeExecutionData['json'];
	files?: Record<string, TestFile>;
}

export interface TestWorkflow {
	nodes: Array<Partial<INode> & Pick<INode, 'name' | 'type'>>;
	connections: IConnections;
	settings?: IWorkflowSettings;
}

export interface RunOptions {
	items?: TestItem[];
	credential?: ICredentialDataDecryptedObject;
	pinData?: IPinData;
	/** Types of the workflow's nodes beside those that are known here. */
	nodeTypes?: Record<string, INodeType>;
	/** Is given the means to cancel the execution as soon as it runs. */
	onStart?: (cancel: () => void) => void;
	/** Is given what the node under test throws; n8n keeps only a copy of its fields. */
	onThrow?: (error: unknown) => void;
}

/**
 * Runs a workflow in n8n's own engine, without a server, from its first node on.
 *
 * @returns n8n's record of the run; a workflow that stops on an error has it in
 * `data.resultData.error`.
 */
export async function runWorkflow(
	{ nodes, connections, settings }: TestWorkflow,
	{ items = [], credential, pinData, nodeTypes = {}, onStart, onThrow }: RunOptions,
): Promise<IRun> {
	await initializeEngine();
	const placed = nodes.map((node, index): INode => ({
		id: `node-${index}`,
		typeVersion: 1,
		position: [index * 200, 0],
		parameters: {},
		...(node.type.startsWith(BIOMETRIC_VERIFY) &&
			credential && { credentials: { kairosApi: { id: '1', name: 'Kairos' } } }),
		...node,
	}));
	const workflow = new Workflow({
		id: 'workflow-of-the-test',
		name: 'Workflow of the test',
		nodes: placed,
		connections,
		active: false,
		nodeTypes: nodeTypesWith(items, nodeTypes, onThrow),
		settings: { executionOrder: 'v1', ...settings },
	});
	const execution = new WorkflowExecute(additionalDataFor(workflow, credential), 'trigger');
	await workflow.expression.acquireIsolate();
	try {
		const running = execution.run({ workflow, startNode: placed[0], pinData });
		onStart?.(() => running.cancel());
		return await running;
	} finally {
		await workflow.expression.releaseIsolate();
	}
}

/** What a node gave out in its first run, by output. */
export function outputsOf(run: IRun, nodeName: string): INodeExecutionData[][] {
	const outputs = run.data.resultData.runData[nodeName]?.[0]?.data?.main ?? [];
	return outputs.map((items) => items ?? []);
}

/** A process that ends while n8n makes an isolate for expressions crashes. */
export async function disposeEngine(): Promise<void> {
	await Expression.disposeExpressionEngine();
}
if (typeof afterAll === 'function') afterAll(disposeEngine);

let engine: Promise<unknown> | undefined;

/** The stores of files, and the engine for expressions that n8n uses in production. */
async function initializeEngine(): Promise<void> {
	engine ??= Promise.all([
		Container.get(BinaryDataService).init(),
		Expression.initExpressionEngine(Container.get(ExpressionEngineConfig)),
	]);
	await engine;
}

/** The types of a workflow: the built node, the items of the run, and n8n's own nodes on demand. */
function nodeTypesWith(
	items: TestItem[],
	others: Record<string, INodeType>,
	onThrow?: RunOptions['onThrow'],
): INodeTypes {
	const known = new Map<string, INodeType>([
		[BIOMETRIC_VERIFY, nodeUnderTest(onThrow)],
		[ITEMS, itemsNode(items)],
		...Object.entries(others),
	]);
	const byName = (type: string): INodeType => {
		const found = known.get(type) ?? loadBaseNode(type);
		known.set(type, found);
		return found;
	};
	return {
		getByName: byName,
		getByNameAndVersion: (type, version) => NodeHelpers.getVersionedNodeType(byName(type), version),
		getKnownTypes: () => ({}),
	};
}

function nodeUnderTest(onThrow: RunOptions['onThrow']): INodeType {
	const node = new BiometricVerify();
	node.execute = async function (this: IExecuteFunctions) {
		try {
			return await BiometricVerify.prototype.execute.call(this);
		} catch (error) {
			onThrow?.(error);
			throw error;
		}
	};
	return node;
}

const BASE_NODES: Record<string, string> = {
	'n8n-nodes-base.manualTrigger': 'ManualTrigger/ManualTrigger',
	'n8n-nodes-base.readWriteFile': 'Files/ReadWriteFile/ReadWriteFile',
	'n8n-nodes-base.noOp': 'NoOp/NoOp',
	'n8n-nodes-base.if': 'If/If',
	'n8n-nodes-base.merge': 'Merge/Merge',
	'n8n-nodes-base.httpRequest': 'HttpRequest/HttpRequest',
};

function loadBaseNode(type: string): INodeType {
	const path = BASE_NODES[type];
	if (path === undefined) throw new Error(`The tests do not know the node type ${type}`);
	const className = path.slice(path.lastIndexOf('/') + 1);
	const loaded = load(`n8n-nodes-base/dist/nodes/${path}.node.js`) as Record<
		string,
		new () => INodeType
	>;
	const nodeClass = loaded[className];
	if (nodeClass === undefined) throw new Error(`${path} holds no class ${className}`);
	return new nodeClass();
}

function itemsNode(items: TestItem[]): INodeType {
	return {
		description: {
			displayName: 'Items',
			name: 'items',
			group: ['trigger'],
			version: 1,
			description: 'Gives out the items of the test',
			defaults: { name: 'Items' },
			inputs: [],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		async execute(this: IExecuteFunctions) {
			const store = storeFor(this);
			return [await Promise.all(items.map(async (item) => await storedItem(item, store)))];
		},
	};
}

/** Stores files as n8n does, a file that several items share only once. */
function storeFor({ helpers }: IExecuteFunctions): (file: TestFile) => Promise<IBinaryData> {
	const stored = new Map<TestFile, Promise<IBinaryData>>();
	return async (file) => {
		const { bytes, fileName, mimeType } = file;
		const known = stored.get(file) ?? helpers.prepareBinaryData(bytes, fileName, mimeType);
		stored.set(file, known);
		return { ...(await known) };
	};
}

async function storedItem(
	{ json = {}, files = {} }: TestItem,
	store: (file: TestFile) => Promise<IBinaryData>,
): Promise<INodeExecutionData> {
	const binary: NonNullable<INodeExecutionData['binary']> = {};
	for (const [field, file] of Object.entries(files)) binary[field] = await store(file);
	return { json, ...(Object.keys(binary).length > 0 && { binary }) };
}

class TestCredentials extends ICredentialsHelper {
	private readonly credential: ICredentialDataDecryptedObject | undefined;

	constructor(credential: ICredentialDataDecryptedObject | undefined) {
		super();
		this.credential = credential;
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	getParentTypes(): string[] {
		return [];
	}

	async authenticate(
		credential: ICredentialDataDecryptedObject,
		_typeName: string,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return await new KairosApi().authenticate(credential, request);
	}

	preAuthentication(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	runPreAuthentication(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	getCredentials(): never {
		throw new Error('The tests keep no credentials');
	}

	getDecrypted(): Promise<ICredentialDataDecryptedObject> {
		if (!this.credential) throw new Error('Credential with ID "1" does not exist');
		return Promise.resolve({ ...this.credential });
	}

	async updateCredentials(): Promise<void> {}

	async updateCredentialsOauthTokenData(): Promise<void> {}

	getCredentialsProperties() {
		return [];
	}
}

function additionalDataFor(
	workflow: Workflow,
	credential: ICredentialDataDecryptedObject | undefined,
): IWorkflowExecuteAdditionalData {
	const url = 'http://localhost:5678/';
	const facts: Partial<IWorkflowExecuteAdditionalData> = {
		credentialsHelper: new TestCredentials(credential),
		hooks: new ExecutionLifecycleHooks('trigger', 'execution-of-the-test', {
			id: workflow.id,
			name: 'Workflow of the test',
			active: false,
			activeVersionId: null,
			isArchived: false,
			nodes: Object.values(workflow.nodes),
			connections: workflow.connectionsBySourceNode,
			createdAt: new Date(),
			updatedAt: new Date(),
		}),
		executionId: 'execution-of-the-test',
		currentNodeExecutionIndex: 0,
		restApiUrl: url,
		instanceBaseUrl: url,
		formBaseUrl: url,
		formWaitingBaseUrl: url,
		formTestBaseUrl: url,
		webhookBaseUrl: url,
		webhookWaitingBaseUrl: url,
		webhookTestBaseUrl: url,
		variables: {},
	};
	return facts as IWorkflowExecuteAdditionalData;
}
