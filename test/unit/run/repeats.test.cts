import type { INodeExecutionData } from 'n8n-workflow';
import type { SeenItems } from '../../../nodes/BiometricVerify/run/execution';
import { findRepeats } from '../../../nodes/BiometricVerify/run/repeats';
import type { Verified } from '../../../nodes/BiometricVerify/run/outcome';
import { bodyWith, REQUEST_ID, responseWith } from '../../support/answers.cts';

/** An item with a request ID, and the two images that were sent of it. */
type Item = [requestId: unknown, selfieSha256: string, photoSha256: string];

function verified([requestId, selfieSha256, photoSha256]: Item, item: INodeExecutionData) {
	const response = responseWith(bodyWith({ [REQUEST_ID]: requestId }));
	return {
		pair: { selfieItem: item, photoItem: item },
		response: { ...response, selfieSha256, photoSha256 },
	} as unknown as Verified;
}

/** Runs the node with some items; for each, what it shares with another: `id`, `pair`, or both. */
function run(
	items: Item[],
	seen: SeenItems = new Map(),
	objects = items.map(() => ({ json: {} })),
) {
	const all = items.map((item, at) => verified(item, objects[at] ?? { json: {} }));
	const repeatsOf = findRepeats(all, seen);
	return all.map((one) => {
		const { isRequestIdRepeated, isPairRepeated } = repeatsOf(one);
		return [isRequestIdRepeated && 'id', isPairRepeated && 'pair'].filter(Boolean).join(' ');
	});
}

describe('items of one run', () => {
	test.each<[what: string, items: Item[], shared: string[]]>([
		[
			'an ID',
			[
				['x', 'a', 'b'],
				['y', 'c', 'd'],
				[' x\n', 'e', 'f'],
			],
			['id', '', 'id'],
		],
		[
			'an ID in upper and lower case',
			[
				['AB-1', 'a', 'b'],
				['ab-1', 'c', 'd'],
			],
			['id', 'id'],
		],
		[
			'both images',
			[
				['x', 'a', 'b'],
				['y', 'a', 'b'],
				['z', 'b', 'a'],
			],
			['pair', 'pair', ''],
		],
		[
			'one image',
			[
				['x', 'a', 'b'],
				['y', 'a', 'c'],
				['z', 'c', 'b'],
			],
			['', '', ''],
		],
		[
			'no ID',
			[
				[null, 'a', 'b'],
				[7, 'c', 'd'],
				[' ', 'e', 'f'],
			],
			['', '', ''],
		],
		[
			'a word of JavaScript',
			[
				['__proto__', 'a', 'b'],
				['constructor', 'c', 'd'],
			],
			['', ''],
		],
		[
			'all',
			[
				['x', 'a', 'b'],
				['x', 'a', 'b'],
			],
			['id pair', 'id pair'],
		],
		[
			'a name with a pair',
			[
				['a b', 'x', 'y'],
				['z', 'a', 'b'],
			],
			['', ''],
		],
	])('are told what they share: %s', (_what, items, shared) => {
		expect(run(items)).toEqual(shared);
	});

	test('are compared also where n8n hands in one object twice', () => {
		const object = { json: {} };
		expect(
			run(
				[
					['x', 'a', 'b'],
					['y', 'a', 'b'],
				],
				new Map(),
				[object, object],
			),
		).toEqual(['pair', 'pair']);
	});
});

describe('items of several runs', () => {
	test('are told what they share with earlier ones, from the second run on', () => {
		const seen: SeenItems = new Map();
		expect(run([['x', 'a', 'b']], seen)).toEqual(['']);
		expect(
			run(
				[
					['x', 'a', 'b'],
					['y', 'c', 'd'],
				],
				seen,
			),
		).toEqual(['id pair', '']);
		expect(
			run(
				[
					['z', 'c', 'd'],
					['X', 'e', 'f'],
				],
				seen,
			),
		).toEqual(['pair', 'id']);
	});

	test('are never compared with themselves, as Retry On Fail hands them in again', () => {
		const seen: SeenItems = new Map();
		const object = { json: {} };
		for (let tries = 0; tries < 3; tries++) {
			expect(run([['x', 'a', 'b']], seen, [object])).toEqual(['']);
		}
		expect(run([['x', 'a', 'b']], seen)).toEqual(['id pair']);
		expect(run([['x', 'a', 'b']], seen, [object])).toEqual(['']);
	});
});
