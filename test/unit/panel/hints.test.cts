import type { INode, INodeExecutionData, WorkflowExecuteMode } from 'n8n-workflow';
import { hints } from '../../../nodes/BiometricVerify/panel/hints';
import { CREDENTIAL, Execution, person } from '../../support/execution.cts';

const people = () => ['ada', 'bob', 'cleo'].map((name) => person(name));

interface Given {
	items?: INodeExecutionData[];
	node?: Partial<INode>;
	continuesOnFail?: boolean;
	mode?: WorkflowExecuteMode;
	connectedOutputs?: number[];
}

/** The hints after a run over three people who are approved, unless something else is given. */
async function hintsAfter({ items = people(), ...standIn }: Given = {}): Promise<string[]> {
	const execution = new Execution();
	await execution.run(items, standIn);
	return execution.hints.map(({ message, type, location }) => {
		expect({ type, location }).toEqual({ type: 'info', location: 'outputPane' });
		return message;
	});
}

const one = (pattern: RegExp) => [expect.stringMatching(pattern) as unknown];

test('Before a run, only Single Output has a hint: there the rejected leave with the approved', () => {
	expect(hints).toMatchObject([
		{
			type: 'warning',
			message: expect.stringMatching(/approved and rejected people go to the same/) as unknown,
			displayCondition: '={{ $parameter.branches === "single" }}',
			whenToDisplay: 'always',
		},
	]);
});

test('A run that is as one expects has no hints', async () => {
	expect(await hintsAfter()).toEqual([]);
	expect(await hintsAfter({ continuesOnFail: false })).toEqual([]);
	expect(await hintsAfter({ items: [], mode: 'webhook' })).toEqual([]);
});

test.each<[what: string, node: Partial<INode>, hint: RegExp]>([
	['Execute Once', { executeOnce: true }, /^'Execute Once' is on in Settings: .* first item only/],
	['Always Output Data', { alwaysOutputData: true }, /^'Always Output Data' is on .* empty item/],
])('%s has a hint', async (_what, node, hint) => {
	expect(await hintsAfter({ node })).toEqual(one(hint));
});

test('Stop Workflow has a hint that all can be lost, once an item was sent again', async () => {
	const execution = new Execution();
	let attempts = 0;
	execution.statusOf = () => (++attempts === 1 ? 500 : 200);
	await execution.run(people(), { continuesOnFail: false });
	expect(execution.hints.map(({ message }) => message)).toEqual(
		one(/results of all others are lost, .* Retry in the list .* Execute step .* bills everybody/),
	);
});

test('Items that went to more than one output have a hint', async () => {
	const noMatch = { thresholds: { values: { faceMatchRejectBelow: 1 } } };
	const execution = new Execution();
	await execution.run(people(), {
		node: { parameters: { branches: 'decisionAndChecks' } },
		parameters: { options: noMatch },
	});
	expect(execution.hints.map(({ message }) => message)).toEqual(one(/more than one output/));
});

const CONNECTED = [0, 1, 2];
const errorOutput = (branches: string) => ({
	onError: 'continueErrorOutput' as const,
	parameters: { branches },
});

test.each<[what: string, given: Given, hint: RegExp]>([
	['in a webhook', { mode: 'webhook' }, /^No output of this node is connected/],
	['in a called workflow', { mode: 'integrated' }, /^No output of this node is connected/],
	[
		'but for the Error output',
		{ mode: 'trigger', node: errorOutput('decision'), connectedOutputs: CONNECTED },
		/^The Error output is not connected/,
	],
	[
		'but for the Error output, beside Single Output',
		{ mode: 'integrated', node: errorOutput('single') },
		/^The Error output is not connected/,
	],
])('Missing connections have a hint: %s', async (_what, given, hint) => {
	expect(await hintsAfter(given)).toEqual(one(hint));
});

test.each<[what: string, given: Given]>([
	['while the workflow is built', { mode: 'manual', node: errorOutput('decision') }],
	['where one is connected', { mode: 'webhook', connectedOutputs: [2] }],
	[
		'where the Error output is connected, too',
		{ mode: 'webhook', node: errorOutput('decision'), connectedOutputs: [2, 3] },
	],
	['of a Single Output', { mode: 'integrated', node: { parameters: { branches: 'single' } } }],
])('Missing connections have no hint %s', async (_what, given) => {
	expect(await hintsAfter(given)).toEqual([]);
});

test('One file that several items got has a hint, with its parameter and their number', async () => {
	const items = [person('ada', 'same'), person('bob', 'same'), person('cleo')];
	expect(await hintsAfter({ items })).toEqual(
		one(/^'Photo Input Field' gave 2 items the same file\./),
	);
});

test('A server on the own network that answered has a hint, once in an execution', async () => {
	const execution = new Execution();
	const credential = { ...CREDENTIAL, baseUrl: 'http://127.0.0.1:8080' };
	execution.statusOf = (name) => (name === 'ada' ? 400 : 200);
	await execution.run([person('ada')], { credential });
	expect(execution.hints).toEqual([]);
	await execution.run([person('bob')], { credential });
	await execution.run([person('cleo')], { credential });
	expect(execution.hints.map(({ message }) => message)).toEqual(
		one(/^A server on your own network answered \(127\.0\.0\.1:8080\/v0\.1\), not Kairos\./),
	);
});
