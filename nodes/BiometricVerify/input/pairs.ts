import type { IExecuteFunctions, INodeExecutionData, IPairedItemData } from 'n8n-workflow';

import { InputError } from '../errors/InputError';

/**
 * The items that hold the two images of one verification: one from each input, or the same item
 * twice.
 */
export interface Pair {
	selfieItem: INodeExecutionData;
	photoItem: INodeExecutionData;
	/** The position in its input: of the selfie item, or of the only item. */
	itemIndex: number;
	pairedItem: IPairedItemData | IPairedItemData[];
	/** Why the pair cannot be verified; an item without a partner has an empty one. */
	error?: InputError;
}

/**
 * One pair for each item of one input, and one with an error for each item that comes by a
 * connection to a second input, which n8n keeps when 'Inputs' is changed.
 */
export function pairsOfOneInput(context: IExecuteFunctions): Pair[] {
	const pairs = context.getInputData(0).map((item, itemIndex) => ({
		selfieItem: item,
		photoItem: item,
		itemIndex,
		pairedItem: { item: itemIndex },
	}));
	const strays = context.getInputData(PHOTOS.input).map((item, index) => {
		const error = new InputError({
			code: 'INVALID_SETTING',
			message: "The item came in by a second input, and 'Inputs' is 'One Input'",
			description:
				"The canvas does not show this connection. Set 'Inputs' to 'Two Inputs' to see it, and remove it or use it.",
		});
		return unpaired(PHOTOS, item, index, error);
	});
	return [...pairs, ...strays];
}

/**
 * One pair for each two items that belong together, and one with an error for each item without a
 * partner. The value of a field pairs items, never their position, which n8n can shift.
 *
 * @param field the path of the field, with dots.
 */
export function pairsOfTwoInputs(context: IExecuteFunctions, field: string): Pair[] {
	const selfies = withKeys(context.getInputData(0), field, SELFIES);
	const photos = withKeys(context.getInputData(1), field, PHOTOS);
	const pairs = selfies.items.map((item, index): Pair => {
		const found = findPartner(index, selfies, photos, field);
		if (found instanceof InputError) return unpaired(SELFIES, item, index, found);
		const pairedItem = [
			{ item: index, input: SELFIES.input },
			{ item: found, input: PHOTOS.input },
		];
		const photoItem = photos.items[found] as INodeExecutionData;
		return { selfieItem: item, photoItem, itemIndex: index, pairedItem };
	});
	photos.items.forEach((item, index) => {
		const found = findPartner(index, photos, selfies, field);
		if (found instanceof InputError) pairs.push(unpaired(PHOTOS, item, index, found));
	});
	return pairs;
}

/** One pair with this error for each item of both inputs. */
export function pairsThatFail(context: IExecuteFunctions, error: InputError): Pair[] {
	const hasTwoInputs = context.getNode().parameters.inputMode === 'twoInputs';
	return [SELFIES, PHOTOS].flatMap((side) =>
		context.getInputData(side.input).map((item, index) => {
			const pair = unpaired(side, item, index, error);
			return hasTwoInputs ? pair : { ...pair, selfieItem: item, photoItem: item };
		}),
	);
}

interface Side {
	input: number;
	noun: string;
	partner: string;
	partnerInput: string;
}

const SELFIES: Side = { input: 0, noun: 'selfie', partner: 'photo', partnerInput: 'Photo' };
const PHOTOS: Side = { input: 1, noun: 'photo', partner: 'selfie', partnerInput: 'Selfie' };

/** The items of an input, each with its key or why it has none. */
interface Keyed extends Side {
	items: INodeExecutionData[];
	keys: ReadonlyArray<string | InputError>;
	positions: ReadonlyMap<string, number[]>;
}

/** The position of the one item with the same key in the other input, or why there is none. */
function findPartner(index: number, own: Keyed, others: Keyed, field: string): number | InputError {
	const key = own.keys[index] as string | InputError;
	if (key instanceof InputError) return key;
	for (const { noun, positions } of [own, others]) {
		const same = positions.get(key) ?? [];
		if (same.length > 1) {
			return new InputError({
				code: 'DUPLICATE_KEY',
				message: `${same.length} ${noun} items have ${quoted(key)} in the field "${field}"`,
				description: `The node cannot tell which one belongs to this person. They are at positions ${listOf(same)}.`,
			});
		}
	}
	const { noun, partner, partnerInput } = own;
	return (
		others.positions.get(key)?.[0] ??
		new InputError({
			code: 'NO_PARTNER',
			message: `No ${partner} item has ${quoted(key)} in the field "${field}"`,
			description: `Items are paired by this field. The ${noun} item is at position ${index}; check that its ${partner} arrives at the ${partnerInput} input. In a loop, set 'Inputs' to 'One Input': with two, n8n itself can drop an item or keep it back.`,
		})
	);
}

function withKeys(items: INodeExecutionData[], field: string, side: Side): Keyed {
	const keys = items.map((item, index) => keyOf(item, index, field, side));
	const positions = new Map<string, number[]>();
	keys.forEach((key, index) => {
		if (key instanceof InputError) return;
		const known = positions.get(key);
		if (known) known.push(index);
		else positions.set(key, [index]);
	});
	return { ...side, items, keys, positions };
}

/** Whole numbers and texts that look alike are the same key. */
function keyOf(
	{ json }: INodeExecutionData,
	index: number,
	field: string,
	side: Side,
): string | InputError {
	const value = valueAtPath(json, field.split('.'));
	if (Number.isSafeInteger(value)) return String(value);
	if (value === undefined || value === null) return missingKey(side, index, field);
	if (typeof value === 'string') return value.trim() || missingKey(side, index, field);
	return new InputError({
		code: 'UNUSABLE_KEY',
		message: `The ${side.noun} item at position ${index} has no text or whole number in the field "${field}"`,
		description:
			'Items are paired by this field. Use text there: fractions, and numbers beyond 9007199254740991, can become equal to others when they are read.',
	});
}

function missingKey({ noun }: Side, index: number, field: string): InputError {
	return new InputError({
		code: 'MISSING_KEY',
		message: `The ${noun} item at position ${index} has no value in the field "${field}"`,
		description:
			"Items are paired by this field, and each item needs text or a whole number in it. Check 'Field to Match', or the node that provides the item.",
	});
}

/** Reads own fields only: no methods, and not the length of a list. */
function valueAtPath(json: unknown, path: string[]): unknown {
	return path.reduce<unknown>(
		(value, name) =>
			typeof value === 'object' &&
			value !== null &&
			Object.prototype.propertyIsEnumerable.call(value, name)
				? (Reflect.get(value, name) as unknown)
				: undefined,
		json,
	);
}

function unpaired(
	{ input }: Side,
	item: INodeExecutionData,
	itemIndex: number,
	error: InputError,
): Pair {
	const pairedItem = [{ item: itemIndex, input }];
	const [selfieItem, photoItem] =
		input === SELFIES.input ? [item, { json: {} }] : [{ json: {} }, item];
	return { selfieItem, photoItem, itemIndex, pairedItem, error };
}

function quoted(key: string): string {
	return `"${key.length > 60 ? `${key.slice(0, 59)}…` : key}"`;
}

function listOf(positions: number[]): string {
	const shown = positions.slice(0, 10).join(', ');
	return positions.length > 10 ? `${shown}, and more` : shown;
}
