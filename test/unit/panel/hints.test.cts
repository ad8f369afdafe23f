import type { INode, INodeExecutionData } from 'n8n-workflow';
import { hints } from '../../../nodes/BiometricVerify/panel/hints';
import type { StandIn } from '../../support/context.cts';
import { CREDENTIAL, Execution, person } from '../../support/execution.cts';

interface Given extends StandIn {
	items?: INodeExecutionData[];
	/** The statuses of the first requests; of all others it is 200. */
	statuses?: number[];
}

/** The hints after a run over three people who are approved, unless something else is given. */
async function hintsAfter(given: Given, execution = new Execution()): Promise<string[]> {
	const { items = ['ada', 'bob', 'cleo'].map((name) => person(name)), ...rest } = given;
	const { statuses = [], ...standIn } = rest;
	let sent = 0;
	execution.statusOf = () => statuses[sent++] ?? 200;
	const before = execution.hints.length;
	await execution.run(items, standIn);
	return execution.hints.slice(before).map(({ message, type, location }) => {
		expect({ type, location }).toEqual({ type: 'info', location: 'outputPane' });
		return message;
	});
}

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

/** A node with these Branches, and a setting of On Error. */
const nodeOf = (branches: string, onError?: INode['onError']) => ({
	node: { onError, parameters: { branches } },
});
const errorOutput = (branches: string) => nodeOf(branches, 'continueErrorOutput');
const CONNECTED = { connectedOutputs: [0, 1, 2] };
const SAME_PHOTO = [person('ada', 'same'), person('bob', 'same'), person('cleo')];
const NO_MATCH = { options: { thresholds: { values: { faceMatchRejectBelow: 1 } } } };
const NOT_CONNECTED = /^No output of this node is connected/;
const ERROR_NOT_CONNECTED = /^The Error output is not connected/;

test.each<[what: string, given: Given, hint: RegExp]>([
	['Execute Once', { node: { executeOnce: true } }, /^'Execute Once' is on .* first item only/],
	['Always Output Data', { node: { alwaysOutputData: true } }, /^'Always Output Data' is on/],
	[
		'a further attempt with Stop Workflow',
		{ continuesOnFail: false, statuses: [500] },
		/results of all others are lost, .* Retry in the list .* Execute step .* bills everybody/,
	],
	[
		'an item that went to more than one output',
		{ ...nodeOf('decisionAndChecks'), parameters: NO_MATCH, connectedOutputs: [1, 3] },
		/more than one output/,
	],
	[
		'one file that several items got',
		{ items: SAME_PHOTO },
		/^'Photo Input Field' gave 2 items the same file\./,
	],
	['no connection in a webhook', { mode: 'webhook' }, NOT_CONNECTED],
	['no connection in a called workflow', { mode: 'integrated' }, NOT_CONNECTED],
	[
		'an Error output that is not connected',
		{ mode: 'trigger', ...errorOutput('decision'), ...CONNECTED },
		ERROR_NOT_CONNECTED,
	],
	[
		'an Error output that is not connected, while the workflow is built, where somebody is lost',
		{ mode: 'manual', ...errorOutput('decision'), statuses: [400] },
		ERROR_NOT_CONNECTED,
	],
	[
		'an Error output that is not connected, beside Single Output',
		{ mode: 'integrated', ...errorOutput('single') },
		ERROR_NOT_CONNECTED,
	],
])('A run has a hint about %s', async (_what, given, hint) => {
	expect(await hintsAfter(given)).toEqual([expect.stringMatching(hint)]);
});

test.each<[what: string, given: Given]>([
	['that is as one expects', {}],
	['with Stop Workflow, and no further attempt', { continuesOnFail: false }],
	['without items', { items: [], mode: 'webhook' }],
	['while the workflow is built', { mode: 'manual', ...errorOutput('decision') }],
	['where one output is connected', { mode: 'webhook', connectedOutputs: [2] }],
	[
		'of an item that went to more than one output, of which one is connected',
		{ ...nodeOf('decisionAndChecks'), parameters: NO_MATCH, connectedOutputs: [1, 2] },
	],
	[
		'where the Error output is connected, too',
		{ mode: 'webhook', ...errorOutput('decision'), connectedOutputs: [2, 3] },
	],
	['of a Single Output', { mode: 'integrated', ...nodeOf('single') }],
])('A run %s has no hints', async (_what, given) => {
	expect(await hintsAfter(given)).toEqual([]);
});

test('A server on the own network that answered has a hint, once in an execution', async () => {
	const execution = new Execution();
	const given = { credential: { ...CREDENTIAL, baseUrl: 'http://127.0.0.1:8080' } };
	const one = (name: string) => ({ ...given, items: [person(name)] });
	expect(await hintsAfter({ ...one('ada'), statuses: [400] }, execution)).toEqual([]);
	expect(await hintsAfter(one('bob'), execution)).toEqual([
		expect.stringMatching(
			/^A server on your own network answered \(127\.0\.0\.1:8080\/v0\.1\), not Kairos\./,
		),
	]);
	expect(await hintsAfter(one('cleo'), execution)).toEqual([]);
});
