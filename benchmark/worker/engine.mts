import { createRequire } from 'node:module';
import type {
	IConnections,
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeType,
	INodeTypes,
	IRun,
	IVersionedNodeType,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { join } from 'node:path';
import { BIOMETRIC_VERIFY } from './steps.mts';

// n8n's packages are CommonJS; one way of loading them, so that each exists once.
const load = createRequire(import.meta.url);
const { Container } = load('@n8n/di') as typeof import('@n8n/di');
const core = load('n8n-core') as typeof import('n8n-core');
const workflowPackage = load('n8n-workflow') as typeof import('n8n-workflow');
const { GlobalConfig } = load('@n8n/config') as typeof import('@n8n/config');
const { BinaryDataService, ExecutionLifecycleHooks, WorkflowExecute } = core;
const { Expression, ICredentialsHelper, NodeConnectionTypes, NodeHelpers, Workflow } =
	workflowPackage;

/** The type of the step that gives out the items of a run. */
const ITEMS = 'benchmark.items';

/** A chain of steps: each is connected to the next by its first output. */
export type Step = Partial<INode> & Pick<INode, 'name' | 'type'>;

/** A picture as n8n keeps it, in the file system. */
export type StoredFile = NonNullable<INodeExecutionData['binary']>[string];

type AnyNodeType = INodeType | IVersionedNodeType;

const KAIROS_CREDENTIAL = { kairosApi: { id: '1', name: 'Kairos' } };

/** Where n8n's own types come from: the module, and the class in it. */
const MODULES: Record<string, [module: string, className: string]> = {
	'n8n-nodes-base.httpRequest': [
		'n8n-nodes-base/dist/nodes/HttpRequest/HttpRequest.node.js',
		'HttpRequest',
	],
	'n8n-nodes-base.switch': ['n8n-nodes-base/dist/nodes/Switch/Switch.node.js', 'Switch'],
};

/** n8n's engine as `n8n start` sets it up, without its server and its database. */
export class Engine {
	private readonly types = new Map<string, AnyNodeType>();

	private readonly credential: ICredentialDataDecryptedObject;

	private constructor(credential: ICredentialDataDecryptedObject) {
		this.credential = credential;
	}

	/**
	 * @param dist the folder of the built package
	 * @param credential what its credential holds, read anew for each request
	 * @param ownTypes node types of the benchmark itself, by their name
	 */
	static async start(
		dist: string,
		credential: ICredentialDataDecryptedObject,
		ownTypes: Record<string, INodeType>,
	): Promise<Engine> {
		const binaryData = Container.get(BinaryDataService);
		await binaryData.init();
		const { engine, poolSize, maxCodeCacheSize, bridgeTimeout, bridgeMemoryLimit } =
			Container.get(GlobalConfig).expressionEngine;
		if (engine !== 'vm') throw new Error(`The expression engine is ${engine}, not vm`);
		await Expression.initExpressionEngine({
			engine,
			poolSize,
			maxCodeCacheSize,
			bridgeTimeout,
			bridgeMemoryLimit,
		});
		const started = new Engine(credential);
		const node = join(dist, 'nodes', 'BiometricVerify', 'BiometricVerify.node.js');
		started.types.set(BIOMETRIC_VERIFY, started.load(node, 'BiometricVerify'));
		for (const [name, type] of Object.entries(ownTypes)) started.types.set(name, type);
		return started;
	}

	/** Stores a picture as the step before would have: in the file system, in n8n's own way. */
	async store(bytes: Buffer, fileName: string): Promise<StoredFile> {
		const stored = await Container.get(BinaryDataService).store(
			{ type: 'execution', workflowId: 'benchmark', executionId: 'benchmark' },
			bytes,
			{ data: '', mimeType: 'image/jpeg', fileName, fileExtension: 'jpg' },
		);
		if (!stored.id) throw new Error('The pictures are not in the file system');
		return stored;
	}

	/** Runs the items through the steps. */
	async run(items: INodeExecutionData[], steps: Step[]): Promise<IRun> {
		this.types.set(ITEMS, itemsType(items));
		const placed = [{ name: 'Items', type: ITEMS, typeVersion: 1 }, ...steps].map(
			(step, index): INode => ({
				id: `node-${index}`,
				typeVersion: 1,
				position: [index * 200, 0],
				parameters: {},
				credentials: KAIROS_CREDENTIAL,
				...step,
			}),
		);
		const workflow = new Workflow({
			id: 'benchmark',
			name: 'Benchmark',
			nodes: placed,
			connections: connectionsOf(placed),
			active: false,
			nodeTypes: this.nodeTypes(),
			settings: { executionOrder: 'v1' },
		});
		const execution = new WorkflowExecute(additionalDataFor(workflow, this.credential), 'trigger');
		await workflow.expression.acquireIsolate();
		try {
			return await execution.run({ workflow, startNode: placed[0] });
		} finally {
			await workflow.expression.releaseIsolate();
		}
	}

	private nodeTypes(): INodeTypes {
		return {
			getByName: (type) => this.typeOf(type),
			getByNameAndVersion: (type, version) =>
				NodeHelpers.getVersionedNodeType(this.typeOf(type), version),
			getKnownTypes: () => ({}),
		};
	}

	private typeOf(name: string): AnyNodeType {
		const known = this.types.get(name);
		if (known) return known;
		const [path, className] = MODULES[name] ?? [];
		if (path === undefined || className === undefined) throw new Error(`No node type ${name}`);
		const type = this.load(path, className);
		this.types.set(name, type);
		return type;
	}

	private load(path: string, className: string): AnyNodeType {
		const loaded = load(path) as Record<string, new () => AnyNodeType>;
		const NodeClass = loaded[className];
		if (NodeClass === undefined) throw new Error(`${path} holds no class ${className}`);
		return new NodeClass();
	}
}

/** The items that a step gave out in its last try, over all outputs. */
export function itemsOut(run: IRun, stepName: string): INodeExecutionData[] {
	const outputs = run.data.resultData.runData[stepName]?.at(-1)?.data?.main ?? [];
	return outputs.flatMap((items) => items ?? []);
}

function itemsType(items: INodeExecutionData[]): INodeType {
	return {
		description: {
			displayName: 'Items',
			name: 'items',
			group: ['trigger'],
			version: 1,
			description: 'Gives out the items of the run',
			defaults: { name: 'Items' },
			inputs: [],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		execute(this: IExecuteFunctions) {
			return Promise.resolve([items]);
		},
	};
}

function connectionsOf(nodes: INode[]): IConnections {
	return Object.fromEntries(
		nodes
			.slice(1)
			.map(({ name }, index) => [
				nodes[index]?.name,
				{ main: [[{ node: name, type: NodeConnectionTypes.Main, index: 0 }]] },
			]),
	) as IConnections;
}

class BenchmarkCredentials extends ICredentialsHelper {
	private readonly credential: ICredentialDataDecryptedObject;

	constructor(credential: ICredentialDataDecryptedObject) {
		super();
		this.credential = credential;
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	getParentTypes(): string[] {
		return [];
	}

	authenticate(
		{ appId, appSecretKey }: ICredentialDataDecryptedObject,
		_typeName: string,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const headers = { ...request.headers, app_id: appId, app_key: appSecretKey };
		return Promise.resolve({ ...request, headers });
	}

	preAuthentication(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	runPreAuthentication(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	getCredentials(): never {
		throw new Error('The benchmark keeps no credentials');
	}

	getDecrypted(): Promise<ICredentialDataDecryptedObject> {
		return Promise.resolve({ ...this.credential });
	}

	async updateCredentials(): Promise<void> {}

	async updateCredentialsOauthTokenData(): Promise<void> {}

	getCredentialsProperties() {
		return [];
	}
}

function additionalDataFor(
	workflow: InstanceType<typeof Workflow>,
	credential: ICredentialDataDecryptedObject,
): IWorkflowExecuteAdditionalData {
	const url = 'http://localhost:5678/';
	const facts: Partial<IWorkflowExecuteAdditionalData> = {
		credentialsHelper: new BenchmarkCredentials(credential),
		hooks: new ExecutionLifecycleHooks('trigger', 'benchmark', {
			id: workflow.id,
			name: 'Benchmark',
			active: false,
			activeVersionId: null,
			isArchived: false,
			nodes: Object.values(workflow.nodes),
			connections: workflow.connectionsBySourceNode,
			createdAt: new Date(),
			updatedAt: new Date(),
		}),
		executionId: 'benchmark',
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
