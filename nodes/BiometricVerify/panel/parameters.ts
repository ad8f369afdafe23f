import type { IDisplayOptions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { BranchMode } from '../output/outputs';
import { DEFAULT_BRANCH_MODE } from '../output/outputs';
import type { InputMode } from '../input/modes';
import { DEFAULT_INPUT_MODE } from '../input/modes';
import { optionFields } from './options';

const inputModes: Array<INodePropertyOptions & { value: InputMode }> = [
	{
		name: 'One Input',
		value: 'oneInput',
		description: 'Both images are on one item, or an expression gets them from an earlier node',
	},
	{
		name: 'Two Inputs',
		value: 'twoInputs',
		description: 'Selfies come in through the Selfie input, photos through the Photo input',
	},
];

/** An agent passes one item and reads one output, so a tool has nothing to choose there. */
const NOT_FOR_TOOLS: IDisplayOptions = { hide: { '@tool': [true] } };

const inputMode: INodeProperties = {
	displayName: 'Inputs',
	name: 'inputMode',
	type: 'options',
	displayOptions: NOT_FOR_TOOLS,
	noDataExpression: true,
	default: DEFAULT_INPUT_MODE,
	description: 'Where the selfies and the photos come from',
	options: inputModes,
};

const pairField: INodeProperties = {
	displayName: 'Field to Match',
	name: 'pairField',
	type: 'string',
	displayOptions: { show: { inputMode: ['twoInputs'] }, ...NOT_FOR_TOOLS },
	noDataExpression: true,
	required: true,
	default: '',
	placeholder: 'e.g. applicantId',
	hint: 'Each person needs a value of their own',
	description:
		'The field whose value both items of a pair share. Use dots for a field within a field, e.g. body.applicantId. An item fails if its value is missing, has no match, or appears more than once in an input.',
};

const images: INodeProperties[] = [
	{
		displayName: 'Selfie Input Field',
		name: 'selfieField',
		type: 'string',
		default: 'selfie',
		required: true,
		placeholder: 'e.g. selfie',
		typeOptions: { binaryDataProperty: true },
		hint: 'Checked for liveness, and compared with the photo',
		description:
			"The name of the field that contains the selfie file, or an expression that returns a file from an earlier node, e.g. {{ $('Get Selfie').item.binary.data }}",
	},
	{
		displayName: 'Photo Input Field',
		name: 'photoField',
		type: 'string',
		default: 'photo',
		required: true,
		placeholder: 'e.g. photo',
		typeOptions: { binaryDataProperty: true },
		hint: 'What the selfie is compared with, e.g. the photo of an ID',
		description:
			"The name of the field that contains the photo file, or an expression that returns a file from an earlier node, e.g. {{ $('Get Photo').item.binary.data }}",
	},
];

const branchModes: Array<INodePropertyOptions & { value: BranchMode }> = [
	{
		name: 'Decision and Failed Checks',
		value: 'decisionAndChecks',
		description:
			'Send each item to the output for its decision and to the output for each failed check',
	},
	{
		name: 'Decision',
		value: 'decision',
		description: 'Send each item to Review, Rejected, or Approved',
	},
	{
		name: 'Failed Checks',
		value: 'checks',
		description: 'Send each item to the output for each failed check, or to All Passed',
	},
	{
		name: 'Single Output',
		value: 'single',
		description: 'Send all items to one output, approved or not',
	},
];

/** The canvas shows it below the node's name: the chosen Branches. */
export const branchesSubtitle = `={{ (${JSON.stringify(
	Object.fromEntries(branchModes.map(({ value, name }) => [value, name])),
)})[$parameter.branches] }}`;

const branches: INodeProperties = {
	displayName: 'Branches',
	name: 'branches',
	type: 'options',
	displayOptions: NOT_FOR_TOOLS,
	noDataExpression: true,
	default: DEFAULT_BRANCH_MODE,
	description:
		'Which outputs the node has. If you change this, n8n keeps existing connections by position, so check them afterward.',
	options: branchModes,
};

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: optionFields,
};

/** Everything the panel shows, in its order. */
export const parameters: INodeProperties[] = [inputMode, pairField, ...images, branches, options];
