import { readPhotoSteering, readSteering, StatusCount } from '../../sandbox/steering.mts';

describe('the file name steers', () => {
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
		const { tokens, ...steering } = readSteering(fileName);
		expect(steering).toEqual(expected);
		expect(tokens).toHaveLength(Object.keys(expected).length);
	});
});

describe('a name without tokens steers nothing', () => {
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
		expect(readSteering(fileName)).toEqual({ tokens: [] });
	});
});

describe('a token out of its range is refused with a sentence that names it', () => {
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
		tokens: ['faces-2'],
	});
	expect(readPhotoSteering('faces-2.jpg')).toEqual({ tokens: [] });
	expect(() => readPhotoSteering('id.faces-99.jpg')).toThrow('faces-99');
});

describe('a steered status with times-N', () => {
	const steering = { status: 503, times: 2, tokens: [] };

	test('is given to the first N requests with that name, counted for each name', () => {
		const count = new StatusCount();
		expect([1, 2, 3].map(() => count.claims('a', steering))).toEqual([true, true, false]);
		expect(count.claims('b', steering)).toBe(true);
	});

	test('is given always without times, and never without a status', () => {
		const count = new StatusCount();
		expect(count.claims('a', { status: 500, tokens: [] })).toBe(true);
		expect(count.claims('a', { times: 5, tokens: [] })).toBe(false);
	});

	test('forgets the oldest name when it knows too many', () => {
		const count = new StatusCount(2);
		const once = { status: 503, times: 1, tokens: [] };
		expect(['a', 'b', 'c'].map((name) => count.claims(name, once))).toEqual([true, true, true]);
		expect(count.claims('c', once)).toBe(false);
		expect(count.claims('a', once)).toBe(true);
	});
});
