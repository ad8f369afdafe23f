import { isTooDeep } from './json';

/** The longest sentence that is passed on, in characters. */
const LONGEST_MESSAGE = 200;

/** Where services put what they say of an error, in lower case; the first that is there counts. */
const MESSAGE_FIELDS = ['message', 'error', 'errors', 'detail'];

/** What a key can look like in any encoding, unlike a word; a UUID is neither. */
const LONG_TOKEN = /\S{25}/;
const UUID = /\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b/gi;

/** What a sentence has no use for: line breaks, bytes. */
const UNPRINTABLE = /[^\p{L}\p{M}\p{P}\p{N}\p{S}\p{Zs}]/u;

/** The sentence in the body of an error; empty where there is none that can be shown to people. */
export function readServerMessage(body: unknown): string {
	if (isTooDeep(body)) return '';
	const message = messageIn(body)?.trim() ?? '';
	if (UNPRINTABLE.test(message) || LONG_TOKEN.test(message.replace(UUID, ''))) return '';
	return message.slice(0, LONGEST_MESSAGE);
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
