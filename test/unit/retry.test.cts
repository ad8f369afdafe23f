import { KairosError } from '../../nodes/BiometricVerify/kairos/errors';
import { httpError } from '../../nodes/BiometricVerify/kairos/httpErrors';
import { withRetries } from '../../nodes/BiometricVerify/kairos/retry';

/** Runs attempts that end at once with the given outcomes, in turn, and counts them. */
async function run(outcomes: unknown[], maxAttempts = 3, signal = new AbortController().signal) {
	let count = 0;
	const attempt = () => {
		const outcome = outcomes[count] ?? outcomes.at(-1);
		count++;
		return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve({ outcome });
	};
	const result: unknown = await withRetries(
		attempt,
		{ maxAttempts, maxWaitMs: 60_000 },
		signal,
	).catch((error: unknown) => error);
	return { count, result };
}

const serverError = () => httpError({ status: 500, serverMessage: '', retryAfterMs: 0 });

test('an attempt that succeeds is the only one', async () => {
	expect(await run(['response'])).toEqual({
		count: 1,
		result: { outcome: 'response', attempts: 1 },
	});
});

test('attempts are counted in the result', async () => {
	expect(await run([serverError(), serverError(), 'response'])).toEqual({
		count: 3,
		result: { outcome: 'response', attempts: 3 },
	});
});

test.each([1, 2, 10])(
	'there are %i attempts at the most, and the last error counts',
	async (most) => {
		const errors = Array.from({ length: 20 }, serverError);
		expect(await run(errors, most)).toEqual({ count: most, result: errors[most - 1] });
	},
);

test.each([301, 400, 401, 402, 403, 404, 413, 422])(
	'the status %i is not tried again',
	async (status) => {
		const error = httpError({ status, serverMessage: '', retryAfterMs: 0 });
		expect(await run([error, 'response'])).toEqual({ count: 1, result: error });
	},
);

test('an error of another kind is not tried again', async () => {
	const error = new TypeError('x is not a function');
	expect(await run([error, 'response'])).toEqual({ count: 1, result: error });
});

test('a run that has ended tries nothing again, and keeps the error of the item itself', async () => {
	const error = serverError();
	const { count, result } = await run([error, 'response'], 3, AbortSignal.abort());
	expect(count).toBe(1);
	expect(result).toBe(error);
	expect(result).toBeInstanceOf(KairosError);
});
