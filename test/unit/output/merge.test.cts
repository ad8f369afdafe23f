import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { mergeItems } from '../../../nodes/BiometricVerify/output/merge';

const merge = (selfie: IDataObject, photo: IDataObject, isCombined = false) =>
	mergeItems({ selfieItem: { json: selfie }, photoItem: { json: photo } }, isCombined);

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

test('A merged pair has the files of both where n8n keeps files in the json, and only there', () => {
	const selfie = { id: 1, _files: { selfie: 'a', data: 'b' } };
	const photo = { id: 2, _files: { photo: 'c', data: 'd' } };
	expect(merge(selfie, photo, true).json).toStrictEqual({
		id: 1,
		photo_id: 2,
		_files: { selfie: 'a', data: 'b', photo: 'c', photo_data: 'd' },
	});
	expect(merge(selfie, photo).json).toMatchObject({ photo__files: photo._files });
	for (const json of [{ id: 2 }, { id: 2, _files: 'none' }]) {
		expect(merge(selfie, json, true)).toEqual(merge(selfie, json));
		expect(merge(json, selfie, true)).toEqual(merge(json, selfie));
	}
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
