import type {
	IDisplayOptions,
	INodeProperties,
	INodePropertyOptions,
	NodeParameterValueType,
} from 'n8n-workflow';

import type { BranchMode } from './branches';
import { DEFAULT_BRANCH_MODE } from './branches';
import type { InputMode, PairBy } from './inputs';
import { DEFAULT_INPUT_MODE } from './inputs';

const inputModes: Array<INodePropertyOptions & { value: InputMode }> = [
	{
		name: 'One Input',
		value: 'oneInput',
		description: 'Each item holds both images, or an expression finds them',
	},
	{
		name: 'Two Inputs',
		value: 'twoInputs',
		description: 'Selfies arrive at the first input, photos at the second',
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

const pairByModes: Array<INodePropertyOptions & { value: PairBy }> = [
	{
		name: 'Position',
		value: 'position',
		description: 'The first selfie belongs to the first photo, and so on',
	},
	{
		name: 'Matching Field',
		value: 'matchingField',
		description: 'A selfie belongs to the photo whose item has the same value in a field',
	},
];

const pairing: INodeProperties[] = [
	{
		displayName: 'Pair Items By',
		name: 'pairBy',
		type: 'options',
		displayOptions: { show: { inputMode: ['twoInputs'] }, ...NOT_FOR_TOOLS },
		noDataExpression: true,
		default: 'position',
		description: 'How the node finds the photo that belongs to a selfie',
		options: pairByModes,
	},
	{
		displayName: 'Pair Field',
		name: 'pairField',
		type: 'string',
		displayOptions: {
			show: { inputMode: ['twoInputs'], pairBy: ['matchingField'] },
			...NOT_FOR_TOOLS,
		},
		noDataExpression: true,
		required: true,
		default: '',
		placeholder: 'e.g. applicantId',
		hint: 'A field that both items have, with a value of its own for each person',
		description:
			'The field by which selfies and photos are paired. An item whose value is missing, or the same as that of another item, is not verified: it fails with an error that names the value.',
	},
];

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
			"The field that holds the selfie as a file. Kairos checks it for liveness and matches it against the photo. An expression can give a file of an earlier node, for example {{ $('Get Selfie').item.binary.data }}.",
	},
	{
		displayName: 'Photo Input Field',
		name: 'photoField',
		type: 'string',
		default: 'photo',
		required: true,
		placeholder: 'e.g. photo',
		typeOptions: { binaryDataProperty: true },
		hint: 'The name of the field that holds the photo, for example of an ID document',
		description:
			"The field that holds the photo as a file. Kairos matches the selfie against it. An expression can give a file of an earlier node, for example {{ $('Get Photo').item.binary.data }}.",
	},
];

const branchModes: Array<INodePropertyOptions & { value: BranchMode }> = [
	{
		name: 'Decision and Failed Checks',
		value: 'decisionAndChecks',
		description: 'Each item leaves by its decision, and also by each check that failed',
	},
	{
		name: 'Decision',
		value: 'decision',
		description: 'Each item leaves by Review, Rejected or Approved',
	},
	{
		name: 'Failed Checks',
		value: 'checks',
		description: 'Each item leaves by each check that failed, or by All Passed',
	},
	{
		name: 'Single Output',
		value: 'single',
		description: 'All items leave by one output, approved or not',
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
	description:
		'Which outputs the node has. Changing this keeps connections by their position, so check them afterwards.',
	options: branchModes,
};

const multipleFacesChoices: INodePropertyOptions[] = [
	{ name: 'Ignore', value: 'ignore' },
	{ name: 'Reject', value: 'reject' },
	{ name: 'Review', value: 'review' },
];

const optionFields = [
	ownThreshold('Face Match Reject Below', 'faceMatchRejectBelow', 'face match', 'rejected', 0),
	ownThreshold('Face Match Review Below', 'faceMatchReviewBelow', 'face match', 'reviewed', 0.4),
	{
		displayName: 'If Kairos Returns a Warning',
		name: 'kairosWarning',
		type: 'options',
		default: 'review',
		description: 'What happens when Kairos returns a warning and nothing more severe',
		options: [
			{ name: 'Approve', value: 'approve' },
			{ name: 'Review', value: 'review' },
		],
	},
	{
		displayName: 'If Photo Has Multiple Faces',
		name: 'multipleFacesInPhoto',
		type: 'options',
		default: 'review',
		description:
			'What happens when the photo shows more than one face. IDs often carry a second, small portrait. Does not apply with Match All Faces in Photo.',
		options: multipleFacesChoices,
	},
	{
		displayName: 'If Selfie Has Multiple Faces',
		name: 'multipleFacesInSelfie',
		type: 'options',
		default: 'review',
		description: 'What happens when the selfie shows more than one face',
		options: multipleFacesChoices,
	},
	{
		displayName: 'Include Raw Response',
		name: 'includeRawResponse',
		type: 'boolean',
		default: false,
		description: 'Whether to add the whole response of Kairos, in the field response',
	},
	{
		displayName: 'Keep Images',
		name: 'keepImages',
		type: 'boolean',
		default: true,
		description: 'Whether the items that leave this node still hold the selfie and the photo',
	},
	ownThreshold('Liveness Reject Below', 'livenessRejectBelow', 'liveness', 'rejected', 0),
	ownThreshold('Liveness Review Below', 'livenessReviewBelow', 'liveness', 'reviewed', 0.4),
	{
		displayName: 'Match All Faces in Photo',
		name: 'matchAllFacesInPhoto',
		type: 'boolean',
		default: false,
		description:
			'Whether to match the selfie against every face in the photo, for example of a group. Whoever is in the photo passes.',
	},
	{
		displayName: 'Max Attempts',
		name: 'maxAttempts',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: 10, numberPrecision: 0 },
		default: 3,
		description:
			'How often an item may be sent when an attempt fails after Kairos may have billed it: a timeout, a lost connection, or a server error',
	},
	{
		displayName: 'Max Concurrent Requests',
		name: 'maxConcurrentRequests',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: 50, numberPrecision: 0 },
		default: 5,
		description:
			'How many items are verified at the same time. A higher number is faster and uses more memory.',
	},
	{
		displayName: 'Max Image Size (MB)',
		name: 'maxImageSize',
		type: 'number',
		typeOptions: { minValue: 0.1, maxValue: 100, numberPrecision: 1 },
		default: 20,
		description: 'How large each image may be. Larger ones are not sent.',
	},
	{
		displayName: 'Max Wait (Seconds)',
		name: 'maxWait',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 0, maxValue: 3600, numberPrecision: 0 },
		default: 60,
		description:
			'How long to wait for Kairos when it takes no requests: a rate limit, or an outage. Waiting costs nothing.',
	},
	{
		displayName: 'Put Output in Field',
		name: 'outputField',
		type: 'string',
		default: 'verification',
		placeholder: 'e.g. verification',
		description: 'The name of the field to put the result in',
	},
	{
		displayName: 'Timeout (Seconds)',
		name: 'timeout',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: 300, numberPrecision: 0 },
		default: 60,
		description: 'How long each attempt may take',
	},
] as const satisfies ReadonlyArray<INodeProperties>;

/** The name of an option. */
export type OptionName = (typeof optionFields)[number]['name'];

/** An option as the panel declares it: its label, default, range and choices. */
export function optionField(name: OptionName): INodeProperties {
	return optionFields.find((field) => field.name === name) as INodeProperties;
}

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [...optionFields],
};

/** The options that the builder leaves alone. */
export const optionDefaults: Readonly<Record<string, NodeParameterValueType>> = Object.fromEntries(
	optionFields.map(({ name, default: value }) => [name, value]),
);

/** Everything the panel shows, in its order. */
export const parameters: INodeProperties[] = [inputMode, ...pairing, ...images, branches, options];

function ownThreshold<Name extends string>(
	displayName: string,
	name: Name,
	score: string,
	outcome: string,
	defaultValue: number,
) {
	return {
		displayName,
		name,
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 4 },
		default: defaultValue,
		description: `Score from 0 to 1 below which the ${score} is ${outcome}. It adds to what Kairos decides: the stricter one counts. 0 turns it off.`,
	} as const satisfies INodeProperties;
}
