import { createHash } from 'crypto';
import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { ImageFiles } from '../input/images';
import type { History, VerifyResult } from '../kairos/client';
import { newHistory } from '../kairos/client';

/** What makes a verification the same as an earlier one of the same item. */
export interface Verification {
	item: INodeExecutionData;
	files: ImageFiles;
	matchAllFaces: boolean;
}

interface Known {
	history: History;
	result?: VerifyResult;
}

/**
 * What is known of items, kept as long as the items themselves.
 *
 * n8n's Retry On Fail runs the whole node again with the same items when one of them failed. Those
 * that were verified are not sent, and billed, again: their results are still here. Neither are
 * those of which Kairos may have billed as many attempts as Max Attempts allows.
 */
const knownOf = new WeakMap<INodeExecutionData, Map<string, Known>>();

/**
 * Verifies, unless the same item came to its end with the same files in the same execution. It
 * keeps what is known only where that can be of use: when the node has Retry On Fail.
 *
 * @throws what `verify` throws, or what ended this item before.
 */
export async function verifyOnce(
	context: IExecuteFunctions,
	verification: Verification,
	verify: (history: History) => Promise<VerifyResult>,
): Promise<VerifyResult> {
	if (context.getNode().retryOnFail !== true) return await verify(newHistory());
	const known = find(verification.item, keyOf(context, verification));
	if (known.history.finalError) throw known.history.finalError;
	known.result ??= await verify(known.history);
	return known.result;
}

function find(item: INodeExecutionData, key: string): Known {
	const ofItem = knownOf.get(item) ?? new Map<string, Known>();
	const known = ofItem.get(key) ?? { history: newHistory() };
	knownOf.set(item, ofItem.set(key, known));
	return known;
}

function keyOf(
	context: IExecuteFunctions,
	{ files: { selfie, photo }, matchAllFaces }: Verification,
): string {
	return JSON.stringify([
		context.getExecutionId(),
		context.getNode().name,
		contentKey(selfie),
		contentKey(photo),
		matchAllFaces,
	]);
}

function contentKey({ id, data }: IBinaryData): string {
	return id ?? createHash('sha256').update(data).digest('base64');
}
