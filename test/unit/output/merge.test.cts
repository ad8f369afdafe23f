import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { mergeItems } from '../../../nodes/BiometricVerify/output/merge';

const merge = (selfie: IDataObject, photo: IDataObject, isCombined = false) =>
	mergeItems(
		{ selfieItem: { json: selfie }, photoItem: { json: photo } },
		{ selfieField: '_files.selfie', photoField: '_files.photo' },
		isCombined,
	);

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
	expect(merge({ id: 1 }, { id: 2, _files: 'none' }, true)).toEqual(
		merge({ id: 1 }, { id: 2, _files: 'none' }),
	);
});

test.each<
	[selfieField: unknown, photoField: unknown, selfie: string, photo: string, files: object]
>([
	['selfie', 'photo', 'selfie photo', 'photo', { selfie: 's', selfie_photo: 's', photo: 'p' }],
	['selfie', 'photo', 'selfie photo', '', { selfie: 's', selfie_photo: 's' }],
	['selfie', ' photo ', 'photo selfie_photo', '', { selfie_photo: 's', selfie_photo_2: 's' }],
	['selfie', 'photo ', 'photo ', 'photo', { 'selfie_photo ': 's', photo: 'p' }],
	['selfie', 'photo', '', 'photo selfie', { photo: 'p', photo_selfie: 'p' }],
	[
		'data',
		'data',
		'data photo_data',
		'data',
		{ data: 's', selfie_photo_data: 's', photo_data: 'p' },
	],
	[{}, undefined, 'data', 'data', { data: 's', photo_data: 'p' }],
])(
	'Under the names %j and %j a merged pair has only the images of their own side: %s, and %s',
	(selfieField, photoField, selfie, photo, files) => {
		const item = (names: string, mark: string) => {
			const list = names.split(/ (?=\w)/).filter(Boolean);
			const binary = Object.fromEntries(list.map((name) => [name, mark as never]));
			return { json: {}, binary };
		};
		const pair = { selfieItem: item(selfie, 's'), photoItem: item(photo, 'p') };
		expect(mergeItems(pair, { selfieField, photoField }, false).binary).toEqual(files);
	},
);

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
