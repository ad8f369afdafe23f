import type { INodeExecutionData, NodeExecutionHint, NodeHint } from 'n8n-workflow';

import { connectedOutputs } from '../n8n/connections';
import { isTool } from '../n8n/tool';
import { OUTPUTS } from '../output/outputs';
import { countEach } from '../run/counts';
import type { Run } from '../run/run';
import { hasErrorOutput } from '../run/run';
import type { Outcome, Verified } from '../run/outcome';
import { verifiedAmong } from '../run/outcome';

/** What the panel shows before the node runs, if a setting can let the wrong people through. */
export const hints: NodeHint[] = [
	{
		type: 'warning',
		message:
			"With 'Single Output', approved and rejected people go to the same output. Check the decision in the next node, or choose something else for 'Branches'.",
		displayCondition: '={{ $parameter.branches === "single" }}',
		whenToDisplay: 'always',
		location: 'outputPane',
	},
];

/** What the panel shows after a run, if the builder may not expect what happened. */
export function executionHints(
	run: Run,
	outcomes: readonly Outcome[],
	outputs: readonly INodeExecutionData[][],
): NodeExecutionHint[] {
	const verified = verifiedAmong(outcomes);
	const connected = connectedOutputs(run.context);
	const arriving = outputs.filter((_, output) => connected.has(output)).flat();
	return [
		...aboutSettings(run, verified, arriving),
		...aboutConnections(run, outcomes, connected),
		...aboutSharedImages(verified),
		...aboutWhoAnswered(run, verified),
	]
		.filter((message) => typeof message === 'string')
		.map((message) => ({ type: 'info', message, location: 'outputPane' }));
}

/** Hints, each if its condition is met. */
type Hints = Array<string | false | undefined>;

function aboutSettings(
	{ context, pairs, stopsOnError }: Run,
	verified: readonly Verified[],
	arriving: readonly INodeExecutionData[],
): Hints {
	const { executeOnce, alwaysOutputData } = context.getNode();
	return [
		executeOnce &&
			"'Execute Once' is on in Settings: n8n gave this node the first item only. Turn it off, or everybody else goes unverified.",
		alwaysOutputData &&
			"'Always Output Data' is on in Settings: if nobody leaves by the first output, n8n can put an empty item there. Turn it off.",
		stopsOnError &&
			pairs.length > 1 &&
			verified.some(({ attempts }) => attempts > 1) &&
			"Some items were only verified after a further attempt. If one fails with 'On Error' set to 'Stop Workflow', the results of all others are lost, and Retry in the list of executions, or Execute step on a later node, sends and bills everybody again. To keep the results, set 'On Error' to 'Continue (using error output)' in Settings.",
		arriving.length > pairs.length &&
			'Some items went to more than one output. A node that is connected to several of these outputs processes them more than once.',
	];
}

function aboutConnections(
	{ context, pairs, branchMode = 'single' }: Run,
	outcomes: readonly Outcome[],
	connected: ReadonlySet<number>,
): Hints {
	const node = context.getNode();
	if (isTool(node) || pairs.length === 0) return [];
	// While a workflow is being built, its nodes are not connected yet.
	const isBuilt = context.getMode() !== 'manual';
	const isAnyoneLost = outcomes.some(({ status }) => status !== 'verified');
	return [
		isBuilt &&
			connected.size === 0 &&
			branchMode !== 'single' &&
			'No output of this node is connected, so the workflow ends here. A webhook that responds when the last node finishes, and a workflow that calls this one, get only what leaves by the first output: often an empty list.',
		(isBuilt || isAnyoneLost) &&
			hasErrorOutput(node) &&
			!connected.has(OUTPUTS[branchMode].length) &&
			'The Error output is not connected, so whoever could not be verified is lost there. Connect it.',
	];
}

function aboutSharedImages(verified: readonly Verified[]): Hints {
	return (['selfie', 'photo'] as const).map((role) => {
		const counts = countEach(verified.map(({ job }) => job.fileKeys[role]));
		// Spread, as arguments, a hundred thousand would be too many.
		const most = [...counts.values()].reduce((more, count) => Math.max(more, count), 0);
		const label = role === 'selfie' ? 'Selfie Input Field' : 'Photo Input Field';
		return (
			most > 1 &&
			`'${label}' gave ${most} items the same file. If each item should have its own, check the expression: .first() gives all of them the file of the first one.`
		);
	});
}

/** One hint for each execution, also in a loop. */
function aboutWhoAnswered({ memory }: Run, [first]: readonly Verified[]): Hints {
	const service = first?.job.access.service;
	if (!service?.isPrivateHost || memory.hasHintedPrivateHost) return [];
	memory.hasHintedPrivateHost = true;
	return [
		`A server on your own network answered (${service.name}), not Kairos. If this is the sandbox, its results are for trying the node only.`,
	];
}
