import type { IExecuteFunctions, INode } from 'n8n-workflow';

import type { BranchMode } from '../output/outputs';
import { InputError } from '../errors/InputError';
import { WorkflowFiles } from '../input/files';
import type { Pair } from '../input/pairs';
import { pairsOfOneInput, pairsOfTwoInputs, pairsThatFail } from '../input/pairs';
import type { RunSettings } from '../panel/settings';
import { readLayout, readRunSettings } from '../panel/settings';
import { isTool } from '../n8n/tool';
import type { ExecutionMemory } from './execution';
import { remember } from './execution';

/** One run of the node over all of its items. */
export interface Run {
	context: IExecuteFunctions;
	/** What holds for all items, or why the node cannot run with its settings. */
	settings: RunSettings | InputError;
	pairs: Pair[];
	files: WorkflowFiles;
	/** Undefined if Branches has an invalid value: then nothing is verified. */
	branchMode?: BranchMode;
	/** Whether the first error ends the execution. */
	stopsOnError: boolean;
	memory: ExecutionMemory;
}

export function startRun(context: IExecuteFunctions): Run {
	const node = context.getNode();
	const settings = settingsOrError(node);
	return {
		context,
		settings,
		pairs: pairsOf(context, settings),
		files: new WorkflowFiles(context),
		branchMode: readLayout(node).branchMode,
		// A tool answers its agent with the error; n8n drops what a tool with an error output returns.
		stopsOnError: isTool(node) ? hasErrorOutput(node) : !context.continueOnFail(),
		memory: remember(context),
	};
}

function pairsOf(context: IExecuteFunctions, settings: RunSettings | InputError): Pair[] {
	if (settings instanceof InputError) return pairsThatFail(context, settings);
	const { pairField } = settings;
	return pairField === undefined ? pairsOfOneInput(context) : pairsOfTwoInputs(context, pairField);
}

/** Whether failed items leave by an output of their own. */
export function hasErrorOutput({ onError }: INode): boolean {
	return onError === 'continueErrorOutput';
}

/** Reading plain values fails only by the builder's mistake; any other error is reported like one. */
function settingsOrError(node: INode): RunSettings | InputError {
	if (isTool(node) && hasErrorOutput(node)) {
		return new InputError({
			code: 'INVALID_SETTING',
			message: "'On Error' is 'Continue (using error output)', which a tool does not have",
			description:
				"n8n would drop the result before the agent gets it, so nothing was sent. In Settings, set 'On Error' to 'Continue'.",
		});
	}
	try {
		return readRunSettings(node);
	} catch (error) {
		if (error instanceof InputError) return error;
		return new InputError({
			code: 'INVALID_SETTING',
			message: 'The settings of the node could not be read',
			description: 'Open the node and check Options, then try again.',
		});
	}
}
