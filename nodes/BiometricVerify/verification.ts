import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Arrival, Pair } from './arrivals';
import { joined, pairOf } from './arrivals';
import type { Outcome } from './batch';
import { itemErrorOf } from './errors';
import { findFiles, loadImages, withoutImages } from './images';
import type { KairosClient } from './kairos/client';
import { KairosFailure } from './kairos/failure';
import type { ItemSettings } from './settings';
import { settingsOf } from './settings';
import type { Verdict } from './verdict';
import { judge } from './verdict';
import { askOnce } from './verifiedBefore';

/** An item that was verified, ready to leave by the outputs that its verdict names. */
export interface VerifiedItem {
	item: INodeExecutionData;
	verdict: Verdict;
}

/** Takes one item from its pictures to its verdict. It never throws: an error is an outcome. */
export async function verifyItem(
	context: IExecuteFunctions,
	kairos: KairosClient,
	itemIndex: number,
	arrival: Arrival,
	halted: AbortSignal,
): Promise<Outcome<VerifiedItem>> {
	try {
		const pair = pairOf(context, itemIndex, arrival);
		const settings = settingsOf(context, itemIndex);
		const files = findFiles(context.getNode(), itemIndex, pair, settings);
		const { photoMayShowSeveralFaces } = settings;
		const question = { item: pair.selfieItem, files, photoMayShowSeveralFaces };
		const answer = await askOnce(context, question, async () => {
			const images = await loadImages(context, itemIndex, files);
			halted.throwIfAborted();
			return await kairos.ask(images, { ...settings, halted });
		});
		const verdict = judge(answer, settings.rules);
		return { result: { item: itemOf(pair, settings, verdict, answer.response), verdict } };
	} catch (error) {
		return {
			error: itemErrorOf(context.getNode(), itemIndex, error),
			haltsRun: error instanceof KairosFailure && error.haltsRun,
			notSent: halted.aborted && error === halted.reason,
		};
	}
}

function itemOf(
	pair: Pair,
	settings: ItemSettings,
	verdict: Verdict,
	response: IDataObject,
): INodeExecutionData {
	const { json, binary } = joined(settings.keepImages ? pair : withoutImages(pair, settings));
	const verification = settings.simplify ? verdict : { ...verdict, response };
	return {
		json: { ...json, [settings.outputField]: { ...verification } },
		...(binary && { binary }),
		pairedItem: pair.pairedItem,
	};
}
