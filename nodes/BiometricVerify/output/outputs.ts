import type { INodeExecutionData } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import type { Check, Decision } from '../verdict/findings';
import type { Verdict } from '../verdict/verdict';
import { failedChecks } from '../verdict/verdict';

/** The values of the Branches parameter. */
export type BranchMode = keyof typeof OUTPUTS;

/** The name of one output, as the canvas shows it. */
export type OutputName = (typeof OUTPUTS)[BranchMode][number];

/**
 * The outputs of each mode, in order. n8n stores connections by an output's position, also when the
 * mode is changed later, so:
 * - an order is never changed;
 * - the approving output is the third of every mode that has one, and no other output is ever third;
 * - the first one never approves: n8n sends items there when the node is disabled or fails.
 *
 * The canvas cuts a label at 76 pixels while nothing is connected, so names are short.
 */
export const OUTPUTS = {
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
 * The expression by which n8n's editor and engine know the node's outputs from its parameters.
 * There is always one: from a node with none, n8n loses the items when it sorts out the errors.
 * (n8n's expressions know no catch without a name.)
 *
 * With the binary mode `combined`, n8n 2.41 can read no parameter at all when it sorts out the
 * errors. It puts them behind the outputs that it knows of, so it must know of all: it would else
 * overwrite one. See `errorOutputIndex`.
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

/**
 * The position of the Error output where n8n would put the errors elsewhere, because it takes the
 * node for one with other outputs; undefined where n8n puts them there itself.
 *
 * @param known how many outputs n8n knows of, without the Error output.
 */
export function errorOutputIndex(known: number, mode: BranchMode): number | undefined {
	const { length } = OUTPUTS[mode];
	return known === length ? undefined : length;
}

/** The outputs by which an item with this verdict leaves; at least one, each at most once. */
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
 * Puts each item on its outputs, in the order of the items. Every output gets a copy of its own,
 * because steps that change their items would else change them on the other branches too.
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
 * Copies objects and lists, however deep they are. Other values, such as dates, are never changed in
 * place.
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

/** Undefined for what need not be copied. */
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
