import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'flatted';
import type { IPinData, IRunExecutionData } from 'n8n-workflow';
import type { Owner } from './owner.mts';
import { N8nSession } from './session.mts';

const POLL_MS = 100;
const WITHIN_MS = 180_000;
const ROWS_AT_MOST = 250;

export interface Credential {
	name: string;
	type: string;
	data: Record<string, unknown>;
}

export interface WorkflowNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id?: string; name: string }>;
	[setting: string]: unknown;
}

export interface Workflow {
	/** Fixed, so that a second start finds what the first one made, whatever it is named now. */
	id: string;
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, unknown>;
	settings: Record<string, unknown>;
	/** Items that stand for what a node gave out, by the node's name. */
	pinData?: IPinData;
}

/** A row of a Data Table: its columns, and `id`, `createdAt`, and `updatedAt`. */
export type TableRow = Record<string, unknown>;

export interface Execution {
	id: string;
	/** `success`, `error`, `waiting`, `running`, ... */
	status: string;
	data: IRunExecutionData;
}

/** The interface that n8n's own editor uses, for what the scripts and the tests need of it. */
export class N8nClient extends N8nSession {
	/** @throws {Error} 401 when there is no such user, or the password is another one */
	async logIn({ email, password }: Pick<Owner, 'email' | 'password'>): Promise<void> {
		await this.call('POST', '/rest/login', { emailOrLdapLoginId: email, password });
	}

	/** Makes a credential, or brings the one of the same name and type up to date. Gives its id. */
	async saveCredential(credential: Credential): Promise<string> {
		const all = await this.call<{ id: string; name: string; type: string }[]>(
			'GET',
			'/rest/credentials',
		);
		const found = all.find(
			({ name, type }) => name === credential.name && type === credential.type,
		);
		const [method, path] = found
			? ['PATCH', `/rest/credentials/${found.id}`]
			: ['POST', '/rest/credentials'];
		return (await this.call<{ id: string }>(method, path, credential)).id;
	}

	/** Makes a workflow, or brings the one of the same id up to date. Gives its new version's id. */
	async saveWorkflow(workflow: Workflow): Promise<string> {
		const path = `/rest/workflows/${workflow.id}`;
		const { exists } = await this.call<{ exists: boolean }>('GET', `${path}/exists`);
		const [method, where] = exists ? ['PATCH', path] : ['POST', '/rest/workflows'];
		return (await this.call<{ versionId: string }>(method, where, workflow)).versionId;
	}

	/**
	 * Saves a workflow and publishes it, and waits until its webhooks and forms can be called.
	 *
	 * @throws {Error} when that takes longer than 3 minutes
	 */
	async publishWorkflow(workflow: Workflow): Promise<void> {
		const versionId = await this.saveWorkflow(workflow);
		const path = `/rest/workflows/${workflow.id}`;
		await this.call('POST', `${path}/activate`, { versionId });
		const read = () => this.call<{ status: string }>('GET', `${path}/publication-status`);
		await settled(read, ['in_progress']);
	}

	/** The ids of the workflows that are published. */
	async publishedIds(): Promise<string[]> {
		return await this.call('GET', '/rest/active-workflows');
	}

	/**
	 * The rows of a Data Table of the owner's, in the order in which they were inserted.
	 * Empty where there is no such table.
	 */
	async rowsOf(table: string): Promise<TableRow[]> {
		const { id } = await this.call<{ id: string }>('GET', '/rest/projects/personal');
		const path = `/rest/projects/${id}/data-tables`;
		const { data: tables } = await this.call<{ data: TableRow[] }>('GET', path);
		const found = tables.find(({ name }) => name === table);
		if (found === undefined) return [];
		const rowsPath = `${path}/${String(found['id'])}/rows?sortBy=id%3Aasc&take=${ROWS_AT_MOST}`;
		const { data: rows } = await this.call<{ data: TableRow[] }>('GET', rowsPath);
		return rows;
	}

	/** Whether n8n has loaded a node type, such as `n8n-nodes-kairos.biometricVerify`. */
	async hasNodeType(name: string): Promise<boolean> {
		try {
			await this.call('POST', '/rest/node-types', { nodeInfos: [{ name, version: 1 }] });
			return true;
		} catch (error) {
			// "Unrecognized node type: ..."
			if ((error as Error).message.includes(name)) return false;
			throw error;
		}
	}

	/**
	 * Runs a workflow as "Execute workflow" in the editor does, and waits for it to end.
	 *
	 * @param trigger the name of a Manual Trigger
	 * @throws {Error} when it takes longer than 3 minutes
	 */
	async runManually(workflowId: string, trigger: string): Promise<Execution> {
		return await this.#run(workflowId, { triggerToStartFrom: { name: trigger } });
	}

	/**
	 * Runs a node as "Execute step" does, on what the nodes before it gave in an earlier execution,
	 * and waits for it to end.
	 *
	 * @throws {Error} when it takes longer than 3 minutes
	 */
	async runStep(workflowId: string, node: string, { data }: Execution): Promise<Execution> {
		const runData = { ...data.resultData.runData };
		delete runData[node];
		const destinationNode = { nodeName: node, mode: 'inclusive' };
		return await this.#run(workflowId, { runData, destinationNode, dirtyNodeNames: [node] });
	}

	async #run(workflowId: string, body: object): Promise<Execution> {
		const path = `/rest/workflows/${workflowId}/run`;
		const { executionId } = await this.call<{ executionId: string }>('POST', path, body);
		return await settled(() => this.execution(executionId), ['new', 'running']);
	}

	/** An execution with all that its nodes gave so far. */
	async execution(id: string): Promise<Execution> {
		const { status, data } = await this.call<{ status: string; data: string }>(
			'GET',
			`/rest/executions/${id}`,
		);
		return { id, status, data: parse(data) as IRunExecutionData };
	}
}

/**
 * Reads again and again until what is read has a status of its end.
 *
 * @param underWay the statuses of what is still under way
 * @throws {Error} when it takes longer than 3 minutes
 */
async function settled<T extends { status: string }>(
	read: () => Promise<T>,
	underWay: readonly string[],
): Promise<T> {
	for (const until = Date.now() + WITHIN_MS; Date.now() < until; await sleep(POLL_MS)) {
		const value = await read();
		if (!underWay.includes(value.status)) return value;
	}
	throw new Error(`The workflow was not through within ${WITHIN_MS / 1000} s.`);
}
