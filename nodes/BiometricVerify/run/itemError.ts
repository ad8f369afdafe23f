import type { INode } from 'n8n-workflow';
import { ExpressionError, NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { AttemptFacts } from '../errors/attempts';
import { attemptsBehind } from '../errors/attempts';
import type { CodeFacts, ErrorCode, FailureCause, Retake } from '../errors/codes';
import { ERROR_CODES } from '../errors/codes';
import { InputError } from '../errors/InputError';
import { KairosError } from '../kairos/failures/KairosError';

/** What machines read of an item that could not be verified; every key is always there. */
export type ErrorFacts = {
	code: ErrorCode;
	/** What happened and how to go on, for people. */
	message: string;
	/** Whether the same item can succeed later without a change. */
	retryable: boolean;
	/** Whether Kairos may have done, and billed, one of the attempts. */
	mayBeBilled: boolean;
	/** How often the item was really sent. */
	attempts: number;
	/** The status of the last answer; null where none came. */
	httpCode: number | null;
	/** How long the service asked to wait, in milliseconds. */
	retryAfterMs: number | null;
	requestId: string | null;
	/** Which image would have to be another one. */
	retake: Retake;
	/** Who was asked, or would have been: host, port where it is not the default, and API version. */
	service: string | null;
};

/**
 * What happened to an item, as n8n shows it: the message, and beneath it how to go on. Its context
 * reaches an error workflow as `execution.error.context`.
 */
export type ItemError = (NodeOperationError | NodeApiError) & { context: { kairos: ErrorFacts } };

/** What an error says, whoever threw it. */
interface Failure extends Omit<ErrorFacts, keyof AttemptFacts> {
	description: string;
	cause?: FailureCause;
	/** Whether Kairos, or the way to it, is what failed. */
	isOfService: boolean;
}

/**
 * Makes any error into one that n8n shows well and that names its item. What HTTP clients attach
 * (the request with its headers and body) is left behind.
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
		return {
			...{ code, message, description, retryable, cause, isOfService: true },
			...{ httpCode, retryAfterMs, requestId, retake: null },
		};
	}
	const code = codeOf(error);
	const { cause, retryable } = ERROR_CODES[code] as CodeFacts;
	return {
		...{ code, retryable, cause, isOfService: false },
		message: error instanceof Error ? error.message : 'The item could not be verified',
		description:
			descriptionOf(error) ??
			'Check this item, the node before this one, and the settings of this node.',
		...{ httpCode: null, retryAfterMs: null, requestId: null },
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
	{ description, cause, isOfService, ...failure }: Failure,
	attempts: AttemptFacts,
): ItemError {
	const message = `${failure.message.replace(/\.$/, '')} [item ${itemIndex}]`;
	const { httpCode, retryAfterMs } = failure;
	const shown = {
		itemIndex,
		description,
		...(cause && { failure: n8nFailure(cause, retryAfterMs) }),
	};
	const error = isOfService
		? new NodeApiError(
				node,
				{ message },
				{
					...shown,
					message,
					...(httpCode !== null && { httpCode: String(httpCode) }),
				},
			)
		: new NodeOperationError(node, message, shown);
	const facts: ErrorFacts = {
		code: failure.code,
		message: description === '' ? message : `${message}. ${description}`,
		retryable: failure.retryable,
		mayBeBilled: attempts.mayBeBilled,
		attempts: attempts.attempts,
		httpCode,
		retryAfterMs,
		requestId: failure.requestId,
		retake: failure.retake,
		service: attempts.service,
	};
	// n8n replaces messages in which it finds a word like "eperm", so it is set after the fact.
	return Object.assign(error, { message, context: { ...error.context, kairos: facts } });
}

/** A wait helps only against some causes. */
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
