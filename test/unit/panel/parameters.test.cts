import type { INodeProperties } from 'n8n-workflow';
import { BiometricVerify } from '../../../nodes/BiometricVerify/BiometricVerify.node';
import { KairosApi } from '../../../credentials/KairosApi.credentials';
import { parameters } from '../../../nodes/BiometricVerify/panel/parameters';
import { choicesOf, fieldsOf, shownDefault } from '../../support/panel.cts';

const all = fieldsOf(parameters);

const MODES = ['decisionAndChecks', 'decision', 'checks', 'single'];
const FACES = ['ignore', 'reject', 'review'];

/** The panel: path, label, default, and the range of a number or the values of a choice. */
const CONTRACT: Array<[path: string, label: string, value: unknown, ...allowed: unknown[]]> = [
	['inputMode', 'Inputs', 'oneInput', 'oneInput', 'twoInputs'],
	['pairField', 'Field to Match', ''],
	['selfieField', 'Selfie Input Field', 'selfie'],
	['photoField', 'Photo Input Field', 'photo'],
	['branches', 'Branches', 'decisionAndChecks', ...MODES],
	['options', 'Options', {}],
	['options.kairosWarning', 'If Kairos Returns a Warning', 'review', 'approve', 'review'],
	['options.includeRawResponse', 'Include Raw Response', false],
	['options.keepImages', 'Keep Images', true],
	['options.limits', 'Limits', { values: {} }],
	['options.limits.values.maxAttempts', 'Max Attempts', 3, 1, 10],
	['options.limits.values.maxConcurrentRequests', 'Max Concurrent Requests', 5, 1, 50],
	['options.limits.values.maxImageSize', 'Max Image Size (MB)', 20, 0.1, 100],
	['options.limits.values.maxWait', 'Max Wait (Seconds)', 60, 0, 3600],
	['options.limits.values.timeout', 'Timeout (Seconds)', 60, 1, 300],
	['options.multipleFaces', 'Multiple Faces', { values: {} }],
	['options.multipleFaces.values.inSelfie', 'In Selfie', 'review', ...FACES],
	['options.multipleFaces.values.inPhoto', 'In Photo', 'review', ...FACES, 'matchAny'],
	['options.outputField', 'Put Output in Field', 'verification'],
	['options.thresholds', 'Stricter Than Kairos', { values: {} }],
	['options.thresholds.values.faceMatchRejectBelow', 'Face Match Reject Below', 0, 0, 1],
	['options.thresholds.values.faceMatchReviewBelow', 'Face Match Review Below', 0.4, 0, 1],
	['options.thresholds.values.livenessRejectBelow', 'Liveness Reject Below', 0, 0, 1],
	['options.thresholds.values.livenessReviewBelow', 'Liveness Review Below', 0.4, 0, 1],
];

test('The panel shows these parameters with these labels, defaults and values, in this order', () => {
	expect(
		all.map(([path, field]) => {
			const { minValue, maxValue } = field.typeOptions ?? {};
			const range = minValue === undefined ? [] : [minValue, maxValue];
			const choices = choicesOf(field).map(({ value }) => value);
			return [path, field.displayName, field.default, ...range, ...choices];
		}),
	).toEqual(CONTRACT);
});

const TYPES = ['boolean', 'collection', 'fixedCollection', 'number', 'options', 'string'];
const TEXTS = ['name', 'displayName', 'description', 'hint', 'placeholder'] as const;

test('Every field of the panel and the credential, and every choice, has a type that n8n shows and no empty text', () => {
	for (const [path, field] of [...all, ...fieldsOf(new KairosApi().properties)]) {
		expect([path, TYPES]).toEqual([path, expect.arrayContaining([field.type])]);
		for (const shown of [field, ...choicesOf(field)] as Array<Partial<INodeProperties>>) {
			expect([path, shown.name]).toEqual([path, expect.stringMatching(/./)]);
			for (const text of TEXTS) expect([path, text, shown[text]]).not.toEqual([path, text, '']);
		}
	}
});

test('The panel names the default of every option in its description', () => {
	for (const [path, field] of all) {
		if (!path.startsWith('options.') || shownDefault(field) === '') continue;
		const named = field.description?.endsWith(` Default: ${shownDefault(field)}.`);
		expect([path, named]).toEqual([path, true]);
	}
});

const LAYOUT = ['inputMode', 'pairField', 'branches'];
const LIMITS_OF_RUN = ['maxAttempts', 'maxConcurrentRequests', 'maxWait', 'timeout'].map(
	(name) => `options.limits.values.${name}`,
);

const pathsWhere = (isSo: (field: INodeProperties) => unknown) =>
	all.filter(([, field]) => isSo(field)).map(([path]) => path);

test('The panel leaves an AI agent nothing to choose about inputs and outputs', () => {
	expect(pathsWhere(({ displayOptions }) => displayOptions?.hide?.['@tool'])).toEqual(LAYOUT);
});

test('The panel takes an expression for all but what holds for all items', () => {
	const fixed = pathsWhere(({ noDataExpression }) => noDataExpression);
	expect(fixed).toEqual([...LAYOUT, ...LIMITS_OF_RUN]);
});

test('The panel requires two files, and with two inputs a field to match', () => {
	const required = ['pairField', 'selfieField', 'photoField'];
	expect(pathsWhere((field) => field.required)).toEqual(required);
	const shown = pathsWhere(({ displayOptions }) => displayOptions?.show?.inputMode);
	expect(shown).toEqual(['pairField']);
});

test('The panel describes everything but groups', () => {
	const undescribed = pathsWhere(({ description = '' }) => description === '');
	expect(undescribed).toEqual(['options', 'options.limits', 'options.multipleFaces']);
});

test('The panel shows numbers as a person writes them', () => {
	expect(pathsWhere(({ typeOptions }) => (typeOptions?.numberPrecision ?? 0) > 0)).toEqual([]);
});

test("The node says beneath its name which branches it has, in the panel's words", () => {
	const { description } = new BiometricVerify();
	for (const { name, value } of choicesOf(parameters.find(({ name }) => name === 'branches')!)) {
		expect(description.subtitle).toContain(`${JSON.stringify(value)}:${JSON.stringify(name)}`);
	}
});
