/** Kairos responses have six levels. Far deeper ones could not be copied from item to item. */
const DEEPEST_LEVEL = 50;

/** Reads JSON from outside; undefined when the text is none, or is nested deeper than any response. */
export function parseJson(text: string): unknown {
	try {
		const value: unknown = JSON.parse(text);
		return isDeeper(value, DEEPEST_LEVEL) ? undefined : value;
	} catch {
		return undefined;
	}
}

function isDeeper(value: unknown, levels: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
