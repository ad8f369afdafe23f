import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Account, History, VerifyResult } from '../kairos/client';
import { newAccount } from '../kairos/client';

/**
 * Files, request IDs and pairs of images, and the first item that had each. Items are held weakly:
 * they may hold images.
 */
export type SeenItems = Map<string, WeakRef<INodeExecutionData>>;

/** What came of an item so far. */
export interface KnownAttempts {
	history: History;
	result?: VerifyResult;
}

/** The first call of an agent in an execution. */
export interface ToolCall {
	/** What the call was about. */
	json: string;
	/** What it was answered; undefined when it failed and that cost nothing. */
	outputs?: Promise<INodeExecutionData[][]>;
}

/**
 * What the node knows across the items of an execution. In a loop it runs once for each item, and
 * Retry On Fail runs it again: all of these runs share it.
 */
export class ExecutionMemory {
	/** What came of items that the node may get again, e.g. by n8n's Retry On Fail. */
	readonly attempts = new WeakMap<INodeExecutionData, Map<string, KnownAttempts>>();

	/** What an agent was answered that has the node as its tool. */
	toolCall?: ToolCall;

	/** Whether the builder was told that a server on their own network answered. */
	toldWhoAnswered = false;

	/** What the items that were verified had, and the first item that had it. */
	readonly verified: SeenItems = new Map();

	private readonly accounts = new Map<string, Account>();

	/** What is known of the account with this address and these keys. */
	accountOf(...addressAndKeys: readonly string[]): Account {
		const key = JSON.stringify(addressAndKeys);
		const account = this.accounts.get(key) ?? newAccount();
		this.accounts.set(key, account);
		return account;
	}

	/** Notes that there is a verification of this item, which had these files. */
	noteVerified(files: string, item: INodeExecutionData): void {
		if (!this.verified.has(files)) this.verified.set(files, new WeakRef(item));
	}

	/** Whether there is a verification of another item with the very same files. */
	isRepeated(files: string, item: INodeExecutionData): boolean {
		const known = this.verified.get(files);
		return known !== undefined && known.deref() !== item;
	}
}

/**
 * By the signal that ends an execution: n8n makes one for each run of its engine and gives the same
 * object to every run of every node in it. So what is kept goes with the execution.
 */
const memories = new WeakMap<AbortSignal, Map<string, ExecutionMemory>>();

/** What this node knows of this execution; without a signal of n8n's, it belongs to one run. */
export function remember(context: IExecuteFunctions): ExecutionMemory {
	const signal = context.getExecutionCancelSignal();
	if (!signal) return new ExecutionMemory();
	const byNode = memories.get(signal) ?? new Map<string, ExecutionMemory>();
	memories.set(signal, byNode);
	const { name } = context.getNode();
	const memory = byNode.get(name) ?? new ExecutionMemory();
	byNode.set(name, memory);
	return memory;
}
