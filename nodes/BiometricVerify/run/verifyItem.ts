import type { IDataObject } from 'n8n-workflow';

import type { Outcome } from './batch';
import { loadImages } from '../input/images';
import type { ItemPair } from '../input/pairs';
import type { KairosClient } from '../kairos/client';
import { NotSent } from '../kairos/client';
import { KairosError } from '../kairos/failures/KairosError';
import type { KairosResponse } from '../kairos/response';
import type { ItemSettings } from '../panel/settings';
import type { PreparedItem } from './prepare';
import { pairKey } from './prepare';
import { getOrVerify } from './retryOnFail';
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
	/** Whether that is a server on one's own network, as the sandbox is. */
	isOnOwnNetwork: boolean;
	/** What the two files are known by. */
	fileKeys: PreparedItem['fileKeys'];
}

/** Takes one item from its images to what Kairos says about them. It never throws. */
export async function verifyItem(
	run: Run,
	kairos: KairosClient,
	item: PreparedItem,
): Promise<Outcome<VerifiedItem>> {
	const { entry, pair, settings, imageFiles, fileKeys, access } = item;
	const { matchAllFaces, includeRawResponse } = settings;
	try {
		const { response: received, ...result } = await getOrVerify(
			run,
			item,
			async (history) =>
				await kairos.verify({
					loadImages: async () =>
						await loadImages(run.context, entry.itemIndex, imageFiles, settings),
					matchAllFaces,
					history,
				}),
		);
		run.memory.noteVerified(pairKey(item), pair.selfieItem);
		const { raw, ...response } = received;
		return {
			status: 'verified',
			result: {
				...{ pair, settings, response, fileKeys },
				isOnOwnNetwork: access.service.isOnOwnNetwork,
				...(includeRawResponse && { raw }),
				...result,
			},
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
