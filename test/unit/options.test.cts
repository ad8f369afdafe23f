import { NodeOperationError } from 'n8n-workflow';
import {
	layoutError,
	layoutOf,
	maxConcurrentOf,
	settingsOf,
	type ItemSettings,
} from '../../nodes/BiometricVerify/settings';
import { contextWith, nodeWith } from '../support/context.cts';

const IMAGES = { selfieField: 'selfie', photoField: 'photo' };

function settingsWith(options: Record<string, unknown>, itemIndex = 0): ItemSettings {
	return settingsOf(contextWith({ parameters: { ...IMAGES, options } }), itemIndex);
}

function refusalOf(options: Record<string, unknown>, itemIndex = 0): NodeOperationError {
	try {
		settingsWith(options, itemIndex);
	} catch (error) {
		if (error instanceof NodeOperationError) return error;
		throw error;
	}
	throw new Error('The options were taken');
}

describe('the settings of an item', () => {
	test('are the defaults of the design when the options are left alone', () => {
		expect(settingsOf(contextWith({ parameters: IMAGES }), 0)).toEqual({
			selfieField: 'selfie',
			photoField: 'photo',
			simplify: true,
			rules: {
				severalFacesInSelfie: 'review',
				warnings: 'approve',
				thresholds: {
					faceMatchReviewBelow: 0,
					faceMatchRejectBelow: 0,
					livenessReviewBelow: 0,
					livenessRejectBelow: 0,
				},
			},
			outputField: 'verification',
			keepImages: true,
			photoMayShowSeveralFaces: false,
			maxTries: 3,
			timeoutMs: 60_000,
		});
	});

	test('are what the builder set', () => {
		const parameters = {
			selfieField: { data: 'AAAA', mimeType: 'image/png' },
			photoField: '_files.photo',
			simplify: false,
			options: {
				severalFacesInSelfie: 'reject',
				warnings: 'review',
				faceMatchReviewBelow: 0.1,
				faceMatchRejectBelow: 0.2,
				livenessReviewBelow: 0.3,
				livenessRejectBelow: 0.4,
				outputField: ' result ',
				keepImages: false,
				photoMayShowSeveralFaces: true,
				maxTries: 1,
				timeout: 7,
			},
		};
		expect(settingsOf(contextWith({ parameters }), 0)).toEqual({
			selfieField: { data: 'AAAA', mimeType: 'image/png' },
			photoField: '_files.photo',
			simplify: false,
			rules: {
				severalFacesInSelfie: 'reject',
				warnings: 'review',
				thresholds: {
					faceMatchReviewBelow: 0.1,
					faceMatchRejectBelow: 0.2,
					livenessReviewBelow: 0.3,
					livenessRejectBelow: 0.4,
				},
			},
			outputField: 'result',
			keepImages: false,
			photoMayShowSeveralFaces: true,
			maxTries: 1,
			timeoutMs: 7000,
		});
	});

	test('may differ from item to item', () => {
		const context = contextWith({
			parametersOf: (itemIndex) => ({
				selfieField: `selfie ${itemIndex}`,
				photoField: 'photo',
				options: { livenessRejectBelow: itemIndex / 10 },
			}),
		});
		expect(settingsOf(context, 3)).toMatchObject({
			selfieField: 'selfie 3',
			rules: { thresholds: { livenessRejectBelow: 0.3 } },
		});
		expect(settingsOf(context, 4)).toMatchObject({
			selfieField: 'selfie 4',
			rules: { thresholds: { livenessRejectBelow: 0.4 } },
		});
	});

	test.each([
		'faceMatchReviewBelow',
		'faceMatchRejectBelow',
		'livenessReviewBelow',
		'livenessRejectBelow',
	])('may have 0 and 1 as %s', (name) => {
		for (const limit of [0, 1]) {
			expect(settingsWith({ [name]: limit }).rules.thresholds).toMatchObject({ [name]: limit });
		}
	});
});

describe('a value that an option cannot have', () => {
	const notInList: unknown[] = ['approved', 'REVIEW', '', 0, true, null, undefined, ['review'], {}];
	const noShare: unknown[] = [
		-0.01,
		1.01,
		60,
		NaN,
		Infinity,
		'0.5',
		'',
		true,
		null,
		undefined,
		[0.5],
	];
	const noSwitch: unknown[] = ['true', 'false', 0, 1, '', null, undefined, [], {}];

	test.each<[label: string, name: string, values: unknown[], expected: string]>([
		['Several Faces in Selfie', 'severalFacesInSelfie', notInList, 'one of review, reject, ignore'],
		['Warnings', 'warnings', [...notInList, 'reject', 'ignore'], 'one of approve, review'],
		['Face Match Review Below', 'faceMatchReviewBelow', noShare, 'a number from 0 to 1'],
		['Face Match Reject Below', 'faceMatchRejectBelow', noShare, 'a number from 0 to 1'],
		['Liveness Review Below', 'livenessReviewBelow', noShare, 'a number from 0 to 1'],
		['Liveness Reject Below', 'livenessRejectBelow', noShare, 'a number from 0 to 1'],
		['Keep Images', 'keepImages', noSwitch, 'true or false'],
		['Photo May Show Several Faces', 'photoMayShowSeveralFaces', noSwitch, 'true or false'],
		['Max Tries', 'maxTries', [0, 11, -1, NaN, Infinity, '3', null], 'a number from 1 to 10'],
		['Timeout', 'timeout', [0, 301, -1, NaN, Infinity, '60', null], 'a number from 1 to 300'],
		[
			'Output Field Name',
			'outputField',
			['', '  ', 'error', ' error ', 'message', 'details', '__proto__', 5, null, undefined, {}],
			'a name other than "error"',
		],
	])('%s is refused with its label and what it must be', (label, name, values, expected) => {
		for (const value of values) {
			const { message, description, failure, context } = refusalOf({ [name]: value }, 4);
			expect([value, message]).toEqual([
				value,
				`The option ${label} has a value that it cannot have [item 4]`,
			]);
			expect(description).toContain(expected);
			expect(failure).toEqual({ cause: 'configuration-invalid' });
			expect(context.itemIndex).toBe(4);
		}
	});

	test('never keeps a result from being simplified or not: only false turns it off', () => {
		const simplify = (value: unknown) =>
			settingsOf(contextWith({ parameters: { ...IMAGES, simplify: value } }), 0).simplify;
		expect([true, undefined, null, 'no', 0, false].map(simplify)).toEqual([
			true,
			true,
			true,
			true,
			true,
			false,
		]);
	});
});

describe('the number of requests at a time', () => {
	test.each<[what: string, options: unknown, expected: number]>([
		['is 5 when the options are missing', undefined, 5],
		['is 5 when it is left alone', {}, 5],
		['is what the builder set', { maxConcurrentRequests: 12 }, 12],
		['is at least 1', { maxConcurrentRequests: 0 }, 1],
		['is never negative', { maxConcurrentRequests: -3 }, 1],
		['is at most 50', { maxConcurrentRequests: 1000 }, 50],
		['is finite', { maxConcurrentRequests: Infinity }, 50],
		['is a whole number', { maxConcurrentRequests: 2.9 }, 2],
		['is 1 for something that is no number', { maxConcurrentRequests: 'many' }, 1],
		['is 1 for an expression, which it takes none of', { maxConcurrentRequests: '={{ 9 }}' }, 1],
		['is 1 for null', { maxConcurrentRequests: null }, 1],
	])('%s', (_what, options, expected) => {
		const parameters: Record<string, unknown> = options === undefined ? {} : { options };
		const node = nodeWith();
		Object.assign(node.parameters, parameters);
		expect(maxConcurrentOf(node)).toBe(expected);
	});
});

describe('the layout of the node', () => {
	test.each(['decisionAndChecks', 'decision', 'checks', 'single'])(
		'is read from its parameters (%s)',
		(branches) => {
			for (const imagesArrive of ['sameItem', 'twoInputs']) {
				expect(layoutOf(nodeWith({ parameters: { imagesArrive, branches } }))).toEqual({
					arrivalMode: imagesArrive,
					branchMode: branches,
				});
			}
		},
	);

	test.each([
		['Branches is an expression', { imagesArrive: 'sameItem', branches: '={{ "single" }}' }],
		['Branches is missing', { imagesArrive: 'sameItem' }],
		['Branches is a word of JavaScript', { imagesArrive: 'sameItem', branches: 'toString' }],
		['Images Arrive is an expression', { imagesArrive: '={{ "sameItem" }}', branches: 'single' }],
		['Images Arrive is not in its list', { imagesArrive: 'both', branches: 'single' }],
	])('is none when %s', (_what, parameters) => {
		expect(layoutOf(nodeWith({ parameters }))).toBeUndefined();
	});

	test('of a tool is one input and one output, whatever its parameters are', () => {
		const type = 'n8n-nodes-kairos.biometricVerifyTool';
		for (const parameters of [{}, { imagesArrive: 'twoInputs', branches: 'checks' }]) {
			expect(layoutOf(nodeWith({ type, parameters }))).toEqual({
				arrivalMode: 'sameItem',
				branchMode: 'single',
			});
		}
	});

	test('that is none has an error of its own for each item', () => {
		const { message, description, failure } = layoutError(nodeWith(), 2);
		expect(message).toBe(
			'Images Arrive or Branches is set to something that is not in its list [item 2]',
		);
		expect(description).toMatch(/choose an entry of each/);
		expect(failure).toEqual({ cause: 'configuration-invalid' });
	});
});
