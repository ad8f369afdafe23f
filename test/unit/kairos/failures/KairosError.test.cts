import type { ErrorCode } from '../../../../nodes/BiometricVerify/errors/codes';
import { ERROR_CODES } from '../../../../nodes/BiometricVerify/errors/codes';
import { KairosError } from '../../../../nodes/BiometricVerify/kairos/failures/KairosError';

const facts = { code: 'UNAVAILABLE', message: 'Bad', description: 'Wait.' } as const;

test.each(Object.entries(ERROR_CODES))(
	'An error may be billed, and can be tried again, as its code says: %s',
	(code, { mayBeBilled, retryable: isRetryable }) => {
		const error = new KairosError({ ...facts, code: code as ErrorCode });
		expect(error).toMatchObject({ name: 'KairosError', mayBeBilled, isRetryable });
		expect(error).toMatchObject({ retry: 'never', isFatal: false, wasSent: true });
	},
);

test('An error that is sent again can be tried again later, too', () => {
	const again = { retry: 'withinMaxAttempts' } as const;
	const error = new KairosError({ ...facts, code: 'UNREADABLE_RESPONSE', ...again });
	expect(error.isRetryable).toBe(true);
});

test.each([
	['Try again.', 'Try again. Or not.'],
	['Really?', 'Really? Or not.'],
	['Kairos says: no face', 'Kairos says: no face. Or not.'],
	['It was sent 1.5 seconds ago', 'It was sent 1.5 seconds ago. Or not.'],
])('A further sentence comes after a period, also where %p has none', (description, both) => {
	const others = {
		retry: 'withinMaxWait',
		retryAfterMs: 5,
		isFatal: true,
		wasSent: false,
	} as const;
	const error = new KairosError({ ...facts, ...others, description }).with('Or not.');
	expect(error).toMatchObject({ ...others, message: 'Bad', description: both });
});
