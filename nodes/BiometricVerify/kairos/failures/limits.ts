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
	const gaveUp = `Gave up${effort(ending)}`;
	switch (ending.limit) {
		case 'fatal':
			return undefined;
		case 'maxAttempts':
			return `${gaveUp}: 'Max Attempts' is used up.`;
		case 'retryAfter':
			return `${gaveUp}: Kairos asked for a wait of ${wholeSeconds(ending.error.retryAfterMs ?? 0)}, which is longer than what is left of 'Max Wait'.`;
		case 'maxWait':
			return `${gaveUp}: Kairos did not accept this item within 'Max Wait'.`;
		case 'nothingAccepted':
			return `${gaveUp}: Kairos accepted no requests within 'Max Wait'.`;
		case 'aborted':
			return attempts === 0
				? "Another item's error ended the run."
				: `The item was sent ${times(attempts)}; then another item's error ended the run.`;
	}
}

/** Without a connection, there was no attempt to mention. */
function effort({ attempts, waitedMs }: ItemEnding): string {
	if (attempts === 0) return '';
	if (attempts === 1) return ' after 1 attempt';
	return ` after ${attempts} attempts in ${wholeSeconds(waitedMs)}`;
}

function times(count: number): string {
	return count === 1 ? 'once' : `${count} times`;
}

function wholeSeconds(ms: number): string {
	return inSeconds(1000 * Math.ceil(ms / 1000));
}
