import { KairosError } from '../../../nodes/BiometricVerify/kairos/errors';
import { httpError } from '../../../nodes/BiometricVerify/kairos/httpErrors';
import { withLimit, type ItemEnding } from '../../../nodes/BiometricVerify/kairos/limitErrors';

const error = httpError({ status: 503, serverMessage: '', retryAfterMs: 90_000 });

test.each<[what: string, ending: ItemEnding, sentence: string]>([
	[
		'all attempts',
		{ limit: 'maxAttempts', attempts: 3, waitedMs: 4200 },
		'The item was sent 3 times in 5 seconds, as often as Max Attempts allows.',
	],
	[
		'its only attempt',
		{ limit: 'maxAttempts', attempts: 1, waitedMs: 1 },
		'The item was sent once in 1 second, as often as Max Attempts allows.',
	],
	[
		'a wait that is too long',
		{ limit: 'retryAfter', attempts: 1, waitedMs: 0 },
		'Kairos asked to wait 90 seconds, longer than Max Wait allows.',
	],
	[
		'Max Wait, unsent',
		{ limit: 'maxWait', attempts: 0, waitedMs: 0 },
		'Kairos took no request for as long as Max Wait allows.',
	],
	[
		'Max Wait',
		{ limit: 'maxWait', attempts: 2, waitedMs: 60_000 },
		'Kairos took no request for as long as Max Wait allows. The item was sent 2 times in 60 seconds.',
	],
	[
		'the error of another item',
		{ limit: 'aborted', attempts: 1, waitedMs: 500 },
		'The item was sent once; then an error of another item ended the run.',
	],
])('the error of an item that was ended by %s says so', (_what, ending, sentence) => {
	const ended = withLimit(error, ending);
	expect(ended).toBeInstanceOf(KairosError);
	expect(ended.description).toBe(`${error.description} ${sentence}`);
	const { message, httpCode, retry, retryAfterMs, endsRun, cause } = error;
	expect(ended).toMatchObject({ message, httpCode, retry, retryAfterMs, endsRun, cause });
});

test('an error that ends the run by itself is left as it is', () => {
	expect(withLimit(error, { limit: 'fatal', attempts: 1, waitedMs: 0 })).toBe(error);
});
