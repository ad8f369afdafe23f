import type {
	IDisplayOptions,
	INodeProperties,
	INodePropertyOptions,
	NodeParameterValueType,
} from 'n8n-workflow';

import type { BranchMode } from '../output/outputs';
import { DEFAULT_BRANCH_MODE } from '../output/outputs';
import type { InputMode, PairBy } from '../input/pairs';
import { DEFAULT_INPUT_MODE } from '../input/pairs';

const inputModes: Array<INodePropertyOptions & { value: InputMode }> = [
	{
		name: 'One Input',
		value: 'oneInput',
		description: 'Each item contains both images, or an expression gets them from an earlier node',
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
		hint: 'A field that both items have, with a different value for each person',
		description:
			'The field used to match selfies with photos. An item fails if its value is missing, has no match, or appears more than once in the same input.',
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
		hint: 'The name of the field that contains the selfie',
		description:
			"The field that contains the selfie as a file. Kairos checks it for liveness and matches it against the photo. You can also use an expression that returns a file from an earlier node, e.g. {{ $('Get Selfie').item.binary.data }}.",
	},
	{
		displayName: 'Photo Input Field',
		name: 'photoField',
		type: 'string',
		default: 'photo',
		required: true,
		placeholder: 'e.g. photo',
		typeOptions: { binaryDataProperty: true },
		hint: 'The name of the field that contains the photo, e.g. a photo of an ID',
		description:
			"The field that contains the photo as a file. Kairos matches the selfie against it. You can also use an expression that returns a file from an earlier node, e.g. {{ $('Get Photo').item.binary.data }}.",
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
		'Which outputs the node has. If you change this, n8n keeps existing connections by position, so check them afterward.',
	options: branchModes,
};

const multipleFacesChoices: INodePropertyOptions[] = [
	{ name: 'Ignore', value: 'ignore' },
	{ name: 'Reject', value: 'reject' },
	{ name: 'Review', value: 'review' },
];

const optionFields = [
	ownThreshold('Face Match Reject Below', 'faceMatchRejectBelow', 'face match', 'Reject items', 0),
	ownThreshold(
		'Face Match Review Below',
		'faceMatchReviewBelow',
		'face match',
		'Send items to review',
		0.4,
	),
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
			'What happens when the photo shows more than one face. IDs often carry a second, small portrait. Does not apply if Match All Faces in Photo is on.',
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
		description:
			'Whether to add the full response from Kairos to the result, e.g. as verification.response',
	},
	{
		displayName: 'Keep Images',
		name: 'keepImages',
		type: 'boolean',
		default: true,
		description:
			'Whether to keep the selfie and the photo in the items of people who were verified. Items that failed always keep them, so that you can try again.',
	},
	ownThreshold('Liveness Reject Below', 'livenessRejectBelow', 'liveness', 'Reject items', 0),
	ownThreshold(
		'Liveness Review Below',
		'livenessReviewBelow',
		'liveness',
		'Send items to review',
		0.4,
	),
	{
		displayName: 'Match All Faces in Photo',
		name: 'matchAllFacesInPhoto',
		type: 'boolean',
		default: false,
		description:
			'Whether to match the selfie against every face in the photo, e.g. in a group photo. Anyone in the photo passes the face match.',
	},
	{
		displayName: 'Max Attempts',
		name: 'maxAttempts',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: 10, numberPrecision: 0 },
		default: 3,
		description:
			'How many times to send an item at most, if attempts fail that Kairos may bill for: a timeout, a lost connection, or a server error',
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
			'How long to keep trying while Kairos is not accepting requests because of a rate limit or an outage',
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
		description: `${outcome} if the ${score} score is below this value, from 0 to 1. The stricter of this and the decision of Kairos applies. Set to 0 to turn off.`,
	} as const satisfies INodeProperties;
}
