import type { SeenItems } from './execution';
import type { VerifiedItem } from './verifyItem';
import type { KairosResponse } from '../kairos/response';
import type { Repeats } from '../verdict/decision';

/**
 * Finds out what items share with others: a request ID, or both images. Of the items of one run each
 * counts, of those of earlier runs in the same execution the first. An item is never compared with
 * itself: n8n's Retry On Fail hands in the same item again.
 *
 * @param seen what earlier runs verified; it is brought up to date.
 */
export function findRepeats(
	verified: readonly VerifiedItem[],
	seen: SeenItems,
): (one: VerifiedItem) => Repeats {
	const counts = new Map<string, number>();
	for (const { pair, response } of verified) {
		for (const key of [pairKey(response), idKey(response)]) {
			if (key === undefined) continue;
			counts.set(key, (counts.get(key) ?? 0) + 1);
			if (!seen.has(key)) seen.set(key, new WeakRef(pair.selfieItem));
		}
	}
	return ({ pair, response }) => {
		const isRepeated = (key: string | undefined) =>
			key !== undefined &&
			((counts.get(key) ?? 0) > 1 || seen.get(key)?.deref() !== pair.selfieItem);
		return {
			isPairRepeated: isRepeated(pairKey(response)),
			isRequestIdRepeated: isRepeated(idKey(response)),
		};
	};
}

function pairKey({ selfieSha256, photoSha256 }: KairosResponse): string {
	return `${selfieSha256} ${photoSha256}`;
}

/** UUIDs are the same in upper and lower case. */
function idKey({ requestId }: KairosResponse): string | undefined {
	return requestId === null ? undefined : `id ${requestId.toLowerCase()}`;
}
