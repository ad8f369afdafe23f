import {
	type Changes,
	DECISION,
	DETAILS,
	LIVENESS,
	MATCH,
	MISSING,
	REJECT_SCORE,
	REVIEW_SCORE,
	SELFIE_FACES,
	WARNING_SCORE,
	findingsOf,
	verdictOn,
} from '../../support/answers.cts';

describe('a response with a gap', () => {
	test.each<[what: string, changes: Changes, findings: string[]]>([
		['no face match score', { [MATCH]: MISSING }, ['faceMatch NO_FACE_MATCH_SCORE']],
		['no liveness score', { [LIVENESS]: MISSING }, ['liveness NO_LIVENESS_SCORE']],
		['no decision block', { [DECISION]: MISSING }, ['other NO_DECISION']],
		['a decision block that is null', { [DECISION]: null }, ['other NO_DECISION']],
		['a decision block that is a list', { [DECISION]: [] }, ['other NO_DECISION']],
		['no details', { [DETAILS]: MISSING }, ['other NO_DECISION']],
		['details that are no list', { [DETAILS]: {} }, ['other NO_DECISION']],
		[
			'an empty decision block',
			{ [DECISION]: {} },
			['other NO_DECISION', 'other NO_DECISION_SCORE'],
		],
		['no reject score', { [REJECT_SCORE]: MISSING }, ['other NO_DECISION_SCORE']],
		['no review score', { [REVIEW_SCORE]: MISSING }, ['other NO_DECISION_SCORE']],
		['no warning score', { [WARNING_SCORE]: MISSING }, ['other NO_DECISION_SCORE']],
		[
			'no biometric block',
			{ 'response_data.biometric': MISSING },
			[
				'faceMatch NO_FACE_MATCH_SCORE',
				'liveness NO_LIVENESS_SCORE',
				'faceDetection NO_SELFIE_FACES',
				'faceDetection NO_PHOTO_FACES',
			],
		],
		[
			'nothing of the selfie',
			{ 'response_data.biometric.selfie': null },
			['liveness NO_LIVENESS_SCORE', 'faceDetection NO_SELFIE_FACES'],
		],
		[
			'nothing of the photo',
			{ 'response_data.biometric.image': null },
			['faceDetection NO_PHOTO_FACES'],
		],
	])('that has %s is for review', (_what, changes, findings) => {
		const verdict = verdictOn(changes);
		expect(verdict.decision).toBe('review');
		expect(findingsOf(verdict)).toEqual(findings.map((finding) => `node: ${finding} -> review`));
	});

	test('has null in place of what is missing', () => {
		expect(
			verdictOn({ [MATCH]: 'high', [LIVENESS]: null, [SELFIE_FACES]: 3, [DECISION]: null }),
		).toMatchObject({
			decision: 'review',
			faceMatch: { status: 'review', score: null },
			liveness: { status: 'review', score: null },
			faceDetection: { status: 'review' },
			selfie: { faces: [] },
			scores: { reject: null, review: null, warning: null },
		});
	});
});
