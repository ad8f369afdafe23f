import type { INode } from 'n8n-workflow';
import { ExpressionError, NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { AttemptFacts } from '../errors/attempts';
import { attemptsBehind } from '../errors/attempts';
import type { CodeFacts, ErrorCode, FailureCause, Retake } from '../errors/codes';
import { ERROR_CODES } from '../errors/codes';
import { InputError } from '../errors/InputError';
import { KairosError } from '../kairos/failures/KairosError';

/** The error of an item for machines; every key is always there. */
export type ErrorFacts = {
	code: ErrorCode;
	/** What happened and what to do, for people. */
	message: string;
	/** Whether the unchanged item can succeed later. */
	retryable: boolean;
	/** Whether Kairos may have done, and billed, one of the attempts. */
	mayBeBilled: boolean;
	/** How often the item was really sent. */
	attempts: number;
	/** The status of the last answer; null if none came. */
	httpCode: number | null;
	/** How long the service asked to wait, in milliseconds. */
	retryAfterMs: number | null;
	requestId: string | null;
	/** The image that must be replaced. */
	retake: Retake;
	/** Who was asked, or would have been: host, port unless it is the default, and API version. */
	service: string | null;
};

/**
 * The error that n8n shows: what happened, and below it what to do. Its context reaches an error
 * workflow as `execution.error.context`.
 */
export type ItemError = (NodeOperationError | NodeApiError) & { context: { kairos: ErrorFacts } };

/** What is known of any error. */
interface Failure extends Omit<ErrorFacts, keyof AttemptFacts> {
	description: string;
	cause?: FailureCause;
	/** Whether Kairos, or the way to it, failed. */
	isOfService: boolean;
}

/**
 * Turns any error into one that names its item and that n8n shows well. What HTTP clients attach
 * (the request with its headers and body) stays out of it.
 */
export function itemError(node: INode, itemIndex: number, error: unknown): ItemError {
	return toItemError(node, itemIndex, failureIn(error), attemptsBehind(error));
}

/** The error of an item that was not sent because of another item's error. */
export function skippedItemError(node: INode, itemIndex: number, reason: unknown): ItemError {
	const failure = failureIn(reason);
	const { service } = attemptsBehind(reason);
	return toItemError(
		node,
		itemIndex,
		{
			...failure,
			code: 'NOT_SENT',
			message: `Not sent to Kairos. ${failure.message}`,
			httpCode: null,
			requestId: null,
			retake: null,
		},
		{ attempts: 0, mayBeBilled: false, service },
	);
}

function failureIn(error: unknown): Failure {
	if (error instanceof KairosError) {
		const { code, message, description, cause, isRetryable: retryable } = error;
		const { httpCode = null, retryAfterMs = null, requestId = null } = error;
		const answer = { httpCode, retryAfterMs, requestId, retake: null };
		return { code, message, description, cause, retryable, isOfService: true, ...answer };
	}
	const code = codeOf(error);
	const { cause, retryable } = ERROR_CODES[code] as CodeFacts;
	return {
		code,
		retryable,
		cause,
		isOfService: false,
		message: error instanceof Error ? error.message : 'The item could not be verified',
		description:
			descriptionOf(error) ??
			'Check this item, the node before this one, and the settings of this node.',
		httpCode: null,
		retryAfterMs: null,
		requestId: null,
		retake: error instanceof InputError ? error.retake : null,
	};
}

function codeOf(error: unknown): ErrorCode {
	if (error instanceof InputError) return error.code;
	return error instanceof ExpressionError ? 'INVALID_SETTING' : 'INTERNAL_ERROR';
}

function toItemError(
	node: INode,
	itemIndex: number,
	{ code, message: reason, description, retryable, cause, isOfService, ...answer }: Failure,
	{ mayBeBilled, attempts, service }: AttemptFacts,
): ItemError {
	const message = `${reason.replace(/\.$/, '')} [item ${itemIndex}]`;
	const shown = {
		itemIndex,
		description,
		...(cause && { failure: n8nFailure(cause, answer.retryAfterMs) }),
	};
	const httpCode = answer.httpCode === null ? undefined : String(answer.httpCode);
	const error = isOfService
		? new NodeApiError(node, { message }, { ...shown, message, httpCode })
		: new NodeOperationError(node, message, shown);
	const kairos: ErrorFacts = {
		code,
		message: description === '' ? message : `${message}. ${description}`,
		retryable,
		mayBeBilled,
		attempts,
		...answer,
		service,
	};
	// n8n quirk (all releases): it replaces a message with a word like "eperm" in it, so the
	// message is set again; goes when n8n keeps messages.
	return Object.assign(error, { message, context: { ...error.context, kairos } });
}

/** Waiting helps only against some causes. */
function n8nFailure(cause: FailureCause, retryAfterMs: number | null) {
	return cause === 'credential-invalid' ||
		cause === 'configuration-invalid' ||
		cause === 'node-defect'
		? { cause }
		: { cause, ...(retryAfterMs !== null && { retryAfterMs }) };
}

function descriptionOf(error: unknown): string | undefined {
	const description =
		typeof error === 'object' && error !== null && 'description' in error && error.description;
	return typeof description === 'string' && description !== '' ? description : undefined;
}
