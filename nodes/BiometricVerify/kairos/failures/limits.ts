import type { KairosError } from './KairosError';
import { inSeconds } from './KairosError';
import type { Ending } from '../../limiter/types';

/** What ended an item, maybe another item's error, and its attempts. */
export type ItemEnding = Ending<KairosError> & {
	/** How often the item was sent. */
	attempts: number;
	/** From its first failure to its end, in milliseconds. */
	waitedMs: number;
};

/** Adds which limit ended the item, how long it waited, and how often it was sent. */
export function addLimitSentence(error: KairosError, ending: ItemEnding): KairosError {
	const sentence = sentenceFor(ending);
	return sentence === undefined ? error : error.with(sentence);
}

function sentenceFor(ending: ItemEnding): string | undefined {
	const { attempts } = ending;
	const waited = wholeSeconds(ending.waitedMs);
	const sent = `The item was sent ${times(attempts)}`;
	switch (ending.limit) {
		case 'fatal':
			return undefined;
		case 'maxAttempts':
			return `${sent} in ${waited}, and Max Attempts is used up.`;
		case 'retryAfter':
			return `Kairos asked for a wait of ${wholeSeconds(ending.error.retryAfterMs ?? 0)}, which is longer than what is left of Max Wait.`;
		case 'maxWait':
			return withAttempts('Kairos did not accept this item within Max Wait.', attempts, waited);
		case 'nothingAccepted':
			return withAttempts('Kairos accepted no requests within Max Wait.', attempts, waited);
		case 'aborted':
			return attempts === 0
				? "Another item's error ended the run."
				: `${sent}; then another item's error ended the run.`;
	}
}

/** Without a connection, there was no attempt to mention. */
function withAttempts(sentence: string, attempts: number, waited: string): string {
	return attempts === 0
		? sentence
		: `${sentence} The item was sent ${times(attempts)} in ${waited}.`;
}

function times(count: number): string {
	return count === 1 ? 'once' : `${count} times`;
}

function wholeSeconds(ms: number): string {
	return inSeconds(1000 * Math.ceil(ms / 1000));
}
