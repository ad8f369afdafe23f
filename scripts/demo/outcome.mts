import type { IDataObject, IRunExecutionData } from 'n8n-workflow';
import { outputsOf } from '../n8n/execution.mts';

/** The name of the node in each of the demo's workflows. */
export const VERIFY_NODE = 'Biometric Verify';

/**
 * The outputs of the node with Branches on "Decision and Failed Checks" and On Error on "Continue
 * (using error output)", in order.
 */
const OUTPUT_NAMES = [
	...['Review', 'Rejected', 'Approved'],
	...['No Match', 'Not Live', 'Face Issue', 'Other Issue'],
	'Error',
];

/** What of the node's result on an item is shown here. */
export interface Verification {
	decision: string;
	summary: string;
	faceMatch: { score: number | null };
	liveness: { score: number | null };
}

/** What became of one item. */
export interface Outcome {
	/** Absent when there is no verdict: then `error` says why. */
	verification?: Verification;
	error?: string;
	/** The outputs by which it left, in their order. */
	outputs: string[];
}

/**
 * Reads from an execution by which outputs of Biometric Verify each item left, by the name of its
 * pair.
 */
export function readOutcomes(data: IRunExecutionData): Map<string, Outcome> {
	const outcomes = new Map<string, Outcome>();
	for (const [index, items] of outputsOf(data, VERIFY_NODE).entries()) {
		for (const { json } of items) {
			const name = json['sample'] as string;
			const outcome = outcomes.get(name) ?? readItem(json);
			outcome.outputs.push(OUTPUT_NAMES[index] ?? `Output ${index}`);
			outcomes.set(name, outcome);
		}
	}
	return outcomes;
}

function readItem({ verification, error }: IDataObject): Outcome {
	return error === undefined
		? { verification: verification as unknown as Verification, outputs: [] }
		: { error: error as string, outputs: [] };
}
