import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { InputError } from '../errors/InputError';

// n8n quirk (all releases): an item whose json has only `error`, `message`, and `details` counts as
// failed, and `_files` may hold the files of an item; goes never.
const FORBIDDEN_FIELD_NAMES = new Set(['', 'error', 'message', 'details', '_files', '__proto__']);

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

const LIMITS: INodeProperties[] = [
	{
		displayName: 'Max Attempts',
		name: 'maxAttempts',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: 10, numberPrecision: 0 },
		default: 3,
		description:
			'How many times to send an item at most, if attempts fail that Kairos may bill: a timeout, a lost connection, or a server error. Default: 3.',
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
];

const MULTIPLE_FACES: INodeProperties[] = [
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
];

const SENDS_TO_REVIEW = 'Sends anyone to review';

const THRESHOLDS: INodeProperties[] = [
	threshold('Face Match Reject Below', 'faceMatchRejectBelow', 'Rejects anyone', 'face match', 0),
	threshold('Face Match Review Below', 'faceMatchReviewBelow', SENDS_TO_REVIEW, 'face match', 0.4),
	threshold('Liveness Reject Below', 'livenessRejectBelow', 'Rejects anyone', 'liveness', 0),
	threshold('Liveness Review Below', 'livenessReviewBelow', SENDS_TO_REVIEW, 'liveness', 0.4),
];

/** The options as the panel shows them, in its order. */
export const optionFields: INodeProperties[] = [
	{
		displayName: 'If Kairos Returns a Warning',
		name: 'kairosWarning',
		type: 'options',
		default: 'review',
		description: 'What happens when a warning is all that Kairos returns. Default: Review.',
		options: [
			{ name: 'Approve', value: 'approve' },
			{ name: 'Review', value: 'review' },
		],
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
			'Whether to keep the selfie and the photo on the items of people who were verified. Items that failed always keep them, so that you can try again. Default: on.',
	},
	group('Limits', 'limits', LIMITS),
	group('Multiple Faces', 'multipleFaces', MULTIPLE_FACES),
	{
		displayName: 'Put Output in Field',
		name: 'outputField',
		type: 'string',
		default: 'verification',
		placeholder: 'e.g. verification',
		description: 'The name of the field to put the result in. Default: verification.',
	},
	{
		...group('Stricter Than Kairos', 'thresholds', THRESHOLDS),
		description: 'Your own thresholds. The stricter of the decision of Kairos and yours applies.',
	},
];

/** An option, and the group in which the panel shows it. */
interface Option {
	field: INodeProperties;
	group?: INodeProperties;
}

/** Each option by its name. */
const OPTIONS: ReadonlyMap<string, Option> = new Map(
	optionFields.flatMap((field): Array<[string, Option]> => {
		const [entry] = field.options ?? [];
		if (!entry || !('values' in entry)) return [[field.name, { field }]];
		return entry.values.map((inGroup) => [inGroup.name, { field: inGroup, group: field }]);
	}),
);

/**
 * Reads options one by one and rejects values that their declaration does not allow. It supplies
 * the defaults itself: n8n supplies none within a group, and drops a group of the wrong shape.
 */
export class OptionReader {
	private readonly options: unknown;

	/** @param options the value of the parameter Options. */
	constructor(options: unknown) {
		this.options = options;
	}

	flag(name: string): boolean {
		const value = this.valueOf(name);
		if (typeof value !== 'boolean') throw refusal(name, 'true or false');
		return value;
	}

	choice<Value extends string>(name: string): Value {
		const values = (optionOf(name).field.options ?? []).map((choice) =>
			'value' in choice ? choice.value : undefined,
		);
		const chosen = this.valueOf(name);
		if (!values.includes(chosen as Value)) throw refusal(name, `one of ${values.join(', ')}`);
		return chosen as Value;
	}

	number(name: string): number {
		const { minValue = 0, maxValue = Infinity } = optionOf(name).field.typeOptions ?? {};
		const value = this.valueOf(name);
		if (typeof value !== 'number' || !(value >= minValue && value <= maxValue)) {
			throw refusal(name, `a number from ${minValue} to ${maxValue}`);
		}
		return value;
	}

	fieldName(name: string): string {
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

	private valueOf(name: string): unknown {
		const { field, group } = optionOf(name);
		const holder = group ? memberOf(memberOf(this.options, group.name), 'values') : this.options;
		// An option whose expression returned nothing must not get its default.
		return isObject(holder) && Object.hasOwn(holder, name) ? memberOf(holder, name) : field.default;
	}
}

function optionOf(name: string): Option {
	return OPTIONS.get(name) as Option;
}

function refusal(name: string, expected: string): InputError {
	const { field, group } = optionOf(name);
	const label = group ? `${group.displayName} > ${field.displayName}` : field.displayName;
	return new InputError({
		code: 'INVALID_SETTING',
		message: `The option '${label}' has an invalid value`,
		description: `It must be ${expected}. If it is an expression, check what it returns for this item.`,
	});
}

/** Groups options as the HTTP Request node does; with another default, the panel asks twice. */
function group(displayName: string, name: string, values: INodeProperties[]): INodeProperties {
	return {
		displayName,
		name,
		type: 'fixedCollection',
		default: { values: {} },
		options: [{ displayName, name: 'values', values }],
	};
}

function threshold(
	displayName: string,
	name: string,
	outcome: string,
	score: string,
	defaultValue: number,
): INodeProperties {
	return {
		displayName,
		name,
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1 },
		default: defaultValue,
		description: `${outcome} whose ${score} score is below this, from 0 (off) to 1. Default: ${defaultValue}.`,
	};
}

function memberOf(holder: unknown, name: string): unknown {
	return isObject(holder) ? Reflect.get(holder, name) : undefined;
}

function isObject(value: unknown): value is object {
	return typeof value === 'object' && value !== null;
}
