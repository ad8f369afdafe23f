/**
 * n8n's own engine without its server and its database, with the built node in it: what the engine
 * tests, the compatibility test and the benchmark run workflows in.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as N8nConfig from '@n8n/config';
import type * as Di from '@n8n/di';
import type * as N8nCore from 'n8n-core';
import type {
	IBinaryData,
	IConnections,
	ICredentialDataDecryptedObject,
	ICredentialsHelper,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeType,
	INodeTypes,
	IPinData,
	IRun,
	IVersionedNodeType,
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
	IWorkflowSettings,
	Workflow,
} from 'n8n-workflow';
import type * as N8nWorkflow from 'n8n-workflow';
import type * as CredentialModule from '../../credentials/KairosApi.credentials.ts';
import type * as Node from '../../nodes/BiometricVerify/BiometricVerify.node.ts';

/** The node under test, as workflows name its type. */
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
	/** Files that are to be stored when the item is given out. */
	files?: Record<string, TestFile>;
	/** Files that are stored already. */
	binary?: INodeExecutionData['binary'];
}

/** A step of a workflow. */
export type Step = Partial<INode> & Pick<INode, 'name' | 'type'>;

export interface TestWorkflow {
	nodes: Step[];
	connections: IConnections;
	settings?: IWorkflowSettings;
}

/** A credential, or what it is for each item, as with expressions in it. */
type Credential =
	ICredentialDataDecryptedObject | ((itemIndex: number) => ICredentialDataDecryptedObject);

export interface RunOptions {
	/** What a step of the type `ITEMS` outputs. */
	items?: TestItem[];
	/** The credential, or that of each item; without it there is no such credential. */
	credential?: Credential;
	pinData?: IPinData;
	/** Types of the workflow's nodes beside those that are known here. */
	nodeTypes?: Record<string, INodeType>;
	/** Is given the means to cancel the execution as soon as it runs. */
	onStart?: (cancel: () => void) => void;
	/** Is given what the node under test throws; n8n keeps only a copy of its fields. */
	onThrow?: (error: unknown) => void;
}

type AnyNodeType = INodeType | IVersionedNodeType;

/** n8n's own list of its nodes. */
type KnownNodes = Record<string, { className: string; sourcePath: string }>;

/** The oldest release has no engine for expressions. */
type ExpressionWithEngine = Partial<
	Pick<typeof N8nWorkflow.Expression, 'initExpressionEngine' | 'disposeExpressionEngine'>
>;

/**
 * The engine of one release of n8n. A process holds one: n8n keeps its state in its modules. Its
 * environment (`N8N_USER_FOLDER`, `N8N_ENCRYPTION_KEY`, ...) must be set before it is made.
 */
export class Engine {
	/** The class of the node under test. */
	readonly BiometricVerify: typeof Node.BiometricVerify;

	readonly #load: NodeJS.Require;

	readonly #core: typeof N8nCore;

	readonly #workflow: typeof N8nWorkflow;

	readonly #container: typeof Di.Container;

	readonly #credentialType: CredentialModule.KairosApi;

	#ready: Promise<unknown> | undefined;

	/**
	 * @param packages a folder from which n8n's packages are found, e.g. a `node_modules`
	 * @param dist the built package: the folder that holds `credentials` and `nodes`
	 */
	constructor({ packages, dist }: Record<'packages' | 'dist', string>) {
		this.#load = createRequire(join(packages, 'anyone.js'));
		this.#core = this.#load('n8n-core') as typeof N8nCore;
		this.#workflow = this.#load('n8n-workflow') as typeof N8nWorkflow;
		this.#container = (this.#load('@n8n/di') as typeof Di).Container;

		const loadBuilt = createRequire(join(dist, 'anyone.js'));
		const node = loadBuilt('./nodes/BiometricVerify/BiometricVerify.node.js') as typeof Node;
		const credential = loadBuilt(
			'./credentials/KairosApi.credentials.js',
		) as typeof CredentialModule;
		this.BiometricVerify = node.BiometricVerify;
		this.#credentialType = new credential.KairosApi();
	}

	/**
	 * Runs a workflow from its first node on.
	 *
	 * @returns n8n's record of the run; a workflow that stops on an error has it in
	 * `data.resultData.error`.
	 */
	async run(workflow: TestWorkflow, options: RunOptions = {}): Promise<IRun> {
		await this.#initialize();
		const made = this.#workflowOf(workflow, options);
		const [first] = workflow.nodes;
		const startNode = made.getNode(first?.name ?? '') ?? undefined;
		const additionalData = this.#additionalDataFor(made, options.credential);
		const execution = new this.#core.WorkflowExecute(additionalData, 'trigger');
		return await isolated(made, async () => {
			const running = execution.run({ workflow: made, startNode, pinData: options.pinData });
			options.onStart?.(() => running.cancel());
			return await running;
		});
	}

	/** Ends what the engine keeps running: a process that ends while it makes an isolate crashes. */
	async dispose(): Promise<void> {
		await this.#ready;
		this.#ready = undefined;
		await (this.#workflow.Expression as ExpressionWithEngine).disposeExpressionEngine?.();
	}

	/** Makes ready the stores of files, and the engine for expressions that the release uses. */
	async #initialize(): Promise<void> {
		const files = this.#container.get(this.#core.BinaryDataService);
		const { ExpressionEngineConfig } = this.#load('@n8n/config') as Partial<typeof N8nConfig>;
		const expression = this.#workflow.Expression as ExpressionWithEngine;
		this.#ready ??= Promise.all([
			files.init(),
			ExpressionEngineConfig &&
				expression.initExpressionEngine?.(this.#container.get(ExpressionEngineConfig)),
		]);
		await this.#ready;
	}

	#workflowOf(
		{ nodes, connections, settings }: TestWorkflow,
		{ items = [], credential, nodeTypes = {}, onThrow }: RunOptions,
	): Workflow {
		const types = this.#nodeTypesWith({
			[BIOMETRIC_VERIFY]: this.#nodeUnderTest(onThrow),
			[ITEMS]: itemsNode(items),
			...nodeTypes,
		});
		const placed = nodes.map((node, index): INode => ({
			id: `node-${index}`,
			typeVersion: 1,
			position: [index * 200, 0],
			parameters: {},
			...(credential && asksForKeys(types, node) && { credentials: KAIROS_CREDENTIAL }),
			...node,
		}));
		return new this.#workflow.Workflow({
			id: 'workflow-of-the-test',
			name: 'Workflow of the test',
			nodes: placed,
			connections,
			active: false,
			nodeTypes: types,
			settings: { executionOrder: 'v1', ...settings },
		});
	}

	/** The types of a workflow: the given ones, and n8n's own nodes on demand. */
	#nodeTypesWith(given: Record<string, INodeType>): INodeTypes {
		const { NodeHelpers } = this.#workflow;
		const known = new Map<string, AnyNodeType>(Object.entries(given));
		const byName = (type: string): AnyNodeType => {
			const found = known.get(type) ?? this.#loadBaseNode(type);
			known.set(type, found);
			return found;
		};
		return {
			getByName: byName,
			getByNameAndVersion: (type, version) =>
				NodeHelpers.getVersionedNodeType(byName(type), version),
			getKnownTypes: () => ({}),
		};
	}

	#nodeUnderTest(onThrow: RunOptions['onThrow']): INodeType {
		const { BiometricVerify } = this;
		const node = new BiometricVerify();
		if (onThrow === undefined) return node;
		node.execute = async function (this: IExecuteFunctions) {
			try {
				return await BiometricVerify.prototype.execute.call(this);
			} catch (error) {
				onThrow(error);
				throw error;
			}
		};
		return node;
	}

	#loadBaseNode(type: string): AnyNodeType {
		const known = this.#load('n8n-nodes-base/dist/known/nodes.json') as KnownNodes;
		const found = known[type.replace('n8n-nodes-base.', '')];
		if (found === undefined) throw new Error(`The engine does not know the node type ${type}`);
		const loaded = this.#load(`n8n-nodes-base/${found.sourcePath}`) as Record<
			string,
			new () => AnyNodeType
		>;
		return new (loaded[found.className] as new () => AnyNodeType)();
	}

	#additionalDataFor(
		workflow: Workflow,
		credential: Credential | undefined,
	): IWorkflowExecuteAdditionalData {
		const facts: Partial<IWorkflowExecuteAdditionalData> = {
			credentialsHelper: credentialsHelperFor(this.#credentialType, credential),
			hooks: new this.#core.ExecutionLifecycleHooks(
				'trigger',
				'execution-of-the-test',
				workflow as unknown as IWorkflowBase,
			),
			executionId: 'execution-of-the-test',
			currentNodeExecutionIndex: 0,
			// The engine makes addresses of them, whether a workflow asks for these or not.
			webhookWaitingBaseUrl: 'http://localhost/',
			formWaitingBaseUrl: 'http://localhost/',
			variables: {},
		};
		return facts as IWorkflowExecuteAdditionalData;
	}
}

/** What a node output in its first run, by output. */
export function outputsOf(run: IRun, nodeName: string): INodeExecutionData[][] {
	const outputs = run.data.resultData.runData[nodeName]?.[0]?.data?.main ?? [];
	return outputs.map((items) => items ?? []);
}

/** A node that a workflow begins with, which outputs what is made in its run. */
export function firstNode(
	make: (context: IExecuteFunctions) => Promise<INodeExecutionData[]>,
): INodeType {
	return {
		description: {
			displayName: 'Items',
			name: 'items',
			group: ['trigger'],
			version: 1,
			description: 'Outputs items',
			defaults: { name: 'Items' },
			inputs: [],
			outputs: ['main'],
			properties: [],
		},
		async execute(this: IExecuteFunctions) {
			return [await make(this)];
		},
	};
}

/** A node that gives out items, with their files stored as n8n stores them. */
export function itemsNode(items: TestItem[]): INodeType {
	return firstNode(async (context) => {
		const store = storeFor(context);
		return await Promise.all(items.map((item) => storedItem(item, store)));
	});
}

const KAIROS_CREDENTIAL = { kairosApi: { id: '1', name: 'Kairos' } };

function asksForKeys(types: INodeTypes, { type, typeVersion = 1 }: Step): boolean {
	const { credentials = [] } = types.getByNameAndVersion(type, typeVersion).description;
	return credentials.some(({ name }) => name in KAIROS_CREDENTIAL);
}

/** Newer releases evaluate expressions in an isolate that a workflow must first be given. */
async function isolated<T>(workflow: Workflow, work: () => Promise<T>): Promise<T> {
	const expression = workflow.expression as Partial<Workflow['expression']>;
	await expression.acquireIsolate?.();
	try {
		return await work();
	} finally {
		await expression.releaseIsolate?.();
	}
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
	{ json = {}, files = {}, binary: given }: TestItem,
	store: (file: TestFile) => Promise<IBinaryData>,
): Promise<INodeExecutionData> {
	const binary: NonNullable<INodeExecutionData['binary']> = { ...given };
	for (const [field, file] of Object.entries(files)) binary[field] = await store(file);
	return { json, ...(Object.keys(binary).length > 0 && { binary }) };
}

/** Holds the one credential, and signs requests by its type as n8n does. */
function credentialsHelperFor(
	type: CredentialModule.KairosApi,
	credential: Credential | undefined,
): ICredentialsHelper {
	const helper: Partial<ICredentialsHelper> = {
		isCredentialUsableByNode: () => true,
		getParentTypes: () => [],
		authenticate: async (data, _typeName, request) =>
			await type.authenticate(data, request as Parameters<typeof type.authenticate>[1]),
		preAuthentication: () => Promise.resolve(undefined),
		getDecrypted: (...[, , , , , , item]) => {
			if (!credential) return Promise.reject(new Error('Credential with ID "1" does not exist'));
			const data = typeof credential === 'function' ? credential(item?.itemIndex ?? 0) : credential;
			return Promise.resolve({ ...data });
		},
	};
	return helper as ICredentialsHelper;
}
