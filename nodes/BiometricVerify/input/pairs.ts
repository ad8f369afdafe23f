import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IPairedItemData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { InputError } from '../errors/InputError';

/** The values of the Inputs parameter. */
export type InputMode = keyof typeof INPUTS;

/** The values of the Pair Items By parameter. */
export type PairBy = 'position' | 'matchingField';

/** The inputs of each mode, in order; n8n stores connections by an input's position. */
export const INPUTS = {
	oneInput: [undefined],
	twoInputs: ['Selfie', 'Photo'],
} as const;

export const DEFAULT_INPUT_MODE: InputMode = 'oneInput';

/** The expression by which n8n's editor and engine know the node's inputs from its parameters. */
export const inputsExpression = `={{ (() => {
	const inputs = ${JSON.stringify(inputDescriptions())};
	const chosen = inputs[$parameter.inputMode];
	return Array.isArray(chosen) ? chosen : inputs.oneInput;
})() }}`;

/** The items that hold the two images of one verification: one item twice, or one of each input. */
export interface ItemPair {
	selfieItem: INodeExecutionData;
	photoItem: INodeExecutionData;
}

/** One verification to do, or an item that cannot be verified because it has no partner. */
export interface Entry {
	/** The item, with two inputs the selfie's where there is one, and its position in its input. */
	item: INodeExecutionData;
	itemIndex: number;
	pairedItem: IPairedItemData | IPairedItemData[];
	pair: ItemPair | InputError;
}

export function isInputMode(value: unknown): value is InputMode {
	return typeof value === 'string' && Object.hasOwn(INPUTS, value);
}

/** How items find their partner with two inputs. */
export interface Pairing {
	pairBy: PairBy;
	/** The field that both items of a pair have in common; for `matchingField` only. */
	pairField: string;
}

export const PAIR_BY_POSITION: Pairing = { pairBy: 'position', pairField: '' };

/** One entry for each item of one input. */
export function entriesOfOneInput(context: IExecuteFunctions): Entry[] {
	return context.getInputData(0).map((item, itemIndex) => ({
		item,
		itemIndex,
		pairedItem: { item: itemIndex },
		pair: { selfieItem: item, photoItem: item },
	}));
}

/** One entry for each pair of two inputs, and for each item without a partner. */
export function entriesOfTwoInputs(
	context: IExecuteFunctions,
	{ pairBy, pairField }: Pairing,
): Entry[] {
	const selfies = context.getInputData(0);
	const photos = context.getInputData(1);
	return pairBy === 'position'
		? pairByPosition(selfies, photos)
		: pairByField(selfies, photos, pairField);
}

/**
 * Joins the data and files of a pair. What both items have under one name is kept twice: the
 * selfie's as it is, the photo's with `photo_` before its name, and a number behind it where that
 * is taken too.
 */
export function mergeItems({
	selfieItem,
	photoItem,
}: ItemPair): Pick<INodeExecutionData, 'json' | 'binary'> {
	if (selfieItem === photoItem) return selfieItem;
	const binary = mergeFields(selfieItem.binary ?? {}, photoItem.binary ?? {});
	return {
		json: mergeFields<IDataObject[string]>(selfieItem.json, photoItem.json),
		...(Object.keys(binary).length > 0 && { binary }),
	};
}

function pairByPosition(selfies: INodeExecutionData[], photos: INodeExecutionData[]): Entry[] {
	const alone = (side: Side, item: INodeExecutionData, index: number): Entry =>
		entryWithoutPartner(side, item, index, {
			code: 'NO_PARTNER',
			message: `There is no ${side.partner} for this ${side.noun}`,
			description:
				'Items are paired by position, so both inputs need the same number of items in the same order. To pair them by a field instead, set Pair Items By to Matching Field.',
		});
	const entries = selfies.map((selfieItem, index) => {
		const photoItem = photos[index];
		return photoItem
			? pairedEntry(index, selfieItem, index, photoItem)
			: alone(SELFIES, selfieItem, index);
	});
	const photosWithoutPartner = photos
		.slice(selfies.length)
		.map((photoItem, index) => alone(PHOTOS, photoItem, selfies.length + index));
	return [...entries, ...photosWithoutPartner];
}

/** A key that is missing, or that two items of one input share, is an error, never a guess. */
function pairByField(
	selfies: INodeExecutionData[],
	photos: INodeExecutionData[],
	field: string,
): Entry[] {
	const selfieKeys = keysOf(selfies, field);
	const photoKeys = keysOf(photos, field);
	const entries = selfies.map((selfieItem, index) => {
		const found = findPartner(index, selfieKeys, photoKeys, SELFIES, field);
		if (typeof found !== 'number') {
			return entryWithoutPartner(SELFIES, selfieItem, index, found);
		}
		return pairedEntry(index, selfieItem, found, photos[found] as INodeExecutionData);
	});
	const photosWithoutPartner = photos.flatMap((photoItem, index) => {
		const found = findPartner(index, photoKeys, selfieKeys, PHOTOS, field);
		return typeof found === 'number' ? [] : [entryWithoutPartner(PHOTOS, photoItem, index, found)];
	});
	return [...entries, ...photosWithoutPartner];
}

/** The position of the one item with the same key in the other input, or why there is none. */
function findPartner(
	index: number,
	own: Keys,
	others: Keys,
	{ noun, partner, partnerInput }: Side,
	field: string,
): number | ErrorFacts {
	const key = own.byPosition[index];
	if (key === undefined) {
		return {
			code: 'MISSING_KEY',
			message: `The ${noun} item at position ${index} has no value in the field "${field}"`,
			description:
				'Items are paired by this field, and each item needs text or a number in it. Numbers with more than 15 digits must be text. Check Pair Field, or the node that provides the item.',
		};
	}
	for (const [name, positions] of [
		[noun, own.positions.get(key) ?? []],
		[partner, others.positions.get(key) ?? []],
	] as const) {
		if (positions.length > 1) {
			return {
				code: 'DUPLICATE_KEY',
				message: `${positions.length} ${name} items have ${quoted(key)} in the field "${field}"`,
				description: `The node cannot tell which one belongs to this person. They are at positions ${listOf(positions)}.`,
			};
		}
	}
	return (
		others.positions.get(key)?.[0] ?? {
			code: 'NO_PARTNER',
			message: `No ${partner} item has ${quoted(key)} in the field "${field}"`,
			description: `Items are paired by this field. The ${noun} item is at position ${index}; check that its ${partner} arrives at the ${partnerInput} input.`,
		}
	);
}

type ErrorFacts = ConstructorParameters<typeof InputError>[0];

/** The keys of an input's items. */
interface Keys {
	byPosition: ReadonlyArray<string | undefined>;
	positions: ReadonlyMap<string, number[]>;
}

interface Side {
	input: number;
	noun: string;
	partner: string;
	partnerInput: string;
}

const SELFIES: Side = { input: 0, noun: 'selfie', partner: 'photo', partnerInput: 'Photo' };
const PHOTOS: Side = { input: 1, noun: 'photo', partner: 'selfie', partnerInput: 'Selfie' };

function pairedEntry(
	selfieIndex: number,
	selfieItem: INodeExecutionData,
	photoIndex: number,
	photoItem: INodeExecutionData,
): Entry {
	return {
		item: selfieItem,
		itemIndex: selfieIndex,
		pairedItem: [
			{ item: selfieIndex, input: 0 },
			{ item: photoIndex, input: 1 },
		],
		pair: { selfieItem, photoItem },
	};
}

function entryWithoutPartner(
	{ input }: Side,
	item: INodeExecutionData,
	itemIndex: number,
	facts: ErrorFacts,
): Entry {
	return { item, itemIndex, pairedItem: [{ item: itemIndex, input }], pair: new InputError(facts) };
}

/** Numbers and texts that look alike are the same key; anything else, and an empty text, is none. */
function keyOf({ json }: INodeExecutionData, field: string): string | undefined {
	const value = Object.hasOwn(json, field) ? json[field] : valueAtPath(json, field.split('.'));
	if (typeof value === 'number') {
		// Beyond these, different numbers have become the same one when they were read.
		const isExact = Number.isSafeInteger(value) || !Number.isInteger(value);
		return Number.isFinite(value) && isExact ? String(value) : undefined;
	}
	const key = typeof value === 'string' ? value.trim() : '';
	return key === '' ? undefined : key;
}

function valueAtPath(json: unknown, path: string[]): unknown {
	return path.reduce<unknown>(
		(value, name) =>
			typeof value === 'object' && value !== null && Object.hasOwn(value, name)
				? (Reflect.get(value, name) as unknown)
				: undefined,
		json,
	);
}

function keysOf(items: readonly INodeExecutionData[], field: string): Keys {
	const byPosition = items.map((item) => keyOf(item, field));
	const positions = new Map<string, number[]>();
	byPosition.forEach((key, index) => {
		if (key === undefined) return;
		const known = positions.get(key);
		if (known) known.push(index);
		else positions.set(key, [index]);
	});
	return { byPosition, positions };
}

function quoted(key: string): string {
	return `"${key.length > 60 ? `${key.slice(0, 59)}…` : key}"`;
}

function listOf(positions: number[]): string {
	const shown = positions.slice(0, 10).join(', ');
	return positions.length > 10 ? `${shown}, and more` : shown;
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

function inputDescriptions() {
	return Object.fromEntries(
		Object.entries(INPUTS).map(([mode, names]) => [
			mode,
			names.map((displayName) => ({
				type: NodeConnectionTypes.Main,
				...(displayName && { displayName, required: true }),
			})),
		]),
	);
}
