import type { INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { KairosError } from '../kairos/failures/KairosError';

/** What happened to an item, as n8n shows it: the message, and beneath it how to go on. */
export type ItemError = NodeOperationError | NodeApiError;

/**
 * Makes any error into one that n8n shows well and that names its item. What HTTP clients attach
 * (the request with its headers and body) is left behind.
 */
export function itemError(node: INode, itemIndex: number, error: unknown): ItemError {
	return error instanceof KairosError
		? apiError(node, itemIndex, error)
		: operationError(
				node,
				itemIndex,
				error instanceof Error ? error.message : 'The item could not be verified',
				descriptionOf(error) ??
					'Check this item, the node before this one, and the settings of this node.',
			);
}

/** The error of an item that was not sent because of another item's error. */
export function skippedError(node: INode, itemIndex: number, reason: unknown): ItemError {
	const error = itemError(node, itemIndex, reason);
	const message = `Not sent to Kairos. ${error.message}`;
	error.message = message;
	return error;
}

/** An error as one text, for the nodes that follow: what happened and how to go on. */
export function errorText({ message, description }: ItemError): string {
	return description ? `${message}. ${description}` : message;
}

function operationError(
	node: INode,
	itemIndex: number,
	message: string,
	description: string,
): NodeOperationError {
	const error = new NodeOperationError(node, message, {
		itemIndex,
		description,
		failure: { cause: 'configuration-invalid' },
	});
	return withMessage(error, message, itemIndex);
}

function apiError(node: INode, itemIndex: number, kairosError: KairosError): NodeApiError {
	const { message, description, httpCode, cause, retryAfterMs } = kairosError;
	const facts: JsonObject = { message };
	const error = new NodeApiError(node, facts, {
		message,
		description,
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
	error.message = `${message.replace(/\.$/, '')} [item ${itemIndex}]`;
	return error;
}

function descriptionOf(error: unknown): string | undefined {
	const description =
		typeof error === 'object' && error !== null && 'description' in error && error.description;
	return typeof description === 'string' && description !== '' ? description : undefined;
}
