import { attemptsBehind } from '../errors/attempts';
import { countEach } from './counts';
import type { SeenItems } from './execution';
import type { Outcome, Verified } from './outcome';
import { imagesKey } from '../kairos/request';
import type { KairosResponse } from '../kairos/response';
import type { Repeats } from '../verdict/decision';

/**
 * Finds which items share a request ID, or both images, with another item of this run, or with the
 * first one of an earlier run in the same execution. Images also count in this run if their item
 * failed, and in later ones if two items of a run had them. An item is never compared with itself:
 * n8n's Retry On Fail hands in the same item again.
 *
 * @param seen what earlier runs verified, or two of their items had; updated.
 */
export function findRepeats(
	outcomes: readonly Outcome[],
	seen: SeenItems,
): (one: Verified) => Repeats {
	const counts = countEach(outcomes.flatMap(keysOf));
	for (const outcome of outcomes) {
		for (const key of keysOf(outcome)) {
			const isKnown = outcome.status === 'verified' || (counts.get(key) ?? 0) > 1;
			if (isKnown && !seen.has(key)) seen.set(key, new WeakRef(outcome.pair.selfieItem));
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

/** What a pair that was sent may share with others. */
function keysOf(outcome: Outcome): string[] {
	const keys =
		outcome.status === 'verified'
			? [imagesKey(outcome.response), idKey(outcome.response)]
			: [outcome.status === 'failed' ? attemptsBehind(outcome.error).images : undefined];
	return keys.filter((key) => key !== undefined);
}

/** UUIDs are the same in upper and lower case. */
function idKey({ requestId }: KairosResponse): string | undefined {
	return requestId === null ? undefined : `id ${requestId.toLowerCase()}`;
}
