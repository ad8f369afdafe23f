import { httpError } from '../../../../nodes/BiometricVerify/kairos/failures/statuses';
import {
	addLimitSentence,
	type ItemEnding,
} from '../../../../nodes/BiometricVerify/kairos/failures/limits';

const failure = { status: 503, serverMessage: '', isJson: true, requestBytes: 0 };
const unavailable = httpError(failure);
/** Of another item. */
const told = httpError({ ...failure, retryAfterMs: 90_000 });

test.each<[sentence: string, limit: ItemEnding['limit'], attempts: number, waitedMs: number]>([
	["Gave up after 3 attempts in 5 seconds: 'Max Attempts' is used up.", 'maxAttempts', 3, 4200],
	["Gave up after 1 attempt: 'Max Attempts' is used up.", 'maxAttempts', 1, 1],
	[
		"Gave up after 1 attempt: Kairos asked for a wait of 90 seconds, which is longer than what is left of 'Max Wait'.",
		...(['retryAfter', 1, 0] as const),
	],
	["Gave up: Kairos accepted no requests within 'Max Wait'.", 'nothingAccepted', 0, 0],
	[
		"Gave up after 2 attempts in 1 second: Kairos did not accept this item within 'Max Wait'.",
		...(['maxWait', 2, 1000] as const),
	],
	["The item was sent once; then another item's error ended the run.", 'aborted', 1, 500],
	["The item was sent 2 times; then another item's error ended the run.", 'aborted', 2, 500],
	["Another item's error ended the run.", 'aborted', 0, 0],
])('An error says which limit ended its item: %s', (sentence, limit, attempts, waitedMs) => {
	const ended = addLimitSentence(unavailable, { limit, error: told, attempts, waitedMs });
	expect(ended.description).toBe(`${unavailable.description} ${sentence}`);
});

test('An error that ends the run by itself is left as it is', () => {
	const ending = { limit: 'fatal', error: told, attempts: 1, waitedMs: 0 } as const;
	expect(addLimitSentence(unavailable, ending)).toBe(unavailable);
});
