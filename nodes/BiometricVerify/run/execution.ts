import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Account, AttemptLog } from '../kairos/client';
import { newAccount } from '../kairos/client';
import type { KairosResponse } from '../kairos/response';

/**
 * Files, request IDs, and pairs of images, with the first item that had each. The references are
 * weak because items may hold images.
 */
export type SeenItems = Map<string, WeakRef<INodeExecutionData>>;

/** What became of an item so far. */
export interface CacheEntry {
	log: AttemptLog;
	response?: KairosResponse;
}

/** The first call of an agent in an execution. */
export interface ToolCall {
	/** The json of its item. */
	json: string;
	/** What the agent got; undefined after a failure that cost nothing. */
	outputs?: Promise<INodeExecutionData[][]>;
}

/**
 * What the node knows across the items of an execution. A loop runs the node once for each item,
 * and Retry On Fail runs it again: all of these runs share this memory.
 */
export class ExecutionMemory {
	/** What became of items that n8n's Retry On Fail may hand in again. */
	readonly cache = new WeakMap<INodeExecutionData, Map<string, CacheEntry>>();

	/** The first call of an agent that has the node as its tool. */
	toolCall?: ToolCall;

	/** Whether a hint told the builder that a server on their own network answered. */
	hasHintedPrivateHost = false;

	/** Files, request IDs, and images of verified items, with the first item that had each. */
	readonly verified: SeenItems = new Map();

	/** Files that several items claimed: nobody knows whose they are. */
	private readonly claimed: Set<string>;

	private readonly accounts = new Map<string, Account>();

	/** @param claimed shared by all of these nodes in an execution; updated. */
	constructor(claimed = new Set<string>()) {
		this.claimed = claimed;
	}

	/** The state of the account with this address and these keys. */
	accountOf(...addressAndKeys: readonly string[]): Account {
		const key = JSON.stringify(addressAndKeys);
		const account = this.accounts.get(key) ?? newAccount();
		this.accounts.set(key, account);
		return account;
	}

	/** Remembers that an item with these files was verified. */
	noteVerified(files: string, item: INodeExecutionData): void {
		if (!this.verified.has(files)) this.verified.set(files, new WeakRef(item));
	}

	/** Remembers that several items have these files. */
	noteClaimed(files: string): void {
		this.claimed.add(files);
	}

	/** Whether several items claimed these files, or another one with them was verified. */
	isRepeated(files: string, item: INodeExecutionData): boolean {
		const first = this.verified.get(files);
		return this.claimed.has(files) || (first !== undefined && first.deref() !== item);
	}
}

/**
 * Keyed by the signal that cancels an execution: n8n makes one for each run of its engine and gives
 * the same object to every run of every node in it. So the memory is freed with the execution.
 */
const memories = new WeakMap<
	AbortSignal,
	{ byNode: Map<string, ExecutionMemory>; claimed: Set<string> }
>();

/** What this node knows in this execution; without a cancel signal, in this run. */
export function remember(context: IExecuteFunctions): ExecutionMemory {
	const signal = context.getExecutionCancelSignal();
	if (!signal) return new ExecutionMemory();
	const { byNode, claimed } = memories.get(signal) ?? {
		byNode: new Map<string, ExecutionMemory>(),
		claimed: new Set<string>(),
	};
	memories.set(signal, { byNode, claimed });
	const { name } = context.getNode();
	const memory = byNode.get(name) ?? new ExecutionMemory(claimed);
	byNode.set(name, memory);
	return memory;
}
