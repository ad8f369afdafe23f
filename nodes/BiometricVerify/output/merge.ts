import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { COMBINED_FILES, isObject } from '../input/files';
import type { ImageFields } from '../input/images';
import type { Pair } from '../input/pairs';

/** The names under which a file is an image of the pair. */
type ImageNames = Record<'selfie' | 'photo', ReadonlySet<string>>;

/**
 * Joins the data and files of a pair. What both items have under one name is kept twice: the
 * selfie's under that name, the photo's with `photo_` before it, and a number behind it if that
 * name is taken, too. Under the name of an image there is only the image of its own side, or
 * nothing: else the next node could take a file for the photo that came with the selfie.
 *
 * @param isCombined whether n8n keeps files in the json of items.
 */
export function mergeItems(
	{ selfieItem, photoItem }: Pick<Pair, 'selfieItem' | 'photoItem'>,
	fields: ImageFields,
	isCombined: boolean,
): Pick<INodeExecutionData, 'json' | 'binary'> {
	if (selfieItem === photoItem) return selfieItem;
	const names = imageNames(fields, '');
	const binary = mergeFiles(selfieItem.binary ?? {}, photoItem.binary ?? {}, names);
	const [selfie, photo] = [selfieItem.json, photoItem.json];
	return {
		json: isCombined ? mergeCombined(selfie, photo, fields) : mergeFields(selfie, photo),
		...(Object.keys(binary).length > 0 && { binary }),
	};
}

function mergeCombined(selfie: IDataObject, photo: IDataObject, fields: ImageFields): IDataObject {
	const { [COMBINED_FILES]: selfieFiles, ...selfieJson } = selfie;
	const { [COMBINED_FILES]: photoFiles, ...photoJson } = photo;
	if (!isObject(selfieFiles) && !isObject(photoFiles)) return mergeFields(selfie, photo);
	const files = mergeFiles(
		isObject(selfieFiles) ? selfieFiles : {},
		isObject(photoFiles) ? photoFiles : {},
		imageNames(fields, `${COMBINED_FILES}.`),
	);
	return { ...mergeFields(selfieJson, photoJson), [COMBINED_FILES]: files };
}

/** @param prefix of the fields that name a file there. */
function imageNames({ selfieField, photoField }: ImageFields, prefix: string): ImageNames {
	const namesIn = (field: unknown) => {
		const names = typeof field === 'string' ? [field, field.trim()] : [];
		const inPlace = names.filter((name) => name.startsWith(prefix));
		return inPlace.map((name) => name.slice(prefix.length));
	};
	const selfie = new Set(namesIn(selfieField));
	// If both have one name, the photo gets another one.
	const photo = namesIn(photoField).map((name) => (selfie.has(name) ? `photo_${name}` : name));
	return { selfie, photo: new Set(photo) };
}

function mergeFiles<Value>(
	selfie: Record<string, Value>,
	photo: Record<string, Value>,
	names: ImageNames,
): Record<string, Value> {
	const isSelfieIn = (name: string) => names.selfie.has(name) && !names.photo.has(`photo_${name}`);
	return mergeFields(
		renamed(selfie, (name) => names.photo.has(name), 'selfie_'),
		renamed(photo, isSelfieIn, 'photo_'),
	);
}

/** The same files, some of them under another name, which no other one has. */
function renamed<Value>(
	files: Record<string, Value>,
	isTaken: (name: string) => boolean,
	prefix: string,
): Record<string, Value> {
	const names = new Set(Object.keys(files));
	return Object.fromEntries(
		Object.entries(files).map(([name, file]) => {
			if (!isTaken(name)) return [name, file];
			const free = freeName(`${prefix}${name}`, names);
			names.add(free);
			return [free, file];
		}),
	);
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
		if (Object.hasOwn(selfie, name)) fields.set(freeName(`photo_${name}`, fields), value);
	}
	return Object.fromEntries(fields);
}

function freeName(name: string, taken: { has: (name: string) => boolean }): string {
	let free = name;
	for (let number = 2; taken.has(free); number++) free = `${name}_${number}`;
	return free;
}
