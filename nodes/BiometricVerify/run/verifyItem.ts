import type { IDataObject } from 'n8n-workflow';

import type { Outcome } from './batch';
import { attemptsBehind, noteAttempts } from '../errors/attempts';
import { InputError } from '../errors/InputError';
import type { ImageFiles } from '../input/images';
import { findImageFiles, loadImages } from '../input/images';
import type { Entry, ItemPair } from '../input/pairs';
import type { KairosClient } from '../kairos/client';
import { NotSent } from '../kairos/client';
import { KairosError } from '../kairos/failures/KairosError';
import type { KairosResponse } from '../kairos/response';
import type { ItemSettings } from '../panel/options';
import { readItemSettings } from '../panel/options';
import { verifyOnce } from './retryOnFail';
import type { Run } from './run';

/** What is known of an item that Kairos verified, ready to be judged. */
export interface VerifiedItem {
	pair: ItemPair;
	settings: ItemSettings;
	response: KairosResponse;
	/** The whole response, where the builder asked for it. */
	raw?: IDataObject;
	/** How often the item was sent. */
	attempts: number;
	/** Who answered: host, port where it is not the default, and API version. */
	service: string;
}

/** An item with all that is known of it before an image is read or anything is sent. */
export interface PreparedItem {
	pair: ItemPair;
	settings: ItemSettings;
	imageFiles: ImageFiles;
}

/**
 * Finds out what is to be sent for an item, and how it is to be judged.
 *
 * @throws {InputError} when it has no partner, an option has an invalid value, or a file is missing.
 * @throws the error of n8n when an expression fails.
 */
export function prepareItem({ context, files }: Run, { itemIndex, pair }: Entry): PreparedItem {
	if (pair instanceof InputError) throw pair;
	const settings = readItemSettings(context, itemIndex);
	return { pair, settings, imageFiles: findImageFiles(context, files, pair, settings) };
}

/**
 * Takes one item from its images to what Kairos says about them. It never throws.
 *
 * @param prepare gives the item as `prepareItem` made it, and throws as that does.
 */
export async function verifyItem(
	{ context }: Run,
	kairos: KairosClient,
	itemIndex: number,
	prepare: () => PreparedItem,
): Promise<Outcome<VerifiedItem>> {
	try {
		const { pair, settings, imageFiles } = prepare();
		const { matchAllFaces } = settings;
		const verification = { item: pair.selfieItem, files: imageFiles, matchAllFaces };
		const { response: received, ...result } = await verifyOnce(
			context,
			verification,
			async (history) =>
				await kairos.verify({
					loadImages: async () => await loadImages(context, itemIndex, imageFiles, settings),
					matchAllFaces,
					history,
				}),
		);
		const { raw, ...response } = received;
		return {
			status: 'verified',
			result: { pair, settings, response, ...(settings.includeRawResponse && { raw }), ...result },
		};
	} catch (error) {
		if (error instanceof NotSent) return { status: 'skipped', reason: error.reason };
		const facts = attemptsBehind(error);
		noteAttempts(error, { ...facts, service: facts.service ?? (await kairos.service()) });
		return {
			status: 'failed',
			error,
			endsRun: error instanceof KairosError && error.endsRun,
		};
	}
}
