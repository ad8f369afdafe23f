import type { INodeExecutionData } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import type { Check, Decision } from '../verdict/findings';
import type { Verdict } from '../verdict/verdict';
import { failedChecks } from '../verdict/verdict';

/** The values of the Branches parameter. */
export type BranchMode = keyof typeof OUTPUTS;

/** The label of an output on the canvas. */
export type OutputName = (typeof OUTPUTS)[BranchMode][number];

const DECISIONS = ['Review', 'Rejected', 'Approved'] as const;

/**
 * The outputs of each mode, in order. n8n stores connections by an output's position, also when the
 * mode is changed later, so:
 * - an order never changes;
 * - the approving output is the third of every mode that has one, and no other output is ever third;
 * - the first output never approves: n8n sends items there when the node is disabled or fails.
 *
 * The canvas cuts labels at 76 pixels while nothing is connected, so they are short.
 */
export const OUTPUTS = {
	decisionAndChecks: [...DECISIONS, 'No Match', 'Not Live', 'Face Issue', 'Other Issue'],
	decision: DECISIONS,
	checks: ['No Match', 'Not Live', 'All Passed', 'Face Issue', 'Other Issue'],
	single: ['Result'],
} as const;

export const DEFAULT_BRANCH_MODE: BranchMode = 'decisionAndChecks';

const OUTPUT_OF_DECISION: Record<Decision, OutputName> = {
	approve: 'Approved',
	review: 'Review',
	reject: 'Rejected',
};

const OUTPUT_OF_CHECK: Record<Check, OutputName> = {
	faceMatch: 'No Match',
	liveness: 'Not Live',
	faceDetection: 'Face Issue',
	other: 'Other Issue',
};

/** The mode with the most outputs. */
const LONGEST_MODE: BranchMode = 'decisionAndChecks';

/**
 * The expression from which n8n's editor and engine get the node's outputs. It always returns at
 * least one: n8n loses the failed items of a node without outputs. (n8n's expressions have no
 * `catch` without a name.)
 *
 * n8n quirk (binary mode `combined`, up to 2.41): it can read no parameter when it moves failed
 * items to the Error output, which it puts behind the outputs that it knows of. So it must know of
 * all, or it overwrites one; goes when its engine test fails. See `ownErrorOutput`.
 */
export const outputsExpression = `={{ (() => {
	const outputs = ${JSON.stringify(outputDescriptions())};
	try {
		const chosen = outputs[$parameter.branches];
		return Array.isArray(chosen) ? chosen : outputs.single;
	} catch (error) {
		try {
			return $parameter === undefined ? outputs.${LONGEST_MODE} : outputs.single;
		} catch (unreadable) {
			return outputs.${LONGEST_MODE};
		}
	}
})() }}`;

export function isBranchMode(value: unknown): value is BranchMode {
	return typeof value === 'string' && Object.hasOwn(OUTPUTS, value);
}

/** The outputs of an item with this verdict: at least one, each at most once. */
export function outputsOf(
	verdict: Pick<Verdict, 'decision' | 'findings'>,
	mode: BranchMode,
): OutputName[] {
	const failed = [...failedChecks(verdict)].map((check) => OUTPUT_OF_CHECK[check]);
	switch (mode) {
		case 'single':
			return ['Result'];
		case 'decision':
			return [OUTPUT_OF_DECISION[verdict.decision]];
		case 'checks':
			return failed.length === 0 ? ['All Passed'] : failed;
		case 'decisionAndChecks':
			return [OUTPUT_OF_DECISION[verdict.decision], ...failed];
	}
}

/**
 * Puts each item on its outputs, in the order of the items.
 *
 * n8n quirk (all releases): it hands one object to all branches, so each output gets a copy of its
 * own, or a node that changes its items would change them on the other branches, too; goes when n8n
 * copies.
 */
export function routeToOutputs(
	items: ReadonlyArray<{ item: INodeExecutionData; outputs: readonly OutputName[] }>,
	mode: BranchMode,
): INodeExecutionData[][] {
	const names: readonly OutputName[] = OUTPUTS[mode];
	const branches = names.map((): INodeExecutionData[] => []);
	for (const { item, outputs } of items) {
		outputs.forEach((name, count) => {
			branches[names.indexOf(name)]?.push(count === 0 ? item : copyOf(item));
		});
	}
	return branches;
}

/**
 * Copies objects and lists at any depth. Other values, such as dates, are shared: nodes replace
 * them rather than change them.
 */
function copyOf<Value>(value: Value): Value {
	const copies = new Map<unknown, object>();
	const copyOfPart = (part: unknown): unknown => {
		const copy = copies.get(part) ?? shallowCopyOf(part);
		if (copy !== undefined) copies.set(part, copy);
		return copy ?? part;
	};
	const whole = copyOfPart(value);
	for (const copy of copies.values()) {
		for (const [name, part] of Object.entries(copy)) Reflect.set(copy, name, copyOfPart(part));
	}
	return whole as Value;
}

/** Undefined if the value need not be copied. */
function shallowCopyOf(value: unknown): object | undefined {
	if (Array.isArray(value)) return [...(value as unknown[])];
	if (typeof value !== 'object' || value === null) return undefined;
	const prototype: unknown = Object.getPrototypeOf(value);
	const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
	return isPlain ? { ...value } : undefined;
}

function outputDescriptions() {
	return Object.fromEntries(
		Object.entries(OUTPUTS).map(([mode, names]) => [
			mode,
			names.map((displayName) => ({ type: NodeConnectionTypes.Main, displayName })),
		]),
	);
}
