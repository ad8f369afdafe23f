import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import { PAIR_BY_POSITION } from '../../../nodes/BiometricVerify/input/pairs';
import {
	outputFieldOf,
	readItemSettings,
	readLayout,
	readRunSettings,
	type ItemSettings,
} from '../../../nodes/BiometricVerify/panel/options';
import type { OptionName } from '../../../nodes/BiometricVerify/panel/parameters';
import { contextWith, nodeWith } from '../../support/context.cts';

const IMAGES = { selfieField: 'selfie', photoField: 'photo' };
const LAYOUT = { inputMode: 'oneInput', branches: 'decision' };
const TOOL = 'n8n-nodes-kairos.biometricVerifyTool';

function settingsWith(options: Record<string, unknown>): ItemSettings {
	return readItemSettings(contextWith({ parameters: { ...IMAGES, options } }), 0);
}

function runWith(parameters: Record<string, unknown>, type?: string) {
	const facts = { parameters: { ...LAYOUT, ...parameters } as typeof LAYOUT };
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

describe('the settings of an item', () => {
	test('are the defaults of the design when the options are left alone', () => {
		expect(readItemSettings(contextWith({ parameters: IMAGES }), 0)).toEqual({
			selfieField: 'selfie',
			photoField: 'photo',
			rules: {
				multipleFacesInSelfie: 'review',
				multipleFacesInPhoto: 'review',
				kairosWarning: 'review',
				faceMatchReviewBelow: 0.4,
				faceMatchRejectBelow: 0,
				livenessReviewBelow: 0.4,
				livenessRejectBelow: 0,
			},
			includeRawResponse: false,
			outputField: 'verification',
			keepImages: true,
			matchAllFaces: false,
			largestImageBytes: 20_000_000,
		});
	});

	test('are what the builder set', () => {
		const parameters = {
			selfieField: { data: 'AAAA', mimeType: 'image/png' },
			photoField: '_files.photo',
			options: {
				multipleFacesInSelfie: 'reject',
				multipleFacesInPhoto: 'ignore',
				kairosWarning: 'approve',
				faceMatchReviewBelow: 0.1,
				faceMatchRejectBelow: 0.2,
				livenessReviewBelow: 0.3,
				livenessRejectBelow: 0.4,
				includeRawResponse: true,
				outputField: ' result ',
				keepImages: false,
				matchAllFacesInPhoto: false,
				maxImageSize: 1.5,
			},
		};
		expect(readItemSettings(contextWith({ parameters }), 0)).toEqual({
			selfieField: { data: 'AAAA', mimeType: 'image/png' },
			photoField: '_files.photo',
			rules: {
				multipleFacesInSelfie: 'reject',
				multipleFacesInPhoto: 'ignore',
				kairosWarning: 'approve',
				faceMatchReviewBelow: 0.1,
				faceMatchRejectBelow: 0.2,
				livenessReviewBelow: 0.3,
				livenessRejectBelow: 0.4,
			},
			includeRawResponse: true,
			outputField: 'result',
			keepImages: false,
			matchAllFaces: false,
			largestImageBytes: 1_500_000,
		});
	});

	test.each(['review', 'reject', 'ignore'])(
		'ignore several faces in the photo where all of them are matched (set to %s)',
		(multipleFacesInPhoto) => {
			const { rules, matchAllFaces } = settingsWith({
				...{ multipleFacesInPhoto, multipleFacesInSelfie: 'reject' },
				matchAllFacesInPhoto: true,
			});
			expect(matchAllFaces).toBe(true);
			expect(rules).toMatchObject({
				multipleFacesInPhoto: 'matchAny',
				multipleFacesInSelfie: 'reject',
			});
		},
	);

	test('may differ from item to item', () => {
		const context = contextWith({
			parametersOf: (itemIndex) => ({
				selfieField: `selfie ${itemIndex}`,
				photoField: 'photo',
				options: { livenessRejectBelow: itemIndex / 10 },
			}),
		});
		for (const [itemIndex, livenessRejectBelow] of [
			[3, 0.3],
			[4, 0.4],
		] as const) {
			expect(readItemSettings(context, itemIndex)).toMatchObject({
				selfieField: `selfie ${itemIndex}`,
				rules: { livenessRejectBelow },
			});
		}
	});
});

describe('the settings of a run', () => {
	test('are the defaults of the design when the options are left alone', () => {
		for (const parameters of [{}, { options: {} }]) {
			expect(runWith(parameters)).toEqual({
				pairing: PAIR_BY_POSITION,
				maxConcurrent: 5,
				maxAttempts: 3,
				maxWaitMs: 60_000,
				timeoutMs: 60_000,
			});
		}
	});

	test('are what the builder set', () => {
		const options = { maxConcurrentRequests: 12, maxAttempts: 1, maxWait: 0, timeout: 7 };
		expect(runWith({ options })).toMatchObject({
			...{ maxConcurrent: 12, maxAttempts: 1 },
			...{ maxWaitMs: 0, timeoutMs: 7000 },
		});
	});

	test('have a field by which items are paired only with two inputs and Matching Field', () => {
		const byField = { pairBy: 'matchingField', pairField: ' applicantId\n' };
		const twoInputs = { inputMode: 'twoInputs' };
		const pairing = { pairBy: 'matchingField', pairField: 'applicantId' };
		expect(runWith({ ...twoInputs, ...byField }).pairing).toEqual(pairing);
		expect(runWith({ ...twoInputs, ...byField, pairBy: 'position' }).pairing).toEqual(
			PAIR_BY_POSITION,
		);
		expect(runWith(twoInputs).pairing).toEqual(PAIR_BY_POSITION);
		expect(runWith(byField).pairing).toEqual(PAIR_BY_POSITION);
		expect(runWith({ ...twoInputs, ...byField }, TOOL).pairing).toEqual(PAIR_BY_POSITION);
	});

	test.each([['={{ "position" }}'], ['field'], [''], [null], [7]])(
		'cannot be with two inputs and %p as Pair Items By',
		(pairBy) => {
			const { message, description } = refusalOf(() => runWith({ inputMode: 'twoInputs', pairBy }));
			expect(message).toBe('Pair Items By has an invalid value');
			expect(description).toBe('Open the node and choose Position or Matching Field.');
		},
	);

	test.each([[''], [' \n'], [undefined], [null], [7], [['id']]])(
		'cannot be with %p as the field by which items are paired',
		(pairField) => {
			const parameters = { inputMode: 'twoInputs', pairBy: 'matchingField', pairField };
			const { message, description } = refusalOf(() => runWith(parameters));
			expect(message).toBe('Pair Field is empty');
			expect(description).toContain('e.g. applicantId');
		},
	);

	test('cannot be without a layout', () => {
		const { message, description } = refusalOf(() => runWith({ branches: 'both' }));
		expect(message).toBe('Inputs or Branches has an invalid value');
		expect(description).toMatch(/choose a value for each/);
	});
});

describe('a value that an option cannot have', () => {
	const notInList: unknown[] = ['approved', 'REVIEW', '', 0, true, null, undefined, ['review'], {}];
	const noNumber: unknown[] = [NaN, Infinity, -Infinity, '0.5', '', true, null, undefined, [1], {}];
	const notAScore: unknown[] = [-0.01, 1.01, 60, ...noNumber];
	const noFlag: unknown[] = ['true', 'false', 0, 1, '', null, undefined, [], {}];
	const FACES = 'one of ignore, reject, review';
	const SCORE = 'a number from 0 to 1';
	const FLAG = 'true or false';
	const readsOf = {
		item: (name: string, value: unknown) => () => settingsWith({ [name]: value }),
		run: (name: string, value: unknown) => () => runWith({ options: { [name]: value } }),
	};

	test.each<
		[label: string, of: 'item' | 'run', name: OptionName, values: unknown[], expected: string]
	>([
		['If Selfie Has Multiple Faces', 'item', 'multipleFacesInSelfie', notInList, FACES],
		['If Photo Has Multiple Faces', 'item', 'multipleFacesInPhoto', notInList, FACES],
		[
			...(['If Kairos Returns a Warning', 'item', 'kairosWarning'] as const),
			[...notInList, 'reject', 'ignore'],
			'one of approve, review',
		],
		['Face Match Review Below', 'item', 'faceMatchReviewBelow', notAScore, SCORE],
		['Face Match Reject Below', 'item', 'faceMatchRejectBelow', notAScore, SCORE],
		['Liveness Review Below', 'item', 'livenessReviewBelow', notAScore, SCORE],
		['Liveness Reject Below', 'item', 'livenessRejectBelow', notAScore, SCORE],
		['Keep Images', 'item', 'keepImages', noFlag, FLAG],
		['Match All Faces in Photo', 'item', 'matchAllFacesInPhoto', noFlag, FLAG],
		['Include Raw Response', 'item', 'includeRawResponse', noFlag, FLAG],
		[
			...(['Max Image Size (MB)', 'item', 'maxImageSize'] as const),
			[0, 0.09, 100.1, -1, ...noNumber],
			'a number from 0.1 to 100',
		],
		[
			...(['Put Output in Field', 'item', 'outputField'] as const),
			[
				...['', '  ', 'error', ' error ', 'message', 'details', '_files', '__proto__'],
				...[5, null, undefined, {}],
			],
			'a name other than "error"',
		],
		[
			...(['Max Attempts', 'run', 'maxAttempts'] as const),
			[0, 0.9, 11, -1, '={{ 3 }}', ...noNumber],
			'a number from 1 to 10',
		],
		[
			...(['Max Concurrent Requests', 'run', 'maxConcurrentRequests'] as const),
			[0, 51, -1, '={{ 5 }}', ...noNumber],
			'a number from 1 to 50',
		],
		[
			...(['Max Wait (Seconds)', 'run', 'maxWait'] as const),
			[-1, 3601, ...noNumber],
			'a number from 0 to 3600',
		],
		[
			...(['Timeout (Seconds)', 'run', 'timeout'] as const),
			[0, 301, -1, ...noNumber],
			'a number from 1 to 300',
		],
	])('%s is refused with its label and what it must be', (label, of, name, values, expected) => {
		for (const value of values) {
			const { message, description } = refusalOf(readsOf[of](name, value));
			expect([value, message]).toEqual([value, `The option ${label} has an invalid value`]);
			expect(description).toContain(expected);
		}
	});

	test.each<[of: 'item' | 'run', name: OptionName, values: unknown[]]>([
		['item', 'faceMatchReviewBelow', [0, 1, 0.5]],
		['item', 'faceMatchRejectBelow', [0, 1, 0.5]],
		['item', 'livenessReviewBelow', [0, 1, 0.5]],
		['item', 'livenessRejectBelow', [0, 1, 0.5]],
		['item', 'maxImageSize', [0.1, 100, 20]],
		['item', 'multipleFacesInPhoto', ['review', 'reject', 'ignore']],
		['item', 'multipleFacesInSelfie', ['review', 'reject', 'ignore']],
		['item', 'kairosWarning', ['review', 'approve']],
		['item', 'outputField', ['errors', 'constructor', 'a.b', 'Ergebnis der Prüfung']],
		['run', 'maxAttempts', [1, 10]],
		['run', 'maxConcurrentRequests', [1, 50]],
		['run', 'maxWait', [0, 3600]],
		['run', 'timeout', [1, 300]],
	])('is none of those that it can have (%s: %s)', (of, name, values) => {
		for (const value of values) expect(readsOf[of](name, value)).not.toThrow();
	});

	test('is refused where options of a newer release of the node stand beside it', () => {
		expect(() => settingsWith({ somethingNew: 1 })).not.toThrow();
		expect(() => settingsWith({ somethingNew: 1, keepImages: 'no' })).toThrow(InputError);
	});
});

describe('the field of an item that failed', () => {
	const fieldWith = (options?: Record<string, unknown>) =>
		outputFieldOf(contextWith({ parameters: { ...IMAGES, options } }), 0);

	test('is that of the item, had it been verified', () => {
		expect(fieldWith({ outputField: ' check ' })).toBe('check');
		expect(fieldWith({})).toBe('verification');
		expect(fieldWith()).toBe('verification');
	});

	test('is the default where its own is none', () => {
		for (const outputField of ['error', '', 7, null]) {
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
	])('is none when %s', (_what, parameters) => {
		expect(Object.keys(readLayout(nodeWith({ parameters })))).not.toHaveLength(2);
	});

	test('of a tool is one input and one output, whatever its parameters are', () => {
		for (const parameters of [{}, { inputMode: 'twoInputs', branches: 'checks' }]) {
			expect(readLayout(nodeWith({ type: TOOL, parameters }))).toEqual({
				inputMode: 'oneInput',
				branchMode: 'single',
			});
		}
	});
});
