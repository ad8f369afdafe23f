import type { IDataObject, INode } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import {
	OUTPUTS,
	type BranchMode,
	type OutputName,
	routeToOutputs,
	outputsOf,
} from '../../../nodes/BiometricVerify/output/outputs';
import type { Check, Decision, Finding } from '../../../nodes/BiometricVerify/verdict/findings';
import { placedNode } from '../../support/placedNode.cts';

const DECISIONS = ['Review', 'Rejected', 'Approved'];

/**
 * The contract with every workflow that was ever saved: n8n stores connections by the position of
 * an output, so these lists may get longer at their end and change in no other way.
 */
const CONTRACT: Record<BranchMode, string[]> = {
	decisionAndChecks: [...DECISIONS, 'No Match', 'Not Live', 'Face Issue', 'Other Issue'],
	decision: DECISIONS,
	checks: ['No Match', 'Not Live', 'All Passed', 'Face Issue', 'Other Issue'],
	single: ['Result'],
};

const MODES = Object.keys(CONTRACT) as BranchMode[];

const FAILED = {
	faceMatch: 'No Match',
	liveness: 'Not Live',
	faceDetection: 'Face Issue',
	other: 'Other Issue',
} as const;

const CHECKS = Object.keys(FAILED) as Check[];

function verdictWith(decision: Decision, checks: Check[], severity: Finding['decision']) {
	const rest = { code: 'CODE', confidence: null, description: '', source: 'node' } as const;
	return { decision, findings: checks.map((check) => ({ ...rest, check, decision: severity })) };
}

test('The outputs of each mode have the same names in the same order for ever', () => {
	expect(OUTPUTS).toStrictEqual(CONTRACT);
});

test('The third output approves in every mode that approves, and no other does', () => {
	const approval = verdictWith('approve', [], 'review');
	const approving = MODES.map((mode) => CONTRACT[mode].indexOf(outputsOf(approval, mode).join()));
	expect(approving).toEqual([2, 2, 2, 0]);
});

test('An item leaves by its decision, and by each of its failed checks', () => {
	for (let bits = 1; bits < 16; bits++) {
		const failed = CHECKS.filter((_check, at) => bits & (1 << at));
		const byCheck = failed.map((check) => FAILED[check]);
		for (const decision of ['review', 'reject'] as const) {
			const name = decision === 'review' ? 'Review' : 'Rejected';
			const verdict = verdictWith(decision, failed, decision);
			expect(outputsOf(verdict, 'decision')).toEqual([name]);
			expect(outputsOf(verdict, 'decisionAndChecks')).toEqual([name, ...byCheck]);
			expect(outputsOf(verdict, 'checks')).toEqual(byCheck);
			expect(outputsOf(verdict, 'single')).toEqual(['Result']);
		}
	}
});

test('An item with warnings only has no failed check', () => {
	const verdict = verdictWith('approve', CHECKS, 'warning');
	expect(MODES.map((mode) => outputsOf(verdict, mode))).toEqual([
		['Approved'],
		['Approved'],
		['All Passed'],
		['Result'],
	]);
});

/** Routes items by these outputs in the mode with the most outputs. */
const route = (...items: Array<[json: IDataObject, ...outputs: OutputName[]]>) =>
	routeToOutputs(
		items.map(([json, ...outputs], item) => ({
			item: {
				json,
				pairedItem: { item },
				binary: { selfie: { data: 'AAAA', mimeType: 'image/png', fileName: 'me.png' } },
			},
			outputs,
		})),
		'decisionAndChecks',
	);

test('The branches hold each item on each of its outputs, in the order of the items', () => {
	const branches = route(
		[{ id: 0 }, 'Review', 'Not Live'],
		[{ id: 1 }, 'Approved'],
		[{ id: 2 }, 'Rejected', 'No Match', 'Not Live'],
		[{ id: 3 }, 'Review', 'Other Issue'],
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

test('The branches hold the same values and share no object, so that no step changes an item on another', () => {
	const json = {
		deep: { list: [{ of: 'things' }] },
		missing: undefined,
		bare: Object.assign(Object.create(null) as IDataObject, { of: 'things' }),
	};
	const copies = route([json, 'Rejected', ...Object.values(FAILED)]).flat();
	expect(copies).toHaveLength(5);
	const objects = copies.flatMap(objectsIn);
	expect(new Set(objects).size).toBe(objects.length);
	for (const copy of copies) expect(copy).toEqual(copies[0]);
	const dated = { born: new Date('1990-01-31T00:00:00Z') } as never;
	const [reviews, , , matches] = route([dated, 'Review', 'No Match']);
	expect(matches).toStrictEqual(reviews);
});

test('The branches hold an item that is nested too deep for a function that calls itself', () => {
	const json: IDataObject = {};
	let innermost = json;
	for (let level = 0; level < 200_000; level++) innermost = innermost.in = {};
	const [, , , [match] = []] = route([json, 'Review', 'No Match']);
	let depth = 0;
	for (let inner = match?.json; inner?.in; inner = inner.in as IDataObject) depth++;
	expect(depth).toBe(200_000);
});

/** The outputs of the node, as n8n itself reads them. */
const outputsInN8n = (parameters: INode['parameters']) =>
	NodeHelpers.getNodeOutputs(...placedNode(parameters));

test.each(MODES)("n8n's own reading of the outputs gives those of the mode %s", (branches) => {
	expect(outputsInN8n({ branches })).toEqual(
		CONTRACT[branches].map((displayName) => ({ type: 'main', displayName })),
	);
});

test.each(['nothing', '', '={{ 1 + }}', 'toString', '__proto__'])(
	"n8n's own reading of the outputs gives the single one when Branches is %p, because n8n loses the items of a node with none",
	(branches) => {
		expect(outputsInN8n({ branches })).toEqual([{ type: 'main', displayName: 'Result' }]);
	},
);

function objectsIn(value: unknown): object[] {
	if (typeof value !== 'object' || value === null) return [];
	return [value, ...Object.values(value).flatMap(objectsIn)];
}
