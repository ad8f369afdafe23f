import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import { itemError } from '../../../nodes/BiometricVerify/run/itemError';
import { WorkflowFiles } from '../../../nodes/BiometricVerify/input/files';
import type { Entry } from '../../../nodes/BiometricVerify/input/pairs';
import { readResponse } from '../../../nodes/BiometricVerify/kairos/response';
import { readItemSettings, type ItemSettings } from '../../../nodes/BiometricVerify/panel/settings';
import {
	errorItem,
	failedItem,
	markedAsFailed,
	verifiedItem,
} from '../../../nodes/BiometricVerify/output/items';
import { anywhere, bodyWith, differentImages, verdictOn } from '../../support/answers.cts';
import { contextWith, nodeWith } from '../../support/context.cts';

const inMemory = (data: string): IBinaryData => ({ data, mimeType: 'image/png' });
const [SELFIE, PHOTO, REST] = [inMemory('AAAA'), inMemory('BBBB'), inMemory('REST')];

const context = contextWith({ parameters: { selfieField: 'selfie', photoField: 'photo' } });
const defaults = readItemSettings(context, 0);
const { raw, ...response } = readResponse(bodyWith());

function verified(
	selfieItem: INodeExecutionData,
	photoItem: INodeExecutionData,
	settings: Partial<ItemSettings> = {},
	facts: { raw?: typeof raw } = {},
) {
	const pair = { selfieItem, photoItem };
	const entry: Entry = { item: selfieItem, itemIndex: 0, pairedItem: { item: 0 }, pair };
	const evidence = { ...differentImages, ...anywhere, response, attempts: 2 };
	return verifiedItem(
		new WorkflowFiles(context),
		entry,
		{ pair, settings: { ...defaults, ...settings }, ...evidence, ...facts },
		verdictOn(),
	);
}

describe('the item of somebody who was verified', () => {
	const item = {
		json: { name: 'Ada', verification: { decision: 'reject' } },
		binary: { selfie: SELFIE, rest: REST, photo: PHOTO },
		pairedItem: { item: 7 },
	};

	test('has its data and files, and the verification in place of an older one', () => {
		expect(verified(item, item)).toStrictEqual({
			json: { name: 'Ada', verification: { ...verdictOn(), attempts: 2 } },
			binary: { selfie: SELFIE, rest: REST, photo: PHOTO },
			pairedItem: { item: 0 },
		});
	});

	test('has the verification under the field that the builder chose, and keeps others', () => {
		const { json } = verified(item, item, { outputField: 'check of me' });
		expect(json['check of me']).toMatchObject({ decision: 'approve' });
		expect(json.verification).toEqual({ decision: 'reject' });
	});

	test('has the whole response where it was asked for', () => {
		expect(verified(item, item, {}, { raw }).json.verification).toMatchObject({ response: raw });
		expect(verified(item, item).json.verification).not.toHaveProperty('response');
	});

	test('loses its images, and only these, where Keep Images is off', () => {
		const { json, binary } = verified(item, item, { keepImages: false });
		expect(json.name).toBe('Ada');
		expect(binary).toEqual({ rest: REST });
	});

	test('has of two inputs the data and files of both', () => {
		const [selfie, photo] = [
			{ json: { id: 1 }, binary: { data: SELFIE } },
			{ json: { id: 2 }, binary: { data: PHOTO } },
		];
		expect(verified(selfie, photo)).toMatchObject({
			json: { id: 1, photo_id: 2 },
			binary: { data: SELFIE, photo_data: PHOTO },
		});
	});

	test('loses of two inputs only the image of each', () => {
		const [selfie, photo] = [
			{ json: {}, binary: { selfie: SELFIE, photo: REST } },
			{ json: {}, binary: { selfie: REST, photo: PHOTO } },
		];
		expect(verified(selfie, photo, { keepImages: false }).binary).toEqual({
			photo: REST,
			selfie: REST,
		});
	});

	test('changes no item of the nodes before', () => {
		const before = structuredClone(item);
		verified(item, item, { keepImages: false });
		expect(item).toEqual(before);
	});
});

describe('the item of somebody who was not verified', () => {
	const node = nodeWith();
	const error = itemError(node, 3, new Error('Kairos is down'));
	const TEXT =
		'Kairos is down [item 3]. Check this item, the node before this one, and the settings of this node.';
	const entryOf = (
		selfieItem: INodeExecutionData,
		photoItem: INodeExecutionData | InputError = selfieItem,
	): Entry => ({
		...{ item: selfieItem, itemIndex: 3, pairedItem: { item: 3 } },
		pair: photoItem instanceof InputError ? photoItem : { selfieItem, photoItem },
	});
	const failed = (json: INodeExecutionData['json'], outputField = 'verification') =>
		failedItem(entryOf({ json }), outputField, error);

	test('has its data and files, so that it can be verified again', () => {
		const item = { json: { name: 'Ada' }, binary: { selfie: SELFIE, photo: PHOTO } };
		expect(failedItem(entryOf(item), 'verification', error)).toStrictEqual({
			json: { name: 'Ada', error: TEXT },
			binary: { selfie: SELFIE, photo: PHOTO },
			pairedItem: { item: 3 },
		});
	});

	test('has of two inputs the data and files of both', () => {
		const selfie = { json: { id: 1 }, binary: { data: SELFIE } };
		const photo = { json: { id: 2 }, binary: { data: PHOTO } };
		expect(failedItem(entryOf(selfie, photo), 'verification', error)).toMatchObject({
			json: { id: 1, photo_id: 2, error: TEXT },
			binary: { data: SELFIE, photo_data: PHOTO },
		});
	});

	test('has what there is of it where it has no partner', () => {
		const alone = new InputError({
			code: 'NO_PARTNER',
			message: 'There is no photo',
			description: '',
		});
		const item = { json: { id: 1 }, binary: { data: SELFIE } };
		expect(failedItem(entryOf(item, alone), 'verification', error)).toMatchObject(item);
	});

	test.each<[what: string, field: string, older: unknown]>([
		['an approval', 'verification', { decision: 'approve' }],
		['a text', 'verification', 'approve'],
		['under another field', 'check', { decision: 'approve' }],
		['under a field that every object has', 'constructor', { decision: 'approve' }],
		['null', 'verification', null],
	])('has no older verification: %s', (_what, field, older) => {
		const json = Object.fromEntries([
			['name', 'Ada'],
			[field, older],
		]) as INodeExecutionData['json'];
		expect(failed(json, field).json).toStrictEqual({ name: 'Ada', error: TEXT, [field]: null });
	});

	test('has no field for what every object has', () => {
		expect(failed({ name: 'Ada' }, 'constructor').json).toStrictEqual({
			name: 'Ada',
			error: TEXT,
		});
	});

	test('has the error by which n8n knows it, and does not hand that on', () => {
		const item = markedAsFailed(failed({ name: 'Ada' }), error);
		expect(item.error).toBe(error);
		expect(Object.keys(item)).not.toContain('error');
	});

	test('lets n8n take the error off it, as 1.115 does', () => {
		const item = markedAsFailed(failed({ name: 'Ada' }), error);
		Object.assign(item, { error: undefined });
		expect(item.error).toBeUndefined();
	});

	test('has nothing but the error where there is no Error output', () => {
		expect(errorItem(entryOf({ json: { name: 'Ada' } }), error)).toStrictEqual({
			json: { error: TEXT },
			pairedItem: { item: 3 },
		});
	});
});
