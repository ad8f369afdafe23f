import fc from 'fast-check';
import type { Rules } from '../../../nodes/BiometricVerify/verdict/rules';
import {
	type Changes,
	DECISION,
	DETAILS,
	LIVENESS,
	MATCH,
	MISSING,
	PHOTO_FACES,
	REJECT_SCORE,
	RESPONSE_CODE,
	REVIEW_SCORE,
	SELFIE_FACES,
	SELFIE_SIZE,
	WARNING_SCORE,
	defaultRules,
	detail,
	face,
	verdictOn,
} from '../../support/answers.cts';

const thresholds = defaultRules.thresholds;

function summaryOf(changes: Changes, rules?: Partial<Rules>): string {
	return verdictOn(changes, rules).summary;
}

describe('the summary', () => {
	test.each<[what: string, changes: Changes, summary: string, rules?: Partial<Rules>]>([
		['names both scores of an approval', {}, 'Approved: face match 0.93, liveness 0.97.'],
		[
			'names the threshold that a score is below: the upper one of a review',
			{
				[MATCH]: 0.5,
				[DETAILS]: [detail('FAILED_FACE_MATCH', 'review', 'failed: 0.4 < 0.5 (actual) < 0.56')],
			},
			'For review: face match 0.5 is below 0.56.',
		],
		[
			'names the threshold that a score is below: the lower one of a rejection',
			{
				[LIVENESS]: 0.1,
				[DETAILS]: [detail('FAILED_SELFIE_LIVENESS', 'reject', 'failed: 0.4 < 0.1 (actual) < 0.6')],
			},
			'Rejected: liveness 0.1 is below 0.4.',
		],
		[
			'puts all reasons of the decision into one sentence, and the milder ones into others',
			{
				[DETAILS]: [
					detail('A', 'review', 'First'),
					detail('B', 'warning', 'Second'),
					detail('C', 'reject', 'Third'),
					detail('D', 'reject', 'Fourth'),
				],
			},
			'Rejected: third (C), fourth (D). Also for review: first (A). Warning: second (B).',
			{ kairosWarning: 'approve' },
		],
		[
			'tells a warning also of an approval',
			{ [DETAILS]: [detail('B', 'warning', 'Blurred')] },
			'Approved: face match 0.93, liveness 0.97. Warning: blurred (B).',
			{ kairosWarning: 'approve' },
		],
		[
			'quotes an unknown finding with its code',
			{ [DETAILS]: [detail('BAD_IMAGE', 'review', 'The image is bad.')] },
			'For review: the image is bad (BAD_IMAGE).',
		],
		[
			'gives the code of a finding without a description',
			{ [DETAILS]: [detail('BAD_IMAGE', 'reject', null)] },
			'Rejected: Kairos reported BAD_IMAGE without a reason.',
		],
		[
			'gives the description of a face match that names no thresholds',
			{ [DETAILS]: [detail('FAILED_FACE_MATCH', 'reject', 'Faces do not match')] },
			'Rejected: faces do not match (FAILED_FACE_MATCH).',
		],
		[
			'says so when a finding has nothing at all',
			{ [DETAILS]: [{}] },
			'For review: Kairos reported NO_CODE without a reason.',
		],
		[
			'says the same reason once',
			{ [DETAILS]: [detail('A', 'review', 'Same'), detail('A', 'review', 'Same')] },
			'For review: same (A).',
		],
		[
			'tells of no face in the selfie',
			{ [SELFIE_FACES]: [] },
			'For review: no face in the selfie.',
		],
		['tells of no face in the photo', { [PHOTO_FACES]: [] }, 'For review: no face in the photo.'],
		[
			'counts several faces in the selfie',
			{ [SELFIE_FACES]: [face(), face(), face()] },
			'For review: 3 faces in the selfie.',
		],
		[
			'tells of faces that Kairos left out',
			{ [SELFIE_FACES]: MISSING, [PHOTO_FACES]: MISSING },
			'For review: Kairos did not say which faces are in the selfie, Kairos did not say which faces are in the photo.',
		],
		[
			'tells of scores that Kairos left out',
			{ [MATCH]: MISSING, [LIVENESS]: MISSING },
			'For review: Kairos returned no valid face match score, Kairos returned no valid liveness score.',
		],
		[
			'tells of what cannot be',
			{
				[RESPONSE_CODE]: 0,
				errors: ['bad'],
				[SELFIE_SIZE]: { width: 0, height: 0 },
				[PHOTO_FACES]: [face(1), { ...face(2), confidence: 0 }],
			},
			'For review: the response code is not the one that Kairos documents, Kairos reported an error along with its decision, Kairos returned an impossible image size for the selfie, Kairos returned an impossible face in the photo.',
		],
		['tells of no decision', { [DECISION]: MISSING }, 'For review: Kairos returned no decision.'],
		[
			'tells of a decision with a score left out',
			{ [WARNING_SCORE]: MISSING },
			'For review: Kairos returned a decision without all of its scores.',
		],
		[
			'tells of scores without a reason',
			{ [REJECT_SCORE]: 1, [REVIEW_SCORE]: 1, [WARNING_SCORE]: 1 },
			'Rejected: Kairos returned a reject score without a reason. Also for review: Kairos returned a review score without a reason. Warning: Kairos returned a warning score without a reason.',
			{ kairosWarning: 'approve' },
		],
		[
			"tells that a threshold is the builder's own",
			{},
			'Rejected: liveness 0.97 is below 0.98, the threshold in this node, but Kairos did not flag it. Also for review: face match 0.93 is below 0.95, the threshold in this node, but Kairos did not flag it.',
			{ thresholds: { ...thresholds, livenessRejectBelow: 0.98, faceMatchReviewBelow: 0.95 } },
		],
	])('%s', (_what, changes, summary, rules = {}) => {
		expect(summaryOf(changes, rules)).toBe(summary);
	});

	test('claims nothing about a score that Kairos left out', () => {
		const found = detail('FAILED_FACE_MATCH', 'review', 'failed: 0.4 < 0.5 (actual) < 0.56');
		expect(summaryOf({ [MATCH]: MISSING, [DETAILS]: [found] })).not.toMatch(/null|undefined|NaN/);
	});

	test.each([
		['reject', 0.5],
		['review', 0.7],
		['warning', 0.7],
		['review', 0.6],
	])('says of no score that it is below a threshold that it is not below (%s)', (word, score) => {
		const description = `failed: 0.4 < ${score} (actual) < 0.6`;
		const found = detail('FAILED_SELFIE_LIVENESS', word, description);
		const said = /liveness ([\d.]+) is below ([\d.]+\d)/.exec(
			summaryOf({ [LIVENESS]: score, [DETAILS]: [found] }, { kairosWarning: 'approve' }),
		);
		expect(said === null || Number(said[1]) < Number(said[2])).toBe(true);
	});

	test('keeps an abbreviation at the beginning of a description as it is', () => {
		expect(summaryOf({ [DETAILS]: [detail('A', 'review', 'ID card is out of date')] })).toBe(
			'For review: ID card is out of date (A).',
		);
	});

	test.each<[description: unknown, reason: string]>([
		['Blurred', 'blurred (A)'],
		['Blurred.', 'blurred (A)'],
		['Blurred..', 'blurred (A)'],
		['Blurred. . .', 'blurred (A)'],
		['Blurred…', 'blurred… (A)'],
		['Blurred!', 'blurred! (A)'],
		['Blurred. Try again.', 'blurred. Try again (A)'],
		['v1.2 of the ID', 'v1.2 of the ID (A)'],
		['.', 'Kairos reported A without a reason'],
		['...', 'Kairos reported A without a reason'],
		[' \t\n', 'Kairos reported A without a reason'],
		['', 'Kairos reported A without a reason'],
		[7, 'Kairos reported A without a reason'],
		['Kairos is not sure', 'Kairos is not sure (A)'],
		['Blurred ID', 'blurred ID (A)'],
		['Éblouissement', 'éblouissement (A)'],
	])('makes a sentence with one period of the description %p', (description, reason) => {
		expect(summaryOf({ [DETAILS]: [detail('A', 'review', description)] })).toBe(
			`For review: ${reason}.`,
		);
	});

	test('is whole sentences with a reason in each, whatever is found', () => {
		const description = fc.oneof(
			fc.constantFrom('', '.', '..', 'Bad.', 'Bad', ' ', null, 'failed: 0.4 < 0.1 (actual) < 0.6'),
			fc.string({ unit: fc.constantFrom('a', 'B', ' ', '.', '1') }).map((text) => `x${text}`),
		);
		const found = fc.record({
			code: fc.constantFrom('FAILED_FACE_MATCH', 'FAILED_SELFIE_LIVENESS', 'X', null),
			decision: fc.constantFrom('reject', 'review', 'warning', null),
			description,
		});
		const score = fc.constantFrom(0.1, 0.5, 0.9, null);
		const word = fc.constantFrom<Rules['kairosWarning']>('approve', 'review');
		fc.assert(
			fc.property(
				fc.array(found, { maxLength: 4 }),
				score,
				score,
				word,
				(details, match, liveness, kairosWarning) => {
					const changes = { [DETAILS]: details, [MATCH]: match, [LIVENESS]: liveness };
					const summary = summaryOf(changes, { kairosWarning });
					expect(summary).toMatch(/^(?:Approved|For review|Rejected): \S/);
					expect(summary).toMatch(/[^.\s:,]\.$/);
					expect(summary).not.toMatch(/: ?[.,]| null|undefined|NaN/);
				},
			),
		);
	});
});
