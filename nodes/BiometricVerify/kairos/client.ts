import type { IExecuteFunctions } from 'n8n-workflow';

import type { AttemptFacts } from '../errors/attempts';
import { attemptsBehind, noteAttempts } from '../errors/attempts';
import { Limiter } from '../limiter/limiter';
import type { Attempt, Clock, Result, ServiceHealth } from '../limiter/types';
import { KairosError } from './failures/KairosError';
import type { KairosResponse } from './response';
import { sendRequest } from './send';
import { addLimitSentence } from './failures/limits';
import { canceled } from './failures/network';
import type { ImagePair } from './request';
import { digestsOf, imagesKey, verificationRequest } from './request';
import type { Access } from './endpoint';

/** The attempts of one item, in all runs of the node in which n8n tried it. */
export interface AttemptLog extends AttemptFacts {
	/** How many of them Max Attempts counts: those that may have been done. */
	attemptsUsed: number;
	lastError?: KairosError;
	/** What ended the item, if sending it again could be billed once more. */
	finalError?: KairosError;
}

export function newAttemptLog(): AttemptLog {
	return { attempts: 0, mayBeBilled: false, service: null, attemptsUsed: 0 };
}

interface VerifyOptions {
	/** Reads the images; called for each attempt, so that memory holds none between attempts. */
	loadImages: () => Promise<ImagePair>;
	/** Whether all faces in the photo are compared with the selfie. */
	matchAllFaces: boolean;
	/** Updated with each attempt. */
	log: AttemptLog;
}

/** How the requests of a run are sent. */
export interface ClientSettings {
	/** The most requests in flight. */
	maxConcurrent: number;
	/** How many attempts of an item may be billed; at least 1. */
	maxAttempts: number;
	/** How long to wait for a service that refuses requests, in milliseconds. */
	maxWaitMs: number;
	/** How long each attempt may take, in milliseconds. */
	timeoutMs: number;
}

/** The item was not sent, because of another item's error. */
export class SkippedError extends Error {
	readonly reason: unknown;

	constructor(reason: unknown) {
		super('Not sent');
		this.reason = reason;
	}
}

/** The state of one set of keys at one address. */
export interface Account {
	health: ServiceHealth;
	/** Why no request is sent with these keys any more. */
	refusedBy?: KairosError;
}

export function newAccount(): Account {
	return { health: { timesOpened: 0, openUntil: 0, hasAccepted: false } };
}

/** What a run gives its client. */
export interface ClientRun {
	/** Aborted when no further request may start; the reason is the error of another item. */
	ended: AbortSignal;
	/** The account with this address and these keys; updated. */
	accountOf: (...addressAndKeys: readonly string[]) => Account;
	clock: Clock;
}

/** A response, or an error that ends only its own item. */
type Answer = KairosResponse | KairosError;

type ClientAttempt = Attempt<Answer, KairosError>;

/** Calls Kairos on behalf of one run of the node. */
export class KairosClient {
	private readonly context: IExecuteFunctions;
	private readonly access: Access;
	private readonly settings: ClientSettings;
	private readonly ended: AbortSignal;
	private readonly account: Account;
	private readonly limiter: Limiter<Answer, KairosError>;
	/** Whether the latest answer was a 403 that may be a firewall's reaction to one image. */
	private isForbidden = false;

	constructor(
		context: IExecuteFunctions,
		access: Access,
		settings: ClientSettings,
		{ ended, accountOf, clock }: ClientRun,
	) {
		this.context = context;
		this.access = access;
		this.settings = settings;
		this.ended = ended;
		this.account = accountOf(access.service.url, access.appId, access.appKey);
		const cancelSignal = context.getExecutionCancelSignal();
		const signal = cancelSignal ? AbortSignal.any([ended, cancelSignal]) : ended;
		const { health } = this.account;
		this.limiter = new Limiter({ ...settings, signal, health, clock });
	}

	/**
	 * Asks whether selfie and photo show the same, live person.
	 *
	 * @throws {KairosError} when no attempt gets a response that can be judged.
	 * @throws {SkippedError} when the item was never sent: the run ended, or its keys were refused
	 *   before.
	 * @throws what `loadImages` throws.
	 */
	async verify(options: VerifyOptions): Promise<KairosResponse> {
		const { log } = options;
		const { account, access, settings } = this;
		log.service = access.service.name;
		try {
			if (account.refusedBy) throw log.lastError ?? new SkippedError(account.refusedBy);
			const result = await this.limiter.run(
				async (isStillAllowed) => await this.attempt(options, isStillAllowed),
				settings.maxAttempts - log.attemptsUsed,
			);
			return this.responseOrThrow(result, log);
		} catch (error) {
			throw withAttempts(error, log);
		}
	}

	private async attempt(
		{ loadImages, matchAllFaces, log }: VerifyOptions,
		isStillAllowed: () => boolean,
	): Promise<ClientAttempt> {
		const { account, access, context, settings } = this;
		const images = await loadImages();
		if (!isStillAllowed()) return { kind: 'notSent' };
		const request = verificationRequest(access.service, images, matchAllFaces);
		const answer = await sendRequest(context, request, settings.timeoutMs, access)
			.catch(rethrowUnexpected)
			.finally(() => request.body.close());
		log.images = imagesKey(digestsOf(request)) ?? log.images;
		if (!(answer instanceof KairosError) || answer.wasSent) log.attempts++;
		if (answer instanceof KairosError) {
			log.mayBeBilled ||= answer.mayBeBilled;
			if (answer.retry === 'withinMaxAttempts') log.attemptsUsed++;
			log.lastError = answer;
			if (refusesKeys(answer)) account.refusedBy = answer;
		}
		return this.toAttempt(answer);
	}

	private toAttempt(answer: Answer): ClientAttempt {
		if (!(answer instanceof KairosError)) {
			this.isForbidden = false;
			return { kind: 'accepted', value: answer };
		}
		if (answer.isFatal) return { kind: 'fatal', error: answer };
		const { httpCode = 0, retryAfterMs } = answer;
		if (answer.retry === 'withinMaxWait') {
			const kind = httpCode === 429 ? 'rateLimited' : 'refused';
			return { kind, error: answer, retryAfterMs };
		}
		if (answer.retry === 'withinMaxAttempts') {
			return { kind: httpCode >= 500 ? 'serverError' : 'silent', error: answer };
		}
		// One may be a firewall's reaction to one image; two in a row mean that it lets nothing
		// through.
		const wasForbidden = this.isForbidden;
		this.isForbidden = answer.code === 'FORBIDDEN';
		return wasForbidden && this.isForbidden
			? { kind: 'fatal', error: answer }
			: { kind: 'accepted', value: answer };
	}

	private responseOrThrow(result: Result<Answer, KairosError>, log: AttemptLog): KairosResponse {
		const { attempts, lastError } = log;
		if ('value' in result) {
			if (!(result.value instanceof KairosError)) return result.value;
			if (!isRefusal(result.value)) log.finalError = result.value;
			throw result.value;
		}
		if (this.context.getExecutionCancelSignal()?.aborted) throw canceled();
		const error = lastError ?? ('error' in result ? result.error : undefined);
		if (error === undefined) throw new SkippedError(this.ended.reason);
		const reason = addLimitSentence(error, { ...result, attempts });
		if (lastError === undefined) throw new SkippedError(reason);
		if (result.limit === 'maxAttempts') log.finalError = reason;
		throw reason;
	}
}

/** Kairos did nothing and bills nothing, so Retry On Fail may send the item again. */
function isRefusal({ httpCode = 0 }: KairosError): boolean {
	return httpCode >= 300;
}

/** Whether Kairos would refuse every further request with these keys in this execution. */
function refusesKeys({ code, isFatal }: KairosError): boolean {
	return isFatal && ['INVALID_KEYS', 'PAYMENT_REQUIRED', 'FORBIDDEN'].includes(code);
}

/** The same error, with the attempts of its item noted. */
function withAttempts(error: unknown, log: AttemptLog): unknown {
	const { attempts, mayBeBilled, service, images } = log;
	if (!(error instanceof SkippedError)) {
		return noteAttempts(error, { attempts, mayBeBilled, service, images });
	}
	noteAttempts(error.reason, { ...attemptsBehind(error.reason), service });
	return error;
}

function rethrowUnexpected(error: unknown): KairosError {
	if (error instanceof KairosError) return error;
	throw error;
}
