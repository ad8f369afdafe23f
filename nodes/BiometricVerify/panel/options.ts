import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { InputError } from '../errors/InputError';

// n8n quirk (all releases): an item whose json has nothing but `error` and the next two is one that
// failed, and `_files` may hold the files of an item; goes never.
const FORBIDDEN_FIELD_NAMES: ReadonlySet<string> = new Set([
	'',
	'error',
	'message',
	'details',
	'_files',
	'__proto__',
]);

const WARNING_CHOICES: INodePropertyOptions[] = [
	{ name: 'Approve', value: 'approve' },
	{ name: 'Review', value: 'review' },
];

const SELFIE_CHOICES: INodePropertyOptions[] = [
	{ name: 'Ignore', value: 'ignore' },
	{ name: 'Reject', value: 'reject' },
	{ name: 'Review', value: 'review' },
];

const PHOTO_CHOICES: INodePropertyOptions[] = [
	...SELFIE_CHOICES,
	{
		name: 'Match Any',
		value: 'matchAny',
		description: 'Anyone in the photo passes the face match, e.g. in a group photo',
	},
];

const GENERAL = [
	{
		displayName: 'If Kairos Returns a Warning',
		name: 'kairosWarning',
		type: 'options',
		default: 'review',
		description:
			'What happens when Kairos returns a warning and nothing more severe. Default: Review.',
		options: WARNING_CHOICES,
	},
	{
		displayName: 'Include Raw Response',
		name: 'includeRawResponse',
		type: 'boolean',
		default: false,
		description:
			'Whether to add the full response from Kairos to the result, e.g. as verification.response. Default: off.',
	},
	{
		displayName: 'Keep Images',
		name: 'keepImages',
		type: 'boolean',
		default: true,
		description:
			'Whether to keep the selfie and the photo in the items of people who were verified. Items that failed always keep them, so that you can try again. Default: on.',
	},
	{
		displayName: 'Put Output in Field',
		name: 'outputField',
		type: 'string',
		default: 'verification',
		placeholder: 'e.g. verification',
		description: 'The name of the field to put the result in. Default: verification.',
	},
] as const satisfies readonly INodeProperties[];

const LIMITS = [
	{
		displayName: 'Max Attempts',
		name: 'maxAttempts',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: 10, numberPrecision: 0 },
		default: 3,
		description:
			'How many times to send an item at most, if attempts fail that Kairos may bill for: a timeout, a lost connection, or a server error. Default: 3.',
	},
	{
		displayName: 'Max Concurrent Requests',
		name: 'maxConcurrentRequests',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: 50, numberPrecision: 0 },
		default: 5,
		description:
			'How many items are verified at the same time. A higher number is faster and uses more memory. Default: 5.',
	},
	{
		displayName: 'Max Image Size (MB)',
		name: 'maxImageSize',
		type: 'number',
		typeOptions: { minValue: 0.1, maxValue: 100 },
		default: 20,
		description: 'How large each image may be. Larger ones are not sent. Default: 20.',
	},
	{
		displayName: 'Max Wait (Seconds)',
		name: 'maxWait',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 0, maxValue: 3600, numberPrecision: 0 },
		default: 60,
		description:
			'How long to keep trying while Kairos is not accepting requests because of a rate limit or an outage. Default: 60.',
	},
	{
		displayName: 'Timeout (Seconds)',
		name: 'timeout',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: 300, numberPrecision: 0 },
		default: 60,
		description: 'How long each attempt may take. Default: 60.',
	},
] as const satisfies readonly INodeProperties[];

const MULTIPLE_FACES = [
	{
		displayName: 'In Selfie',
		name: 'inSelfie',
		type: 'options',
		default: 'review',
		description: 'What happens when the selfie shows more than one face. Default: Review.',
		options: SELFIE_CHOICES,
	},
	{
		displayName: 'In Photo',
		name: 'inPhoto',
		type: 'options',
		default: 'review',
		description:
			'What happens when the photo shows more than one face. IDs often carry a second, small portrait. Default: Review.',
		options: PHOTO_CHOICES,
	},
] as const satisfies readonly INodeProperties[];

const THRESHOLDS = [
	threshold('Face Match Reject Below', 'faceMatchRejectBelow', 'face match', 'Reject items', 0),
	threshold(
		'Face Match Review Below',
		'faceMatchReviewBelow',
		'face match',
		'Send items to review',
		0.4,
	),
	threshold('Liveness Reject Below', 'livenessRejectBelow', 'liveness', 'Reject items', 0),
	threshold(
		'Liveness Review Below',
		'livenessReviewBelow',
		'liveness',
		'Send items to review',
		0.4,
	),
] as const;

/** The options that stand in a group of the panel, by the group's name. */
const GROUPS = {
	limits: LIMITS,
	multipleFaces: MULTIPLE_FACES,
	thresholds: THRESHOLDS,
} as const;

/** The name of an option. */
export type OptionName = (
	| (typeof GENERAL)[number]
	| (typeof LIMITS)[number]
	| (typeof MULTIPLE_FACES)[number]
	| (typeof THRESHOLDS)[number]
)['name'];

interface Option {
	field: INodeProperties;
	group?: keyof typeof GROUPS;
}

const OPTIONS: ReadonlyMap<string, Option> = new Map<string, Option>([
	...GENERAL.map((field): [string, Option] => [field.name, { field }]),
	...Object.entries(GROUPS).flatMap(([group, fields]) =>
		fields.map((field): [string, Option] => [
			field.name,
			{ field, group: group as keyof typeof GROUPS },
		]),
	),
]);

/** The options as the panel shows them, in its order. */
export const optionFields: INodeProperties[] = [
	...GENERAL,
	groupOf('Limits', 'limits'),
	groupOf('Multiple Faces', 'multipleFaces'),
	groupOf('Stricter Than Kairos', 'thresholds'),
].sort((one, other) => one.displayName.localeCompare(other.displayName, 'en'));

/**
 * Reads options one by one, and refuses values that their declaration does not allow. What was left
 * alone has its default: n8n supplies none within a group, and drops a group that it cannot read.
 */
export class OptionReader {
	private readonly options: unknown;

	/** @param options the value of the parameter Options. */
	constructor(options: unknown) {
		this.options = options;
	}

	flag(name: OptionName): boolean {
		const value = this.valueOf(name);
		if (typeof value !== 'boolean') throw refusal(name, 'true or false');
		return value;
	}

	choice<Value extends string>(name: OptionName): Value {
		const values = (optionOf(name).field.options ?? []).map((choice) =>
			'value' in choice ? choice.value : undefined,
		);
		const chosen = this.valueOf(name);
		if (!values.includes(chosen as Value)) throw refusal(name, `one of ${values.join(', ')}`);
		return chosen as Value;
	}

	number(name: OptionName): number {
		const { minValue = 0, maxValue = Infinity } = optionOf(name).field.typeOptions ?? {};
		const value = this.valueOf(name);
		if (typeof value !== 'number' || !(value >= minValue && value <= maxValue)) {
			throw refusal(name, `a number from ${minValue} to ${maxValue}`);
		}
		return value;
	}

	fieldName(name: OptionName): string {
		const value = this.valueOf(name);
		if (typeof value !== 'string' || FORBIDDEN_FIELD_NAMES.has(value.trim())) {
			throw refusal(name, 'a name other than "error", "message", "details", or "_files"');
		}
		if (value.includes('.')) {
			throw refusal(
				name,
				'a name without a dot: in n8n, a dot stands for a field within a field, and the result goes into one field of the item',
			);
		}
		return value.trim();
	}

	private valueOf(name: OptionName): unknown {
		const { field, group } = optionOf(name);
		const holder = group ? memberOf(memberOf(this.options, group), 'values') : this.options;
		// One that an expression left without a value is not one that was left alone.
		return isObject(holder) && Object.hasOwn(holder, name) ? memberOf(holder, name) : field.default;
	}
}

function optionOf(name: OptionName): Option {
	return OPTIONS.get(name) as Option;
}

function refusal(name: OptionName, expected: string): InputError {
	const { field, group } = optionOf(name);
	const label = group
		? `${optionFields.find((option) => option.name === group)?.displayName} > ${field.displayName}`
		: field.displayName;
	return new InputError({
		code: 'INVALID_SETTING',
		message: `The option ${label} has an invalid value`,
		description: `It must be ${expected}. If it is an expression, check what it returns for this item.`,
	});
}

/** As the HTTP Request node groups its options; with another default, the panel asks twice. */
function groupOf(displayName: string, name: keyof typeof GROUPS): INodeProperties {
	return {
		displayName,
		name,
		type: 'fixedCollection',
		default: { values: {} },
		options: [{ displayName, name: 'values', values: [...GROUPS[name]] }],
	};
}

function threshold<Name extends string>(
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
		typeOptions: { minValue: 0, maxValue: 1 },
		default: defaultValue,
		description: `${outcome} if the ${score} score is below this value, from 0 to 1. The stricter of this and the decision of Kairos applies. Set to 0 to turn off. Default: ${defaultValue}.`,
	} as const satisfies INodeProperties;
}

function memberOf(holder: unknown, name: string): unknown {
	return isObject(holder) ? Reflect.get(holder, name) : undefined;
}

function isObject(value: unknown): value is object {
	return typeof value === 'object' && value !== null;
}
