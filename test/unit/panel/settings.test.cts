import { NodeHelpers, type INodeParameters } from 'n8n-workflow';
import { BiometricVerify } from '../../../nodes/BiometricVerify/BiometricVerify.node';
import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import { parameters } from '../../../nodes/BiometricVerify/panel/parameters';
import {
	outputFieldOf,
	readItemSettings,
	readLayout,
	readRunSettings,
	type ItemSettings,
} from '../../../nodes/BiometricVerify/panel/settings';
import { contextWith, nodeWith } from '../../support/context.cts';

const IMAGES = { selfieField: 'selfie', photoField: 'photo' };
const LAYOUT = { inputMode: 'oneInput', branches: 'decision' };
const TOOL = 'n8n-nodes-kairos.biometricVerifyTool';

function settingsWith(options: unknown): ItemSettings {
	return readItemSettings(contextWith({ parameters: { ...IMAGES, options } }), 0);
}

function runWith(changes: Record<string, unknown>, type?: string) {
	const facts = { parameters: { ...LAYOUT, ...changes } as INodeParameters };
	return readRunSettings(nodeWith({ ...facts, ...(type && { type }) }));
}

function refusalOf(read: () => unknown): InputError {
	try {
		read();
	} catch (error) {
		if (error instanceof InputError) return error;
		throw error;
	}
	throw new Error('The value was accepted');
}

const ITEM_DEFAULTS: ItemSettings = {
	selfieField: 'selfie',
	photoField: 'photo',
	rules: {
		multipleFacesInSelfie: 'review',
		multipleFacesInPhoto: 'review',
		kairosWarning: 'review',
		thresholds: {
			faceMatchReviewBelow: 0.4,
			faceMatchRejectBelow: 0,
			livenessReviewBelow: 0.4,
			livenessRejectBelow: 0,
		},
	},
	includeRawResponse: false,
	outputField: 'verification',
	keepImages: true,
	matchAllFaces: false,
	largestImageBytes: 20_000_000,
};

const RUN_DEFAULTS = { maxConcurrent: 5, maxAttempts: 3, maxWaitMs: 60_000, timeoutMs: 60_000 };

/** What n8n makes of options before the node sees them. */
function asN8nReads(options: unknown): unknown {
	const node = nodeWith({ parameters: { ...LAYOUT, ...IMAGES, options } as INodeParameters });
	const { description } = new BiometricVerify();
	return NodeHelpers.getNodeParameters(
		...([parameters, node.parameters, true, false, node, description] as const),
	)?.options;
}

describe('the defaults', () => {
	test.each<[what: string, options: unknown]>([
		['no options', {}],
		['groups that were only added', { limits: {}, multipleFaces: {}, thresholds: {} }],
		['groups without values', { limits: { values: {} }, thresholds: { values: {} } }],
		['lists for groups', { limits: [{ maxAttempts: 1 }], thresholds: [], multipleFaces: [] }],
		['flat names', { maxAttempts: 1, faceMatchReviewBelow: 1, inSelfie: 'ignore' }],
		['expressions for groups', { limits: '={{ 1 }}', thresholds: '={{ {} }}' }],
		['text for values', { limits: { values: 'a' }, thresholds: { values: '={{ 1 }}' } }],
	])('hold with %s, as n8n reads them and as they are', (_what, given) => {
		for (const options of [asN8nReads(given), given]) {
			expect(settingsWith(options)).toEqual(ITEM_DEFAULTS);
			expect(runWith({ options })).toEqual(RUN_DEFAULTS);
		}
	});

	test('hold for what was left alone beside something that was set', () => {
		const options = asN8nReads({ limits: { values: { maxAttempts: 1 } } });
		expect(runWith({ options })).toEqual({ ...RUN_DEFAULTS, maxAttempts: 1 });
		expect(settingsWith(options)).toEqual(ITEM_DEFAULTS);
	});
});

describe('the settings', () => {
	const options = {
		kairosWarning: 'approve',
		includeRawResponse: true,
		keepImages: false,
		outputField: ' result ',
		limits: {
			values: {
				maxAttempts: 1,
				maxConcurrentRequests: 12,
				maxImageSize: 1.5,
				maxWait: 0,
				timeout: 7,
			},
		},
		multipleFaces: { values: { inSelfie: 'reject', inPhoto: 'ignore' } },
		thresholds: {
			values: {
				...{ faceMatchReviewBelow: 0.1, faceMatchRejectBelow: 0.2 },
				...{ livenessReviewBelow: 0.3, livenessRejectBelow: 0.4 },
			},
		},
	};

	test('are what the builder set, as n8n reads them', () => {
		const read = asN8nReads(options);
		expect(read).toEqual(options);
		expect(runWith({ options: read })).toEqual({
			...{ maxConcurrent: 12, maxAttempts: 1 },
			...{ maxWaitMs: 0, timeoutMs: 7000 },
		});
		expect(settingsWith(read)).toEqual({
			...IMAGES,
			rules: {
				multipleFacesInSelfie: 'reject',
				multipleFacesInPhoto: 'ignore',
				kairosWarning: 'approve',
				thresholds: options.thresholds.values,
			},
			includeRawResponse: true,
			outputField: 'result',
			keepImages: false,
			matchAllFaces: false,
			largestImageBytes: 1_500_000,
		});
	});

	test('ignore several faces in the photo where any of them may match', () => {
		const multipleFaces = { values: { inPhoto: 'matchAny', inSelfie: 'reject' } };
		const { rules, matchAllFaces } = settingsWith({ multipleFaces });
		expect(matchAllFaces).toBe(true);
		expect(rules).toMatchObject({
			multipleFacesInPhoto: 'ignore',
			multipleFacesInSelfie: 'reject',
		});
	});

	test('may differ from item to item', () => {
		const context = contextWith({
			parametersOf: (itemIndex) => ({
				...{ selfieField: `selfie ${itemIndex}`, photoField: { data: 'AAAA' } },
				options: { outputField: `field ${itemIndex}` },
			}),
		});
		for (const itemIndex of [3, 4]) {
			expect(readItemSettings(context, itemIndex)).toMatchObject({
				selfieField: `selfie ${itemIndex}`,
				photoField: { data: 'AAAA' },
				outputField: `field ${itemIndex}`,
			});
		}
	});

	test('have a field to match with two inputs only', () => {
		const pairField = ' body.applicantId\n';
		expect(runWith({ inputMode: 'twoInputs', pairField }).pairField).toBe('body.applicantId');
		expect(runWith({ pairField })).not.toHaveProperty('pairField');
		expect(runWith({ inputMode: 'twoInputs', pairField }, TOOL)).not.toHaveProperty('pairField');
	});

	test.each(['', ' \n', undefined, null, 7, ['id']])(
		'cannot be read with %p as the field to match',
		(pairField) => {
			expect(refusalOf(() => runWith({ inputMode: 'twoInputs', pairField }))).toMatchObject({
				code: 'INVALID_SETTING',
				message: 'Field to Match is empty',
				description: expect.stringMatching(/e\.g\. applicantId.*One Input/) as unknown,
			});
		},
	);

	test('cannot be read without a layout', () => {
		const { code, message } = refusalOf(() => runWith({ branches: 'both' }));
		expect({ code, message }).toEqual({
			code: 'INVALID_SETTING',
			message: 'Inputs or Branches has an invalid value',
		});
	});
});

describe('an option', () => {
	const notInList: unknown[] = ['approved', 'REVIEW', '', 0, true, null, undefined, ['review'], {}];
	const notNumbers: unknown[] = [NaN, Infinity, '0.5', '', true, null, undefined, [1], {}];
	const notScores: unknown[] = [-0.01, 1.01, 60, ...notNumbers];
	const notFlags: unknown[] = ['true', 'false', 0, 1, '', null, undefined, [], {}];
	const noExpressions = ['={{ 3 }}', ...notNumbers];
	const FLAG = 'true or false';
	const SCORE = 'a number from 0 to 1';
	const STRICTER = 'Stricter Than Kairos >';
	type Group = 'limits' | 'multipleFaces' | 'thresholds' | undefined;
	const optionsWith = (group: Group, name: string, value: unknown) =>
		group ? { [group]: { values: { [name]: value } } } : { [name]: value };

	test.each<
		[label: string, group: Group, name: string, refused: unknown[], expected: string, ok: unknown[]]
	>([
		[
			...(['If Kairos Returns a Warning', undefined, 'kairosWarning'] as const),
			...([[...notInList, 'reject'], 'one of approve, review', ['approve', 'review']] as const),
		],
		['Include Raw Response', undefined, 'includeRawResponse', notFlags, FLAG, [true, false]],
		['Keep Images', undefined, 'keepImages', notFlags, FLAG, [true, false]],
		[
			...(['Multiple Faces > In Selfie', 'multipleFaces', 'inSelfie'] as const),
			...([[...notInList, 'matchAny'], 'one of ignore, reject, review', ['ignore']] as const),
		],
		[
			...(['Multiple Faces > In Photo', 'multipleFaces', 'inPhoto'] as const),
			...([notInList, 'one of ignore, reject, review, matchAny', ['matchAny', 'reject']] as const),
		],
		[
			...(['Limits > Max Image Size (MB)', 'limits', 'maxImageSize'] as const),
			...([[0, 0.09, 100.1, ...notNumbers], 'a number from 0.1 to 100', [0.1, 100]] as const),
		],
		[
			`${STRICTER} Face Match Review Below`,
			'thresholds',
			'faceMatchReviewBelow',
			notScores,
			SCORE,
			[0, 1],
		],
		[
			`${STRICTER} Face Match Reject Below`,
			'thresholds',
			'faceMatchRejectBelow',
			notScores,
			SCORE,
			[0, 1],
		],
		[
			`${STRICTER} Liveness Review Below`,
			'thresholds',
			'livenessReviewBelow',
			notScores,
			SCORE,
			[0, 1],
		],
		[
			`${STRICTER} Liveness Reject Below`,
			'thresholds',
			'livenessRejectBelow',
			notScores,
			SCORE,
			[0, 1],
		],
		[
			...(['Put Output in Field', undefined, 'outputField'] as const),
			['', '  ', ' error ', 'message', 'details', '_files', '__proto__', 5, null, undefined, {}],
			...([
				'a name other than "error"',
				['errors', 'constructor', 'Ergebnis der Prüfung'],
			] as const),
		],
		[
			...(['Put Output in Field', undefined, 'outputField'] as const),
			...([['a.b', '.'], 'a name without a dot: in n8n, a dot stands for', ['ab']] as const),
		],
	])(
		'%s is refused by its label when its value for the item is not allowed (%s, %s)',
		(label, group, name, refused, expected, ok) => {
			for (const value of refused) {
				const read = () => settingsWith(optionsWith(group, name, value));
				const { message, description } = refusalOf(read);
				expect([value, message]).toEqual([value, `The option ${label} has an invalid value`]);
				expect(description).toContain(expected);
			}
			for (const value of ok) {
				expect(() => settingsWith(optionsWith(group, name, value))).not.toThrow();
			}
		},
	);

	test.each<[label: string, name: string, refused: unknown[], least: number, most: number]>([
		['Max Attempts', 'maxAttempts', [0, 0.9, 11, ...noExpressions], 1, 10],
		['Max Concurrent Requests', 'maxConcurrentRequests', [0, 51, ...noExpressions], 1, 50],
		['Max Wait (Seconds)', 'maxWait', [-1, 3601, ...noExpressions], 0, 3600],
		['Timeout (Seconds)', 'timeout', [0, 301, ...noExpressions], 1, 300],
	])(
		'%s is refused outside its range, and as an expression',
		(label, name, refused, least, most) => {
			const read = (value: unknown) => () =>
				runWith({ options: optionsWith('limits', name, value) });
			for (const value of refused) {
				const { message, description } = refusalOf(read(value));
				expect([value, message]).toEqual([
					value,
					`The option Limits > ${label} has an invalid value`,
				]);
				expect(description).toContain(`a number from ${least} to ${most}`);
			}
			for (const value of [least, most]) expect(read(value)).not.toThrow();
		},
	);
});

describe('the output field of an item that failed', () => {
	const fieldWith = (options?: Record<string, unknown>) =>
		outputFieldOf(contextWith({ parameters: { ...IMAGES, options } }), 0);

	test('is that of the item, had it been verified', () => {
		expect(fieldWith({ outputField: ' check ' })).toBe('check');
		expect(fieldWith({})).toBe('verification');
		expect(fieldWith()).toBe('verification');
	});

	test('is the default where its own cannot be used', () => {
		for (const outputField of ['error', '', 'a.b', 7, null]) {
			expect(fieldWith({ outputField })).toBe('verification');
		}
	});
});

describe('the layout of the node', () => {
	test.each(['decisionAndChecks', 'decision', 'checks', 'single'])(
		'is read from its parameters (%s)',
		(branches) => {
			for (const inputMode of ['oneInput', 'twoInputs']) {
				expect(readLayout(nodeWith({ parameters: { inputMode, branches } }))).toEqual({
					inputMode,
					branchMode: branches,
				});
			}
		},
	);

	test.each([
		['Branches is an expression', { inputMode: 'oneInput', branches: '={{ "single" }}' }],
		['Branches is missing', { inputMode: 'oneInput' }],
		['Branches is a word of JavaScript', { inputMode: 'oneInput', branches: 'toString' }],
		['Inputs is an expression', { inputMode: '={{ "oneInput" }}', branches: 'single' }],
		['Inputs is not in its list', { inputMode: 'both', branches: 'single' }],
	])('cannot be read when %s', (_what, given) => {
		expect(readLayout(nodeWith({ parameters: given }))).toBeUndefined();
	});

	test('is one input and one output as a tool, whatever its parameters are', () => {
		for (const given of [{}, { inputMode: 'twoInputs', branches: 'checks' }]) {
			expect(readLayout(nodeWith({ type: TOOL, parameters: given }))).toEqual({
				inputMode: 'oneInput',
				branchMode: 'single',
			});
		}
	});
});
