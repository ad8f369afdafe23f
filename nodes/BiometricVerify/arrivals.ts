import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IPairedItemData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { inputError } from './errors';

/** The values of the Images Arrive parameter. */
export type ArrivalMode = keyof typeof INPUTS;

/** The inputs of each mode, in order; n8n stores connections by an input's position. */
export const INPUTS = {
	sameItem: [undefined],
	twoInputs: ['Selfie', 'Photo'],
} as const;

export const DEFAULT_ARRIVAL_MODE: ArrivalMode = 'sameItem';

/** The expression by which n8n's editor and engine know the node's inputs from its parameters. */
export const inputsExpression = `={{ (() => {
	const inputs = ${JSON.stringify(inputDescriptions())};
	const chosen = inputs[$parameter.imagesArrive];
	return Array.isArray(chosen) ? chosen : inputs.sameItem;
})() }}`;

/** The items that hold the two pictures of one verification: one item twice, or one of each input. */
export interface Arrival {
	selfieItem?: INodeExecutionData;
	photoItem?: INodeExecutionData;
	pairedItem: IPairedItemData | IPairedItemData[];
}

/** An arrival that holds both pictures' items. */
export type Pair = Required<Arrival>;

export function isArrivalMode(value: unknown): value is ArrivalMode {
	return typeof value === 'string' && Object.hasOwn(INPUTS, value);
}

/** One arrival for each item, or for each pair of items at the same position of the two inputs. */
export function arrivalsOf(context: IExecuteFunctions, mode: ArrivalMode): Arrival[] {
	const selfies = context.getInputData(0);
	if (mode === 'sameItem') {
		return selfies.map((item, index) => ({
			selfieItem: item,
			photoItem: item,
			pairedItem: { item: index },
		}));
	}
	const photos = context.getInputData(1);
	return Array.from({ length: Math.max(selfies.length, photos.length) }, (_, index) => ({
		selfieItem: selfies[index],
		photoItem: photos[index],
		pairedItem: [
			...(selfies[index] ? [{ item: index, input: 0 }] : []),
			...(photos[index] ? [{ item: index, input: 1 }] : []),
		],
	}));
}

/** @throws {NodeOperationError} when one of the two inputs has no item for the other's. */
export function pairOf(
	context: IExecuteFunctions,
	itemIndex: number,
	{ selfieItem, photoItem, pairedItem }: Arrival,
): Pair {
	if (selfieItem && photoItem) return { selfieItem, photoItem, pairedItem };
	const [missing, present] = selfieItem ? ['photo', 'selfie'] : ['selfie', 'photo'];
	throw inputError(
		context.getNode(),
		itemIndex,
		`There is no ${missing} for this ${present}`,
		'Selfies and photos are paired by their position, so both inputs need the same number of items in the same order.',
	);
}

/**
 * Joins the data and files of a pair. What both items have under one name is kept twice: the
 * selfie's as it is, the photo's with `photo_` before its name.
 */
export function joined({
	selfieItem,
	photoItem,
}: Pair): Pick<INodeExecutionData, 'json' | 'binary'> {
	if (selfieItem === photoItem) return selfieItem;
	const binary = joinedFields(selfieItem.binary ?? {}, photoItem.binary ?? {});
	return {
		json: joinedFields<IDataObject[string]>(selfieItem.json, photoItem.json),
		...(Object.keys(binary).length > 0 && { binary }),
	};
}

function joinedFields<Value>(
	selfie: Record<string, Value>,
	photo: Record<string, Value>,
): Record<string, Value> {
	const fields = new Map(Object.entries(selfie));
	for (const [name, value] of Object.entries(photo)) {
		let free = name;
		while (fields.has(free)) free = `photo_${free}`;
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
