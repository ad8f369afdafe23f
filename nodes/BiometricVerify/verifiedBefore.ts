import { createHash } from 'crypto';
import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { FilePair } from './images';
import type { KairosAnswer } from './kairos/answer';

/**
 * The answers to items, kept as long as the items themselves.
 *
 * n8n's Retry On Fail runs the whole node again with the same items when one of them failed. The
 * others are not sent, and billed, again: their answers are still here.
 */
const answers = new WeakMap<INodeExecutionData, Map<string, KairosAnswer>>();

/** What makes a verification the same as an earlier one of the same item. */
export interface Question {
	item: INodeExecutionData;
	files: FilePair;
	photoMayShowSeveralFaces: boolean;
}

/**
 * Asks, unless the same item was asked about with the same files in the same execution. It keeps
 * answers only where they can be of use: when the node has Retry On Fail.
 */
export async function askOnce(
	context: IExecuteFunctions,
	question: Question,
	ask: () => Promise<KairosAnswer>,
): Promise<KairosAnswer> {
	if (context.getNode().retryOnFail !== true) return await ask();
	const key = keyOf(context, question);
	const known = answers.get(question.item)?.get(key);
	if (known) return known;
	const answer = await ask();
	const ofItem = answers.get(question.item) ?? new Map<string, KairosAnswer>();
	answers.set(question.item, ofItem.set(key, answer));
	return answer;
}

function keyOf(
	context: IExecuteFunctions,
	{ files: { selfie, photo }, photoMayShowSeveralFaces }: Question,
): string {
	return JSON.stringify([
		context.getExecutionId(),
		context.getNode().name,
		identityOf(selfie),
		identityOf(photo),
		photoMayShowSeveralFaces,
	]);
}

function identityOf({ id, data }: IBinaryData): string {
	return id ?? createHash('sha256').update(data).digest('base64');
}
