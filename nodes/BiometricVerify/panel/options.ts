import type { IExecuteFunctions, INode, INodeParameters } from 'n8n-workflow';

import type { BranchMode } from '../output/outputs';
import { isBranchMode } from '../output/outputs';
import { InputError } from '../errors/InputError';
import type { ImageFields, ImageLimits } from '../input/images';
import type { InputMode, Pairing } from '../input/pairs';
import { PAIR_BY_POSITION, isInputMode } from '../input/pairs';
import type { ClientSettings } from '../kairos/client';
import type { OptionName } from './parameters';
import { optionDefaults, optionField } from './parameters';
import { isTool } from '../n8n/tool';
import type { MultipleFaces, Rules } from '../verdict/findings';

/**
 * n8n takes an item whose json has nothing but `error` and the next two for one that failed, and
 * may keep the files of an item in `_files`.
 */
const FORBIDDEN_FIELD_NAMES: ReadonlySet<string> = new Set([
	'',
	'error',
	'message',
	'details',
	'_files',
	'__proto__',
]);

const MEGABYTE = 1e6;

const SECOND_MS = 1000;

/** What fixes the inputs and outputs of the node. */
export interface Layout {
	inputMode: InputMode;
	branchMode: BranchMode;
}

/** What holds for all items of a run. */
export interface RunSettings extends ClientSettings {
	pairing: Pairing;
}

/** What the builder set for one item. */
export interface ItemSettings extends ImageFields, ImageLimits {
	rules: Rules;
	/** The field that gets the verification. */
	outputField: string;
	keepImages: boolean;
	includeRawResponse: boolean;
	matchAllFaces: boolean;
}

/** An agent passes one item, and reads what leaves by the first output. */
const TOOL_LAYOUT: Layout = { inputMode: 'oneInput', branchMode: 'single' };

/**
 * Reads the layout as it was chosen, without a choice that is not in its list. An expression is
 * none: n8n could give the canvas another value for it than the run.
 */
export function readLayout(node: INode): Partial<Layout> {
	if (isTool(node)) return TOOL_LAYOUT;
	const { inputMode, branches } = node.parameters;
	return {
		...(isInputMode(inputMode) && { inputMode }),
		...(isBranchMode(branches) && { branchMode: branches }),
	};
}

/**
 * Reads what holds for all items of a run.
 *
 * @throws {InputError} when something has a value that it cannot have.
 */
export function readRunSettings(node: INode): RunSettings {
	const { inputMode, branchMode } = readLayout(node);
	if (inputMode === undefined || branchMode === undefined) {
		throw new InputError({
			code: 'INVALID_SETTING',
			message: 'Inputs or Branches has an invalid value',
			description:
				'Open the node and choose a value for each. They cannot be expressions, because they define the inputs and outputs of the node.',
		});
	}
	const option = new OptionReader(node.parameters.options as INodeParameters | undefined);
	return {
		pairing: readPairing(node),
		maxConcurrent: option.number('maxConcurrentRequests'),
		maxAttempts: option.number('maxAttempts'),
		maxWaitMs: Math.round(option.number('maxWait') * SECOND_MS),
		timeoutMs: Math.round(option.number('timeout') * SECOND_MS),
	};
}

/**
 * Reads the settings of an item.
 *
 * @throws {InputError} when an option has a value that it cannot have.
 * @throws the error of n8n when an expression fails.
 */
export function readItemSettings(context: IExecuteFunctions, itemIndex: number): ItemSettings {
	const option = new OptionReader(
		context.getNodeParameter('options', itemIndex, {}) as INodeParameters,
	);
	const matchAllFaces = option.flag('matchAllFacesInPhoto');
	return {
		selfieField: context.getNodeParameter('selfieField', itemIndex),
		photoField: context.getNodeParameter('photoField', itemIndex),
		rules: {
			faceMatchRejectBelow: option.number('faceMatchRejectBelow'),
			faceMatchReviewBelow: option.number('faceMatchReviewBelow'),
			livenessRejectBelow: option.number('livenessRejectBelow'),
			livenessReviewBelow: option.number('livenessReviewBelow'),
			multipleFacesInSelfie: option.choice<MultipleFaces>('multipleFacesInSelfie'),
			multipleFacesInPhoto: matchAllFaces
				? 'matchAny'
				: option.choice<MultipleFaces>('multipleFacesInPhoto'),
			kairosWarning: option.choice<Rules['kairosWarning']>('kairosWarning'),
		},
		includeRawResponse: option.flag('includeRawResponse'),
		outputField: option.fieldName('outputField'),
		keepImages: option.flag('keepImages'),
		matchAllFaces,
		largestImageBytes: option.number('maxImageSize') * MEGABYTE,
	};
}

/**
 * The field that would have got the verification of an item that failed. No other option is read,
 * because one that has an invalid value for this item must not hide the name.
 */
export function outputFieldOf(context: IExecuteFunctions, itemIndex: number): string {
	try {
		const outputField = context.getNodeParameter(
			'options.outputField',
			itemIndex,
			optionDefaults.outputField,
		) as string;
		return new OptionReader({ outputField }).fieldName('outputField');
	} catch {
		return String(optionDefaults.outputField);
	}
}

function readPairing(node: INode): Pairing {
	const { inputMode, pairBy = 'position', pairField = '' } = node.parameters;
	if (inputMode !== 'twoInputs' || isTool(node) || pairBy === 'position') return PAIR_BY_POSITION;
	if (pairBy !== 'matchingField') {
		throw new InputError({
			code: 'INVALID_SETTING',
			message: 'Pair Items By has an invalid value',
			description: 'Open the node and choose Position or Matching Field.',
		});
	}
	if (typeof pairField !== 'string' || pairField.trim() === '') {
		throw new InputError({
			code: 'INVALID_SETTING',
			message: 'Pair Field is empty',
			description: 'Enter the name of a field that both items of a pair have, e.g. applicantId.',
		});
	}
	return { pairBy, pairField: pairField.trim() };
}

/** Reads options one by one, and refuses values that their declaration does not allow. */
class OptionReader {
	private readonly options: INodeParameters;

	constructor(options: INodeParameters | undefined) {
		this.options = { ...optionDefaults, ...options };
	}

	flag(name: OptionName): boolean {
		const value = this.options[name];
		if (typeof value !== 'boolean') throw refusal(name, 'true or false');
		return value;
	}

	choice<Value extends string>(name: OptionName): Value {
		const values = (optionField(name).options ?? []).map((choice) =>
			'value' in choice ? choice.value : undefined,
		);
		const chosen = this.options[name];
		if (!values.includes(chosen as Value)) throw refusal(name, `one of ${values.join(', ')}`);
		return chosen as Value;
	}

	number(name: OptionName): number {
		const { minValue = 0, maxValue = Infinity } = optionField(name).typeOptions ?? {};
		const value = this.options[name];
		if (typeof value !== 'number' || !(value >= minValue && value <= maxValue)) {
			throw refusal(name, `a number from ${minValue} to ${maxValue}`);
		}
		return value;
	}

	fieldName(name: OptionName): string {
		const value = this.options[name];
		if (typeof value !== 'string' || FORBIDDEN_FIELD_NAMES.has(value.trim())) {
			throw refusal(name, 'a name other than "error", "message", "details", or "_files"');
		}
		return value.trim();
	}
}

function refusal(name: OptionName, expected: string): InputError {
	return new InputError({
		code: 'INVALID_SETTING',
		message: `The option ${optionField(name).displayName} has an invalid value`,
		description: `It must be ${expected}. If it is an expression, check what it returns for this item.`,
	});
}
