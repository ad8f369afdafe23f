import type { ErrorCode } from '../../../../nodes/BiometricVerify/errors/codes';
import { ERROR_CODES } from '../../../../nodes/BiometricVerify/errors/codes';
import { KairosError } from '../../../../nodes/BiometricVerify/kairos/failures/KairosError';

const facts = { code: 'UNAVAILABLE', message: 'Bad', description: 'Wait.' } as const;

test('an error is known by its name, was sent, and is not sent again, unless said otherwise', () => {
	expect(new KairosError(facts)).toMatchObject({
		...{ name: 'KairosError', retry: 'never', isFatal: false, wasSent: true },
	});
	const others = {
		retry: 'withinMaxWait',
		isFatal: true,
		wasSent: false,
		mayBeBilled: true,
	} as const;
	expect(new KairosError({ ...facts, ...others })).toMatchObject(others);
});

test.each(Object.keys(ERROR_CODES) as ErrorCode[])(
	'an error may be billed, and can be tried again, as its code %s says',
	(code) => {
		const { mayBeBilled, retryable } = ERROR_CODES[code];
		const error = new KairosError({ ...facts, code });
		expect([error.mayBeBilled, error.isRetryable]).toEqual([mayBeBilled, retryable]);
	},
);

test('an error that is sent again can be tried again later, too', () => {
	const error = new KairosError({
		...facts,
		code: 'UNREADABLE_RESPONSE',
		retry: 'withinMaxAttempts',
	});
	expect(error.isRetryable).toBe(true);
});

test('an error with other facts keeps the rest', () => {
	const error = new KairosError({ ...facts, retry: 'withinMaxWait', retryAfterMs: 5 });
	expect(error.having({ httpCode: 503 })).toMatchObject({
		...{ ...facts, retry: 'withinMaxWait', retryAfterMs: 5, httpCode: 503 },
	});
});

test.each([
	['Try again.', 'Try again. Or not.'],
	['Really?', 'Really? Or not.'],
	['Kairos says: no face', 'Kairos says: no face. Or not.'],
	['It was sent 1.5 seconds ago', 'It was sent 1.5 seconds ago. Or not.'],
])('a further sentence comes after a period, also where %p has none', (description, both) => {
	const error = new KairosError({ ...facts, description, retry: 'withinMaxWait' }).with('Or not.');
	expect(error).toMatchObject({ message: 'Bad', description: both, retry: 'withinMaxWait' });
});
