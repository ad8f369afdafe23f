import type { IDataObject } from 'n8n-workflow';

import { getOrVerify } from './answerCache';
import type { Outcome } from './batch';
import { InputError } from './errors';
import { findImageFiles, loadImages } from './images';
import type { Entry, ItemPair } from './inputs';
import type { KairosClient } from './kairos/client';
import { NotSent } from './kairos/client';
import { KairosError } from './kairos/errors';
import type { KairosResponse } from './kairos/response';
import type { ItemSettings } from './options';
import { readItemSettings } from './options';
import type { Run } from './run';

/** What is known of an item that Kairos verified, ready to be judged. */
export interface VerifiedItem {
	pair: ItemPair;
	settings: ItemSettings;
	response: KairosResponse;
	/** The whole response, where the builder asked for it. */
	raw?: IDataObject;
	/** Of the bytes that were sent, in hexadecimal. */
	selfieSha256: string;
	photoSha256: string;
	/** How often the item was sent. */
	attempts: number;
}

/** Takes one item from its images to what Kairos says about them. It never throws. */
export async function verifyItem(
	{ context, files }: Run,
	kairos: KairosClient,
	{ itemIndex, pair }: Entry,
): Promise<Outcome<VerifiedItem>> {
	try {
		if (pair instanceof InputError) throw pair;
		const settings = readItemSettings(context, itemIndex);
		const { matchAllFaces, largestImageBytes } = settings;
		const imageFiles = findImageFiles(context, files, pair, settings);
		const verification = { item: pair.selfieItem, files: imageFiles, matchAllFaces };
		const { response: received, ...result } = await getOrVerify(
			context,
			verification,
			async () =>
				await kairos.verify({
					loadImages: async () =>
						await loadImages(context, itemIndex, imageFiles, largestImageBytes),
					matchAllFaces,
				}),
		);
		const { raw, ...response } = received;
		return {
			status: 'verified',
			result: { pair, settings, response, ...(settings.includeRawResponse && { raw }), ...result },
		};
	} catch (error) {
		if (error instanceof NotSent) return { status: 'skipped', reason: error.reason };
		return {
			status: 'failed',
			error,
			endsRun: error instanceof KairosError && error.endsRun,
		};
	}
}
