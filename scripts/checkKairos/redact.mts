/** The keys of the account that the check uses. */
export interface Keys {
	appId: string;
	appKey: string;
}

const REDACTIONS: ReadonlyArray<[pattern: RegExp, replacement: string]> = [
	[/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi, '[id]'],
	[/[^\s"'<>]+@[^\s"'<>]+\.[^\s"'<>]+/g, '[address]'],
	[/https?:\/\/[^\s"'<>]+/gi, '[address]'],
	[/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, '[address]'],
	[/\b[\w-]{1,80}\.(?:jpe?g|png)\b/gi, '[file]'],
	[/\b(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{16,}/gi, '[id]'],
	[/\b\d{9,}\b/g, '[number]'],
];

/**
 * Takes out of a text from Kairos what may tell whose account it is, or which request: keys, IDs,
 * addresses, file names.
 */
export function redact(text: string, { appId, appKey }: Keys): string {
	const withoutKeys = [appKey, appId]
		.filter((key) => key !== '')
		.reduce((rest, key) => rest.replaceAll(key, '[key]'), text);
	return REDACTIONS.reduce(
		(rest, [pattern, replacement]) => rest.replace(pattern, replacement),
		withoutKeys,
	);
}
