import type { Rules } from '../../nodes/BiometricVerify/findings';
import {
	type Changes,
	DECISION,
	DETAILS,
	LIVENESS,
	MATCH,
	MISSING,
	PHOTO_FACES,
	REJECT_SCORE,
	REVIEW_SCORE,
	SELFIE_FACES,
	WARNING_SCORE,
	defaultRules,
	detail,
	face,
	verdictOn,
} from '../support/answers.cts';

const thresholds = defaultRules.thresholds;

function summaryOf(changes: Changes, rules?: Partial<Rules>): string {
	return verdictOn(changes, rules).summary;
}

describe('the summary', () => {
	test.each<[what: string, changes: Changes, summary: string, rules?: Partial<Rules>]>([
		['names both scores of an approval', {}, 'Approved: face match 0.93, liveness 0.97.'],
		[
			'names the limit that a score is below: the upper one of a review',
			{
				[MATCH]: 0.5,
				[DETAILS]: [detail('FAILED_FACE_MATCH', 'review', 'failed: 0.4 < 0.5 (actual) < 0.56')],
			},
			'For review: face match 0.5 is below 0.56.',
		],
		[
			'names the limit that a score is below: the lower one of a rejection',
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
		],
		[
			'tells a warning also of an approval',
			{ [DETAILS]: [detail('B', 'warning', 'Blurred')] },
			'Approved: face match 0.93, liveness 0.97. Warning: blurred (B).',
		],
		[
			'quotes an unknown finding with its code',
			{ [DETAILS]: [detail('BAD_PICTURE', 'review', 'The picture is bad.')] },
			'For review: the picture is bad (BAD_PICTURE).',
		],
		[
			'gives the code of a finding without a description',
			{ [DETAILS]: [detail('BAD_PICTURE', 'reject', null)] },
			'Rejected: BAD_PICTURE.',
		],
		[
			'gives the description of a face match that names no limits',
			{ [DETAILS]: [detail('FAILED_FACE_MATCH', 'reject', 'Faces do not match')] },
			'Rejected: faces do not match (FAILED_FACE_MATCH).',
		],
		['says so when a finding has nothing at all', { [DETAILS]: [{}] }, 'For review: NO_CODE.'],
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
			'For review: Kairos did not say which faces the selfie shows, Kairos did not say which faces the photo shows.',
		],
		[
			'tells of scores that Kairos left out',
			{ [MATCH]: MISSING, [LIVENESS]: MISSING },
			'For review: Kairos gave no usable face match score, Kairos gave no usable liveness score.',
		],
		['tells of no decision', { [DECISION]: MISSING }, 'For review: Kairos gave no decision.'],
		[
			'tells of a decision with a score left out',
			{ [WARNING_SCORE]: MISSING },
			'For review: Kairos left out a score of its decision.',
		],
		[
			'tells of a leaning without a reason',
			{ [REJECT_SCORE]: 1, [REVIEW_SCORE]: 1, [WARNING_SCORE]: 1 },
			'Rejected: Kairos leans towards a rejection and gives no reason. Also for review: Kairos leans towards a review and gives no reason. Warning: Kairos gives a warning and no reason.',
		],
		[
			"tells that a limit is the builder's own",
			{},
			'Rejected: liveness 0.97 is below 0.98, the limit set in this node. Also for review: face match 0.93 is below 0.95, the limit set in this node.',
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
	])('says of no score that it is below a limit that it is not below (%s)', (word, score) => {
		const description = `failed: 0.4 < ${score} (actual) < 0.6`;
		const found = detail('FAILED_SELFIE_LIVENESS', word, description);
		const said = /liveness ([\d.]+) is below ([\d.]+\d)/.exec(
			summaryOf({ [LIVENESS]: score, [DETAILS]: [found] }),
		);
		expect(said === null || Number(said[1]) < Number(said[2])).toBe(true);
	});

	test('keeps an abbreviation at the beginning of a description as it is', () => {
		expect(summaryOf({ [DETAILS]: [detail('A', 'review', 'ID card is out of date')] })).toBe(
			'For review: ID card is out of date (A).',
		);
	});
});
