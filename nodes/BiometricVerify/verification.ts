import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Outcome } from './batch';
import { itemErrorOf } from './errors';
import { loadImages, withoutImages } from './images';
import { askKairos } from './kairos/client';
import { KairosFailure } from './kairos/failure';
import type { ItemSettings } from './settings';
import { settingsOf } from './settings';
import type { Verdict } from './verdict';
import { judge } from './verdict';

/** An item that was verified, ready to leave by the outputs that its verdict names. */
export interface VerifiedItem {
	item: INodeExecutionData;
	verdict: Verdict;
}

/** Takes one item from its pictures to its verdict. It never throws: an error is an outcome. */
export async function verifyItem(
	context: IExecuteFunctions,
	itemIndex: number,
	halted: AbortSignal,
): Promise<Outcome<VerifiedItem>> {
	try {
		const settings = settingsOf(context, itemIndex);
		const images = await loadImages(context, itemIndex, settings);
		const answer = await askKairos(context, images, { ...settings, halted });
		const verdict = judge(answer, settings.rules);
		const response = settings.simplify ? undefined : answer.response;
		return { result: { item: itemOf(context, itemIndex, settings, verdict, response), verdict } };
	} catch (error) {
		return {
			error: itemErrorOf(context.getNode(), itemIndex, error),
			haltsRun: error instanceof KairosFailure && error.haltsRun,
		};
	}
}

function itemOf(
	context: IExecuteFunctions,
	itemIndex: number,
	settings: ItemSettings,
	verdict: Verdict,
	response: IDataObject | undefined,
): INodeExecutionData {
	const input: INodeExecutionData = context.getInputData()[itemIndex] ?? { json: {} };
	const { json, binary } = settings.keepImages ? input : withoutImages(input, settings);
	return {
		json: { ...json, [settings.outputField]: { ...verdict, ...(response && { response }) } },
		...(binary && { binary }),
		pairedItem: { item: itemIndex },
	};
}
