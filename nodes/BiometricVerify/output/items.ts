import type { INodeExecutionData } from 'n8n-workflow';

import { InputError } from '../errors/InputError';
import type { ItemError } from '../run/itemError';
import { errorText } from '../run/itemError';
import type { WorkflowFiles } from '../input/files';
import type { ImageFields } from '../input/images';
import type { Entry, ItemPair } from '../input/pairs';
import { mergeItems } from './merge';
import type { Verdict } from '../verdict/judge';
import type { VerifiedItem } from '../run/verifyItem';

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
 * The item of somebody who was not verified, for the Error output: with its data and its files, so
 * that a node there can verify it again. A verification that it brought along from an earlier node
 * is overwritten: it would look like the result of this one.
 */
export function failedItem(
	{ item, pair, pairedItem }: Entry,
	outputField: string,
	error: ItemError,
): INodeExecutionData {
	const { json, binary } = pair instanceof InputError ? item : mergeItems(pair);
	return {
		json: {
			...json,
			...(Object.hasOwn(json, outputField) && { [outputField]: null }),
			error: errorText(error),
		},
		...(binary && { binary }),
		pairedItem,
	};
}

/**
 * The same where n8n sorts out the errors itself: it knows them by the property `error`. That must
 * not be copied with the item, because n8n then takes the item's data off it. n8n 1.115 overwrites
 * it; where it cannot, it gives out every item as it came in, by the first output.
 */
export function markedAsFailed(item: INodeExecutionData, error: ItemError): INodeExecutionData {
	return Object.defineProperty(item, 'error', { value: error, writable: true });
}

/** What goes to the first output in its place where there is no Error output, as n8n's nodes do it. */
export function errorItem({ pairedItem }: Entry, error: ItemError): INodeExecutionData {
	return { json: { error: errorText(error) }, pairedItem };
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
