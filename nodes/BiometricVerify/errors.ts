import type { INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { KairosFailure } from './kairos/failure';

const ITEM_SUFFIX = / \[item \d+\]$/;

/** An error of one item, as n8n shows it: what happened as its message, the way out beneath. */
export type ItemError = NodeOperationError | NodeApiError;

/** An error that the builder can mend in the workflow, before anything was sent. */
export function inputError(
	node: INode,
	itemIndex: number,
	message: string,
	wayOut: string,
): NodeOperationError {
	const error = new NodeOperationError(node, message, {
		itemIndex,
		description: wayOut,
		failure: { cause: 'configuration-invalid' },
	});
	return withMessage(error, message, itemIndex);
}

/**
 * Makes any error into one that n8n shows well and that names its item; the error of another item
 * is the reason why this one was not sent. What HTTP clients attach (the request with its headers
 * and body) is left behind.
 */
export function itemErrorOf(node: INode, itemIndex: number, error: unknown): ItemError {
	if (error instanceof KairosFailure) return apiError(node, itemIndex, error);
	if (isItemError(error)) {
		return error.context.itemIndex === itemIndex ? error : notSentError(node, itemIndex, error);
	}
	return inputError(
		node,
		itemIndex,
		error instanceof Error ? error.message : 'The item could not be verified',
		descriptionOf(error) ?? 'Nothing was sent to Kairos for this item.',
	);
}

/** The error of an item that was not begun because of another item's error. */
export function notSentError(node: INode, itemIndex: number, reason: ItemError): ItemError {
	const what = reason.message.replace(ITEM_SUFFIX, '');
	const wayOut = reason.description ?? '';
	const message = `Not sent to Kairos. ${what}`;
	if (reason instanceof NodeOperationError) return inputError(node, itemIndex, message, wayOut);
	const error = new NodeApiError(
		node,
		{ message },
		{
			message,
			description: wayOut,
			itemIndex,
			...(reason.httpCode !== null && { httpCode: reason.httpCode }),
			...(reason.failure && { failure: reason.failure }),
		},
	);
	return withMessage(error, message, itemIndex);
}

/** The error of an item for a step that follows: what happened and how to go on, in one text. */
export function inWords({ message, description }: ItemError): string {
	return description ? `${message}. ${description}` : message;
}

function isItemError(error: unknown): error is ItemError {
	return (
		(error instanceof NodeOperationError || error instanceof NodeApiError) &&
		error.context.itemIndex !== undefined
	);
}

function apiError(node: INode, itemIndex: number, failure: KairosFailure): NodeApiError {
	const { message, wayOut, httpCode, cause, retryAfterMs } = failure;
	const facts: JsonObject = { message };
	const error = new NodeApiError(node, facts, {
		message,
		description: wayOut,
		itemIndex,
		...(httpCode !== undefined && { httpCode: String(httpCode) }),
		...(cause && {
			failure:
				cause === 'credential-invalid' || cause === 'configuration-invalid'
					? { cause }
					: { cause, ...(retryAfterMs !== undefined && { retryAfterMs }) },
		}),
	});
	return withMessage(error, message, itemIndex);
}

/** Sets the message after the fact: n8n replaces messages in which it finds a word like "eperm". */
function withMessage<Kind extends ItemError>(
	error: Kind,
	message: string,
	itemIndex: number,
): Kind {
	error.message = `${message} [item ${itemIndex}]`;
	return error;
}

function descriptionOf(error: unknown): string | undefined {
	const description =
		typeof error === 'object' && error !== null && 'description' in error && error.description;
	return typeof description === 'string' && description !== '' ? description : undefined;
}
