import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';

import type { ImagePair } from '../images';
import type { KairosAnswer } from './answer';
import { CREDENTIAL_TYPE, exchange } from './exchange';
import { serviceOf, textOf, verificationRequest } from './request';
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

/** Asks Kairos on behalf of one run of the node. */
export class KairosClient {
	private readonly context: IExecuteFunctions;

	private credential?: Promise<ICredentialDataDecryptedObject>;

	constructor(context: IExecuteFunctions) {
		this.context = context;
	}

	/**
	 * Asks whether selfie and photo show the same, live person.
	 *
	 * @throws {KairosFailure} when no try gives an answer that can be judged.
	 * @throws the error of n8n when the credential is missing.
	 */
	async ask(
		images: ImagePair,
		{ photoMayShowSeveralFaces, timeoutMs, maxTries, halted }: AskOptions,
	): Promise<KairosAnswer> {
		const { context } = this;
		// Once for all items: n8n goes to its database each time.
		this.credential ??= context.getCredentials(CREDENTIAL_TYPE);
		const credential = await this.credential;
		const service = serviceOf(credential);
		const secret = textOf(credential.appSecretKey);
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
}
