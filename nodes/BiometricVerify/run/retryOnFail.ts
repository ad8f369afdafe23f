import type { INodeExecutionData } from 'n8n-workflow';

import type { History, VerifyResult } from '../kairos/client';
import { newHistory } from '../kairos/client';
import type { KnownAttempts } from './execution';
import type { PreparedItem } from './prepare';
import { pairKey } from './prepare';
import type { Run } from './run';

/**
 * Verifies, unless the same item came to its end with the same files in the same execution. What is
 * known is kept only where it can be of use: when the node has Retry On Fail.
 *
 * @throws what `verify` throws, or what ended this item before.
 */
export async function getOrVerify(
	{ context, memory }: Run,
	item: PreparedItem,
	verify: (history: History) => Promise<VerifyResult>,
): Promise<VerifyResult> {
	// n8n quirk (all releases): Retry On Fail runs the whole node again, with the same item objects, when
	// one of them failed; goes when only failed items are run again.
	if (context.getNode().retryOnFail !== true) return await verify(newHistory());
	const key = `${pairKey(item)} ${item.settings.matchAllFaces}`;
	const known = find(memory.attempts, item.pair.selfieItem, key);
	if (known.history.finalError) throw known.history.finalError;
	known.result ??= await verify(known.history);
	return known.result;
}

function find(
	attempts: WeakMap<INodeExecutionData, Map<string, KnownAttempts>>,
	item: INodeExecutionData,
	key: string,
): KnownAttempts {
	const ofItem = attempts.get(item) ?? new Map<string, KnownAttempts>();
	const known = ofItem.get(key) ?? { history: newHistory() };
	attempts.set(item, ofItem.set(key, known));
	return known;
}
