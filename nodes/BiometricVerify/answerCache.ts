import { createHash } from 'crypto';
import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { ImageFiles } from './images';
import type { VerifyResult } from './kairos/client';

/**
 * The results of items, kept as long as the items themselves.
 *
 * n8n's Retry On Fail runs the whole node again with the same items when one of them failed. The
 * others are not sent, and billed, again: their results are still here.
 */
const results = new WeakMap<INodeExecutionData, Map<string, VerifyResult>>();

/** What makes a verification the same as an earlier one of the same item. */
export interface Verification {
	item: INodeExecutionData;
	files: ImageFiles;
	matchAllFaces: boolean;
}

/**
 * Verifies, unless the same item was verified with the same files in the same execution. It keeps
 * results only where they can be of use: when the node has Retry On Fail.
 */
export async function getOrVerify(
	context: IExecuteFunctions,
	verification: Verification,
	verify: () => Promise<VerifyResult>,
): Promise<VerifyResult> {
	if (context.getNode().retryOnFail !== true) return await verify();
	const key = keyOf(context, verification);
	const known = results.get(verification.item)?.get(key);
	if (known) return known;
	const result = await verify();
	const ofItem = results.get(verification.item) ?? new Map<string, VerifyResult>();
	results.set(verification.item, ofItem.set(key, result));
	return result;
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
