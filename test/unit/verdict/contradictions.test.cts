import type { Severity } from '../../../nodes/BiometricVerify/verdict/finding';
import type { Decision } from '../../../nodes/BiometricVerify/verdict/summary';
import {
	type Changes,
	DETAILS,
	MISSING,
	REJECT_SCORE,
	RESPONSE_CODE,
	REVIEW_SCORE,
	WARNING_SCORE,
	detail,
	findingsOf,
	verdictOn,
} from '../../support/answers.cts';

describe("a score of Kairos's decision", () => {
	test.each<[what: string, changes: Changes, decision: Decision, findings: string[]]>([
		[
			'that leans to a rejection without any reason rejects',
			{ [REJECT_SCORE]: 0.1 },
			'reject',
			['node: other UNEXPLAINED_REJECT_SCORE -> reject'],
		],
		[
			'that leans to a rejection with a reason for review only rejects',
			{ [REJECT_SCORE]: 1, [REVIEW_SCORE]: 1, [DETAILS]: [detail('A', 'review')] },
			'reject',
			['node: other UNEXPLAINED_REJECT_SCORE -> reject', 'kairos: other A -> review'],
		],
		[
			'that leans to a rejection with a reason for it adds nothing',
			{ [REJECT_SCORE]: 1, [DETAILS]: [detail('A', 'Reject')] },
			'reject',
			['kairos: other A -> reject'],
		],
		[
			'that leans to a review without any reason sends to review',
			{ [REVIEW_SCORE]: 0.0001 },
			'review',
			['node: other UNEXPLAINED_REVIEW_SCORE -> review'],
		],
		[
			'that leans to a review with nothing but a warning sends to review',
			{ [REVIEW_SCORE]: 1, [WARNING_SCORE]: 1, [DETAILS]: [detail('A', 'warning')] },
			'review',
			['node: other UNEXPLAINED_REVIEW_SCORE -> review', 'kairos: other A -> warning'],
		],
		[
			'that leans to a review with a reason for it adds nothing',
			{ [REVIEW_SCORE]: 1, [DETAILS]: [detail('A', 'review')] },
			'review',
			['kairos: other A -> review'],
		],
		[
			'that warns with a reason adds nothing',
			{ [WARNING_SCORE]: 1, [DETAILS]: [detail('A', 'warning')] },
			'approve',
			['kairos: other A -> warning'],
		],
		[
			'far above 1 is taken as it is, because its scale is not documented',
			{ [REJECT_SCORE]: 250 },
			'reject',
			['node: other UNEXPLAINED_REJECT_SCORE -> reject'],
		],
	])('%s', (_what, changes, decision, findings) => {
		const verdict = verdictOn(changes, { kairosWarning: 'approve' });
		expect(verdict.decision).toBe(decision);
		expect(findingsOf(verdict)).toEqual(findings);
	});

	test('that leans to a rejection rejects also when the details are missing', () => {
		const verdict = verdictOn({ [DETAILS]: MISSING, [REJECT_SCORE]: 1 });
		expect(verdict.decision).toBe('reject');
		expect(verdict.scores).toEqual({ reject: 1, review: 0, warning: 0 });
	});

	test('of each severity is without a reason when the details are missing', () => {
		const scores = { [REJECT_SCORE]: 1, [REVIEW_SCORE]: 1, [WARNING_SCORE]: 1 };
		expect(findingsOf(verdictOn({ [DETAILS]: MISSING, ...scores }))).toEqual([
			'node: other UNEXPLAINED_REJECT_SCORE -> reject',
			'node: other NO_DECISION -> review',
			'node: other UNEXPLAINED_REVIEW_SCORE -> review',
			'node: other UNEXPLAINED_WARNING_SCORE -> review',
		]);
	});
});

describe('a warning score without a reason', () => {
	test.each<['approve' | 'review', Decision, Severity]>([
		['approve', 'approve', 'warning'],
		['review', 'review', 'review'],
	])('counts as a warning does (set to %s)', (kairosWarning, decision, severity) => {
		const verdict = verdictOn({ [WARNING_SCORE]: 0.2 }, { kairosWarning });
		expect(verdict.decision).toBe(decision);
		expect(findingsOf(verdict)).toEqual([`node: other UNEXPLAINED_WARNING_SCORE -> ${severity}`]);
	});
});

describe('a response that contradicts itself', () => {
	test.each([0, 2, 99, -1, '1', true, null, [1], {}, MISSING])(
		'by the response code %p is for review',
		(code) => {
			const verdict = verdictOn({ [RESPONSE_CODE]: code });
			expect(verdict.decision).toBe('review');
			expect(findingsOf(verdict)).toEqual(['node: other UNEXPECTED_RESPONSE_CODE -> review']);
		},
	);

	test('by an error beside its decision is for review', () => {
		const verdict = verdictOn({ errors: [{ code: 1002, message: 'No faces found' }] });
		expect(findingsOf(verdict)).toEqual(['node: other RESPONSE_ERROR -> review']);
		expect(verdict.decision).toBe('review');
	});

	test('is for review for each of its contradictions', () => {
		const changes = { [RESPONSE_CODE]: 0, errors: ['bad'] };
		expect(findingsOf(verdictOn(changes, {}, { isRequestIdRepeated: true }))).toEqual([
			'node: other UNEXPECTED_RESPONSE_CODE -> review',
			'node: other RESPONSE_ERROR -> review',
			'node: other REPEATED_REQUEST_ID -> review',
		]);
	});

	test('by a request ID that another item got is for review', () => {
		const verdict = verdictOn({}, {}, { isRequestIdRepeated: true });
		expect(verdict.decision).toBe('review');
		expect(verdict.summary).toBe(
			'For review: Kairos returned the same request ID for another item of this run.',
		);
		expect(findingsOf(verdict)).toEqual(['node: other REPEATED_REQUEST_ID -> review']);
	});
});
