import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import { InputError } from '../errors/InputError';
import { findImageFiles } from '../input/images';
import type { Pair } from '../input/pairs';
import { isTool } from '../n8n/tool';
import { outputFieldOf, readImageFields } from '../panel/settings';
import type { ErrorFacts } from './itemError';
import type { Run } from './run';

const NOTE =
	'This is the result of an earlier call in this execution. Nothing was sent to Kairos again.';

/**
 * As an agent's tool, verifies once for each execution, however often the agent calls: n8n does not
 * say which person a call is about, and hands in the images of the first. A further call gets the
 * first one's result if its json is the same, and is sent again only if the first one cost nothing.
 */
export async function answerOnce(
	run: Run,
	verify: (run: Run) => Promise<INodeExecutionData[][]>,
): Promise<INodeExecutionData[][]> {
	const { context, pairs, memory } = run;
	if (!isTool(context.getNode())) return await verify(run);
	// Each call has an ID of its own.
	const items = pairs.map(({ selfieItem }) => ({ ...selfieItem.json, toolCallId: undefined }));
	const json = JSON.stringify(items, inAnyOrder);
	memory.toolCall ??= { json };
	const call = memory.toolCall;
	if (call.json !== json) {
		return await verify({ ...run, pairs: pairs.map((pair) => ({ ...pair, error: otherItem() })) });
	}
	const field = outputFieldOf(context, 0);
	if (call.outputs) {
		const checked = pairs.map((pair) => ({ ...pair, error: pair.error ?? errorOf(run, pair) }));
		if (checked.some(({ error }) => error)) return await verify({ ...run, pairs: checked });
		return withNote(await call.outputs, field);
	}
	call.outputs = verify(run);
	const outputs = await call.outputs;
	if (outputs.flat().every((item) => costNothing(item, field))) call.outputs = undefined;
	return outputs;
}

/** Why a further call is not about the images of the first: they may be those of several people. */
function errorOf({ context, files }: Run, pair: Pair): InputError | undefined {
	try {
		findImageFiles(context, files, pair, readImageFields(context, pair.itemIndex));
		return undefined;
	} catch (error) {
		return error instanceof InputError ? error : otherItem();
	}
}

/** For JSON that is the same whatever the order of its fields. */
function inAnyOrder(_key: string, value: unknown): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function otherItem(): InputError {
	return new InputError({
		code: 'NOT_ONE_PERSON',
		message: 'The agent has called this tool about another item before',
		description:
			'An AI agent does not say which person it is asking about, so nothing was sent. Run the agent once for each person, for example in a sub-workflow that is called for each item.',
	});
}

function costNothing({ json }: INodeExecutionData, field: string): boolean {
	const result = json[field] as { error?: ErrorFacts } | undefined;
	return result?.error?.mayBeBilled === false;
}

function withNote(outputs: INodeExecutionData[][], field: string): INodeExecutionData[][] {
	return outputs.map((items) =>
		items.map((item) => {
			const json = deepCopy(item.json);
			const result = { ...(json[field] as IDataObject), note: NOTE };
			return { ...item, json: { ...json, [field]: result } };
		}),
	);
}
