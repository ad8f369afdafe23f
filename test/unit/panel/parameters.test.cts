import type {
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	NodeParameterValueType,
} from 'n8n-workflow';
import { BiometricVerify } from '../../../nodes/BiometricVerify/BiometricVerify.node';
import { branchesSubtitle, parameters } from '../../../nodes/BiometricVerify/panel/parameters';

type Entry = NonNullable<INodeProperties['options']>[number];

const isField = (entry: Entry): entry is INodeProperties => 'type' in entry;
const isGroup = (entry: Entry): entry is INodePropertyCollection => 'values' in entry;
const isChoice = (entry: Entry): entry is INodePropertyOptions => 'value' in entry;

/** Everything that the panel shows, by its path, in the order of the panel. */
function fieldsOf(fields: INodeProperties[], path = ''): Array<[string, INodeProperties]> {
	return fields.flatMap((field): Array<[string, INodeProperties]> => {
		const { options: entries = [] } = field;
		const own = `${path}${field.name}`;
		return [
			[own, field],
			...fieldsOf(entries.filter(isField), `${own}.`),
			...entries.filter(isGroup).flatMap(({ name, values }) => fieldsOf(values, `${own}.${name}.`)),
		];
	});
}

const all = fieldsOf(parameters);
const byPath = new Map(all);

/** Words that stay in lower case inside a title, as n8n's own labels have it. */
const SMALL_WORDS = new Set(['a', 'an', 'and', 'by', 'for', 'from', 'in', 'of', 'or', 'the', 'to']);

function isTitleCase(label: string): boolean {
	return label
		.split(' ')
		.every((word, at) => /^\(?[A-Z0-9]/.test(word) || (at > 0 && SMALL_WORDS.has(word)));
}

/** The panel: path, label, default, and the range of a number. */
const CONTRACT: Array<
	[path: string, label: string, value: unknown, least?: number, most?: number]
> = [
	['inputMode', 'Inputs', 'oneInput'],
	['pairField', 'Field to Match', ''],
	['selfieField', 'Selfie Input Field', 'selfie'],
	['photoField', 'Photo Input Field', 'photo'],
	['branches', 'Branches', 'decisionAndChecks'],
	['options', 'Options', {}],
	['options.kairosWarning', 'If Kairos Returns a Warning', 'review'],
	['options.includeRawResponse', 'Include Raw Response', false],
	['options.keepImages', 'Keep Images', true],
	['options.limits', 'Limits', { values: {} }],
	['options.limits.values.maxAttempts', 'Max Attempts', 3, 1, 10],
	['options.limits.values.maxConcurrentRequests', 'Max Concurrent Requests', 5, 1, 50],
	['options.limits.values.maxImageSize', 'Max Image Size (MB)', 20, 0.1, 100],
	['options.limits.values.maxWait', 'Max Wait (Seconds)', 60, 0, 3600],
	['options.limits.values.timeout', 'Timeout (Seconds)', 60, 1, 300],
	['options.multipleFaces', 'Multiple Faces', { values: {} }],
	['options.multipleFaces.values.inSelfie', 'In Selfie', 'review'],
	['options.multipleFaces.values.inPhoto', 'In Photo', 'review'],
	['options.outputField', 'Put Output in Field', 'verification'],
	['options.thresholds', 'Stricter Than Kairos', { values: {} }],
	['options.thresholds.values.faceMatchRejectBelow', 'Face Match Reject Below', 0, 0, 1],
	['options.thresholds.values.faceMatchReviewBelow', 'Face Match Review Below', 0.4, 0, 1],
	['options.thresholds.values.livenessRejectBelow', 'Liveness Reject Below', 0, 0, 1],
	['options.thresholds.values.livenessReviewBelow', 'Liveness Review Below', 0.4, 0, 1],
];

test('The panel shows these parameters with these labels, defaults and ranges, in this order', () => {
	expect(
		all.map(([path, { displayName, default: value, typeOptions: { minValue, maxValue } = {} }]) => [
			...[path, displayName, value],
			...(minValue === undefined ? [] : [minValue, maxValue]),
		]),
	).toEqual(CONTRACT);
});

test.each<[path: string, values: string[]]>([
	['branches', ['decisionAndChecks', 'decision', 'checks', 'single']],
	['inputMode', ['oneInput', 'twoInputs']],
	['options.kairosWarning', ['approve', 'review']],
	['options.multipleFaces.values.inSelfie', ['ignore', 'reject', 'review']],
	['options.multipleFaces.values.inPhoto', ['ignore', 'reject', 'review', 'matchAny']],
])('The panel offers for %s what the node understands', (path, values) => {
	expect(
		byPath
			.get(path)
			?.options?.filter(isChoice)
			.map(({ value }) => value),
	).toEqual(values);
});

test('The panel shows numbers as a person writes them', () => {
	const decimals = all.filter(([, { typeOptions }]) => (typeOptions?.numberPrecision ?? 0) > 0);
	expect(decimals).toEqual([]);
});

test('The panel names the default of every option in its description', () => {
	const named = (value: NodeParameterValueType, { options: entries = [] }: INodeProperties) => {
		if (typeof value === 'boolean') return value ? 'on' : 'off';
		const choice = entries.filter(isChoice).find((entry) => entry.value === value);
		return choice?.name ?? (typeof value === 'string' ? value : JSON.stringify(value));
	};
	for (const [path, field] of all) {
		const { default: value, description = '', type } = field;
		if (!path.startsWith('options.') || type === 'fixedCollection') continue;
		expect([path, description]).toEqual([
			path,
			expect.stringMatching(new RegExp(`Default: ${named(value, field)}\\.$`)),
		]);
	}
});

test('The panel has labels in Title Case, each used once, and a description for what is not a group', () => {
	const labels = all.map(([, { displayName }]) => displayName);
	const choices = all.flatMap(([, { options: entries = [] }]) => entries.filter(isChoice));
	expect(
		[...labels, ...choices.map(({ name }) => name)].filter((label) => !isTitleCase(label)),
	).toEqual([]);
	expect(new Set(labels).size).toBe(labels.length);
	const undescribed = all.filter(([, { description = '' }]) => description === '');
	expect(undescribed.map(([path]) => path)).toEqual([
		...['options', 'options.limits', 'options.multipleFaces'],
	]);
});

test('The panel leaves an AI agent nothing to choose about inputs and outputs', () => {
	const hidden = all.filter(
		([, { displayOptions }]) => displayOptions?.hide?.['@tool']?.[0] === true,
	);
	expect(hidden.map(([path]) => path)).toEqual(['inputMode', 'pairField', 'branches']);
});

test('The panel asks for a field to match with two inputs only, and there it is required', () => {
	expect(byPath.get('pairField')).toMatchObject({
		required: true,
		displayOptions: { show: { inputMode: ['twoInputs'] } },
	});
});

test('The panel takes an expression for all but what holds for all items', () => {
	const fixed = all.filter(([, { noDataExpression }]) => noDataExpression);
	expect(fixed.map(([path]) => path)).toEqual([
		...['inputMode', 'pairField', 'branches'],
		...['maxAttempts', 'maxConcurrentRequests', 'maxWait', 'timeout'].map(
			(name) => `options.limits.values.${name}`,
		),
	]);
});

test.each(['selfieField', 'photoField'])('The panel requires a file for %s', (name) => {
	expect(byPath.get(name)).toMatchObject({
		required: true,
		typeOptions: { binaryDataProperty: true },
	});
});

const { description } = new BiometricVerify();

test('The node is found as Biometric Verify, also by agents, and needs a credential', () => {
	expect(description).toMatchObject({
		displayName: 'Biometric Verify',
		name: 'biometricVerify',
		version: 1,
		usableAsTool: true,
		credentials: [{ name: 'kairosApi', required: true }],
		properties: parameters,
	});
});

test("The node says beneath its name which branches it has, in the panel's words", () => {
	expect(description.subtitle).toBe(branchesSubtitle);
	for (const { name, value } of byPath.get('branches')?.options?.filter(isChoice) ?? []) {
		expect(branchesSubtitle).toContain(`${JSON.stringify(value)}:${JSON.stringify(name)}`);
	}
});
