/** Fields whose words decide what the node makes of a response. */
const TELLING = /^(?:code|decision|findings|status|result|outcome|verdict|recommendation)$/i;

/** No ID and no sentence looks like this. */
const WORD = /^[a-z_]{1,40}$/i;

/** Larger than any score, code, or side of an image. */
const LARGEST_NUMBER = 10_000;

/**
 * Takes out of a body all that may tell of an account, a request, or a person: field names,
 * numbers, and words of decisions stay, other texts become `[text]`.
 *
 * @param keys stand in nothing that stays
 */
export function redact(body: string, keys: readonly string[]): unknown {
	try {
		return redactValue(JSON.parse(body), '', keys);
	} catch {
		return redactValue(body, '', keys);
	}
}

function redactValue(value: unknown, field: string, keys: readonly string[]): unknown {
	if (typeof value === 'string') return TELLING.test(field) ? wordOf(value, keys) : '[text]';
	if (typeof value === 'number') return Math.abs(value) > LARGEST_NUMBER ? 0 : value;
	if (Array.isArray(value)) return value.map((entry) => redactValue(entry, field, keys));
	if (typeof value !== 'object' || value === null) return value;
	const fields = Object.entries(value);
	return Object.fromEntries(
		fields.map(([name, inner]) => [wordOf(name, keys), redactValue(inner, name, keys)]),
	);
}

function wordOf(text: string, keys: readonly string[]): string {
	return WORD.test(text) && !keys.some((key) => text.includes(key)) ? text : '[text]';
}
