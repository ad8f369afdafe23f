import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { InputError } from '../errors/InputError';
import type { WorkflowFiles } from '../input/files';
import type { ImageFields } from '../input/images';
import type { Entry, ItemPair } from '../input/pairs';
import { mergeItems } from './merge';
import type { ImageReport } from '../kairos/response';
import { validSize } from '../kairos/response';
import type { ItemError } from '../run/itemError';
import type { VerifiedItem } from '../run/verifyItem';
import type { Verdict } from '../verdict/verdict';
import { NODE_VERSION } from './nodeVersion';

/** The item of somebody who was verified: its own data, and the verification under one field. */
export function verifiedItem(
	files: WorkflowFiles,
	{ pairedItem }: Entry,
	verified: VerifiedItem,
	verdict: Verdict,
): INodeExecutionData {
	const { pair, settings } = verified;
	const { outputField, keepImages } = settings;
	const { json, binary } = mergeItems(keepImages ? pair : withoutImages(files, pair, settings));
	return {
		json: { ...withoutOlderError(json, outputField), [outputField]: resultOf(verified, verdict) },
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
		json: { ...json, ...errorFields(outputField, error) },
		...(binary && { binary }),
		pairedItem,
	};
}

/**
 * The same where n8n sorts out the errors itself: it knows them by the property `error`. That must
 * not be copied with the item, because n8n then takes the item's data off it. n8n 1.115 overwrites
 * it; where it cannot, it gives out every item as it came in, by the first output.
 */
export function markAsError(item: INodeExecutionData, error: ItemError): INodeExecutionData {
	return Object.defineProperty(item, 'error', { value: error, writable: true });
}

/** What goes to the first output in its place where there is no Error output, as n8n's nodes do it. */
export function errorItem(
	{ pairedItem }: Entry,
	outputField: string,
	error: ItemError,
): INodeExecutionData {
	return { json: errorFields(outputField, error), pairedItem };
}

/** For people, and what n8n knows an item by that failed; and for machines. */
function errorFields(outputField: string, { context: { kairos } }: ItemError): IDataObject {
	return { error: kairos.message, [outputField]: { error: kairos } };
}

/** What the node adds to an item that was verified. */
function resultOf(
	{ response, settings, attempts, service, raw }: VerifiedItem,
	{ findings, ...verdict }: Verdict,
): IDataObject {
	const { selfie, photo, decision } = response;
	return {
		...verdict,
		selfie: imageOf(selfie, response.selfieSha256),
		photo: imageOf(photo, response.photoSha256),
		findings,
		scores: {
			reject: decision?.rejectScore ?? null,
			review: decision?.reviewScore ?? null,
			warning: decision?.warningScore ?? null,
		},
		requestId: response.requestId ?? response.headerRequestId,
		requestedAt: response.requestedAt,
		processedAt: response.processedAt,
		attempts,
		service,
		rules: settings.rules,
		nodeVersion: NODE_VERSION,
		...(raw && { response: raw }),
	};
}

/** Which image was checked, and what Kairos saw in it. */
function imageOf(report: ImageReport, sha256: string): IDataObject {
	const { width, height } = validSize(report) ?? { width: null, height: null };
	return { width, height, faces: report.faces ?? [], sha256 };
}

/**
 * An item that this node could not verify before, and now could, has no error any more: n8n, and a
 * step that asks for one, would take it for one that failed. An error of the builder's own stays.
 */
function withoutOlderError(json: IDataObject, outputField: string): IDataObject {
	if (!isErrorOfThisNode(json[outputField])) return json;
	return Object.fromEntries(Object.entries(json).filter(([name]) => name !== 'error'));
}

function isErrorOfThisNode(older: unknown): boolean {
	if (typeof older !== 'object' || older === null || !('error' in older)) return false;
	const { error } = older;
	return typeof error === 'object' && error !== null && Object.hasOwn(error, 'code');
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
