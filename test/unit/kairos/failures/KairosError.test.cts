import { KairosError } from '../../../../nodes/BiometricVerify/kairos/failures/KairosError';

test('an error is known by its name', () => {
	expect(new KairosError({ code: 'UNAVAILABLE', message: 'Bad', description: 'Wait.' }).name).toBe(
		'KairosError',
	);
});

test.each([
	['Try again.', 'Try again. Or not.'],
	['Really?', 'Really? Or not.'],
	['Kairos says: no face', 'Kairos says: no face. Or not.'],
	['It was sent 1.5 seconds ago', 'It was sent 1.5 seconds ago. Or not.'],
])('a further sentence comes after a period, also where %p has none', (description, both) => {
	const error = new KairosError({
		code: 'UNAVAILABLE',
		message: 'Bad',
		description,
		retry: 'notTaken',
	}).with('Or not.');
	expect(error).toMatchObject({ message: 'Bad', description: both, retry: 'notTaken' });
});
