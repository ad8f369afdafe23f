import type {
	IDisplayOptions,
	INodeProperties,
	INodePropertyOptions,
	NodeParameterValueType,
} from 'n8n-workflow';

import type { ArrivalMode } from './arrivals';
import { DEFAULT_ARRIVAL_MODE } from './arrivals';
import type { BranchMode } from './branches';
import { DEFAULT_BRANCH_MODE } from './branches';

const arrivalModes: Array<INodePropertyOptions & { value: ArrivalMode }> = [
	{
		name: 'In the Same Item',
		value: 'sameItem',
		description: 'Each item holds a selfie and a photo, or an expression finds them',
	},
	{
		name: 'From Two Inputs',
		value: 'twoInputs',
		description:
			'Selfies arrive by the first input, photos by the second; the first selfie is matched against the first photo, and so on',
	},
];

/** An agent hands over one item and reads one output, so a tool has nothing to choose there. */
const NOT_FOR_TOOLS: IDisplayOptions = { hide: { '@tool': [true] } };

const imagesArrive: INodeProperties = {
	displayName: 'Images Arrive',
	name: 'imagesArrive',
	type: 'options',
	displayOptions: NOT_FOR_TOOLS,
	noDataExpression: true,
	default: DEFAULT_ARRIVAL_MODE,
	description: 'Which inputs the node has',
	options: arrivalModes,
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
		hint: 'The name of the field that holds the selfie',
		description:
			"Field of the item that holds the selfie as a file: it is checked for liveness and matched against the photo. An expression can give a file of any earlier step, e.g. {{ $('Get Selfie').item.binary.data }}.",
	},
	{
		displayName: 'Photo Input Field',
		name: 'photoField',
		type: 'string',
		default: 'photo',
		required: true,
		placeholder: 'e.g. photo',
		typeOptions: { binaryDataProperty: true },
		hint: 'The name of the field that holds the photo to match, e.g. of an ID document',
		description:
			"Field of the item that holds the photo as a file: the selfie is matched against it. An expression can give a file of any earlier step, e.g. {{ $('Get Photo').item.binary.data }}.",
	},
];

const branchModes: Array<INodePropertyOptions & { value: BranchMode }> = [
	{
		name: 'Decision and Failed Checks',
		value: 'decisionAndChecks',
		description: 'Each item leaves by its decision, and also by each check that did not pass',
	},
	{
		name: 'Decision',
		value: 'decision',
		description: 'Each item leaves by Review, Rejected or Approved',
	},
	{
		name: 'Failed Checks',
		value: 'checks',
		description: 'Each item leaves by each check that did not pass, or by All Passed',
	},
	{
		name: 'Single Output',
		value: 'single',
		description:
			'All items leave by one output, approved or not: the steps that follow must look at the decision',
	},
];

/** What the canvas shows beneath the node's name: the branches in the words of their list. */
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
	description: 'Which outputs the node has. Changing this moves what is connected to them.',
	options: branchModes,
};

const simplify: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

const optionFields: INodeProperties[] = [
	thresholdParameter('Face Match Reject Below', 'faceMatchRejectBelow', 'face match', 'rejected'),
	thresholdParameter('Face Match Review Below', 'faceMatchReviewBelow', 'face match', 'for review'),
	{
		displayName: 'Keep Images',
		name: 'keepImages',
		type: 'boolean',
		default: true,
		description: 'Whether the items that leave this node still hold the selfie and the photo',
	},
	thresholdParameter('Liveness Reject Below', 'livenessRejectBelow', 'liveness', 'rejected'),
	thresholdParameter('Liveness Review Below', 'livenessReviewBelow', 'liveness', 'for review'),
	{
		displayName: 'Max Concurrent Requests',
		name: 'maxConcurrentRequests',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: 50, numberPrecision: 0 },
		default: 5,
		description:
			'How many items are verified at the same time. More is faster, takes more memory, and may reach the limits of the Kairos account.',
	},
	{
		displayName: 'Max Tries',
		name: 'maxTries',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 10, numberPrecision: 0 },
		default: 3,
		description:
			'How often an item is sent at the most when Kairos is too busy, has a fault, or the connection breaks',
	},
	{
		displayName: 'Output Field Name',
		name: 'outputField',
		type: 'string',
		default: 'verification',
		placeholder: 'e.g. verification',
		description: 'Field of the item that gets the result',
	},
	{
		displayName: 'Photo May Show Several Faces',
		name: 'photoMayShowSeveralFaces',
		type: 'boolean',
		default: false,
		description:
			'Whether the selfie is matched against all faces of the photo, e.g. of a group, not only against one',
	},
	{
		displayName: 'Several Faces in Selfie',
		name: 'severalFacesInSelfie',
		type: 'options',
		default: 'review',
		description: 'What happens when the selfie shows more than one face',
		options: [
			{ name: 'Ignore', value: 'ignore' },
			{ name: 'Reject', value: 'reject' },
			{ name: 'Review', value: 'review' },
		],
	},
	{
		displayName: 'Timeout',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 300, numberPrecision: 0 },
		default: 60,
		description: 'How many seconds each try may take',
	},
	{
		displayName: 'Warnings',
		name: 'warnings',
		type: 'options',
		default: 'approve',
		description: 'What happens when Kairos gives a warning and nothing graver',
		options: [
			{ name: 'Approve', value: 'approve' },
			{ name: 'Review', value: 'review' },
		],
	},
];

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: optionFields,
};

/** The options that the builder leaves alone. */
export const optionDefaults: Readonly<Record<string, NodeParameterValueType>> = Object.fromEntries(
	optionFields.map(({ name, default: value }) => [name, value]),
);

/** The label of an option, as the panel shows it. */
export function labelOf(option: string): string {
	return optionFields.find(({ name }) => name === option)?.displayName ?? option;
}

/** Everything the panel shows, in its order. */
export const parameters: INodeProperties[] = [imagesArrive, ...images, branches, simplify, options];

function thresholdParameter(
	displayName: string,
	name: string,
	score: string,
	outcome: string,
): INodeProperties {
	return {
		displayName,
		name,
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 4 },
		default: 0,
		description: `Score below which the ${score} is ${outcome}, from 0 to 1. It comes on top of the limits of Kairos: the stricter one counts.`,
	};
}
