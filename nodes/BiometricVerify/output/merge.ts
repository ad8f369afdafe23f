import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { COMBINED_FILES, isObject } from '../input/files';
import type { Pair } from '../input/pairs';

/**
 * Joins the data and files of a pair. What both items have under one name is kept twice: the
 * selfie's under that name, the photo's with `photo_` before it, and a number behind it if that
 * name is taken, too. This holds for their files, too, wherever n8n keeps them.
 *
 * @param isCombined whether n8n keeps files in the json of items.
 */
export function mergeItems(
	{ selfieItem, photoItem }: Pick<Pair, 'selfieItem' | 'photoItem'>,
	isCombined: boolean,
): Pick<INodeExecutionData, 'json' | 'binary'> {
	if (selfieItem === photoItem) return selfieItem;
	const binary = mergeFields(selfieItem.binary ?? {}, photoItem.binary ?? {});
	const [selfie, photo] = [selfieItem.json, photoItem.json];
	return {
		json: isCombined ? mergeCombined(selfie, photo) : mergeFields(selfie, photo),
		...(Object.keys(binary).length > 0 && { binary }),
	};
}

function mergeCombined(selfie: IDataObject, photo: IDataObject): IDataObject {
	const { [COMBINED_FILES]: selfieFiles, ...selfieJson } = selfie;
	const { [COMBINED_FILES]: photoFiles, ...photoJson } = photo;
	if (!isObject(selfieFiles) || !isObject(photoFiles)) return mergeFields(selfie, photo);
	return {
		...mergeFields(selfieJson, photoJson),
		[COMBINED_FILES]: mergeFields(selfieFiles, photoFiles),
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
