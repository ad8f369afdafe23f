import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { mergeItems } from '../../../nodes/BiometricVerify/output/merge';

const merge = (selfie: IDataObject, photo: IDataObject) =>
	mergeItems({ selfieItem: { json: selfie }, photoItem: { json: photo } }, false);

test('A merged pair puts a number behind a name that is taken, too', () => {
	expect(
		merge({ id: 1, photo_id: 2, photo_id_2: 3 }, { id: 4, photo_id: 5, photo_id_3: 6 }),
	).toStrictEqual({
		json: {
			id: 1,
			photo_id: 2,
			photo_id_2: 3,
			photo_id_3: 6,
			photo_id_4: 4,
			photo_photo_id: 5,
		},
	});
});

test('A merged pair keeps every value, whatever the names', () => {
	const name = fc.constantFrom('a', 'photo_a', 'a_2', 'photo_a_2', 'photo_photo_a', '__proto__');
	const names = fc.uniqueArray(name);
	fc.assert(
		fc.property(names, names, (selfieNames, photoNames) => {
			const jsonOf = (side: string, own: string[]) =>
				Object.fromEntries(own.map((field) => [field, `${side} ${field}`]));
			const [selfie, photo] = [jsonOf('selfie', selfieNames), jsonOf('photo', photoNames)];
			const { json } = merge(selfie, photo);
			expect(Object.values(json).sort()).toEqual(
				[...Object.values(selfie), ...Object.values(photo)].sort(),
			);
			for (const [field, value] of Object.entries(selfie)) {
				expect(Object.getOwnPropertyDescriptor(json, field)?.value).toBe(value);
			}
		}),
	);
});
