import type { MultipleFaces } from '../../../nodes/BiometricVerify/verdict/rules';
import type { Decision } from '../../../nodes/BiometricVerify/verdict/summary';
import {
	type Changes,
	MISSING,
	PHOTO_FACES,
	PHOTO_SIZE,
	SELFIE_FACES,
	SELFIE_SIZE,
	face,
	findingsOf,
	verdictOn,
} from '../../support/answers.cts';

const IMAGES = [
	['SELFIE', SELFIE_FACES, SELFIE_SIZE, 'multipleFacesInSelfie'],
	['PHOTO', PHOTO_FACES, PHOTO_SIZE, 'multipleFacesInPhoto'],
] as const;

function box(x: number, y: number, width: number, height: number, confidence = 0.99) {
	return { confidence, top_left: { x, y }, delta: { x: width, y: height } };
}

describe.each(IMAGES)('the %s', (IMAGE, FACES, SIZE, option) => {
	const codesOf = (changes: Changes) => findingsOf(verdictOn(changes));
	const impossible = `node: faceDetection IMPOSSIBLE_FACE_IN_${IMAGE} -> review`;
	const noFace = `node: faceDetection NO_FACE_IN_${IMAGE} -> review`;
	const multiple = (decision: string) =>
		`node: faceDetection MULTIPLE_FACES_IN_${IMAGE} -> ${decision}`;

	test.each<[what: string, faces: unknown]>([
		['missing', MISSING],
		['null', null],
		['no list', {}],
		['a list of something else', ['face']],
		['a list with something else', [face(), null]],
	])('is for review where its faces are %s', (_what, faces) => {
		const verdict = verdictOn({ [FACES]: faces });
		expect(verdict).toMatchObject({ decision: 'review', faceDetection: { status: 'review' } });
		expect(findingsOf(verdict)).toEqual([`node: faceDetection NO_${IMAGE}_FACES -> review`]);
	});

	test('is for review without a face, also where several faces are ignored', () => {
		for (const setting of ['review', 'reject', 'ignore'] as const) {
			const verdict = verdictOn({ [FACES]: [] }, { [option]: setting });
			expect(verdict.decision).toBe('review');
			expect(findingsOf(verdict)).toEqual([noFace]);
		}
	});

	test.each<[what: string, one: unknown]>([
		['has no width', box(10, 10, 0, 40)],
		['has no height', box(10, 10, 40, 0)],
		['has a negative width', box(40, 40, -30, 30)],
		['has a negative height', box(40, 40, 30, -30)],
		['has negative sides, whose area is positive', box(40, 40, -30, -30)],
		['has a confidence of 0', box(10, 10, 40, 40, 0)],
		['has no area and a confidence of 0', box(0, 0, 0, 0, 0)],
		['lies to the left of its image', box(-50, 10, 40, 40)],
		['ends where its image begins', box(-40, 10, 40, 40)],
		['lies above its image', box(10, -50, 40, 40)],
		['ends where its image begins, above', box(10, -40, 40, 40)],
		['lies to the right of its image', box(101, 10, 40, 40)],
		['begins where its image ends', box(100, 10, 40, 40)],
		['lies below its image', box(10, 201, 40, 40)],
		['begins where its image ends, below', box(10, 200, 40, 40)],
		['lies far from its image', box(1e9, 1e9, 40, 40)],
		['is narrower than a pixel', box(10, 10, 0.999, 40)],
		['is lower than a pixel', box(10, 10, 40, 0.999)],
		['is more than twice as wide as its image', box(-50, 10, 200.1, 40)],
		['is more than twice as high as its image', box(10, -50, 40, 400.1)],
	])('is for review where its one face %s', (_what, one) => {
		const verdict = verdictOn({ [FACES]: [one], [SIZE]: { width: 100, height: 200 } });
		expect(verdict.decision).toBe('review');
		expect(findingsOf(verdict)).toEqual([impossible, noFace]);
	});

	test.each<[what: string, one: unknown]>([
		['fills its image', box(0, 0, 100, 200)],
		['is twice as large as its image', box(-10, -10, 200, 400)],
		['begins to the left of it', box(-39.9, 10, 40, 40)],
		['begins above it', box(10, -39.9, 40, 40)],
		['ends to the right of it', box(99.9, 10, 40, 40)],
		['ends below it', box(10, 199.9, 40, 40)],
		['is one pixel, with hardly any confidence', box(1, 1, 1, 1, 1e-9)],
	])('passes where its one face %s', (_what, one) => {
		const verdict = verdictOn({ [FACES]: [one], [SIZE]: { width: 100, height: 200 } });
		expect(verdict).toMatchObject({ decision: 'approve', findings: [] });
	});

	test('is not asked where a face lies when the response gives no size', () => {
		expect(codesOf({ [FACES]: [box(1e9, -1e9, 40, 40)], [SIZE]: MISSING })).toEqual([]);
		expect(codesOf({ [FACES]: [box(10, 10, 0, 40)], [SIZE]: MISSING })).toEqual([
			impossible,
			noFace,
		]);
	});

	test('has a size of its own: that of the other image does not count', () => {
		const other = SIZE === SELFIE_SIZE ? PHOTO_SIZE : SELFIE_SIZE;
		const sizes = { [SIZE]: { width: 5000, height: 5000 }, [other]: { width: 1000, height: 1000 } };
		expect(codesOf({ ...sizes, [FACES]: [box(4000, 4000, 40, 40)] })).toEqual([]);
	});

	test.each<[what: string, size: unknown]>([
		['0 pixels wide', { width: 0, height: 100 }],
		['-1 pixels high', { width: 100, height: -1 }],
		['no size at all', {}],
		['a text', '100x200'],
	])('is for review with a size that no image has: %s', (_what, size) => {
		expect(codesOf({ [SIZE]: size })).toEqual([
			`node: faceDetection INVALID_${IMAGE}_SIZE -> review`,
		]);
	});

	test.each<[MultipleFaces, Decision, string[]]>([
		['review', 'review', [multiple('review')]],
		['reject', 'reject', [multiple('reject')]],
		['ignore', 'approve', []],
	])('with several faces is judged by its option: %s', (setting, decision, findings) => {
		const verdict = verdictOn({ [FACES]: [face(1), face(2), face(3)] }, { [option]: setting });
		expect(verdict.decision).toBe(decision);
		expect(findingsOf(verdict)).toEqual(findings);
		expect(verdict[IMAGE === 'SELFIE' ? 'selfie' : 'photo'].faces).toHaveLength(3);
	});

	test('with several faces is not judged by the option of the other image', () => {
		const rules = { multipleFacesInSelfie: 'ignore', multipleFacesInPhoto: 'ignore' } as const;
		const changes = { [FACES]: [face(1), face(2)] };
		expect(verdictOn(changes, { ...rules, [option]: 'reject' }).decision).toBe('reject');
		const other =
			option === 'multipleFacesInPhoto' ? 'multipleFacesInSelfie' : 'multipleFacesInPhoto';
		expect(verdictOn(changes, { ...rules, [other]: 'reject' }).decision).toBe('approve');
	});

	test.each<MultipleFaces>(['review', 'reject', 'ignore'])(
		'with one face is not judged by its option (%s)',
		(setting) => {
			expect(verdictOn({}, { [option]: setting }).decision).toBe('approve');
		},
	);

	test.each<[MultipleFaces, string[]]>([
		['review', [impossible]],
		['reject', [impossible]],
		['ignore', [impossible]],
	])(
		'with one face and something that cannot be one is for review, but has no several faces (%s)',
		(setting, findings) => {
			const changes = { [FACES]: [face(), box(5, 5, 0, 0)] };
			expect(findingsOf(verdictOn(changes, { [option]: setting }))).toEqual(findings);
		},
	);

	test('counts only faces that can be ones', () => {
		const verdict = verdictOn({ [FACES]: [face(1), face(2), box(5, 5, 0, 0)] });
		expect(findingsOf(verdict)).toEqual([impossible, multiple('review')]);
		expect(verdict.summary).toContain(`2 faces in the ${IMAGE.toLowerCase()}`);
	});
});

test('both images may have findings at once', () => {
	expect(findingsOf(verdictOn({ [SELFIE_FACES]: [], [PHOTO_FACES]: MISSING }))).toEqual([
		'node: faceDetection NO_FACE_IN_SELFIE -> review',
		'node: faceDetection NO_PHOTO_FACES -> review',
	]);
});
