import { attemptsBehind, noteAttempts } from '../../../nodes/BiometricVerify/errors/attempts';

const FACTS = { attempts: 2, mayBeBilled: true, service: 'kairos.test/v0.1' };

test('The attempts behind an error are those that were noted last', () => {
	const error = noteAttempts(new Error(), { ...FACTS, attempts: 1 });
	expect(attemptsBehind(noteAttempts(error, FACTS))).toEqual(FACTS);
});

test.each(['a text', null, undefined, 7])(
	'Nothing was sent as far as a thrown %p tells, and it is passed on as it is',
	(thrown) => {
		expect(noteAttempts(thrown, FACTS)).toBe(thrown);
		expect(attemptsBehind(thrown)).toEqual({ attempts: 0, mayBeBilled: false, service: null });
	},
);
