import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import { startRun } from '../../../nodes/BiometricVerify/run/run';
import { contextWith } from '../../support/context.cts';

const LAYOUT = { inputMode: 'oneInput', branches: 'decision' };
const TWO_INPUTS = { ...LAYOUT, inputMode: 'twoInputs' };
const INPUTS = [[{ json: { id: 1 } }], [{ json: { id: '1' } }, { json: {} }]];

const runWith = (parameters: object, facts: object = {}) =>
	startRun(contextWith({ node: { parameters: parameters as never, ...facts }, inputs: INPUTS }));

test('A run has a pair for each item of one input', () => {
	const run = runWith(LAYOUT);
	expect(run).toMatchObject({ branchMode: 'decision', stopsOnError: true });
	expect(run.pairs).toHaveLength(1);
	expect(run.settings).not.toBeInstanceOf(InputError);
});

test('A run has a pair for each key of two inputs, and one for each item without a partner', () => {
	const { pairs } = runWith({ ...TWO_INPUTS, pairField: 'id' });
	expect(pairs.map(({ error }) => error?.code)).toEqual([undefined, 'MISSING_KEY']);
});

test.each<[what: string, parameters: object, message: string]>([
	['no layout', {}, "'Inputs' or 'Branches' has an invalid value"],
	[
		'Branches by an expression',
		{ ...TWO_INPUTS, branches: '={{ "decision" }}' },
		"'Inputs' or 'Branches' has an invalid value",
	],
	['no field to match', TWO_INPUTS, "'Field to Match' is empty"],
	[
		'an invalid option',
		{ ...TWO_INPUTS, pairField: 'id', options: { limits: { values: { timeout: -1 } } } },
		"The option 'Limits > Timeout (Seconds)' has an invalid value",
	],
])('With %s, every item of both inputs has the error, and none is paired', (_what, ...given) => {
	const [parameters, message] = given;
	const { settings, pairs } = runWith(parameters);
	expect(settings).toMatchObject({ code: 'INVALID_SETTING', message });
	expect(pairs.map(({ error, pairedItem }) => [error, pairedItem])).toEqual([
		[settings, [{ item: 0, input: 0 }]],
		[settings, [{ item: 0, input: 1 }]],
		[settings, [{ item: 1, input: 1 }]],
	]);
});

test('Settings that cannot even be read are an error, too', () => {
	const options = {
		get limits(): never {
			throw new TypeError('Not to be read');
		},
	};
	expect(runWith({ ...LAYOUT, options }).settings).toMatchObject({
		name: 'InputError',
		message: 'The settings of the node could not be read',
	});
});

test('As a tool, the node never stops the workflow: the agent gets the error', () => {
	const { stopsOnError, branchMode } = runWith({}, { type: 'kairos.biometricVerifyTool' });
	expect({ stopsOnError, branchMode }).toEqual({ stopsOnError: false, branchMode: 'single' });
});
