import type { INodeExecutionData } from 'n8n-workflow';
import type { SeenItems } from '../../../nodes/BiometricVerify/run/execution';
import { findRepeats } from '../../../nodes/BiometricVerify/run/repeats';
import type { Verified } from '../../../nodes/BiometricVerify/run/outcome';
import { bodyWith, REQUEST_ID, responseWith } from '../../support/answers.cts';

/** @param item its request ID, none for `-`, and the hashes of its two images. */
function verified(item: string, object: INodeExecutionData) {
	const [, requestId, selfieSha256, photoSha256] = /^(.*) (\w) (\w)$/s.exec(item) ?? [];
	const id = requestId === '-' ? null : requestId;
	const response = responseWith(bodyWith({ [REQUEST_ID]: id }));
	return {
		pair: { selfieItem: object, photoItem: object },
		response: { ...response, selfieSha256, photoSha256 },
	} as unknown as Verified;
}

/** Runs the node with some items; for each, what it shares with another: `id`, `pair`, or both. */
function run(
	items: string[],
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

test.each<[what: string, items: string[], shared: string[]]>([
	['an ID', ['x a b', 'y c d', ' x\n e f'], ['id', '', 'id']],
	['an ID in upper and lower case', ['AB-1 a b', 'ab-1 c d'], ['id', 'id']],
	['both images', ['x a b', 'y a b', 'z b a'], ['pair', 'pair', '']],
	['one image', ['x a b', 'y a c', 'z c b'], ['', '', '']],
	['no ID', ['- a b', '- c d'], ['', '']],
	['a name of JavaScript', ['__proto__ a b', 'constructor c d'], ['', '']],
	['all', ['x a b', 'x a b'], ['id pair', 'id pair']],
])('Items of one run are told that they share %s', (_what, items, shared) => {
	expect(run(items)).toEqual(shared);
});

test('Two items are compared even if n8n hands in one object twice', () => {
	const object = { json: {} };
	expect(run(['x a b', 'y a b'], new Map(), [object, object])).toEqual(['pair', 'pair']);
});

test('Items are told what they share with items of earlier runs', () => {
	const seen: SeenItems = new Map();
	expect(run(['x a b'], seen)).toEqual(['']);
	expect(run(['x a b', 'y c d'], seen)).toEqual(['id pair', '']);
	expect(run(['z c d', 'X e f'], seen)).toEqual(['pair', 'id']);
});

test('An item is never compared with itself, as Retry On Fail hands it in again', () => {
	const seen: SeenItems = new Map();
	const object = { json: {} };
	for (let tries = 0; tries < 3; tries++) expect(run(['x a b'], seen, [object])).toEqual(['']);
	expect(run(['x a b'], seen)).toEqual(['id pair']);
	expect(run(['x a b'], seen, [object])).toEqual(['']);
});
