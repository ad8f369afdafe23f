import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { Pair } from '../input/pairs';

/**
 * Joins the data and files of a pair. What both items have under one name is kept twice: the
 * selfie's under that name, the photo's with `photo_` before it, and a number behind it if that
 * name is taken, too.
 */
export function mergeItems({
	selfieItem,
	photoItem,
}: Pick<Pair, 'selfieItem' | 'photoItem'>): Pick<INodeExecutionData, 'json' | 'binary'> {
	if (selfieItem === photoItem) return selfieItem;
	const binary = mergeFields(selfieItem.binary ?? {}, photoItem.binary ?? {});
	return {
		json: mergeFields<IDataObject[string]>(selfieItem.json, photoItem.json),
		...(Object.keys(binary).length > 0 && { binary }),
	};
}

/**
 * Takes linear time whatever the names are: only names made from the same one are tried one after
 * the other, and each name that is taken can be in the way of one of them once.
 */
function mergeFields<Value>(
	selfie: Record<string, Value>,
	photo: Record<string, Value>,
): Record<string, Value> {
	const fields = new Map(Object.entries(selfie));
	const photoFields = Object.entries(photo);
	for (const [name, value] of photoFields) {
		if (!fields.has(name)) fields.set(name, value);
	}
	for (const [name, value] of photoFields) {
		if (!Object.hasOwn(selfie, name)) continue;
		let free = `photo_${name}`;
		for (let number = 2; fields.has(free); number++) free = `photo_${name}_${number}`;
		fields.set(free, value);
	}
	return Object.fromEntries(fields);
}
