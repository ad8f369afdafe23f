import type { IExecuteFunctions } from 'n8n-workflow';

import type { BranchMode } from '../output/outputs';
import { InputError } from '../errors/InputError';
import { WorkflowFiles } from '../input/files';
import type { Entry } from '../input/pairs';
import { PAIR_BY_POSITION, entriesOfOneInput, entriesOfTwoInputs } from '../input/pairs';
import type { RunSettings } from '../panel/options';
import { readLayout, readRunSettings } from '../panel/options';
import { isTool } from '../n8n/tool';

/** One run of the node over all of its items. */
export interface Run {
	context: IExecuteFunctions;
	/** What holds for all items, or why the node cannot run with what was set. */
	settings: RunSettings | InputError;
	entries: Entry[];
	files: WorkflowFiles;
	/** Undefined where Branches has a value that cannot be used: then nothing is verified. */
	branchMode?: BranchMode;
	/** Whether the first error ends the execution. */
	stopsOnError: boolean;
}

export function startRun(context: IExecuteFunctions): Run {
	const node = context.getNode();
	const { inputMode, branchMode } = readLayout(node);
	const settings = settingsOrError(() => readRunSettings(node));
	const pairing = settings instanceof InputError ? PAIR_BY_POSITION : settings.pairing;
	return {
		context,
		settings,
		entries:
			inputMode === 'twoInputs' ? entriesOfTwoInputs(context, pairing) : entriesOfOneInput(context),
		files: new WorkflowFiles(context),
		branchMode,
		// A tool answers its agent with the error, whatever On Error says.
		stopsOnError: !context.continueOnFail() && !isTool(node),
	};
}

/** An error that is not the builder's cannot come from reading plain values; it is reported alike. */
function settingsOrError(read: () => RunSettings): RunSettings | InputError {
	try {
		return read();
	} catch (error) {
		if (error instanceof InputError) return error;
		return new InputError({
			code: 'INVALID_SETTING',
			message: 'The settings of the node could not be read',
			description: 'Open the node and check Options, then try again.',
		});
	}
}
