import type { IDataObject, INode, INodeExecutionData, INodeTypes } from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';
import { BiometricVerify } from '../../../nodes/BiometricVerify/BiometricVerify.node';
import {
	OUTPUTS,
	type BranchMode,
	routeToOutputs,
	errorOutputIndex,
	outputsOf,
} from '../../../nodes/BiometricVerify/output/outputs';
import type { Check, Decision, Finding } from '../../../nodes/BiometricVerify/verdict/findings';
import { nodeWith } from '../../support/context.cts';

/**
 * The contract with every workflow that was ever saved: n8n stores connections by the position of
 * an output, so these lists may get longer at their end and change in no other way.
 */
const CONTRACT: Record<BranchMode, string[]> = {
	decisionAndChecks: [
		'Review',
		'Rejected',
		'Approved',
		'No Match',
		'Not Live',
		'Face Issue',
		'Other Issue',
	],
	decision: ['Review', 'Rejected', 'Approved'],
	checks: ['No Match', 'Not Live', 'All Passed', 'Face Issue', 'Other Issue'],
	single: ['Result'],
};

const MODES: BranchMode[] = ['decisionAndChecks', 'decision', 'checks', 'single'];

const FAILED: Record<Check, string> = {
	faceMatch: 'No Match',
	liveness: 'Not Live',
	faceDetection: 'Face Issue',
	other: 'Other Issue',
};

const CHECKS: Check[] = ['faceMatch', 'liveness', 'faceDetection', 'other'];

/** All sets of failed checks, the empty one first. */
const SETS = Array.from({ length: 16 }, (_, bits) =>
	CHECKS.filter((_check, at) => bits & (1 << at)),
);

function finding(check: Check, decision: Finding['decision']): Finding {
	return { check, code: 'CODE', decision, confidence: null, description: '', source: 'node' };
}

function verdictWith(decision: Decision, findings: Finding[]) {
	return { decision, findings };
}

/** Every decision with every set of failed checks that it can have. */
const CASES = SETS.flatMap((failed): Array<[Decision, Check[]]> =>
	failed.length === 0
		? [['approve', failed]]
		: [
				['review', failed],
				['reject', failed],
			],
);

test.each(MODES)('The outputs of the mode %s are named and ordered for ever', (mode) => {
	expect(OUTPUTS[mode]).toStrictEqual(CONTRACT[mode]);
});

/** The outputs by which an approved item leaves, told by sending one. */
const approvingAt = (mode: BranchMode) =>
	routeToOutputs(
		[{ item: { json: {} }, outputs: outputsOf(verdictWith('approve', []), mode) }],
		mode,
	).flatMap((items, position) => (items.length > 0 ? [position] : []));
const changes = MODES.flatMap((from) => MODES.map((to): [BranchMode, BranchMode] => [from, to]));

test('The third output approves in every mode that approves, and no other does', () => {
	expect(MODES.map(approvingAt)).toEqual([[2], [2], [2], [0]]);
});

test.each(changes)(
	'When Branches changes from %s to %s, a connection to an approval stays one, or leads nowhere',
	(from, to) => {
		if (from === 'single') return;
		for (const position of approvingAt(from)) {
			const name = OUTPUTS[to].at(position);
			if (name === undefined) continue;
			expect(approvingAt(to)).toEqual([position]);
			for (const [decision, failed] of CASES) {
				if (decision === 'approve') continue;
				const verdict = verdictWith(
					decision,
					failed.map((check) => finding(check, decision)),
				);
				expect(outputsOf(verdict, to)).not.toContain(name);
			}
		}
	},
);

test.each(changes)(
	'When Branches changes from %s to %s, no connection becomes one to an approval',
	(from, to) => {
		if (to === 'single') return;
		for (const position of OUTPUTS[from].keys()) {
			if (approvingAt(from).includes(position)) continue;
			expect(approvingAt(to)).not.toContain(position);
		}
	},
);

test.each(CASES)(
	'An item that is decided as %s with %p failed leaves by each of these',
	(decision, failed) => {
		const findings = failed.map((check) => finding(check, 'review'));
		const verdict = verdictWith(decision, findings);
		const byDecision = { approve: 'Approved', review: 'Review', reject: 'Rejected' }[decision];
		const byCheck = failed.map((check) => FAILED[check]);
		expect(outputsOf(verdict, 'decision')).toEqual([byDecision]);
		expect(outputsOf(verdict, 'decisionAndChecks')).toEqual([byDecision, ...byCheck]);
		expect(outputsOf(verdict, 'checks')).toEqual(failed.length > 0 ? byCheck : ['All Passed']);
		expect(outputsOf(verdict, 'single')).toEqual(['Result']);
	},
);

test.each<[BranchMode, string[]]>([
	['decisionAndChecks', ['Approved']],
	['decision', ['Approved']],
	['checks', ['All Passed']],
	['single', ['Result']],
])('An item with warnings only has no failed check (%s)', (mode, outputs) => {
	const warnings = CHECKS.map((check) => finding(check, 'warning'));
	expect(outputsOf(verdictWith('approve', warnings), mode)).toEqual(outputs);
});

const item = (id: number): INodeExecutionData => ({
	json: { id, deep: { list: [{ of: 'things' }] } },
	binary: { selfie: { data: 'AAAA', mimeType: 'image/png', fileName: 'me.png' } },
	pairedItem: { item: id },
});

test('The branches hold each item on each of its outputs, in the order of the items', () => {
	const branches = routeToOutputs(
		[
			{ item: item(0), outputs: ['Review', 'Not Live'] },
			{ item: item(1), outputs: ['Approved'] },
			{ item: item(2), outputs: ['Rejected', 'No Match', 'Not Live'] },
			{ item: item(3), outputs: ['Review', 'Other Issue'] },
		],
		'decisionAndChecks',
	);
	expect(branches.map((items) => items.map(({ json }) => json.id))).toEqual([
		[0, 3],
		[2],
		[1],
		[2],
		[0, 2],
		[],
		[3],
	]);
});

test('The branches hold an item that is nested too deep for a function that calls itself', () => {
	const levels = 200_000;
	const json: IDataObject = {};
	let innermost = json;
	for (let level = 0; level < levels; level++) innermost = innermost.in = {};
	const [reviews, , , matches] = routeToOutputs(
		[{ item: { json }, outputs: ['Review', 'No Match'] }],
		'decisionAndChecks',
	);
	const [first, second] = [reviews?.[0]?.json, matches?.[0]?.json];
	let depth = 0;
	for (let inner = second; inner?.in; inner = inner.in as IDataObject) depth++;
	expect(depth).toBe(levels);
	expect(second?.in).not.toBe(first?.in);
});

test('The branches share no object, so that a step after one cannot change an item on another', () => {
	const outputs = ['Rejected', ...Object.values(FAILED)] as Array<
		(typeof OUTPUTS.decisionAndChecks)[number]
	>;
	const copies = routeToOutputs([{ item: item(0), outputs }], 'decisionAndChecks').flat();
	expect(copies).toHaveLength(5);
	const seen = new Set<object>();
	for (const object of copies.flatMap(objectsIn)) {
		expect(seen.has(object)).toBe(false);
		seen.add(object);
	}
});

test('The branches hold the values of an object without a prototype', () => {
	const bare = Object.assign(Object.create(null) as object, { of: 'things' });
	const copies = routeToOutputs(
		[{ item: { json: { bare } as never }, outputs: ['Review', 'No Match'] }],
		'decisionAndChecks',
	).flat();
	expect(copies[1]).toEqual({ json: { bare: { of: 'things' } } });
	expect(copies[1]?.json.bare).not.toBe(bare);
});

test('The branches hold the same values of an item, also those that are no JSON', () => {
	const dated = { json: { id: 1 }, pairedItem: { item: 0 } };
	Object.assign(dated.json, {
		born: new Date('1990-01-31T00:00:00Z'),
		missing: undefined,
	});
	const [reviews, , , matches] = routeToOutputs(
		[{ item: dated, outputs: ['Review', 'No Match'] }],
		'decisionAndChecks',
	);
	expect(matches).toStrictEqual(reviews);
});

test.each(MODES)('The Error output is behind all others where n8n knows of others (%s)', (mode) => {
	const { length } = CONTRACT[mode];
	expect(errorOutputIndex(length + 1, mode)).toBe(length);
	expect(errorOutputIndex(0, mode)).toBe(length);
	expect(errorOutputIndex(length, mode)).toBeUndefined();
});

const biometricVerify = new BiometricVerify();
const nodeTypes: INodeTypes = {
	getByName: () => biometricVerify,
	getByNameAndVersion: () => biometricVerify,
	getKnownTypes: () => ({}),
};

function outputsInN8n(parameters: INode['parameters'], facts: Partial<INode> = {}) {
	const node = nodeWith({ parameters, ...facts });
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const placed = workflow.getNode(node.name) ?? node;
	return NodeHelpers.getNodeOutputs(workflow, placed, biometricVerify.description).map((output) =>
		typeof output === 'string' ? { type: output, displayName: output } : output,
	);
}

test.each(MODES)(
	"n8n's own reading of the outputs gives the outputs of the mode %s their names, in order",
	(branches) => {
		const outputs = outputsInN8n({ branches });
		expect(outputs.map(({ displayName }) => displayName)).toEqual(CONTRACT[branches]);
		expect(outputs.map(({ type }) => type)).toEqual(CONTRACT[branches].map(() => 'main'));
	},
);

test.each(['nothing', '', '={{ 1 + }}', 'toString', 'constructor', '__proto__'])(
	"n8n's own reading of the outputs gives the single one when Branches is %p, because n8n loses the items of a node with none",
	(branches) => {
		expect(outputsInN8n({ branches }).map(({ displayName }) => displayName)).toEqual(['Result']);
	},
);

function objectsIn(value: unknown): object[] {
	if (typeof value !== 'object' || value === null) return [];
	return [value, ...Object.values(value).flatMap(objectsIn)];
}
