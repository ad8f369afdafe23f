import { KairosError } from '../../../../nodes/BiometricVerify/kairos/failures/KairosError';
import { httpError } from '../../../../nodes/BiometricVerify/kairos/failures/statuses';
import {
	addLimitSentence,
	type ItemEnding,
} from '../../../../nodes/BiometricVerify/kairos/failures/limits';

const failure = { status: 503, serverMessage: '', isJson: true, requestBytes: 0 };
const error = httpError(failure);
/** Of another item. */
const ending = httpError({ ...failure, retryAfterMs: 90_000 });

test.each<[what: string, ending: ItemEnding, sentence: string]>([
	[
		'all attempts',
		{ limit: 'maxAttempts', error, attempts: 3, waitedMs: 4200 },
		"Gave up after 3 attempts in 5 seconds: 'Max Attempts' is used up.",
	],
	[
		'its only attempt',
		{ limit: 'maxAttempts', error, attempts: 1, waitedMs: 1 },
		"Gave up after 1 attempt: 'Max Attempts' is used up.",
	],
	[
		'a wait that is too long, which another item was asked for',
		{ limit: 'retryAfter', error: ending, attempts: 1, waitedMs: 0 },
		"Gave up after 1 attempt: Kairos asked for a wait of 90 seconds, which is longer than what is left of 'Max Wait'.",
	],
	[
		'a run that accepted nothing, unsent',
		{ limit: 'nothingAccepted', error, attempts: 0, waitedMs: 0 },
		"Gave up: Kairos accepted no requests within 'Max Wait'.",
	],
	[
		'a run that accepted nothing',
		{ limit: 'nothingAccepted', error, attempts: 2, waitedMs: 3_000 },
		"Gave up after 2 attempts in 3 seconds: Kairos accepted no requests within 'Max Wait'.",
	],
	[
		'Max Wait',
		{ limit: 'maxWait', error, attempts: 2, waitedMs: 60_000 },
		"Gave up after 2 attempts in 60 seconds: Kairos did not accept this item within 'Max Wait'.",
	],
	[
		'the error of another item',
		{ limit: 'aborted', attempts: 1, waitedMs: 500 },
		"The item was sent once; then another item's error ended the run.",
	],
])('the error of an item that was ended by %s says so', (_what, itemEnding, sentence) => {
	const ended = addLimitSentence(error, itemEnding);
	expect(ended).toBeInstanceOf(KairosError);
	expect(ended.description).toBe(`${error.description} ${sentence}`);
	const { message, httpCode, retry, retryAfterMs, isFatal, cause } = error;
	expect(ended).toMatchObject({ message, httpCode, retry, retryAfterMs, isFatal, cause });
});

test('an error that ends the run by itself is left as it is', () => {
	expect(addLimitSentence(error, { limit: 'fatal', error, attempts: 1, waitedMs: 0 })).toBe(error);
});
