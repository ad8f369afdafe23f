import type { KairosError } from './errors';
import { inSeconds } from './errors';
import type { Ending } from './pace';

/** What ended an item, and what it had been through. */
export type ItemEnding = Pick<Ending<KairosError>, 'limit'> & {
	/** How often the item was sent. */
	attempts: number;
	/** From its first failure to its end, in milliseconds. */
	waitedMs: number;
};

/** Adds to an error which limit ended the item, how long it waited and how often it was sent. */
export function withLimit(error: KairosError, ending: ItemEnding): KairosError {
	const sentence = sentenceFor(error, ending);
	return sentence === undefined ? error : error.with(sentence);
}

function sentenceFor(
	{ retryAfterMs = 0 }: KairosError,
	{ limit, attempts, waitedMs }: ItemEnding,
): string | undefined {
	const sent = `The item was sent ${times(attempts)}`;
	switch (limit) {
		case 'fatal':
			return undefined;
		case 'maxAttempts':
			return `${sent} in ${wholeSeconds(waitedMs)}, as often as Max Attempts allows.`;
		case 'retryAfter':
			return `Kairos asked to wait ${wholeSeconds(retryAfterMs)}, longer than Max Wait allows.`;
		case 'maxWait':
			return attempts === 0
				? 'Kairos took no request for as long as Max Wait allows.'
				: `Kairos took no request for as long as Max Wait allows. ${sent} in ${wholeSeconds(waitedMs)}.`;
		case 'aborted':
			return `${sent}; then an error of another item ended the run.`;
	}
}

function times(count: number): string {
	return count === 1 ? 'once' : `${count} times`;
}

function wholeSeconds(ms: number): string {
	return inSeconds(1000 * Math.ceil(ms / 1000));
}
