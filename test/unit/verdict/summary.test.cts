import type { Rules } from '../../../nodes/BiometricVerify/verdict/findings';
import {
	type Changes,
	DECISION,
	DETAILS,
	LIVENESS,
	MATCH,
	MISSING,
	PHOTO_FACES,
	SELFIE_FACES,
	detail,
	face,
	verdictOn,
} from '../../support/answers.cts';

const APPROVES_WARNINGS: Partial<Rules> = { kairosWarning: 'approve' };

/** A detail about the face match whose description names thresholds. */
const match = (word: string, thresholds = '0.4 < 0.5 (actual) < 0.56') =>
	detail('FAILED_FACE_MATCH', word, `Faces do not match; threshold failed: ${thresholds}`);
const other = (description: unknown, word = 'review') => ({
	[DETAILS]: [detail('BAD', word, description)],
});

test.each<[what: string, changes: Changes, summary: string, rules?: Partial<Rules>]>([
	['both scores of an approval', {}, 'Approved: face match 0.93, liveness 0.97.'],
	[
		'the upper threshold of a review',
		{ [MATCH]: 0.5, [DETAILS]: [match('review')] },
		'For review: face match 0.5 is below 0.56.',
	],
	[
		'the lower threshold of a rejection',
		{ [MATCH]: 0.3, [DETAILS]: [match('reject')] },
		'Rejected: face match 0.3 is below 0.4.',
	],
	[
		'no threshold that the score is not below',
		{ [MATCH]: 0.56, [DETAILS]: [match('review')] },
		'For review: faces do not match; threshold failed: 0.4 < 0.5 (actual) < 0.56 (FAILED_FACE_MATCH).',
	],
	[
		'no threshold without a score',
		{
			[MATCH]: null,
			[DETAILS]: [detail('FAILED_FACE_MATCH', 'review', 'x 0.4 < 1 (actual) < 0.6')],
		},
		'For review: x 0.4 < 1 (actual) < 0.6 (FAILED_FACE_MATCH), Kairos returned no valid face match score.',
	],
	[
		'no threshold for another check',
		{ [LIVENESS]: 0.5, [DETAILS]: [detail('FAILED_SELFIE_LIVENESS', 'review', 'Masked')] },
		'For review: masked (FAILED_SELFIE_LIVENESS).',
	],
	[
		'what is most severe first, and each decision in a sentence of its own',
		{
			[DETAILS]: ['review', 'warning', 'reject', 'reject'].map((word, at) =>
				detail('ABCD'.charAt(at), word, ['First', 'Second', 'Third', 'Fourth'][at]),
			),
		},
		'Rejected: third (C), fourth (D). Also for review: first (A). Warning: second (B).',
		APPROVES_WARNINGS,
	],
	[
		'a warning beside an approval',
		other('Blurred', 'warning'),
		'Approved: face match 0.93, liveness 0.97. Warning: blurred (BAD).',
		APPROVES_WARNINGS,
	],
	[
		'each reason once',
		{ [DETAILS]: [detail('BAD', 'review', 'Blurred'), detail('BAD', 'review', 'Blurred. ')] },
		'For review: blurred (BAD).',
	],
	['a sentence without its period', other('It is bad.'), 'For review: it is bad (BAD).'],
	['an abbreviation as it is', other('ID is bad'), 'For review: ID is bad (BAD).'],
	['a number and a letter as they are', other('A4 page'), 'For review: A4 page (BAD).'],
	['two sentences of Kairos whole', other('Bad. Very bad.'), 'For review: bad. Very bad (BAD).'],
	[
		'the code where there is no reason',
		other(null, 'reject'),
		'Rejected: Kairos reported BAD without a reason.',
	],
	[
		'the code where the reason is a period',
		other('.', 'reject'),
		'Rejected: Kairos reported BAD without a reason.',
	],
	[
		'an image without a face before all that follows from it, and no advice',
		{ [SELFIE_FACES]: [], [MATCH]: MISSING, [LIVENESS]: 0, [DECISION]: MISSING },
		'For review: no face in the selfie, Kairos returned no decision.',
	],
	[
		'how many faces there are',
		{ [PHOTO_FACES]: [face(1), face(2)] },
		'For review: 2 faces in the photo.',
	],
	[
		'what a failure says, whole',
		{ error: 'No face. Try again' },
		'For review: Kairos reported a failure: error is "No face. Try again".',
	],
	[
		"the builder's own thresholds as such",
		{},
		'Rejected: liveness 0.97 is below 0.98, the threshold in this node, but Kairos did not flag it. Also for review: face match 0.93 is below 0.95, the threshold in this node, but Kairos did not flag it.',
		{ livenessRejectBelow: 0.98, faceMatchReviewBelow: 0.95 },
	],
])('the summary names %s', (_what, changes, summary, rules = {}) => {
	expect(verdictOn(changes, rules).summary).toBe(summary);
});
