import type { INode, INodeExecutionData } from 'n8n-workflow';

import type { ItemError } from './errors';
import { errorText } from './errors';
import type { WorkflowFiles } from './files';
import type { ImageFields } from './images';
import type { Entry, ItemPair } from './inputs';
import { mergeItems } from './inputs';
import type { Verdict } from './verdict/judge';
import type { VerifiedItem } from './verifyItem';

/** The item of somebody who was verified: its own data, and the verification under one field. */
export function verifiedItem(
	files: WorkflowFiles,
	{ pairedItem }: Entry,
	{ pair, settings, attempts, raw }: VerifiedItem,
	verdict: Verdict,
): INodeExecutionData {
	const { outputField, keepImages } = settings;
	const { json, binary } = mergeItems(keepImages ? pair : withoutImages(files, pair, settings));
	const verification = { ...verdict, attempts, ...(raw && { response: raw }) };
	return {
		json: { ...json, [outputField]: verification },
		...(binary && { binary }),
		pairedItem,
	};
}

/**
 * The item of somebody who was not verified. n8n takes one whose json has nothing but `error` for an
 * item that failed, and adds the data it came with where it leaves by the Error output. A
 * verification that it brought along from an earlier node is overwritten there: it would look like
 * the result of this one. By `error` n8n knows such an item all the same; it must not be copied with
 * the item, because n8n then takes the item's data off it. n8n 1.115 overwrites it; where it
 * cannot, it gives out every item as it came in, by the first output.
 */
export function failedItem(
	node: INode,
	{ item, pairedItem }: Entry,
	outputField: string,
	error: ItemError,
): INodeExecutionData {
	const json = { error: errorText(error) };
	const isMerged = node.onError === 'continueErrorOutput';
	if (!isMerged || !Object.hasOwn(item.json, outputField)) return { json, pairedItem };
	const failed: INodeExecutionData = { json: { ...json, [outputField]: null }, pairedItem };
	return Object.defineProperty(failed, 'error', { value: error, writable: true });
}

/**
 * The same where n8n does not find the Error output: with its data, and as no item that n8n would
 * take for an error and move.
 */
export function failedItemWithData(
	{ item, pairedItem }: Entry,
	outputField: string,
	error: ItemError,
): INodeExecutionData {
	const { json, binary } = item;
	return {
		json: { ...json, [outputField]: null, error: errorText(error) },
		...(binary && { binary }),
		pairedItem,
	};
}

function withoutImages(
	files: WorkflowFiles,
	{ selfieItem, photoItem }: ItemPair,
	{ selfieField, photoField }: ImageFields,
): ItemPair {
	if (selfieItem === photoItem) {
		const item = files.without(selfieItem, [selfieField, photoField]);
		return { selfieItem: item, photoItem: item };
	}
	return {
		selfieItem: files.without(selfieItem, [selfieField]),
		photoItem: files.without(photoItem, [photoField]),
	};
}
