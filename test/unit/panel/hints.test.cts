import type { INodeExecutionData } from 'n8n-workflow';
import { executionHints, hints } from '../../../nodes/BiometricVerify/panel/hints';
import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import { startRun } from '../../../nodes/BiometricVerify/run/run';
import { contextWith } from '../../support/context.cts';

const LAYOUT = { inputMode: 'oneInput', branches: 'decision' };

function messagesFor(count: number, outputs: INodeExecutionData[][], continuesOnFail = true) {
	const items = Array.from({ length: count }, () => ({ json: {} }));
	const node = { parameters: LAYOUT };
	const run = startRun(contextWith({ node, inputs: [items], continuesOnFail }));
	return executionHints(run, outputs).map(({ message, type, location }) => {
		expect({ type, location }).toEqual({ type: 'info', location: 'outputPane' });
		return message;
	});
}

const leaving = (...counts: number[]) =>
	counts.map((count) => Array.from({ length: count }, () => ({ json: {} })));

describe('before a run', () => {
	test('only the Single Output has a hint: by it the rejected leave with the approved', () => {
		expect(hints).toHaveLength(1);
		expect(hints[0]).toMatchObject({
			type: 'warning',
			message: expect.stringMatching(/approved and rejected people go to the same/) as unknown,
			displayCondition: '={{ $parameter.branches === "single" }}',
			whenToDisplay: 'always',
			location: 'outputPane',
		});
	});
});

describe('after a run', () => {
	test('there is no hint where all is as one expects', () => {
		expect(messagesFor(3, leaving(1, 1, 1))).toEqual([]);
		expect(messagesFor(1, leaving(1), false)).toEqual([]);
		expect(messagesFor(0, leaving(0, 0, 0), false)).toEqual([]);
	});

	test('a hint says that one error loses the results of all others', () => {
		expect(messagesFor(2, leaving(2), false)).toEqual([
			expect.stringMatching(/On Error set to Stop Workflow/),
		]);
	});

	test('a hint says that items went to more than one output', () => {
		expect(messagesFor(2, leaving(1, 2))).toEqual([
			expect.stringMatching(/went to more than one output/),
		]);
	});
});

describe('a run', () => {
	const runWith = (parameters: Record<string, string>, facts: object = {}) =>
		startRun(
			contextWith({
				node: { parameters, ...facts },
				inputs: [[{ json: { id: 1 } }], [{ json: { id: '1' } }, { json: {} }]],
			}),
		);

	test('has an entry for each item of one input', () => {
		const run = runWith(LAYOUT);
		expect(run).toMatchObject({ branchMode: 'decision', stopsOnError: true });
		expect(run.entries).toHaveLength(1);
		expect(run.settings).not.toBeInstanceOf(InputError);
	});

	test('has an entry for each pair of two inputs, by position or by a field', () => {
		const twoInputs = { ...LAYOUT, inputMode: 'twoInputs' };
		expect(runWith(twoInputs).entries.map(({ pairedItem }) => pairedItem)).toEqual([
			[
				{ item: 0, input: 0 },
				{ item: 0, input: 1 },
			],
			[{ item: 1, input: 1 }],
		]);
		const byField = runWith({ ...twoInputs, pairBy: 'matchingField', pairField: 'id' });
		expect(byField.entries.map(({ pair }) => pair instanceof InputError)).toEqual([false, true]);
	});

	const noLayout = 'Inputs or Branches has an invalid value';

	test.each<[what: string, parameters: Record<string, string>, reason: string]>([
		['without a layout', {}, noLayout],
		['with Branches by an expression', { ...LAYOUT, branches: '={{ "decision" }}' }, noLayout],
		[
			'with two inputs and no field to pair them by',
			{ ...LAYOUT, inputMode: 'twoInputs', pairBy: 'matchingField' },
			'Pair Field is empty',
		],
	])(
		'%s has entries for every item all the same, and says why it cannot be',
		(_what, parameters, message) => {
			const { settings, entries } = runWith(parameters);
			expect(settings).toBeInstanceOf(InputError);
			expect(settings).toMatchObject({ message });
			expect(entries.length).toBeGreaterThan(0);
		},
	);

	test('whose settings cannot even be read says so, too', () => {
		const options = {
			get timeout(): never {
				throw new TypeError('Not to be read');
			},
		};
		const { settings } = runWith({ ...LAYOUT, options } as unknown as Record<string, string>);
		expect(settings).toMatchObject({
			name: 'InputError',
			message: 'The settings of the node could not be read',
			description: 'Open the node and check Options, then try again.',
		});
	});

	test('has no mode of Branches where that cannot be used', () => {
		expect(runWith({}).branchMode).toBeUndefined();
	});

	test('of a tool never stops the workflow: the agent gets the error', () => {
		const { stopsOnError, branchMode } = runWith(
			{},
			{ type: 'n8n-nodes-kairos.biometricVerifyTool' },
		);
		expect({ stopsOnError, branchMode }).toEqual({ stopsOnError: false, branchMode: 'single' });
	});
});
