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

const APPROVING: Partial<Rules> = { kairosWarning: 'approve' };

/** A detail about the face match whose description names thresholds, and that score. */
const match = (word: string, score: unknown) => ({
	[MATCH]: score,
	[DETAILS]: [detail('FAILED_FACE_MATCH', word, 'No match: 0.4 < 0.5 (actual) < 0.56')],
});
const masked = (word: string) => ({
	[LIVENESS]: 0.3,
	[DETAILS]: [detail('FAILED_SELFIE_LIVENESS', word, 'Masked')],
});
const says = (description: unknown, word = 'review') => ({
	[DETAILS]: [detail('BAD', word, description)],
});
const SORTED = {
	[DETAILS]: [
		...[detail('A', 'review', 'First'), detail('B', 'warning', 'Second')],
		...[detail('C', 'reject', 'Third'), detail('D', 'reject', 'Fourth')],
	],
};
const TWICE = {
	[DETAILS]: ['Blurred', 'Blurred...'].map((words) => detail('BAD', 'review', words)),
};
const NO_SELFIE = { [SELFIE_FACES]: [], [MATCH]: MISSING, [LIVENESS]: 0, [DECISION]: MISSING };
const APPROVED = 'Approved: face match 0.93, liveness 0.97.';
const AS_IT_IS = 'no match: 0.4 < 0.5 (actual) < 0.56 (FAILED_FACE_MATCH)';
const NO_SCORE = 'Kairos returned no valid face match score';
const NO_FACE = 'For review: no face in the selfie';
const THREE_FACES = { [PHOTO_FACES]: [face(1), face(2), face(3)] };
const FAILED = { error: 'No face. Try again', success: false };
const SAID = 'error is "No face. Try again", success is false';
const SENTENCES =
	'Rejected: third (C), fourth (D). Also for review: first (A). Warning: second (B).';
const OWN = 'the threshold in this node';
const UNFLAGGED = `${OWN}, but Kairos did not flag it`;
const STRICT: Partial<Rules> = { livenessRejectBelow: 0.98, faceMatchReviewBelow: 0.95 };
const STRICTER = `Rejected: liveness 0.97 is below 0.98, ${UNFLAGGED}. Also for review: face match 0.93 is below 0.95, ${UNFLAGGED}.`;
const TIGHTENED = `For review: liveness 0.3 is below 0.4, ${OWN}. Warning: masked (FAILED_SELFIE_LIVENESS).`;

test.each<[what: string, changes: Changes, summary: string, rules?: Partial<Rules>]>([
	['both scores of an approval', {}, APPROVED],
	['the threshold of a review', match('review', 0.5), 'For review: face match 0.5 is below 0.56.'],
	['the threshold of a rejection', match('reject', 0.3), 'Rejected: face match 0.3 is below 0.4.'],
	['no threshold that the score meets', match('review', 0.56), `For review: ${AS_IT_IS}.`],
	['no threshold without a score', match('review', null), `For review: ${AS_IT_IS}, ${NO_SCORE}.`],
	['a reason without thresholds', masked('reject'), 'Rejected: masked (FAILED_SELFIE_LIVENESS).'],
	['the most severe first', SORTED, SENTENCES, APPROVING],
	['a warning', says('Blurred', 'warning'), `${APPROVED} Warning: blurred (BAD).`, APPROVING],
	['each reason once', TWICE, 'For review: blurred (BAD).'],
	['a sentence without its period', says('The ID is bad.'), 'For review: the ID is bad (BAD).'],
	['an abbreviation as it is', says('ID is bad'), 'For review: ID is bad (BAD).'],
	['a number and a letter as they are', says('A4 page'), 'For review: A4 page (BAD).'],
	['two sentences of Kairos whole', says('Bad. Very bad.'), 'For review: bad. Very bad (BAD).'],
	['the code without a reason', says(null), 'For review: Kairos reported BAD without a reason.'],
	['the code in place of a period', says('.'), 'For review: Kairos reported BAD without a reason.'],
	['a missing face first, and no advice', NO_SELFIE, `${NO_FACE}, Kairos returned no decision.`],
	['how many faces there are', THREE_FACES, 'For review: 3 faces in the photo.'],
	['what a failure says, whole', FAILED, `For review: Kairos reported a failure: ${SAID}.`],
	["the builder's own thresholds as such", {}, STRICTER, STRICT],
	["the builder's own threshold beside a warning", masked('warning'), TIGHTENED, APPROVING],
])('the summary names %s', (_what, changes, summary, rules = {}) => {
	expect(verdictOn(changes, rules).summary).toBe(summary);
});
