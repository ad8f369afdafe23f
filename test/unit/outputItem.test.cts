import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import { itemError } from '../../nodes/BiometricVerify/errors';
import { WorkflowFiles } from '../../nodes/BiometricVerify/files';
import type { Entry } from '../../nodes/BiometricVerify/inputs';
import { readResponse } from '../../nodes/BiometricVerify/kairos/response';
import { readItemSettings, type ItemSettings } from '../../nodes/BiometricVerify/options';
import { failedItem, verifiedItem } from '../../nodes/BiometricVerify/outputItem';
import { bodyWith, differentImages, verdictOn } from '../support/answers.cts';
import { contextWith, nodeWith } from '../support/context.cts';

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
	const evidence = { ...differentImages, response, attempts: 2 };
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
		const { json } = verified(item, item, { outputField: 'check.of me' });
		expect(json['check.of me']).toMatchObject({ decision: 'approve' });
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
	const forged = { name: 'Ada', verification: { decision: 'approve' } };
	const failed = (
		onError: 'continueErrorOutput' | 'continueRegularOutput',
		json: INodeExecutionData['json'],
		outputField = 'verification',
	) => {
		const node = nodeWith({ onError });
		const entry: Entry = {
			...{ item: { json }, itemIndex: 3, pairedItem: { item: 3 } },
			pair: { selfieItem: { json }, photoItem: { json } },
		};
		const error = itemError(node, 3, new Error('Kairos is down'));
		return { item: failedItem(node, entry, outputField, error), error };
	};
	const TEXT = 'Kairos is down [item 3]. Nothing was sent to Kairos for this item.';

	test.each(['continueErrorOutput', 'continueRegularOutput'] as const)(
		'has the error, by which n8n knows it, and nothing else (%s)',
		(onError) => {
			expect(failed(onError, { name: 'Ada' }).item).toStrictEqual({
				json: { error: TEXT },
				pairedItem: { item: 3 },
			});
		},
	);

	test.each<[what: string, field: string, older: unknown]>([
		['an approval', 'verification', { decision: 'approve' }],
		['a text', 'verification', 'approve'],
		['under another field', 'check', { decision: 'approve' }],
		['under a field that every object has', 'constructor', { decision: 'approve' }],
		['null', 'verification', null],
	])(
		'overwrites an older verification, to which n8n would add the error: %s',
		(_w, field, older) => {
			const json = Object.fromEntries([
				['name', 'Ada'],
				[field, older],
			]) as typeof forged;
			const { item, error } = failed('continueErrorOutput', json, field);
			expect(item.json).toStrictEqual({ error: TEXT, [field]: null });
			expect(item.pairedItem).toEqual({ item: 3 });
			expect(item.error).toBe(error);
			expect(Object.keys(item)).not.toContain('error');
		},
	);

	test('lets n8n take the error off it, as 1.115 does', () => {
		const { item } = failed('continueErrorOutput', forged);
		Object.assign(item, { error: undefined });
		expect(item.error).toBeUndefined();
	});

	test('has none where n8n adds nothing', () => {
		expect(failed('continueRegularOutput', forged).item.json).toStrictEqual({ error: TEXT });
	});

	test('has no older verification of what every object has', () => {
		const { item } = failed('continueErrorOutput', { name: 'Ada' }, 'constructor');
		expect(item.json).toStrictEqual({ error: TEXT });
	});
});
