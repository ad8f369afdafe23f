import { attemptsBehind } from '../errors/attempts';
import type { SeenItems } from './execution';
import type { Outcome, Verified } from './outcome';
import { verifiedAmong } from './outcome';
import type { KairosResponse } from '../kairos/response';
import type { Repeats } from '../verdict/decision';

/**
 * Finds which items share a request ID, or both images, with another item of this run, or with the
 * first one of an earlier run in the same execution. Images also count in this run if their item
 * failed. An item is never compared with itself: n8n's Retry On Fail hands in the same item again.
 *
 * @param seen what earlier runs verified; updated.
 */
export function findRepeats(
	outcomes: readonly Outcome[],
	seen: SeenItems,
): (one: Verified) => Repeats {
	const counts = new Map<string, number>();
	const count = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
	for (const outcome of outcomes) {
		const { images } = outcome.status === 'failed' ? attemptsBehind(outcome.error) : {};
		if (images !== undefined) count(images);
	}
	for (const { pair, response } of verifiedAmong(outcomes)) {
		for (const key of [imagesKey(response), idKey(response)]) {
			if (key === undefined) continue;
			count(key);
			if (!seen.has(key)) seen.set(key, new WeakRef(pair.selfieItem));
		}
	}
	return ({ pair, response }) => {
		const isRepeated = (key: string | undefined) =>
			key !== undefined &&
			((counts.get(key) ?? 0) > 1 || seen.get(key)?.deref() !== pair.selfieItem);
		return {
			isPairRepeated: isRepeated(imagesKey(response)),
			isRequestIdRepeated: isRepeated(idKey(response)),
		};
	};
}

/** As in the facts of an error. */
function imagesKey({ selfieSha256, photoSha256 }: KairosResponse): string {
	return `${selfieSha256} ${photoSha256}`;
}

/** UUIDs are the same in upper and lower case. */
function idKey({ requestId }: KairosResponse): string | undefined {
	return requestId === null ? undefined : `id ${requestId.toLowerCase()}`;
}
