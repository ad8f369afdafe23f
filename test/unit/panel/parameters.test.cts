import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import { BiometricVerify } from '../../../nodes/BiometricVerify/BiometricVerify.node';
import { readItemSettings, readRunSettings } from '../../../nodes/BiometricVerify/panel/options';
import {
	branchesSubtitle,
	optionDefaults,
	optionField,
	parameters,
	type OptionName,
} from '../../../nodes/BiometricVerify/panel/parameters';
import { contextWith, nodeWith } from '../../support/context.cts';

/** The entries of a list or the fields of a collection, by what they are. */
function entriesOf({ options = [] }: INodeProperties) {
	const fields: INodeProperties[] = [];
	const choices: INodePropertyOptions[] = [];
	for (const entry of options) {
		if ('type' in entry) fields.push(entry);
		else if ('value' in entry) choices.push(entry);
	}
	return { fields, choices };
}

const topLevel = new Map(parameters.map((parameter) => [parameter.name, parameter]));
const optionFields = parameters.flatMap((parameter) => entriesOf(parameter).fields);
const options = new Map(optionFields.map((field) => [field.name, field]));
const all = [...parameters, ...optionFields];

/** Words that stay in lower case inside a title, as n8n's own labels have it. */
const SMALL_WORDS = new Set(['a', 'an', 'and', 'by', 'for', 'from', 'in', 'of', 'or', 'the', 'to']);

function isTitleCase(label: string): boolean {
	return label
		.split(' ')
		.every((word, at) => /^\(?[A-Z0-9]/.test(word) || (at > 0 && SMALL_WORDS.has(word)));
}

describe('the parameters', () => {
	test.each<[name: string, label: string, type: string, value: unknown]>([
		['inputMode', 'Inputs', 'options', 'oneInput'],
		['pairBy', 'Pair Items By', 'options', 'position'],
		['pairField', 'Pair Field', 'string', ''],
		['selfieField', 'Selfie Input Field', 'string', 'selfie'],
		['photoField', 'Photo Input Field', 'string', 'photo'],
		['branches', 'Branches', 'options', 'decisionAndChecks'],
		['options', 'Options', 'collection', {}],
	])('have %s as the design names it', (name, displayName, type, value) => {
		expect(topLevel.get(name)).toMatchObject({ displayName, type, default: value });
	});

	test.each<[name: OptionName, label: string, type: string, value: unknown]>([
		['outputField', 'Put Output in Field', 'string', 'verification'],
		['includeRawResponse', 'Include Raw Response', 'boolean', false],
		['keepImages', 'Keep Images', 'boolean', true],
		['matchAllFacesInPhoto', 'Match All Faces in Photo', 'boolean', false],
		['multipleFacesInSelfie', 'If Selfie Has Multiple Faces', 'options', 'review'],
		['multipleFacesInPhoto', 'If Photo Has Multiple Faces', 'options', 'review'],
		['kairosWarning', 'If Kairos Returns a Warning', 'options', 'review'],
		['faceMatchReviewBelow', 'Face Match Review Below', 'number', 0.4],
		['faceMatchRejectBelow', 'Face Match Reject Below', 'number', 0],
		['livenessReviewBelow', 'Liveness Review Below', 'number', 0.4],
		['livenessRejectBelow', 'Liveness Reject Below', 'number', 0],
		['maxConcurrentRequests', 'Max Concurrent Requests', 'number', 5],
		['maxAttempts', 'Max Attempts', 'number', 3],
		['maxWait', 'Max Wait (Seconds)', 'number', 60],
		['maxImageSize', 'Max Image Size (MB)', 'number', 20],
		['timeout', 'Timeout (Seconds)', 'number', 60],
	])('have the option %s as the design names it', (name, displayName, type, value) => {
		expect(options.get(name)).toMatchObject({ displayName, type, default: value });
		expect(optionField(name)).toBe(options.get(name));
		expect(optionDefaults[name]).toBe(value);
	});

	test('have their options in the order of the alphabet, as n8n does', () => {
		const labels = optionFields.map(({ displayName }) => displayName);
		expect(labels).toEqual([...labels].sort());
	});

	test('have no option that is not in the design', () => {
		expect(optionFields).toHaveLength(16);
		expect(parameters).toHaveLength(7);
	});

	test.each<[name: string, values: string[]]>([
		['branches', ['decisionAndChecks', 'decision', 'checks', 'single']],
		['inputMode', ['oneInput', 'twoInputs']],
		['pairBy', ['position', 'matchingField']],
		['multipleFacesInSelfie', ['ignore', 'reject', 'review']],
		['multipleFacesInPhoto', ['ignore', 'reject', 'review']],
		['kairosWarning', ['approve', 'review']],
	])('offer for %s what the node understands', (name, values) => {
		const parameter = topLevel.get(name) ?? options.get(name);
		expect(parameter && entriesOf(parameter).choices.map(({ value }) => value)).toEqual(values);
	});

	test.each(all.map((parameter): [string, INodeProperties] => [parameter.displayName, parameter]))(
		'have a label in Title Case: %s',
		(_label, parameter) => {
			const labels = [
				parameter.displayName,
				...entriesOf(parameter).choices.map(({ name }) => name),
			];
			expect(labels.filter((label) => !isTitleCase(label))).toEqual([]);
		},
	);

	test('have labels and names that are each used once', () => {
		expect(new Set(all.map(({ displayName }) => displayName)).size).toBe(all.length);
		expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
	});

	test('say what each choice means, and what is typed in', () => {
		const choices = parameters.flatMap((parameter) => entriesOf(parameter).choices);
		expect(choices).toHaveLength(8);
		expect(choices.filter(({ description = '' }) => description === '')).toEqual([]);
		for (const name of ['pairField', 'selfieField', 'photoField']) {
			expect(topLevel.get(name)).toMatchObject({
				placeholder: expect.stringMatching(/^e\.g\. \w+$/) as unknown,
				hint: expect.stringMatching(/\w/) as unknown,
			});
		}
		expect(topLevel.get('options')?.placeholder).toBe('Add option');
	});

	test('are described, each but the collection', () => {
		const undescribed = all.filter(({ description = '' }) => description === '');
		expect(undescribed.map(({ name }) => name)).toEqual(['options']);
	});

	test('leave an AI agent nothing to choose about inputs and outputs', () => {
		const hidden = all.filter(
			({ displayOptions }) => displayOptions?.hide?.['@tool']?.[0] === true,
		);
		expect(hidden.map(({ name }) => name).sort()).toEqual([
			'branches',
			'inputMode',
			'pairBy',
			'pairField',
		]);
	});

	test('show how items are paired only with two inputs, and the field only where it counts', () => {
		expect(topLevel.get('pairBy')?.displayOptions?.show).toEqual({ inputMode: ['twoInputs'] });
		expect(topLevel.get('pairField')?.displayOptions?.show).toEqual({
			inputMode: ['twoInputs'],
			pairBy: ['matchingField'],
		});
	});

	test('take an expression for all but what holds for all items', () => {
		const fixed = all.filter(({ noDataExpression }) => noDataExpression);
		expect(fixed.map(({ name }) => name).sort()).toEqual([
			'branches',
			'inputMode',
			'maxAttempts',
			'maxConcurrentRequests',
			'maxWait',
			'pairBy',
			'pairField',
			'timeout',
		]);
	});

	test('require the field by which items are paired', () => {
		expect(topLevel.get('pairField')?.required).toBe(true);
	});

	test.each(['selfieField', 'photoField'])('are required and take a file for %s', (name) => {
		expect(topLevel.get(name)).toMatchObject({
			required: true,
			typeOptions: { binaryDataProperty: true },
		});
	});

	test.each<[name: string, minValue: number, maxValue: number]>([
		['faceMatchReviewBelow', 0, 1],
		['faceMatchRejectBelow', 0, 1],
		['livenessReviewBelow', 0, 1],
		['livenessRejectBelow', 0, 1],
		['maxConcurrentRequests', 1, 50],
		['maxAttempts', 1, 10],
		['maxWait', 0, 3600],
		['maxImageSize', 0.1, 100],
		['timeout', 1, 300],
	])('bound %s in the panel as the node does', (name, minValue, maxValue) => {
		expect(options.get(name)?.typeOptions).toMatchObject({ minValue, maxValue });
	});

	test('have defaults that the node takes', () => {
		const node = nodeWith();
		const { description } = new BiometricVerify();
		const defaults = NodeHelpers.getNodeParameters(parameters, {}, true, false, node, description);
		for (const options of [{}, { ...optionDefaults }]) {
			const set = { ...defaults, options };
			expect(() => readItemSettings(contextWith({ parameters: set }), 0)).not.toThrow();
			expect(() => readRunSettings(nodeWith({ parameters: set }))).not.toThrow();
		}
	});
});

describe('the node', () => {
	const { description } = new BiometricVerify();

	test('is found as Biometric Verify', () => {
		expect(description).toMatchObject({
			displayName: 'Biometric Verify',
			name: 'biometricVerify',
			version: 1,
			group: ['transform'],
			description: expect.stringMatching(/a selfie shows a live person/) as unknown,
			defaults: { name: 'Biometric Verify' },
			usableAsTool: true,
			properties: parameters,
		});
	});

	test('needs a credential', () => {
		expect(description.credentials).toEqual([{ name: 'kairosApi', required: true }]);
	});

	test('has an icon for light and for dark', () => {
		expect(description.icon).toEqual({
			light: 'file:../../icons/kairos.svg',
			dark: 'file:../../icons/kairos.dark.svg',
		});
	});

	test("says beneath its name which branches it has, in the panel's words", () => {
		expect(description.subtitle).toBe(branchesSubtitle);
		for (const { name, value } of entriesOf(topLevel.get('branches') as INodeProperties).choices) {
			expect(branchesSubtitle).toContain(`${JSON.stringify(value)}:${JSON.stringify(name)}`);
		}
	});
});
