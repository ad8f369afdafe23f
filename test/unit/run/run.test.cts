import type { INodeParameters } from 'n8n-workflow';
import { startRun } from '../../../nodes/BiometricVerify/run/run';
import { contextWith } from '../../support/context.cts';

const TWO_INPUTS = { inputMode: 'twoInputs', branches: 'decision', pairField: 'id' };
const INPUTS = [[{ json: { id: 1 } }], [{ json: { id: '1' } }, { json: {} }]];

const runWith = (parameters: INodeParameters, facts: object = {}) =>
	startRun(contextWith({ node: { parameters, ...facts }, inputs: INPUTS }));

test('A run has a pair for each key of two inputs, and one for each item without a partner', () => {
	const { pairs, stopsOnError } = runWith(TWO_INPUTS);
	expect(pairs.map(({ error }) => error?.code)).toEqual([undefined, 'MISSING_KEY']);
	expect(stopsOnError).toBe(true);
});

const LAYOUT = "'Inputs' or 'Branches' has an invalid value";
const EMPTY = "'Field to Match' is empty";
const TIMEOUT = "The option 'Limits > Timeout (Seconds)' has an invalid value";

test.each<[what: string, parameters: INodeParameters, message: string]>([
	['no layout', {}, LAYOUT],
	['Branches by an expression', { ...TWO_INPUTS, branches: '={{ "decision" }}' }, LAYOUT],
	['a name of JavaScript as Branches', { ...TWO_INPUTS, branches: 'toString' }, LAYOUT],
	['a name of JavaScript as Inputs', { ...TWO_INPUTS, inputMode: 'toString' }, LAYOUT],
	['no field to match', { ...TWO_INPUTS, pairField: ' ' }, EMPTY],
	['a number as the field to match', { ...TWO_INPUTS, pairField: 7 }, EMPTY],
	['an option', { ...TWO_INPUTS, options: { limits: { values: { timeout: -1 } } } }, TIMEOUT],
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

test('As a tool, the node never stops the workflow: the agent gets the error', () => {
	const { stopsOnError, branchMode } = runWith({}, { type: 'kairos.biometricVerifyTool' });
	expect({ stopsOnError, branchMode }).toEqual({ stopsOnError: false, branchMode: 'single' });
});
