import type { IExecuteFunctions, INode, INodeParameters } from 'n8n-workflow';

import type { ArrivalMode } from './arrivals';
import { isArrivalMode } from './arrivals';
import type { BranchMode } from './branches';
import { isBranchMode } from './branches';
import { inputError } from './errors';
import type { Rules } from './findings';
import type { ImageFields } from './images';
import { labelOf, optionDefaults } from './parameters';
import { isTool } from './tool';

/** n8n takes an item whose json holds nothing but `error` and the next two for one that failed. */
const FORBIDDEN_FIELD_NAMES: ReadonlySet<string> = new Set([
	'',
	'error',
	'message',
	'details',
	'__proto__',
]);

/** What the builder set for one item; every value is checked. */
export interface ItemSettings extends ImageFields {
	rules: Rules;
	simplify: boolean;
	outputField: string;
	keepImages: boolean;
	photoMayShowSeveralFaces: boolean;
	maxTries: number;
	timeoutMs: number;
}

/** What fixes the inputs and outputs of the node. */
export interface Layout {
	arrivalMode: ArrivalMode;
	branchMode: BranchMode;
}

/** An agent hands over one item, and reads what leaves by the first output. */
const TOOL_LAYOUT: Layout = { arrivalMode: 'sameItem', branchMode: 'single' };

/**
 * Reads the layout as it was chosen; undefined when one of its choices is not in its list. An
 * expression is none: n8n could give the canvas another value for it than the run.
 */
export function layoutOf(node: INode): Layout | undefined {
	if (isTool(node)) return TOOL_LAYOUT;
	const { imagesArrive: arrivalMode, branches: branchMode } = node.parameters;
	return isArrivalMode(arrivalMode) && isBranchMode(branchMode)
		? { arrivalMode, branchMode }
		: undefined;
}

/** The error of every item when the node has no layout. */
export function layoutError(node: INode, itemIndex: number) {
	return inputError(
		node,
		itemIndex,
		'Images Arrive or Branches is set to something that is not in its list',
		'Open the node and choose an entry of each. They cannot be expressions, because they fix the inputs and outputs of the node.',
	);
}

/** How many items are verified at a time, 1 to 50. */
export function maxConcurrentOf(node: INode): number {
	const set = { ...optionDefaults, ...(node.parameters.options as INodeParameters | undefined) };
	const maxConcurrent = Math.floor(Number(set.maxConcurrentRequests));
	return maxConcurrent >= 1 ? Math.min(maxConcurrent, 50) : 1;
}

/**
 * Reads the settings of an item.
 *
 * @throws {NodeOperationError} when an option has a value that it cannot have.
 * @throws the error of n8n when an expression fails.
 */
export function settingsOf(context: IExecuteFunctions, itemIndex: number): ItemSettings {
	const option = new OptionReader(
		context.getNode(),
		itemIndex,
		context.getNodeParameter('options', itemIndex, {}) as INodeParameters,
	);
	return {
		selfieField: context.getNodeParameter('selfieField', itemIndex),
		photoField: context.getNodeParameter('photoField', itemIndex),
		simplify: context.getNodeParameter('simplify', itemIndex, true) !== false,
		rules: {
			severalFacesInSelfie: option.choice('severalFacesInSelfie', ['review', 'reject', 'ignore']),
			warnings: option.choice('warnings', ['approve', 'review']),
			thresholds: {
				faceMatchReviewBelow: option.number('faceMatchReviewBelow', 0, 1),
				faceMatchRejectBelow: option.number('faceMatchRejectBelow', 0, 1),
				livenessReviewBelow: option.number('livenessReviewBelow', 0, 1),
				livenessRejectBelow: option.number('livenessRejectBelow', 0, 1),
			},
		},
		outputField: option.fieldName('outputField'),
		keepImages: option.flag('keepImages'),
		photoMayShowSeveralFaces: option.flag('photoMayShowSeveralFaces'),
		maxTries: option.number('maxTries', 1, 10),
		timeoutMs: option.number('timeout', 1, 300) * 1000,
	};
}

/** Reads options one by one, and refuses values that an expression got wrong. */
class OptionReader {
	private readonly node: INode;

	private readonly itemIndex: number;

	private readonly options: INodeParameters;

	constructor(node: INode, itemIndex: number, options: INodeParameters) {
		this.node = node;
		this.itemIndex = itemIndex;
		this.options = { ...optionDefaults, ...options };
	}

	flag(name: string): boolean {
		const value = this.options[name];
		if (typeof value !== 'boolean') throw this.refusal(name, 'true or false');
		return value;
	}

	choice<Value extends string>(name: string, values: readonly Value[]): Value {
		const chosen = values.find((value) => value === this.options[name]);
		if (chosen === undefined) throw this.refusal(name, `one of ${values.join(', ')}`);
		return chosen;
	}

	number(name: string, least: number, most: number): number {
		const value = this.options[name];
		if (typeof value !== 'number' || !(value >= least && value <= most)) {
			throw this.refusal(name, `a number from ${least} to ${most}`);
		}
		return value;
	}

	fieldName(name: string): string {
		const value = this.options[name];
		if (typeof value !== 'string' || FORBIDDEN_FIELD_NAMES.has(value.trim())) {
			throw this.refusal(
				name,
				'a name other than "error", "message" and "details", e.g. verification',
			);
		}
		return value.trim();
	}

	private refusal(name: string, expected: string) {
		return inputError(
			this.node,
			this.itemIndex,
			`The option ${labelOf(name)} has a value that it cannot have`,
			`It must be ${expected}. If it is an expression, look at what it gives for this item.`,
		);
	}
}
