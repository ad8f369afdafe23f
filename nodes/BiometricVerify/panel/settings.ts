import type { IExecuteFunctions, INode } from 'n8n-workflow';

import type { BranchMode } from '../output/outputs';
import { isBranchMode } from '../output/outputs';
import { InputError } from '../errors/InputError';
import type { ImageFields, ImageLimits } from '../input/images';
import type { InputMode } from '../input/modes';
import { isInputMode } from '../input/modes';
import type { ClientSettings } from '../kairos/client';
import { OptionReader } from './options';
import { isTool } from '../n8n/tool';
import type { MultipleFaces, Rules } from '../verdict/findings';

const MEGABYTE = 1e6;

const SECOND_MS = 1000;

/** Defines the inputs and outputs of the node. */
export interface Layout {
	inputMode: InputMode;
	branchMode: BranchMode;
}

/** What holds for all items of a run. */
export interface RunSettings extends ClientSettings {
	/** Path of the field whose value both items of a pair share; with two inputs only. */
	pairField?: string;
}

/** What the builder set for one item. */
export interface ItemSettings extends ImageLimits {
	rules: Rules;
	/** The field for the verification. */
	outputField: string;
	keepImages: boolean;
	includeRawResponse: boolean;
	matchAllFaces: boolean;
}

/** An agent passes one item and reads the first output. */
const TOOL_LAYOUT: Layout = { inputMode: 'oneInput', branchMode: 'single' };

/**
 * Reads the layout; a choice that is not in its list is left out. So is an expression: n8n could
 * evaluate it differently for the canvas and for the run.
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
 * @throws {InputError} when a setting has an invalid value.
 */
export function readRunSettings(node: INode): RunSettings {
	const { inputMode, branchMode } = readLayout(node);
	if (inputMode === undefined || branchMode === undefined) {
		throw new InputError({
			code: 'INVALID_SETTING',
			message: "'Inputs' or 'Branches' has an invalid value",
			description:
				'Open the node and choose a value for each. They cannot be expressions, because they define the inputs and outputs of the node.',
		});
	}
	const option = new OptionReader(node.parameters.options);
	return {
		...(inputMode === 'twoInputs' && { pairField: readPairField(node) }),
		maxConcurrent: option.number('maxConcurrentRequests'),
		maxAttempts: option.number('maxAttempts'),
		maxWaitMs: Math.round(option.number('maxWait') * SECOND_MS),
		timeoutMs: Math.round(option.number('timeout') * SECOND_MS),
	};
}

/**
 * Reads where the images of an item are.
 *
 * @throws the error of n8n when an expression fails.
 */
export function readImageFields(context: IExecuteFunctions, itemIndex: number): ImageFields {
	return {
		selfieField: context.getNodeParameter('selfieField', itemIndex),
		photoField: context.getNodeParameter('photoField', itemIndex),
	};
}

/** Where the images of an item are that failed, whatever it failed by. */
export function imageFieldsOf(context: IExecuteFunctions, itemIndex: number): ImageFields {
	try {
		return readImageFields(context, itemIndex);
	} catch {
		return { selfieField: undefined, photoField: undefined };
	}
}

/**
 * Reads the options of an item.
 *
 * @throws {InputError} when an option has an invalid value.
 * @throws the error of n8n when an expression fails.
 */
export function readItemSettings(context: IExecuteFunctions, itemIndex: number): ItemSettings {
	const option = new OptionReader(context.getNodeParameter('options', itemIndex, {}));
	const multipleFacesInPhoto = option.choice<Rules['multipleFacesInPhoto']>('inPhoto');
	return {
		rules: {
			faceMatchRejectBelow: option.number('faceMatchRejectBelow'),
			faceMatchReviewBelow: option.number('faceMatchReviewBelow'),
			livenessRejectBelow: option.number('livenessRejectBelow'),
			livenessReviewBelow: option.number('livenessReviewBelow'),
			multipleFacesInSelfie: option.choice<MultipleFaces>('inSelfie'),
			multipleFacesInPhoto,
			kairosWarning: option.choice<Rules['kairosWarning']>('kairosWarning'),
		},
		includeRawResponse: option.flag('includeRawResponse'),
		outputField: option.fieldName('outputField'),
		keepImages: option.flag('keepImages'),
		matchAllFaces: multipleFacesInPhoto === 'matchAny',
		maxImageBytes: option.number('maxImageSize') * MEGABYTE,
	};
}

/**
 * The field in which a failed item gets its error. No other option is read, because an invalid
 * value of another one must not hide the name.
 */
export function outputFieldOf(context: IExecuteFunctions, itemIndex: number): string {
	try {
		const outputField = context.getNodeParameter('options.outputField', itemIndex) as unknown;
		return new OptionReader({ outputField }).fieldName('outputField');
	} catch {
		return new OptionReader({}).fieldName('outputField');
	}
}

function readPairField({ parameters: { pairField } }: INode): string {
	if (typeof pairField !== 'string' || pairField.trim() === '') {
		throw new InputError({
			code: 'INVALID_SETTING',
			message: "'Field to Match' is empty",
			description:
				"Enter the name of a field that both items of a pair have, e.g. applicantId. If there is none, set 'Inputs' to 'One Input', and get the photo with an expression.",
		});
	}
	return pairField.trim();
}
