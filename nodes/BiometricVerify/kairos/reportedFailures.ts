import type { IDataObject } from 'n8n-workflow';

/** A field of a response that says that something failed. */
export interface ReportedFailure {
	/** The path of the field, e.g. `response_data.document.decision`. */
	field: string;
	/** Its value as JSON, e.g. `"reject"`. */
	value: string;
}

interface FieldRule {
	names: ReadonlySet<string> | RegExp;
	speaksAgainst: (value: unknown) => boolean;
}

const NO_ERROR: ReadonlySet<unknown> = new Set([
	...[null, false, 0],
	...['0', '', 'none', 'null', 'ok', 'success'],
]);
const NO: ReadonlySet<unknown> = new Set([false, 0, 'false', 'no', '0']);
const YES: ReadonlySet<unknown> = new Set([true, 1, 'true', 'yes', '1']);

/** Words that do not speak against the person. An unknown word costs a review. */
const GOOD_OUTCOMES: ReadonlySet<string> = new Set([
	...['', 'ok', 'success', 'successful', 'succeeded', 'complete', 'completed', 'done'],
	...['finished', 'processed', 'approve', 'approved', 'accept', 'accepted', 'pass', 'passed'],
	...['live', 'real', 'genuine', 'match', 'matched', 'verified', 'valid', 'clear', 'none'],
	...['no_spoof', 'not_spoofed', '200_ok'],
]);

/**
 * The closed table of fields by which a response speaks against a person. No other field changes
 * anything.
 */
const FIELD_RULES: readonly FieldRule[] = [
	{
		names:
			/^(?:err(?:ors?)?(?:codes?|messages?|msgs?|descriptions?|details?)?|exceptions?|failures?|fault)$/,
		speaksAgainst: (value) => !isNoError(value),
	},
	{
		names: new Set([
			...['success', 'succeeded', 'ok', 'passed', 'valid', 'isvalid', 'verified', 'isverified'],
			...['approved', 'isapproved', 'accepted', 'match', 'ismatch', 'matched', 'live', 'islive'],
			'genuine',
		]),
		speaksAgainst: (value) => NO.has(plain(value)),
	},
	{
		names: new Set([
			...['spoof', 'isspoof', 'spoofed', 'fake', 'isfake', 'deepfake', 'isdeepfake', 'tampered'],
			...['manipulated', 'blocked', 'blacklisted', 'blocklisted', 'fraud', 'isfraud'],
			...['suspicious', 'duplicate', 'isduplicate', 'failed', 'isfailed', 'rejected', 'isrejected'],
			...['denied', 'declined', 'spoofdetected', 'deepfakedetected', 'frauddetected'],
		]),
		speaksAgainst: (value) => YES.has(plain(value)),
	},
	{
		names: new Set([
			...['status', 'result', 'decision', 'outcome', 'verdict', 'recommendation', 'conclusion'],
		]),
		speaksAgainst: isBadOutcome,
	},
];

/** Quotes are for people, and must not fill an item. In characters. */
const MAX_QUOTE_LENGTH = 80;

/** This many are enough to distrust a response. */
const MAX_FAILURES = 3;

/**
 * Finds what speaks against a person, at any depth.
 *
 * @param skipped parts of the response that are judged elsewhere.
 */
export function reportedFailures(
	response: IDataObject,
	skipped: ReadonlySet<unknown>,
): ReportedFailure[] {
	const found: ReportedFailure[] = [];
	const lookInto = (holder: object, path: string) => {
		for (const [name, value] of Object.entries(holder) as Array<[string, unknown]>) {
			if (found.length === MAX_FAILURES) return;
			const field = Array.isArray(holder) ? path : `${path}${path && '.'}${name}`;
			if (!Array.isArray(holder) && speaksAgainst(name, value)) {
				found.push({ field: shorten(field), value: shorten(JSON.stringify(value)) });
			}
			if (typeof value === 'object' && value !== null && !skipped.has(value)) {
				lookInto(value, field);
			}
		}
	};
	lookInto(response, '');
	return found;
}

/** Of a list, each element counts. */
function speaksAgainst(name: string, value: unknown): boolean {
	const plainName = name.toLowerCase().replace(/[_-]/g, '');
	return FIELD_RULES.some(
		({ names, speaksAgainst: isAgainst }) =>
			(names instanceof RegExp ? names.test(plainName) : names.has(plainName)) &&
			[value].flat(Infinity).some(isAgainst),
	);
}

function isNoError(value: unknown): boolean {
	return typeof value === 'object' && value !== null
		? Object.values(value).every(isNoError)
		: NO_ERROR.has(plain(value));
}

function isBadOutcome(value: unknown): boolean {
	if (typeof value !== 'string') return value === false;
	return !GOOD_OUTCOMES.has(value.trim().toLowerCase().replace(/[\s-]/g, '_'));
}

function plain(value: unknown): unknown {
	return typeof value === 'string' ? value.trim().toLowerCase() : value;
}

function shorten(text: string): string {
	return text.length > MAX_QUOTE_LENGTH ? `${text.slice(0, MAX_QUOTE_LENGTH - 1)}…` : text;
}
