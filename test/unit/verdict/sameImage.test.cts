import {
	type Changes,
	MISSING,
	PHOTO_FACES,
	PHOTO_SIZE,
	SELFIE_FACES,
	SELFIE_SIZE,
	differentImages,
	face,
	findingsOf,
	verdictOn,
} from '../../support/answers.cts';

const SIZE = { width: 640, height: 480 };
const FOUND = 'node: other SAME_IMAGE -> review';

/** A response that saw the same in both images. */
const sameLook: Changes = {
	[SELFIE_FACES]: [face(12.3456)],
	[PHOTO_FACES]: [face(12.3456)],
	[SELFIE_SIZE]: SIZE,
	[PHOTO_SIZE]: SIZE,
};

test('the same bytes given as selfie and photo are for review, whatever Kairos says', () => {
	const { selfieSha256 } = differentImages;
	const verdict = verdictOn({}, {}, { photoSha256: selfieSha256 });
	expect(verdict.decision).toBe('review');
	expect(findingsOf(verdict)).toEqual([FOUND]);
	expect(verdict.summary).toBe('For review: the selfie and the photo are the same image.');
});

test('other bytes in which Kairos saw the same, to a fraction of a pixel, are for review', () => {
	const verdict = verdictOn(sameLook);
	expect(verdict.decision).toBe('review');
	expect(findingsOf(verdict)).toEqual([FOUND]);
});

test.each<[what: string, changes: Changes]>([
	['other confidences', { [PHOTO_FACES]: [{ ...face(12.3456), confidence: 0.5 }] }],
	['no sizes', { [SELFIE_SIZE]: MISSING, [PHOTO_SIZE]: MISSING }],
	['no size of the photo', { [PHOTO_SIZE]: MISSING }],
	['no size of the selfie', { [SELFIE_SIZE]: MISSING }],
])('images with the same faces and %s are for review, too', (_what, changes) => {
	expect(findingsOf(verdictOn({ ...sameLook, ...changes }))).toEqual([FOUND]);
});

test('several faces at the same places are for review, too, in any order', () => {
	const faces = [face(1.5), face(2.5)];
	const changes = { ...sameLook, [SELFIE_FACES]: faces, [PHOTO_FACES]: faces.toReversed() };
	const rules = { multipleFacesInSelfie: 'ignore', multipleFacesInPhoto: 'ignore' } as const;
	expect(findingsOf(verdictOn(changes, rules))).toEqual([FOUND]);
});

test.each<[what: string, changes: Changes]>([
	['a face a thousandth of a pixel away', { [PHOTO_FACES]: [face(12.3466)] }],
	['a face of another size', { [PHOTO_FACES]: [{ ...face(12.3456), delta: { x: 30, y: 41 } }] }],
	[
		'a face whose numbers read alike',
		{
			[SELFIE_FACES]: [{ ...face(1), delta: { x: 11, y: 40 } }],
			[PHOTO_FACES]: [{ ...face(1), delta: { x: 1, y: 140 } }],
		},
	],
	['another width', { [PHOTO_SIZE]: { ...SIZE, width: 641 } }],
	['another height', { [PHOTO_SIZE]: { ...SIZE, height: 481 } }],
	['one face more', { [PHOTO_FACES]: [face(12.3456), face(50)] }],
])('images with %s are two', (_what, changes) => {
	expect(findingsOf(verdictOn({ ...sameLook, ...changes }))).not.toContain(FOUND);
});

test('images without faces are not told to be the same by that', () => {
	const changes = { ...sameLook, [SELFIE_FACES]: [], [PHOTO_FACES]: [] };
	expect(findingsOf(verdictOn(changes))).not.toContain(FOUND);
});
