import type { INodeExecutionData } from 'n8n-workflow';
import type { Pair } from '../../nodes/BiometricVerify/input/pairs';
import { readAccess } from '../../nodes/BiometricVerify/kairos/endpoint';
import type { KairosResponse } from '../../nodes/BiometricVerify/kairos/response';
import type { ItemSettings } from '../../nodes/BiometricVerify/panel/settings';
import type { Verified } from '../../nodes/BiometricVerify/run/outcome';
import { CREDENTIAL } from './execution.cts';

/** A pair as the node makes it of one item, or of one item of each input. */
export function pairOf(
	selfieItem: INodeExecutionData,
	photoItem = selfieItem,
	facts: Partial<Pair> = {},
): Pair {
	return { selfieItem, photoItem, itemIndex: 0, pairedItem: { item: 0 }, ...facts };
}

/** The outcome of a pair to which Kairos gave this response. */
export function verified(pair: Pair, settings: ItemSettings, response: KairosResponse): Verified {
	const file = { data: '', mimeType: 'image/png' };
	const job = {
		...{ pair, settings, access: readAccess(CREDENTIAL) },
		files: { selfie: file, photo: file },
		fileKeys: { selfie: 'selfie', photo: 'photo' },
	};
	return { status: 'verified', pair, job, response, attempts: 1 };
}
