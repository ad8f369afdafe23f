import { steeringIn } from '../../nodes/BiometricVerify/kairos/steering';
import { readPhotoSteering, readSteering, StatusCount } from '../../sandbox/steering.mts';

describe('the file name steers, also as the node sends it', () => {
	test.each([
		['me.match-0.48.jpg', { match: 0.48 }],
		['me.match-0.jpg', { match: 0 }],
		['me.match-1.jpg', { match: 1 }],
		['me.match-1.0.png', { match: 1 }],
		['me.match-null.jpg', { match: null }],
		['me.liveness-0.0026.jpg', { liveness: 0.0026 }],
		['me.liveness-null.jpg', { liveness: null }],
		['me.match-0.48.liveness-0.0026.jpg', { match: 0.48, liveness: 0.0026 }],
		['me.liveness-0.match-0.5.jpg', { match: 0.5, liveness: 0 }],
		['me.match-0.5', { match: 0.5 }],
		['.match-0.5.', { match: 0.5 }],
		['me.faces-0.jpg', { faces: 0 }],
		['me.faces-2.jpg', { faces: 2 }],
		['x.status-503.times-1.jpg', { status: 503, times: 1 }],
		['x.status-429.retry-after-1.jpg', { status: 429, retryAfter: 1 }],
		['x.delay-2000.jpg', { delay: 2000 }],
		['x.status-503.2024.jpg', { status: 503 }],
	])('%s', (fileName, expected) => {
		const { words, ...steering } = readSteering(fileName);
		expect(steering).toEqual(expected);
		expect(readSteering(`selfie${steeringIn(fileName)}.jpeg`)).toEqual({ words, ...steering });
		expect(words).toHaveLength(Object.keys(expected).length);
	});
});

describe('a name without words steers nothing', () => {
	test.each([
		'me.jpg',
		'match.jpg',
		'rematch-0.4.jpg',
		'match-0.4.jpg',
		'my.photo.v2.jpg',
		'my.rematch-0.4.jpg',
		'me.match-day.jpg',
		'me.match-0.48x.jpg',
		'me.match-0,48.jpg',
		'me.status-ok.jpg',
		'me.status-503b.jpg',
		'me.faces-.jpg',
		'me.MATCH-0.4.jpg',
		'IMG_2024.01.02.jpg',
		'',
	])('%s', (fileName) => {
		expect(readSteering(fileName)).toEqual({ words: [] });
		expect(steeringIn(fileName)).toBe('');
	});
});

describe('a word out of its range is refused with a sentence that names it', () => {
	test.each([
		['me.match-1.5.jpg', 'match-1.5'],
		['me.match--0.1.jpg', 'match--0.1'],
		['me.match-1.2024.jpg', 'match-1.2024'],
		['me.liveness-2.jpg', 'liveness-2'],
		['me.status-199.jpg', 'status-199'],
		['me.status-600.jpg', 'status-600'],
		['me.faces-21.jpg', 'faces-21'],
		['me.delay-120001.jpg', 'delay-120001'],
		['me.match-0.1.match-0.2.jpg', 'match'],
	])('%s', (fileName, named) => {
		expect(() => readSteering(fileName)).toThrow(
			expect.objectContaining({
				status: 400,
				message: expect.stringContaining(named) as string,
			}) as Error,
		);
	});
});

test("the photo's name steers its faces and nothing else", () => {
	expect(readPhotoSteering('id.faces-2.match-7.status-503.jpg')).toEqual({
		faces: 2,
		words: ['faces-2'],
	});
	expect(readPhotoSteering('faces-2.jpg')).toEqual({ words: [] });
	expect(() => readPhotoSteering('id.faces-99.jpg')).toThrow('faces-99');
});

describe('a steered status with times-N', () => {
	const steering = { status: 503, times: 2, words: [] };
	const selfie = (fileName: string, content = '') => ({ fileName, bytes: Buffer.from(content) });

	test('is given to the first N requests with that selfie', () => {
		const count = new StatusCount();
		expect([1, 2, 3].map(() => count.claims(selfie('a'), steering))).toEqual([true, true, false]);
	});

	test('is counted for each name, and among selfies of one name for each image', () => {
		const count = new StatusCount();
		const once = { ...steering, times: 1 };
		expect(count.claims(selfie('a', 'me'), once)).toBe(true);
		expect(count.claims(selfie('b', 'me'), once)).toBe(true);
		expect(count.claims(selfie('a', 'you'), once)).toBe(true);
		expect(count.claims(selfie('a', 'me'), once)).toBe(false);
	});

	test('is given always without times, and never without a status', () => {
		const count = new StatusCount();
		expect(count.claims(selfie('a'), { status: 500, words: [] })).toBe(true);
		expect(count.claims(selfie('a'), { times: 5, words: [] })).toBe(false);
	});

	test('forgets the oldest selfie when it knows too many', () => {
		const count = new StatusCount(2);
		const once = { status: 503, times: 1, words: [] };
		const claims = (name: string) => count.claims(selfie(name), once);
		expect(['a', 'b', 'c'].map(claims)).toEqual([true, true, true]);
		expect(claims('c')).toBe(false);
		expect(claims('a')).toBe(true);
	});
});
