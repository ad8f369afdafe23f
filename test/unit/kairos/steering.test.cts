import fc from 'fast-check';
import { steeringIn } from '../../../nodes/BiometricVerify/kairos/steering';

describe('what of a file name steers the sandbox', () => {
	test.each<[fileName: string, steering: string]>([
		['me.match-0.48.liveness-0.0026.jpg', '.match-0.48.liveness-0.0026'],
		['me.liveness-0.0026.match-0.48.jpg', '.liveness-0.0026.match-0.48'],
		['x.status-503.jpg', '.status-503'],
		['x.status-503.times-2.retry-after-1.jpg', '.status-503.times-2.retry-after-1'],
		['x.delay-2000', '.delay-2000'],
		['x.faces-0.png', '.faces-0'],
		['x.match-1.jpg', '.match-1'],
		['x.match-null.liveness-null.jpg', '.match-null.liveness-null'],
		['x.match-7.5.jpg', '.match-7.5'],
		['x.match-12.5.jpg', '.match-12.5'],
		['x.match-12.jpg', '.match-12'],
		['x.match--0.5.jpg', '.match--0.5'],
		['.match-0.5', '.match-0.5'],
		['x.match-0.5.match-0.6.jpg', '.match-0.5.match-0.6'],
		['Ada.match-0.48.Lovelace.faces-2.1815.jpg', '.match-0.48.faces-2'],
	])('of %s is %s', (fileName, steering) => {
		expect(steeringIn(fileName)).toBe(steering);
	});

	test.each([
		'me.jpg',
		'',
		'.',
		'match-0.48.jpg',
		'x-match-0.48.jpg',
		'x.match-0.48x.jpg',
		'x.Match-0.48.jpg',
		'x.match-.5.jpg',
		'x.match-ada.jpg',
		'x.match-.jpg',
		'x.status-ada.jpg',
		'x.status-5a3.jpg',
		'x.status--503.jpg',
		'x.status-503 .jpg',
		'x.status-5031234567.jpg',
		'x.match-0.1234567890.jpg',
		'x.match-1234567890.jpg',
		'x.unknown-5.jpg',
		'x.match-٣.jpg',
		'x.match-1\n.jpg',
	])('is nothing in %p', (fileName) => {
		expect(steeringIn(fileName)).toBe('');
	});

	test('is nothing in a name that no file has', () => {
		const steering = '.match-0.48';
		expect(steeringIn(`${'x'.repeat(255 - steering.length)}${steering}`)).toBe(steering);
		expect(steeringIn(`${'x'.repeat(256 - steering.length)}${steering}`)).toBe('');
	});

	test('is never anything but these words, dots and numbers', () => {
		const piece = fc.oneof(
			fc.constantFrom('match-', 'liveness-', 'status-', 'faces-', '.', '0', '5', '-', 'null', '"'),
			fc.string({ maxLength: 3, unit: 'grapheme' }),
		);
		const allowed =
			/^(?:\.(?:(?:match|liveness)-(?:null|-?\d+(?:\.\d+)?)|(?:faces|status|times|retry-after|delay)-\d+))*$/;
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
				expect(steeringIn(pieces.join(''))).toMatch(allowed);
			}),
			{ numRuns: 2000 },
		);
	});
});
