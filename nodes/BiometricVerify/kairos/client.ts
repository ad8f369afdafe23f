import type { IExecuteFunctions } from 'n8n-workflow';

import type { AttemptFacts } from '../errors/attempts';
import { attemptsBehind, noteAttempts } from '../errors/attempts';
import { Limiter } from '../limiter/limiter';
import type { Attempt, Clock, Result, ServiceHealth } from '../limiter/types';
import { KairosError } from './failures/KairosError';
import type { Verification } from './send';
import { sendRequest } from './send';
import { withLimit } from './failures/limits';
import { canceled } from './failures/network';
import type { ImagePair } from './request';
import { verificationRequest } from './request';
import type { Access } from './endpoint';

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
export interface History extends AttemptFacts {
	/** How many of its attempts got no answer that can be relied on: Max Attempts counts these. */
	uncertainAttempts: number;
	lastError?: KairosError;
	/** What ended it, when sending it again could be billed once more. */
	finalError?: KairosError;
}

export function newHistory(): History {
	return { attempts: 0, mayBeBilled: false, service: null, uncertainAttempts: 0 };
}

/** What came of it. */
export interface VerifyResult extends Verification {
	/** How often the item was sent. */
	attempts: number;
	/** Who answered: host, port where it is not the default, and API version. */
	service: string;
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

/** What is known of one set of keys at one address. */
export interface Account {
	health: ServiceHealth;
	/** Why nothing more is sent with these keys. */
	refusedBy?: KairosError;
}

export function newAccount(): Account {
	return { health: { timesOpened: 0, openUntil: 0, hasAccepted: false } };
}

/** What a client is given by the run that it works for. */
export interface ClientRun {
	/** Aborted, with the error of another item as its reason, when no further request may start. */
	ended: AbortSignal;
	/** What is known of the account with this address and these keys; kept up to date. */
	accountOf: (...addressAndKeys: readonly string[]) => Account;
	clock: Clock;
}

/** A response, or an error that ends only the item it is about. */
type Answer = Verification | KairosError;

/** Calls Kairos on behalf of one run of the node. */
export class KairosClient {
	private readonly context: IExecuteFunctions;

	private readonly settings: ClientSettings;

	private readonly run: ClientRun;

	private readonly access: Access;

	private readonly account: Account;

	private readonly limiter: Limiter<Answer, KairosError>;

	/** Whether the latest answer was a 403 that may be a firewall's word on one image. */
	private isForbidden = false;

	constructor(
		context: IExecuteFunctions,
		access: Access,
		settings: ClientSettings,
		run: ClientRun,
	) {
		this.context = context;
		this.access = access;
		this.settings = settings;
		this.run = run;
		const { ended, accountOf, clock } = run;
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
	 * @throws {NotSent} when the run ended before the item was sent, or its keys were refused before.
	 * @throws what `loadImages` throws.
	 */
	async verify(request: VerifyRequest): Promise<VerifyResult> {
		try {
			return await this.sendUntilItEnds(request);
		} catch (error) {
			throw withHistory(error, request.history);
		}
	}

	private async sendUntilItEnds({
		loadImages,
		matchAllFaces,
		history,
	}: VerifyRequest): Promise<VerifyResult> {
		const { account, access } = this;
		history.service = access.service.name;
		if (account.refusedBy) throw new NotSent(account.refusedBy);

		const send = async (maySend: () => boolean): Promise<Attempt<Answer, KairosError>> => {
			const images = await loadImages();
			if (!maySend()) return { kind: 'notSent' };
			const request = verificationRequest(access.service, images, matchAllFaces);
			const answer = await sendRequest(this.context, request, this.settings.timeoutMs, access)
				.catch(kairosErrorOnly)
				.finally(() => request.body.close());
			if (!(answer instanceof KairosError) || answer.wasSent) history.attempts++;
			if (answer instanceof KairosError) {
				history.mayBeBilled ||= answer.mayBeBilled;
				if (answer.retry === 'uncertain') history.uncertainAttempts++;
				history.lastError = answer;
				if (refusesKeys(answer)) account.refusedBy = answer;
			}
			return this.toAttempt(answer);
		};
		const attemptsLeft = this.settings.maxAttempts - history.uncertainAttempts;
		const result = await this.limiter.run(send, attemptsLeft);
		const { attempts } = history;
		return { ...this.valueOf(result, history), attempts, service: access.service.name };
	}

	private toAttempt(answer: Answer): Attempt<Answer, KairosError> {
		if (!(answer instanceof KairosError)) {
			this.isForbidden = false;
			return { kind: 'accepted', value: answer };
		}
		if (answer.endsRun) return { kind: 'fatal', error: answer };
		const { httpCode = 0, retryAfterMs } = answer;
		if (answer.retry === 'notTaken') {
			const kind = httpCode === 429 ? 'rateLimited' : 'refused';
			return { kind, error: answer, retryAfterMs };
		}
		if (answer.retry === 'uncertain') {
			return { kind: httpCode >= 500 ? 'serverError' : 'silent', error: answer };
		}
		// One may be a firewall's word on one image; two items in a row are not let through at all.
		const wasForbidden = this.isForbidden;
		this.isForbidden = answer.code === 'FORBIDDEN';
		return wasForbidden && this.isForbidden
			? { kind: 'fatal', error: answer }
			: { kind: 'accepted', value: answer };
	}

	private valueOf(result: Result<Answer, KairosError>, history: History): Verification {
		const { attempts, lastError } = history;
		if ('value' in result) {
			if (!(result.value instanceof KairosError)) return result.value;
			if (!isRefusal(result.value)) history.finalError = result.value;
			throw result.value;
		}
		if (this.context.getExecutionCancelSignal()?.aborted) throw canceled();
		const error = lastError ?? ('error' in result ? result.error : undefined);
		if (error === undefined) throw new NotSent(this.run.ended.reason);
		const reason = withLimit(error, { ...result, attempts });
		if (lastError === undefined) throw new NotSent(reason);
		if (result.limit === 'maxAttempts') history.finalError = reason;
		throw reason;
	}
}

/** Kairos did no work, and bills nothing: who has Retry On Fail may try again. */
function isRefusal({ httpCode = 0 }: KairosError): boolean {
	return httpCode >= 300;
}

/** Whether it holds for all that is sent with these keys, now and later in the execution. */
function refusesKeys({ code, endsRun }: KairosError): boolean {
	return endsRun && ['INVALID_KEYS', 'PAYMENT_REQUIRED', 'FORBIDDEN'].includes(code);
}

/** The same error, and what its item went through until it came. */
function withHistory(error: unknown, { attempts, mayBeBilled, service }: History): unknown {
	if (!(error instanceof NotSent)) return noteAttempts(error, { attempts, mayBeBilled, service });
	noteAttempts(error.reason, { ...attemptsBehind(error.reason), service });
	return error;
}

function kairosErrorOnly(error: unknown): KairosError {
	if (error instanceof KairosError) return error;
	throw error;
}
