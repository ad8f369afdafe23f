import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { WorkflowFiles } from '../input/files';
import type { ImageFields } from '../input/images';
import type { Pair } from '../input/pairs';
import { mergeItems } from './merge';
import type { ImageReport } from '../kairos/response';
import { validSize } from '../kairos/response';
import type { Job } from '../run/jobs';
import type { ItemError } from '../run/itemError';
import type { Verified } from '../run/outcome';
import type { Verdict } from '../verdict/verdict';
import { NODE_VERSION } from './nodeVersion';

/** The item of a pair that was verified: its own data, and the verification under one field. */
export function verifiedItem(
	files: WorkflowFiles,
	verified: Verified,
	verdict: Verdict,
): INodeExecutionData {
	const { pair, job } = verified;
	const { outputField, keepImages } = job.settings;
	const kept = keepImages ? pair : withoutImages(files, pair, job);
	const { json, binary } = mergeItems(kept, job.fields, files.isCombined);
	return {
		json: { ...withoutEarlierError(json), [outputField]: resultOf(verified, verdict) },
		...(binary && { binary }),
		pairedItem: pair.pairedItem,
	};
}

/**
 * The item of a pair that was not verified. For the Error output it has its data and its files, so
 * that a node there can verify it again; without one it holds only its error, as in n8n's nodes.
 * The error replaces a verification by an earlier node, which would look like the result of this
 * one: its text is for people, and n8n knows a failed item by it; the object is for machines.
 */
export function failedItem(
	files: WorkflowFiles,
	pair: Pair,
	fields: ImageFields,
	outputField: string,
	{ context: { kairos } }: ItemError,
	hasErrorOutput: boolean,
): INodeExecutionData {
	const { json, binary }: Partial<INodeExecutionData> = hasErrorOutput
		? mergeItems(pair, fields, files.isCombined)
		: {};
	return {
		json: { ...json, error: kairos.message, [outputField]: { error: kairos } },
		...(binary && { binary }),
		pairedItem: pair.pairedItem,
	};
}

/** Lets n8n move the item to the Error output. */
export function markAsError(item: INodeExecutionData, error: ItemError): INodeExecutionData {
	// n8n quirk (all releases): it knows an item that failed by a property `error`, and takes the
	// data off an item that hands this property on when it is copied; goes never.
	return Object.defineProperty(item, 'error', { value: error });
}

/** What the node adds to a verified item. */
function resultOf(
	{ response, job, attempts }: Verified,
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
		service: job.access.service.name,
		rules: job.settings.rules,
		nodeVersion: NODE_VERSION,
		...(response.raw && { response: response.raw }),
	};
}

/** The image that was sent, and what Kairos saw in it. */
function imageOf(report: ImageReport, sha256: string): IDataObject {
	const { width, height } = validSize(report) ?? { width: null, height: null };
	return { width, height, faces: report.faces ?? [], sha256 };
}

/**
 * Removes the error that a node like this one put on the item in an earlier try, whatever its
 * Output Field: n8n, and a node that looks for an error, would treat the verified item as failed.
 * The builder's own error stays.
 */
function withoutEarlierError(json: IDataObject): IDataObject {
	if (!Object.values(json).some((field) => holdsError(field, json.error))) return json;
	return Object.fromEntries(Object.entries(json).filter(([name]) => name !== 'error'));
}

/** Whether `failedItem` put this field beside this error. */
function holdsError(field: unknown, error: unknown): boolean {
	const { error: facts } = Object(field) as { error?: unknown };
	const { code, message } = Object(facts) as { code?: unknown; message?: unknown };
	return code !== undefined && message !== undefined && message === error;
}

function withoutImages(
	files: WorkflowFiles,
	{ selfieItem, photoItem }: Pair,
	{ fields: { selfieField, photoField }, files: { selfie, photo } }: Job,
): Pick<Pair, 'selfieItem' | 'photoItem'> {
	if (selfieItem === photoItem) {
		const item = files.without(selfieItem, [selfieField, photoField]);
		return { selfieItem: item, photoItem: item };
	}
	// Both items may hold both images.
	return {
		selfieItem: files.without(selfieItem, [selfieField, selfie, photo]),
		photoItem: files.without(photoItem, [photoField, selfie, photo]),
	};
}
