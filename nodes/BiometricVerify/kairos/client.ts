import type { IExecuteFunctions } from 'n8n-workflow';

import { systemClock } from './clock';
import { KairosError } from './failures/KairosError';
import type { Verification } from './send';
import { CREDENTIAL_TYPE, sendRequest } from './send';
import { withLimit } from './failures/limits';
import { canceled } from './failures/network';
import type { Attempt, Result } from './pace';
import { Pace } from './pace';
import type { ImagePair } from './request';
import { verificationRequest } from './request';
import type { KairosService } from './endpoint';
import { readService, trimmed } from './endpoint';

/** What is sent for one item. */
export interface VerifyRequest {
	/** Reads the images; called for each attempt, so that nothing is in memory between them. */
	loadImages: () => Promise<ImagePair>;
	/** Whether all faces in the photo are compared with the selfie. */
	matchAllFaces: boolean;
	/** Is brought up to date with each attempt. */
	history: History;
}

/** What an item has been through, in all runs of the node in which n8n tried it. */
export interface History {
	/** How often it was sent. */
	attempts: number;
	/** How many of these Kairos may have billed although no response came. */
	uncertainAttempts: number;
	lastError?: KairosError;
	/** What ended it, when sending it again could be billed once more. */
	finalError?: KairosError;
}

export function newHistory(): History {
	return { attempts: 0, uncertainAttempts: 0 };
}

/** What came of it. */
export interface VerifyResult extends Verification {
	/** How often the item was sent. */
	attempts: number;
}

/** How the requests of a run are sent. */
export interface ClientSettings {
	/** How many requests are in flight at the most. */
	maxConcurrent: number;
	/** How often an item may be sent when each attempt may have been billed; at least 1. */
	maxAttempts: number;
	/** How long to wait for a service that takes no requests, in milliseconds. */
	maxWaitMs: number;
	/** How long each attempt may take, in milliseconds. */
	timeoutMs: number;
}

/** An item that was not sent, because of what happened to another one. */
export class NotSent extends Error {
	readonly reason: unknown;

	constructor(reason: unknown) {
		super('Not sent');
		this.reason = reason;
	}
}

/** Where requests go, and what may stand in no text that comes back. */
interface Access {
	service: KairosService;
	secret: string;
}

/** A response, or an error that ends only the item it is about. */
type Answer = Verification | KairosError;

/** Calls Kairos on behalf of one run of the node. */
export class KairosClient {
	private readonly context: IExecuteFunctions;

	private readonly settings: ClientSettings;

	/** Aborted, with the error of another item as its reason, when no further request may start. */
	private readonly ended: AbortSignal;

	private readonly pace: Pace<Answer, KairosError>;

	private access?: Promise<Access>;

	constructor(context: IExecuteFunctions, settings: ClientSettings, ended: AbortSignal) {
		this.context = context;
		this.settings = settings;
		this.ended = ended;
		const cancelSignal = context.getExecutionCancelSignal();
		const signal = cancelSignal ? AbortSignal.any([ended, cancelSignal]) : ended;
		this.pace = new Pace({ ...settings, signal }, systemClock);
	}

	/**
	 * Asks whether selfie and photo show the same, live person.
	 *
	 * @throws {KairosError} when no attempt gets a response that can be judged.
	 * @throws {NotSent} when the run ended before the item was sent.
	 * @throws the error of n8n when the credential is missing, and what `loadImages` throws.
	 */
	async verify({ loadImages, matchAllFaces, history }: VerifyRequest): Promise<VerifyResult> {
		// Once for all items: n8n goes to its database each time.
		this.access ??= this.readCredential();
		const { service, secret } = await this.access;

		const send = async (maySend: () => boolean): Promise<Attempt<Answer, KairosError>> => {
			const images = await loadImages();
			if (!maySend()) return { kind: 'withheld' };
			const request = verificationRequest(service, images, matchAllFaces);
			const answer = await sendRequest(this.context, request, this.settings.timeoutMs, secret)
				.catch(kairosErrorOnly)
				.finally(() => request.body.close());
			history.attempts++;
			if (!(answer instanceof KairosError)) return { kind: 'done', value: answer };
			if (answer.retry === 'uncertain') history.uncertainAttempts++;
			history.lastError = answer;
			return attemptThatFailed(answer);
		};
		const attemptsLeft = this.settings.maxAttempts - history.uncertainAttempts;
		return this.valueOf(await this.pace.run(send, attemptsLeft), history);
	}

	private async readCredential(): Promise<Access> {
		const credential = await this.context.getCredentials(CREDENTIAL_TYPE);
		return { service: readService(credential), secret: trimmed(credential.appSecretKey) };
	}

	private valueOf(result: Result<Answer, KairosError>, history: History): VerifyResult {
		const { attempts, lastError } = history;
		if ('value' in result) {
			if (!(result.value instanceof KairosError)) return { ...result.value, attempts };
			if (!isRefusal(result.value)) history.finalError = result.value;
			throw result.value;
		}
		if (this.context.getExecutionCancelSignal()?.aborted) throw canceled();
		const error = lastError ?? ('error' in result ? result.error : undefined);
		if (error === undefined) throw new NotSent(this.ended.reason);
		const reason = withLimit(error, { ...result, attempts });
		if (attempts === 0) throw new NotSent(reason);
		if (result.limit === 'maxAttempts') history.finalError = reason;
		throw reason;
	}
}

/** Kairos did no work, and bills nothing: who has Retry On Fail may try again. */
function isRefusal({ httpCode = 0 }: KairosError): boolean {
	return httpCode >= 300;
}

function kairosErrorOnly(error: unknown): KairosError {
	if (error instanceof KairosError) return error;
	throw error;
}

function attemptThatFailed(error: KairosError): Attempt<Answer, KairosError> {
	if (error.endsRun) return { kind: 'fatal', error };
	const { httpCode, retryAfterMs } = error;
	switch (error.retry) {
		case 'notTaken':
			return { kind: 'notTaken', error, isRateLimit: httpCode === 429, retryAfterMs };
		case 'uncertain':
			return { kind: 'uncertain', error, isSilent: httpCode === undefined };
		case 'never':
			return { kind: 'done', value: error };
	}
}
