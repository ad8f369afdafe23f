import type { IExecuteFunctions } from 'n8n-workflow';

import type { ImagePair } from '../images';
import type { KairosAnswer } from './answer';
import { CREDENTIAL_TYPE, exchange } from './exchange';
import { serviceOf, verificationRequest } from './request';
import { withTries } from './tries';

export interface AskOptions {
	photoMayShowSeveralFaces: boolean;
	/** How long each try may take, in milliseconds. */
	timeoutMs: number;
	/** How often the pictures are sent at the most. */
	maxTries: number;
	/** Aborted when an earlier error makes further tries pointless. */
	halted: AbortSignal;
}

/**
 * Asks Kairos whether selfie and photo show the same, live person.
 *
 * @throws {KairosFailure} when no try gives an answer that can be judged.
 * @throws the error of n8n when the credential is missing.
 */
export async function askKairos(
	context: IExecuteFunctions,
	images: ImagePair,
	{ photoMayShowSeveralFaces, timeoutMs, maxTries, halted }: AskOptions,
): Promise<KairosAnswer> {
	const credential = await context.getCredentials(CREDENTIAL_TYPE);
	const service = serviceOf(credential);
	const secret = typeof credential.appSecretKey === 'string' ? credential.appSecretKey : '';
	const attempt = async () => {
		const request = verificationRequest(service, images, photoMayShowSeveralFaces);
		try {
			return await exchange(context, request, timeoutMs, secret);
		} finally {
			request.body.close();
		}
	};
	return await withTries(attempt, {
		maxTries,
		halted,
		cancelSignal: context.getExecutionCancelSignal(),
	});
}
