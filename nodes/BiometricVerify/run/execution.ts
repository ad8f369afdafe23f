import type { IExecuteFunctions } from 'n8n-workflow';

import type { Account } from '../kairos/client';
import { newAccount } from '../kairos/client';

/**
 * What the node knows across the items of an execution. In a loop it runs once for each item, and
 * Retry On Fail runs it again: all of these runs share it.
 */
export class ExecutionMemory {
	private readonly accounts = new Map<string, Account>();

	/** What is known of the account with this address and these keys. */
	accountOf(...addressAndKeys: readonly string[]): Account {
		const key = JSON.stringify(addressAndKeys);
		const account = this.accounts.get(key) ?? newAccount();
		this.accounts.set(key, account);
		return account;
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
