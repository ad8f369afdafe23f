import type { Check, Severity } from '../../../nodes/BiometricVerify/verdict/finding';
import { failedChecks } from '../../../nodes/BiometricVerify/verdict/judge';
import type { Decision } from '../../../nodes/BiometricVerify/verdict/summary';
import {
	type Changes,
	DETAILS,
	MISSING,
	REJECT_SCORE,
	WARNING_SCORE,
	detail,
	findingsOf,
	rawJson,
	verdictOn,
} from '../../support/answers.cts';

describe('a finding of Kairos', () => {
	test.each<[what: string, code: unknown, check: Check, codeOfFinding: string]>([
		['a failed face match', 'FAILED_FACE_MATCH', 'faceMatch', 'FAILED_FACE_MATCH'],
		['a failed liveness', 'FAILED_SELFIE_LIVENESS', 'liveness', 'FAILED_SELFIE_LIVENESS'],
		['an unknown code', 'BAD_IMAGE', 'other', 'BAD_IMAGE'],
		['a code that only looks like a known one', 'FAILED_FACE', 'other', 'FAILED_FACE'],
		['a code that is a word of JavaScript', '__proto__', 'other', '__proto__'],
		['a code that is a method of JavaScript', 'constructor', 'other', 'constructor'],
		['no code', MISSING, 'other', 'NO_CODE'],
		['a code that is null', null, 'other', 'NO_CODE'],
		['a code that is a number', 17, 'other', 'NO_CODE'],
		['a code that is empty', ' ', 'other', 'NO_CODE'],
		['a code that is a list', ['FAILED_FACE_MATCH'], 'other', 'NO_CODE'],
	])('with %s belongs to its check, with Kairos as its source', (_what, code, check, expected) => {
		const entry =
			code === MISSING ? { decision: 'reject', confidence: 0.5 } : detail(code, 'reject');
		const verdict = verdictOn({ [DETAILS]: [entry], [REJECT_SCORE]: 1 });
		expect(findingsOf(verdict)).toEqual([`kairos: ${check} ${expected} -> reject`]);
		expect([...failedChecks(verdict)]).toEqual([check]);
	});

	test.each<[what: string, word: unknown, decision: Decision, severity: Severity]>([
		['reject', 'reject', 'reject', 'reject'],
		['review', 'review', 'review', 'review'],
		['warning', 'warning', 'review', 'review'],
		['reject in capitals', 'REJECT', 'reject', 'reject'],
		['reject in white space', ' \n\treject ', 'reject', 'reject'],
		['review in mixed case', ' Review', 'review', 'review'],
		['warning in mixed case and white space', '\tWarning\r\n', 'review', 'review'],
		['an unknown word', 'escalate', 'review', 'review'],
		['approve, which no documented finding says', 'approve', 'review', 'review'],
		['pass', 'pass', 'review', 'review'],
		['a word that holds a known one', 'warnings', 'review', 'review'],
		['nothing', '', 'review', 'review'],
		['null', null, 'review', 'review'],
		['no decision', MISSING, 'review', 'review'],
		['a number', 0, 'review', 'review'],
		['true', true, 'review', 'review'],
		['a list', ['warning'], 'review', 'review'],
		['an object', { toString: 'warning' }, 'review', 'review'],
	])(
		'whose decision is %s counts as such, and as review when unknown',
		(_what, word, decision, severity) => {
			const entry =
				word === MISSING ? { code: 'FAILED_FACE_MATCH' } : detail('FAILED_FACE_MATCH', word);
			const verdict = verdictOn({ [DETAILS]: [entry] });
			expect(verdict).toMatchObject({ decision, faceMatch: { status: severity } });
			expect(findingsOf(verdict)).toEqual([`kairos: faceMatch FAILED_FACE_MATCH -> ${severity}`]);
		},
	);

	test.each<[what: string, confidence: unknown, expected: number | null]>([
		['0', 0, 0],
		['between 0 and 1', 0.37, 0.37],
		['1', 1, 1],
		['missing', MISSING, null],
		['null', null, null],
		['a text', '1', null],
		['below 0', -0.01, null],
		['above 1', 1.01, null],
		['infinite', rawJson('1e999'), null],
	])(
		'keeps a confidence that is %s only when it is a number from 0 to 1',
		(_what, confidence, expected) => {
			const entry =
				confidence === MISSING
					? { code: 'X', decision: 'review', description: 'y' }
					: detail('X', 'review', 'y', confidence);
			expect(verdictOn({ [DETAILS]: [entry] }).findings[0]?.confidence).toBe(expected);
		},
	);

	test.each<[what: string, entry: unknown]>([
		['null', null],
		['a text', 'FAILED_FACE_MATCH'],
		['a number', 0],
		['a list', []],
		['an empty object', {}],
	])('that is %s still keeps the person from being approved', (_what, entry) => {
		const verdict = verdictOn({ [DETAILS]: [entry] });
		expect(verdict.decision).toBe('review');
		expect(verdict.findings).toStrictEqual([
			{
				check: 'other',
				code: 'NO_CODE',
				decision: 'review',
				confidence: null,
				description: '',
				source: 'kairos',
			},
		]);
	});
});

describe('a warning of Kairos', () => {
	const warned: Changes = {
		[DETAILS]: [detail('FAILED_FACE_MATCH', 'warning')],
		[WARNING_SCORE]: 1,
	};

	test('is for review unless the builder says otherwise', () => {
		const verdict = verdictOn(warned);
		expect(verdict).toMatchObject({ decision: 'review', faceMatch: { status: 'review' } });
		expect([...failedChecks(verdict)]).toEqual(['faceMatch']);
		expect(verdict.summary).toBe('For review: something is wrong (FAILED_FACE_MATCH).');
	});

	test('approves where the builder says so and there is nothing more severe', () => {
		const verdict = verdictOn(warned, { kairosWarning: 'approve' });
		expect(verdict).toMatchObject({ decision: 'approve', faceMatch: { status: 'warning' } });
		expect([...failedChecks(verdict)]).toEqual([]);
		expect(verdict.summary).toBe(
			'Approved: face match 0.93, liveness 0.97. Warning: something is wrong (FAILED_FACE_MATCH).',
		);
	});

	test.each(['approve', 'review'] as const)(
		'never softens what is more severe (set to %s)',
		(kairosWarning) => {
			for (const [other, decision] of [
				['review', 'review'],
				['reject', 'reject'],
				['escalate', 'review'],
			]) {
				const details = [detail('A', 'warning'), detail('B', other)];
				expect(verdictOn({ [DETAILS]: details }, { kairosWarning }).decision).toBe(decision);
			}
		},
	);

	test('approves no word that only resembles it', () => {
		for (const word of ['warnings', 'warn', 'info', 'notice', 'pass', '']) {
			const changes = { [DETAILS]: [detail('A', word)] };
			expect(verdictOn(changes, { kairosWarning: 'approve' }).decision).toBe('review');
		}
	});
});
