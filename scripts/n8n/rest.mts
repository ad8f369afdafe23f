import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'flatted';
import type { IPinData, IRunExecutionData } from 'n8n-workflow';
import type { Owner } from './owner.mts';
import { N8nSession } from './session.mts';

const POLL_MS = 150;
const WEBHOOK_WITHIN_MS = 10_000;
const EXECUTION_WITHIN_MS = 180_000;
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
		// n8n publishes a moment later: until then a call must find nothing, not the old workflow.
		if (exists) await this.call('POST', `${path}/deactivate`, {});
		const [method, where] = exists ? ['PATCH', path] : ['POST', '/rest/workflows'];
		return (await this.call<{ versionId: string }>(method, where, workflow)).versionId;
	}

	/** Saves a workflow and publishes it, so that its webhooks and forms can be called. */
	async publishWorkflow(workflow: Workflow): Promise<void> {
		const versionId = await this.saveWorkflow(workflow);
		await this.call('POST', `/rest/workflows/${workflow.id}/activate`, { versionId });
	}

	/**
	 * The rows of a Data Table of the owner's, in the order in which they were inserted.
	 * Empty where there is no such table.
	 */
	async rowsOf(table: string): Promise<TableRow[]> {
		const path = await this.#tablesPath();
		const { data: tables } = await this.call<{ data: TableRow[] }>('GET', path);
		const found = tables.find(({ name }) => name === table);
		if (found === undefined) return [];
		const rowsPath = `${path}/${String(found['id'])}/rows?sortBy=id%3Aasc&take=${ROWS_AT_MOST}`;
		const { data: rows } = await this.call<{ data: TableRow[] }>('GET', rowsPath);
		return rows;
	}

	/** Makes a Data Table of the owner's with columns of text, and gives its id. */
	async createTable(
		name: string,
		columns: readonly string[],
		rows: readonly TableRow[] = [],
	): Promise<string> {
		const path = await this.#tablesPath();
		const { id } = await this.call<{ id: string }>('POST', path, {
			name,
			columns: columns.map((column) => ({ name: column, type: 'string' })),
		});
		const insertion = { data: rows, returnType: 'count' };
		if (rows.length > 0) await this.call('POST', `${path}/${id}/insert`, insertion);
		return id;
	}

	async #tablesPath(): Promise<string> {
		const { id } = await this.call<{ id: string }>('GET', '/rest/projects/personal');
		return `/rest/projects/${id}/data-tables`;
	}

	/** Whether n8n has loaded a node type, such as `n8n-nodes-kairos.biometricVerify`. */
	async hasNodeType(name: string, version = 1): Promise<boolean> {
		try {
			await this.call('POST', '/rest/node-types', { nodeInfos: [{ name, version }] });
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
		return await this.#waitForExecution(executionId);
	}

	/**
	 * Waits until an execution can be called by a link that it gave out itself: n8n answers 409 for
	 * as long as the execution has not come to its Wait node, and again while it answers a call.
	 *
	 * @param link `$execution.resumeUrl`, with or without more
	 * @throws {Error} when the link is none, or when it takes longer than 3 minutes
	 */
	async waitUntilResumable(link: string): Promise<void> {
		const id = /\/webhook-waiting\/(\d+)/.exec(link)?.[1];
		if (id === undefined) throw new Error('That is no link to an execution that waits.');
		await this.#waitForExecution(id);
	}

	/** Posts to a production webhook, which is there a moment after its workflow was published. */
	async callWebhook(
		path: string,
		body?: FormData,
		headers: Record<string, string> = {},
	): Promise<Response> {
		const until = Date.now() + WEBHOOK_WITHIN_MS;
		for (;;) {
			const response = await fetch(`${this.url}/${path}`, {
				method: 'POST',
				headers,
				...(body && { body }),
			});
			if (response.status !== 404 || Date.now() > until) return response;
			await sleep(POLL_MS);
		}
	}

	/** An execution with all that its nodes gave so far. */
	async execution(id: string): Promise<Execution> {
		const { status, data } = await this.call<{ status: string; data: string }>(
			'GET',
			`/rest/executions/${id}`,
		);
		return { id, status, data: parse(data) as IRunExecutionData };
	}

	async #waitForExecution(id: string): Promise<Execution> {
		for (const until = Date.now() + EXECUTION_WITHIN_MS; Date.now() < until; await sleep(POLL_MS)) {
			const execution = await this.execution(id);
			if (!['new', 'running'].includes(execution.status)) return execution;
		}
		throw new Error(`The workflow was not through within ${EXECUTION_WITHIN_MS / 1000} s.`);
	}
}
