import { httpError } from '../../../../nodes/BiometricVerify/kairos/failures/statuses';
import {
	addLimitSentence,
	type ItemEnding,
} from '../../../../nodes/BiometricVerify/kairos/failures/limits';

const failure = { status: 503, serverMessage: '', isJson: true, requestBytes: 0 };
const unavailable = httpError(failure);
/** Of another item. */
const told = httpError({ ...failure, retryAfterMs: 90_000 });

const USED_UP = ": 'Max Attempts' is used up.";
const TOO_LONG =
	": Kairos asked for a wait of 90 seconds, which is longer than what is left of 'Max Wait'.";
const NOT_ACCEPTED = ": Kairos did not accept this item within 'Max Wait'.";
const NOTHING_ACCEPTED = ": Kairos accepted no requests within 'Max Wait'.";
const ENDED = "; then another item's error ended the run.";

test.each<[limit: ItemEnding['limit'], attempts: number, waitedMs: number, sentence: string]>([
	['maxAttempts', 3, 4200, `Gave up after 3 attempts in 5 seconds${USED_UP}`],
	['maxAttempts', 1, 1, `Gave up after 1 attempt${USED_UP}`],
	['retryAfter', 1, 0, `Gave up after 1 attempt${TOO_LONG}`],
	['nothingAccepted', 0, 0, `Gave up${NOTHING_ACCEPTED}`],
	['maxWait', 2, 1000, `Gave up after 2 attempts in 1 second${NOT_ACCEPTED}`],
	['aborted', 1, 500, `The item was sent once${ENDED}`],
	['aborted', 2, 500, `The item was sent 2 times${ENDED}`],
	['aborted', 0, 0, "Another item's error ended the run."],
])(
	'An error says which limit ended its item: %s after %i attempts, %i ms',
	(limit, attempts, waitedMs, sentence) => {
		const ended = addLimitSentence(unavailable, { limit, error: told, attempts, waitedMs });
		expect(ended.description).toBe(`${unavailable.description} ${sentence}`);
	},
);

test('An error that ends the run by itself is left as it is', () => {
	const ending = { limit: 'fatal', error: told, attempts: 1, waitedMs: 0 } as const;
	expect(addLimitSentence(unavailable, ending)).toBe(unavailable);
});
