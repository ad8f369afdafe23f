import type { INodeExecutionData } from 'n8n-workflow';

import type { AttemptLog } from '../kairos/client';
import { newAttemptLog } from '../kairos/client';
import type { KairosResponse } from '../kairos/response';
import type { CacheEntry } from './execution';
import type { Job } from './jobs';
import { filesKey } from './jobs';
import type { Run } from './run';

/**
 * Verifies a job, unless the same item came to its end with the same files in the same execution.
 * Results are kept only when the node has Retry On Fail.
 *
 * @throws what `verify` throws, or what ended this item before.
 */
export async function getOrVerify(
	{ context, memory }: Run,
	job: Job,
	verify: (log: AttemptLog) => Promise<KairosResponse>,
): Promise<{ response: KairosResponse; attempts: number }> {
	// n8n quirk (all releases): Retry On Fail runs the whole node again, with the same item
	// objects, when one of them failed; goes when only failed items are run again.
	const hasRetryOnFail = context.getNode().retryOnFail === true;
	const key = `${filesKey(job)} ${job.settings.matchAllFaces}`;
	const cached: CacheEntry = hasRetryOnFail
		? find(memory.cache, job.pair.selfieItem, key)
		: { log: newAttemptLog() };
	if (cached.log.finalError) throw cached.log.finalError;
	cached.response ??= await verify(cached.log);
	return { response: cached.response, attempts: cached.log.attempts };
}

function find(
	cache: WeakMap<INodeExecutionData, Map<string, CacheEntry>>,
	item: INodeExecutionData,
	key: string,
): CacheEntry {
	const ofItem = cache.get(item) ?? new Map<string, CacheEntry>();
	const entry = ofItem.get(key) ?? { log: newAttemptLog() };
	cache.set(item, ofItem.set(key, entry));
	return entry;
}
