/** Kairos responses have six levels. n8n could not copy far deeper ones from item to item. */
const DEEPEST_LEVEL = 50;

/** A JSON string, also an unterminated one, or a number that Python writes and JSON lacks. */
const STRING_OR_PYTHON_NUMBER = /"(?:[^"\\]|\\.)*(?:"|\\?$)|-?\b(?:NaN|Infinity)\b/gs;

/**
 * Parses JSON; undefined if the text is not JSON. Skips a byte order mark, and reads NaN and
 * Infinity, which Python writes, as null.
 */
export function parseJson(text: string): unknown {
	const trimmed = text.trim();
	return parse(trimmed) ?? parse(trimmed.replace(STRING_OR_PYTHON_NUMBER, nullForPythonNumber));
}

/** Whether a value is nested deeper than any response. */
export function isTooDeep(value: unknown, levels = DEEPEST_LEVEL): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1));
}

/**
 * Whether an object in a JSON text has a field twice, of which parsing keeps the last.
 *
 * @param value what the text was parsed to.
 */
export function hasRepeatedField(text: string, value: unknown): boolean {
	const strings = [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/gs)];
	return strings.filter(([, colon]) => colon !== undefined).length > countFields(value);
}

/** Whether a text that is not JSON begins like JSON and ends before its last bracket is closed. */
export function isCutOffJson(text: string): boolean {
	const trimmed = text.trim();
	if (!/^[{[]/.test(trimmed)) return false;
	let open = 0;
	for (const [part] of trimmed.matchAll(/"(?:[^"\\]|\\.)*(?:"|\\?$)|[[\]{}]/gs)) {
		if (part === '{' || part === '[') open++;
		else if (part === '}' || part === ']') open--;
	}
	return open > 0;
}

function countFields(value: unknown): number {
	if (typeof value !== 'object' || value === null) return 0;
	const inner = Object.values(value) as unknown[];
	const own = Array.isArray(value) ? 0 : inner.length;
	return inner.reduce<number>((count, one) => count + countFields(one), own);
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

function nullForPythonNumber(part: string): string {
	return part.startsWith('"') ? part : 'null';
}
