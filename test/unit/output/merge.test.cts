import fc from 'fast-check';
import type { INodeExecutionData } from 'n8n-workflow';
import { mergeItems } from '../../../nodes/BiometricVerify/output/merge';

const SELFIE = { data: 'AAAA', mimeType: 'image/png' };

const merge = (selfieItem: INodeExecutionData, photoItem: INodeExecutionData) =>
	mergeItems({ selfieItem, photoItem });

test('A merged pair is its item when both are one', () => {
	const item = { json: { name: 'Ada' }, binary: { selfie: SELFIE } };
	expect(merge(item, item)).toMatchObject(item);
});

test('A merged pair puts a number behind a name that is taken, too', () => {
	expect(
		merge(
			{ json: { id: 1, photo_id: 2, photo_id_2: 3 } },
			{ json: { id: 4, photo_id: 5, photo_id_3: 6 } },
		).json,
	).toEqual({
		...{ id: 1, photo_id: 2, photo_id_2: 3 },
		...{ photo_id_3: 6, photo_id_4: 4, photo_photo_id: 5 },
	});
});

test('A merged pair keeps every value, whatever the names', () => {
	const name = fc.constantFrom('a', 'photo_a', 'a_2', 'photo_a_2', 'photo_photo_a', '__proto__');
	const names = fc.uniqueArray(name);
	fc.assert(
		fc.property(names, names, (selfieNames, photoNames) => {
			const jsonOf = (side: string, own: string[]) =>
				Object.fromEntries(own.map((field) => [field, `${side} ${field}`]));
			const selfie = jsonOf('selfie', selfieNames);
			const { json } = merge({ json: selfie }, { json: jsonOf('photo', photoNames) });
			expect(Object.values(json).sort()).toEqual(
				[
					...selfieNames.map((field) => `selfie ${field}`),
					...photoNames.map((field) => `photo ${field}`),
				].sort(),
			);
			for (const [field, value] of Object.entries(selfie)) {
				expect(Object.getOwnPropertyDescriptor(json, field)?.value).toBe(value);
			}
		}),
	);
});

test('A merged pair keeps thousands of names that were made to collide', () => {
	const names = Array.from({ length: 10_000 }, (_, count) => [
		`a${count}`,
		`photo_a_${count}`,
		`${'photo_'.repeat(count % 200)}b`,
	]).flat();
	const json = Object.fromEntries(['a', 'photo_a', ...names].map((name) => [name, 1]));
	const merged = merge({ json }, { json });
	expect(Object.keys(merged.json)).toHaveLength(2 * Object.keys(json).length);
});

test('A merged pair has no files when neither has any', () => {
	expect(merge({ json: {} }, { json: {} })).toStrictEqual({ json: {} });
});
