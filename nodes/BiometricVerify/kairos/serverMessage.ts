import { isTooDeep } from './json';

/** In characters. */
const MAX_MESSAGE_LENGTH = 200;

/** Where services put an error's message, in lower case; the first one found counts. */
const MESSAGE_FIELDS = ['message', 'error', 'errors', 'detail'];

/** Longer than a word: it could be an encoded key. A UUID is allowed. */
const LONG_TOKEN = /\S{25}/;
const UUID = /\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b/gi;

/** Line breaks and bytes do not belong in a sentence. */
const UNPRINTABLE = /[^\p{L}\p{M}\p{P}\p{N}\p{S}\p{Zs}]/u;

/** The message in the body of an error; empty if there is none that is safe to show. */
export function readServerMessage(body: unknown): string {
	if (isTooDeep(body)) return '';
	const message = messageIn(body)?.trim() ?? '';
	if (UNPRINTABLE.test(message) || LONG_TOKEN.test(message.replace(UUID, ''))) return '';
	return message.slice(0, MAX_MESSAGE_LENGTH);
}

function messageIn(value: unknown): string | undefined {
	if (typeof value === 'string') return value;
	if (Array.isArray(value)) return firstMessageIn(value.slice(0, 1));
	if (typeof value !== 'object' || value === null) return undefined;
	const fields = new Map<string, unknown>(
		Object.entries(value).map(([name, field]) => [name.toLowerCase(), field]),
	);
	return firstMessageIn(MESSAGE_FIELDS.map((name) => fields.get(name)));
}

function firstMessageIn(values: readonly unknown[]): string | undefined {
	return values.map(messageIn).find((message) => message !== undefined && message !== '');
}
