import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';

import type { Verification } from './http';
import { CREDENTIAL_TYPE, sendRequest } from './http';
import { canceled } from './networkErrors';
import type { ImagePair } from './request';
import { verificationRequest } from './request';
import type { RetryLimits } from './retry';
import { withRetries } from './retry';
import { readService, trimmed } from './service';

/** What is sent for one item. */
export interface VerifyRequest {
	/** Reads the images; called for each attempt, so that nothing is in memory between them. */
	loadImages: () => Promise<ImagePair>;
	/** Whether all faces in the photo are compared with the selfie. */
	matchAllFaces: boolean;
	/** Aborted when no further request of the run may start; its reason is thrown. */
	signal: AbortSignal;
}

/** What came of it. */
export interface VerifyResult extends Verification {
	/** How often the item was sent. */
	attempts: number;
}

/** How the requests of a run are sent. */
export interface ClientSettings extends RetryLimits {
	/** How long each attempt may take, in milliseconds. */
	timeoutMs: number;
}

/** Calls Kairos on behalf of one run of the node. */
export class KairosClient {
	private readonly context: IExecuteFunctions;

	private readonly settings: ClientSettings;

	private credential?: Promise<ICredentialDataDecryptedObject>;

	constructor(context: IExecuteFunctions, settings: ClientSettings) {
		this.context = context;
		this.settings = settings;
	}

	/**
	 * Asks whether selfie and photo show the same, live person.
	 *
	 * @throws {KairosError} when no attempt gets a response that can be judged.
	 * @throws the error of n8n when the credential is missing.
	 * @throws what `loadImages` throws, and the reason of `signal`.
	 */
	async verify({ loadImages, matchAllFaces, signal }: VerifyRequest): Promise<VerifyResult> {
		const { context, settings } = this;
		// Once for all items: n8n goes to its database each time.
		this.credential ??= context.getCredentials(CREDENTIAL_TYPE);
		const credential = await this.credential;
		const service = readService(credential);
		const secret = trimmed(credential.appSecretKey);
		const cancelSignal = context.getExecutionCancelSignal();
		const attempt = async () => {
			const images = await loadImages();
			if (cancelSignal?.aborted) throw canceled();
			signal.throwIfAborted();
			const request = verificationRequest(service, images, matchAllFaces);
			try {
				return await sendRequest(context, request, settings.timeoutMs, secret);
			} finally {
				request.body.close();
			}
		};
		const end = cancelSignal ? AbortSignal.any([signal, cancelSignal]) : signal;
		return await withRetries(attempt, settings, end);
	}
}
