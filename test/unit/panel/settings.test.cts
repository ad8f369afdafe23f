import { NodeHelpers, type INodeParameters } from 'n8n-workflow';
import { BiometricVerify } from '../../../nodes/BiometricVerify/BiometricVerify.node';
import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import { parameters } from '../../../nodes/BiometricVerify/panel/parameters';
import {
	readItemSettings,
	readRunSettings,
	type ItemSettings,
} from '../../../nodes/BiometricVerify/panel/settings';
import { defaultRules } from '../../support/answers.cts';
import { contextWith, nodeWith } from '../../support/context.cts';

const LAYOUT = { inputMode: 'oneInput', branches: 'decision' };
const TOOL = 'n8n-nodes-kairos.biometricVerifyTool';

function settingsWith(options: unknown): ItemSettings {
	return readItemSettings(contextWith({ parameters: { options } }), 0);
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
	rules: defaultRules,
	includeRawResponse: false,
	outputField: 'verification',
	keepImages: true,
	matchAllFaces: false,
	maxImageBytes: 20_000_000,
};

const RUN_DEFAULTS = { maxConcurrent: 5, maxAttempts: 3, maxWaitMs: 60_000, timeoutMs: 60_000 };

/** What n8n makes of options before the node sees them. */
function asN8nReads(options: unknown): unknown {
	const node = nodeWith({ parameters: { ...LAYOUT, options } as INodeParameters });
	const { description } = new BiometricVerify();
	return NodeHelpers.getNodeParameters(
		...([parameters, node.parameters, true, false, node, description] as const),
	)?.options;
}

test.each<[what: string, options: unknown]>([
	['no options', {}],
	['groups that were only added', { limits: {}, multipleFaces: {}, thresholds: {} }],
	['groups without values', { limits: { values: {} }, thresholds: { values: {} } }],
	['lists for groups', { limits: [{ maxAttempts: 1 }], thresholds: [], multipleFaces: [] }],
	['flat names', { maxAttempts: 1, faceMatchReviewBelow: 1, inSelfie: 'ignore' }],
	['expressions for groups', { limits: '={{ 1 }}', thresholds: '={{ {} }}' }],
	['text for values', { limits: { values: 'a' }, thresholds: { values: '={{ 1 }}' } }],
])('The defaults hold with %s, as n8n reads them and as they are', (_what, given) => {
	for (const options of [asN8nReads(given), given]) {
		expect(settingsWith(options)).toEqual(ITEM_DEFAULTS);
		expect(runWith({ options })).toEqual(RUN_DEFAULTS);
	}
});

const options = {
	kairosWarning: 'approve',
	includeRawResponse: true,
	keepImages: false,
	outputField: ' result ',
	// The rest is left alone.
	limits: {
		values: { maxConcurrentRequests: 12, maxAttempts: 1, maxImageSize: 1.5, timeout: 7.5 },
	},
	multipleFaces: { values: { inSelfie: 'reject', inPhoto: 'ignore' } },
	thresholds: {
		values: {
			faceMatchReviewBelow: 0.1,
			faceMatchRejectBelow: 0.2,
			livenessReviewBelow: 0.3,
			livenessRejectBelow: 0.4,
		},
	},
};

test('The settings are what the builder set, as n8n reads them', () => {
	const read = asN8nReads(options);
	expect(read).toMatchObject(options);
	expect(runWith({ options: read })).toEqual({
		maxConcurrent: 12,
		maxAttempts: 1,
		maxWaitMs: 60_000,
		timeoutMs: 7500,
	});
	expect(settingsWith(read)).toEqual({
		rules: {
			multipleFacesInSelfie: 'reject',
			multipleFacesInPhoto: 'ignore',
			kairosWarning: 'approve',
			...options.thresholds.values,
		},
		includeRawResponse: true,
		outputField: 'result',
		keepImages: false,
		matchAllFaces: false,
		maxImageBytes: 1_500_000,
	});
});

test('The settings have a field to match with two inputs only', () => {
	const pairField = ' body.applicantId\n';
	expect(runWith({ inputMode: 'twoInputs', pairField }).pairField).toBe('body.applicantId');
	expect(runWith({ pairField })).not.toHaveProperty('pairField');
	expect(runWith({ inputMode: 'twoInputs', pairField }, TOOL)).not.toHaveProperty('pairField');
});

const notNumbers: unknown[] = [NaN, Infinity, '0.5', '', true, null, undefined, [1], {}];
const notFlags: unknown[] = ['true', 'false', 0, 1, '', null, undefined, [], {}];
const notInList: unknown[] = ['REVIEW', '', 0, true, null, undefined, ['review'], {}];
const notNames: unknown[] = ['', '  ', ' error ', 'message', 'details', '_files', '__proto__', 5];
const noExpressions: unknown[] = ['={{ 3 }}', ...notNumbers];
const SCORE = 'a number from 0 to 1';
const FACES = 'one of ignore, reject, review';
const NO_DOT = 'a name without a dot: in n8n, a dot stands for a field within a field';

/** Refused values of an option for an item, what it must be, and values that it can have. */
const perItem: Array<[path: string, refused: unknown[], expected: string, allowed: unknown[]]> = [
	['kairosWarning', [...notInList, 'reject'], 'one of approve, review', ['approve', 'review']],
	['includeRawResponse', notFlags, 'true or false', [true, false]],
	['keepImages', notFlags, 'true or false', [true, false]],
	['outputField', [...notNames, null, {}], 'a name other than "error"', ['errors', 'Prüfung 1']],
	['outputField', ['a.b', '.'], NO_DOT, ['ab']],
	['limits.maxImageSize', [0, 0.09, 100.1, ...notNumbers], 'from 0.1 to 100', [0.1, 100]],
	['multipleFaces.inSelfie', [...notInList, 'matchAny'], FACES, ['ignore', 'reject', 'review']],
	['multipleFaces.inPhoto', notInList, `${FACES}, matchAny`, ['ignore', 'matchAny']],
	['thresholds.faceMatchReviewBelow', [-0.01, 1.01, ...notNumbers], SCORE, [0, 0.5, 1]],
];

/** The same of one that holds for all items. */
const perRun: typeof perItem = [
	['limits.maxAttempts', [0, 0.9, 11, ...noExpressions], 'from 1 to 10', [1, 10]],
	['limits.maxConcurrentRequests', [0, 51, ...noExpressions], 'from 1 to 50', [1, 50]],
	['limits.maxWait', [-1, 3601, ...noExpressions], 'from 0 to 3600', [0, 3600]],
	['limits.timeout', [0, 301, ...noExpressions], 'from 1 to 300', [1, 300]],
];

const optionsWith = (path: string, value: unknown) => {
	const [group = '', name] = path.split('.');
	return name === undefined ? { [group]: value } : { [group]: { values: { [name]: value } } };
};

test.each([
	...perItem.map((row) => [...row, settingsWith] as const),
	...perRun.map((row) => [...row, (options: unknown) => runWith({ options })] as const),
])('The option %s rejects what it must not be, and accepts the rest', (...row) => {
	const [path, refused, expected, allowed, read] = row;
	for (const value of refused) {
		const { code, description } = refusalOf(() => read(optionsWith(path, value)));
		expect([value, code]).toEqual([value, 'INVALID_SETTING']);
		expect(description).toContain(expected);
	}
	for (const value of allowed) expect(() => read(optionsWith(path, value))).not.toThrow();
});

test('An invalid option is named by its label, with that of its group', () => {
	const messageOf = (path: string) => refusalOf(() => settingsWith(optionsWith(path, []))).message;
	expect(messageOf('keepImages')).toBe("The option 'Keep Images' has an invalid value");
	expect(messageOf('thresholds.livenessRejectBelow')).toBe(
		"The option 'Stricter Than Kairos > Liveness Reject Below' has an invalid value",
	);
});
