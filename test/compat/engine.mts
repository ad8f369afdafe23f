import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Di from '@n8n/di';
import type * as Core from 'n8n-core';
import type {
	IConnections,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IExecuteFunctions,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	INodeTypes,
	IRun,
	IWorkflowExecuteAdditionalData,
	NodeConnectionType,
	Workflow,
} from 'n8n-workflow';
import type * as N8nWorkflow from 'n8n-workflow';

export const VERIFY = 'n8n-nodes-kairos.biometricVerify';

/** What n8n gives those of its copies of a node that agents use. */
export const VERIFY_TOOL = `${VERIFY}Tool`;

export interface File {
	bytes: Buffer;
	fileName: string;
}

/** The files of an item by the names of their fields. */
export type Files = Record<string, File>;

export interface Step {
	name: string;
	type: string;
	parameters?: INodeParameters;
	onError?: INode['onError'];
}

export interface Run {
	steps: Step[];
	/** What leads from where to where: step, output, step, input. */
	connections: IConnections;
	/** The items that each step of type `items` gives out, by its name. */
	items: Record<string, Files[]>;
	/** Puts the files where n8n keeps them when a workflow's binary mode is `combined`. */
	isCombined?: boolean;
	/** When to cancel the execution, in milliseconds after its start. */
	cancelAfterMs?: number;
	/** What a step of type `agent` does. */
	agent?: INodeType['execute'];
	hasNoCredential?: boolean;
}

/** An older release takes what the newest takes by name one after the other. */
interface OlderExecute {
	run(workflow: Workflow, startNode: INode): ReturnType<Core.WorkflowExecute['run']>;
}

interface OlderBinaryData {
	init(config?: object): Promise<void>;
}

/** The engine of one release of n8n with the built package in it. */
export class Engine {
	readonly n8n: typeof N8nWorkflow;
	readonly #core: typeof Core;
	readonly #container: typeof Di.Container;
	readonly #credentialType: ICredentialType;
	readonly #newNode: () => INodeType;
	readonly #credential: ICredentialDataDecryptedObject;

	/**
	 * @param unpacked the folder of the unpacked package
	 * @param modules node_modules with the release's n8n-core
	 */
	constructor(unpacked: string, modules: string, sandboxUrl: string) {
		const load = createRequire(join(modules, 'anyone.js'));
		this.n8n = load('n8n-workflow') as typeof N8nWorkflow;
		this.#core = load('n8n-core') as typeof Core;
		const di = existsSync(join(modules, '@n8n', 'di')) ? '@n8n/di' : 'typedi';
		this.#container = (load(di) as typeof Di).Container;

		const loadBuilt = createRequire(join(unpacked, 'anyone.js'));
		const { KairosApi } = loadBuilt('./dist/credentials/KairosApi.credentials.js') as {
			KairosApi: new () => ICredentialType;
		};
		const { BiometricVerify } = loadBuilt(
			'./dist/nodes/BiometricVerify/BiometricVerify.node.js',
		) as { BiometricVerify: new () => INodeType };
		this.#credentialType = new KairosApi();
		this.#newNode = () => new BiometricVerify();
		this.#credential = {
			appId: 'sandbox',
			appSecretKey: 'sandbox',
			baseUrl: sandboxUrl,
			apiVersion: 'v0.1',
		};
	}

	async initialize(): Promise<void> {
		const service = this.#container.get(this.#core.BinaryDataService) as OlderBinaryData;
		// Older releases are told the modes; the newer ones read them from the environment.
		await service.init({ mode: 'default', availableModes: ['default'] });
	}

	/** The names of the outputs, or the inputs, as the editor of this release would draw them. */
	async portsOf(kind: 'inputs' | 'outputs', parameters: INodeParameters): Promise<string[]> {
		const { NodeHelpers } = this.n8n;
		const steps = [{ name: 'Verify', type: VERIFY, parameters }];
		const { workflow } = this.#workflowOf({ steps, connections: {}, items: {} });
		const node = workflow.getNode('Verify') as INode;
		const { description } = this.#newNode();
		return await isolated(workflow, () => {
			const ports =
				kind === 'outputs'
					? NodeHelpers.getNodeOutputs(workflow, node, description)
					: NodeHelpers.getNodeInputs(workflow, node, description);
			return Promise.resolve(
				ports.map((port) => (typeof port === 'string' ? port : (port.displayName ?? port.type))),
			);
		});
	}

	/** Runs a workflow from its first step on. */
	async run(run: Run): Promise<IRun> {
		const { workflow, nodes } = this.#workflowOf(run);
		const additionalData = this.#additionalDataFor(workflow, run);
		const execution = new this.#core.WorkflowExecute(additionalData, 'trigger');
		const start = nodes[0] as INode;
		return await isolated(workflow, async () => {
			const running =
				execution.run.length === 1
					? execution.run({ workflow, startNode: start })
					: (execution as unknown as OlderExecute).run(workflow, start);
			if (run.cancelAfterMs !== undefined) setTimeout(() => running.cancel(), run.cancelAfterMs);
			return await running;
		});
	}

	#workflowOf(run: Run) {
		const nodes = run.steps.map((step, index): INode => ({
			id: `node-${index}`,
			typeVersion: 1,
			position: [index * 200, 0],
			parameters: {},
			...(step.type.startsWith(VERIFY) &&
				!run.hasNoCredential && { credentials: { kairosApi: { id: '1', name: 'Kairos' } } }),
			...step,
		}));
		const workflow = new this.n8n.Workflow({
			id: 'workflow-of-the-case',
			name: 'Workflow of the case',
			nodes,
			connections: run.connections,
			active: false,
			nodeTypes: this.#nodeTypesOf(run),
			settings: { executionOrder: 'v1', ...(run.isCombined && { binaryMode: 'combined' }) },
		});
		return { workflow, nodes };
	}

	#nodeTypesOf(run: Run): INodeTypes {
		const types: Record<string, INodeType> = {
			[VERIFY]: this.#newNode(),
			[VERIFY_TOOL]: this.#toolType(),
			items: itemsType(run),
			agent: {
				description: describe('agent', [
					'main',
					{ type: 'ai_tool' },
				] as INodeType['description']['inputs']),
				...(run.agent && { execute: run.agent }),
			},
		};
		const byName = (type: string) => types[type] as INodeType;
		return {
			getByName: byName,
			getByNameAndVersion: byName,
			getKnownTypes: () => ({}),
		};
	}

	/** The node as n8n changes it for agents (`convertNodeToAiTool` of n8n's server). */
	#toolType(): INodeType {
		const tool = this.#newNode();
		const { name } = tool.description;
		Object.assign(tool.description, { name: `${name}Tool`, inputs: [], outputs: ['ai_tool'] });
		return tool;
	}

	#additionalDataFor(workflow: Workflow, run: Run): IWorkflowExecuteAdditionalData {
		const credentialType = this.#credentialType;
		const credential = this.#credential;
		const url = 'http://localhost:5678/';
		const credentialsHelper = {
			getParentTypes: () => [],
			isCredentialUsableByNode: () => true,
			authenticate: async (
				data: ICredentialDataDecryptedObject,
				_type: string,
				request: IHttpRequestOptions,
			) => {
				const { authenticate } = credentialType;
				return typeof authenticate === 'function' ? await authenticate(data, request) : request;
			},
			preAuthentication: () => Promise.resolve(undefined),
			runPreAuthentication: () => Promise.resolve(undefined),
			getDecrypted: () =>
				run.hasNoCredential
					? Promise.reject(new Error('Credential with ID "1" does not exist'))
					: Promise.resolve({ ...credential }),
			updateCredentials: () => Promise.resolve(),
			updateCredentialsOauthTokenData: () => Promise.resolve(),
			getCredentialsProperties: () => [],
		};
		const facts = {
			credentialsHelper,
			hooks: new this.#core.ExecutionLifecycleHooks('trigger', 'execution-of-the-case', {
				id: workflow.id,
				name: 'Workflow of the case',
				active: false,
				activeVersionId: null,
				isArchived: false,
				nodes: Object.values(workflow.nodes),
				connections: workflow.connectionsBySourceNode,
				createdAt: new Date(),
				updatedAt: new Date(),
			}),
			executionId: 'execution-of-the-case',
			currentNodeExecutionIndex: 0,
			restApiUrl: url,
			instanceBaseUrl: url,
			formWaitingBaseUrl: url,
			webhookBaseUrl: url,
			webhookWaitingBaseUrl: url,
			webhookTestBaseUrl: url,
			variables: {},
		};
		return facts as unknown as IWorkflowExecuteAdditionalData;
	}
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

function itemsType({ items, isCombined }: Run): INodeType {
	return {
		description: describe('items', []),
		async execute(this: IExecuteFunctions) {
			const own = items[this.getNode().name] ?? [];
			return [await Promise.all(own.map((files, id) => storedItem(this, id, files, isCombined)))];
		},
	};
}

async function storedItem(
	context: IExecuteFunctions,
	id: number,
	files: Files,
	isCombined = false,
): Promise<INodeExecutionData> {
	const stored = Object.fromEntries(
		await Promise.all(
			Object.entries(files).map(async ([field, { bytes, fileName }]) => [
				field,
				await context.helpers.prepareBinaryData(bytes, fileName),
			]),
		),
	) as NonNullable<INodeExecutionData['binary']>;
	return isCombined ? { json: { id, _files: { ...stored } } } : { json: { id }, binary: stored };
}

function describe(
	name: string,
	inputs: INodeType['description']['inputs'],
): INodeType['description'] {
	return {
		displayName: name,
		name,
		group: ['transform'],
		version: 1,
		description: `The ${name} of a case`,
		defaults: { name },
		inputs,
		outputs: ['main' as NodeConnectionType],
		properties: [],
	};
}
