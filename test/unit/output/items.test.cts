import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { version } from '../../../package.json';
import { itemError } from '../../../nodes/BiometricVerify/run/itemError';
import { WorkflowFiles } from '../../../nodes/BiometricVerify/input/files';
import { readItemSettings, type ItemSettings } from '../../../nodes/BiometricVerify/panel/settings';
import {
	errorItem,
	failedItem,
	markAsError,
	verifiedItem,
} from '../../../nodes/BiometricVerify/output/items';
import { documentedBody, exchange, responseWith, verdictOn } from '../../support/answers.cts';
import { contextWith, nodeWith } from '../../support/context.cts';
import { pairOf, verified } from '../../support/outcomes.cts';

const inMemory = (data: string): IBinaryData => ({ data, mimeType: 'image/png' });
const [SELFIE, PHOTO, REST] = [inMemory('AAAA'), inMemory('BBBB'), inMemory('REST')];

const context = contextWith({ parameters: { selfieField: 'selfie', photoField: 'photo' } });
const defaults = readItemSettings(context, 0);
const { raw, ...response } = responseWith(documentedBody);
const SERVICE = 'idv-eu.kairos.com/v0.1';

function itemOf(
	selfieItem: INodeExecutionData,
	photoItem: INodeExecutionData,
	settings: Partial<ItemSettings> = {},
	facts: object = {},
) {
	const outcome = verified(pairOf(selfieItem, photoItem), { ...defaults, ...settings }, response);
	const files = new WorkflowFiles(context);
	return verifiedItem(files, { ...outcome, ...{ attempts: 2, ...facts } }, verdictOn());
}

const resultIn = ({ json }: INodeExecutionData) => json.verification as IDataObject;

const item = {
	json: { name: 'Ada', verification: { decision: 'reject' } },
	binary: { selfie: SELFIE, rest: REST, photo: PHOTO },
	pairedItem: { item: 7 },
};

test('A verified item has its data and files, and the verification in place of an older one', () => {
	const { json, binary, pairedItem } = itemOf(item, item);
	expect({ json, binary, pairedItem }).toStrictEqual({
		json: { name: 'Ada', verification: expect.any(Object) as unknown },
		binary: { selfie: SELFIE, rest: REST, photo: PHOTO },
		pairedItem: { item: 0 },
	});
	expect(resultIn({ json }).decision).toBe('approve');
});

test('A verified item has the verdict, what it rests on, who gave it, and by which rules', () => {
	const { findings, ...verdict } = verdictOn();
	expect(resultIn(itemOf(item, item))).toStrictEqual({
		...verdict,
		selfie: {
			...{ width: 500, height: 666, sha256: exchange.selfieSha256 },
			faces: [{ x: 153.1597, y: 169.8101, width: 235.0864, height: 290.2446, confidence: 1 }],
		},
		photo: {
			...{ width: 150, height: 200, sha256: exchange.photoSha256 },
			faces: [{ x: 40.3778, y: 42.5628, width: 63.2991, height: 86.6425, confidence: 0.9999 }],
		},
		findings,
		scores: { reject: 1, review: 1, warning: 0 },
		requestId: '601d8377-03be-481e-a314-d61675154d3e',
		requestedAt: '2024-04-22 06:36:50',
		processedAt: '2024-04-22 06:36:50',
		attempts: 2,
		service: SERVICE,
		rules: {
			...{ faceMatchRejectBelow: 0, faceMatchReviewBelow: 0.4 },
			...{ livenessRejectBelow: 0, livenessReviewBelow: 0.4 },
			...{ multipleFacesInSelfie: 'review', multipleFacesInPhoto: 'review' },
			kairosWarning: 'review',
		},
		nodeVersion: version,
	});
});

test('A verified item has null for what Kairos did not say', () => {
	const unknown = { faces: null, size: 'invalid' as const };
	const nothing = { selfie: unknown, photo: unknown, decision: null, requestId: null };
	const said = { ...response, ...nothing, requestedAt: null, processedAt: null };
	const image = { width: null, height: null, faces: [] };
	expect(resultIn(itemOf(item, item, {}, { response: said }))).toMatchObject({
		...{ selfie: image, photo: image, scores: { reject: null, review: null, warning: null } },
		...{ requestId: null, requestedAt: null, processedAt: null },
	});
});

test('A verified item has the request ID of the header where the response has none', () => {
	const said = { ...response, headerRequestId: 'header' };
	expect(resultIn(itemOf(item, item, {}, { response: said })).requestId).not.toBe('header');
	const without = { ...said, requestId: null };
	expect(resultIn(itemOf(item, item, {}, { response: without })).requestId).toBe('header');
});

test.each<[what: string, json: IDataObject, keeps: boolean]>([
	['loses an error of an earlier try', { verification: { error: { code: 'TIMEOUT' } } }, false],
	['keeps one of the builder', {}, true],
	['keeps one beside an older verification', { verification: { decision: 'reject' } }, true],
	['keeps one beside another error', { verification: { error: 'x' } }, true],
	['keeps one beside an error without a code', { verification: { error: {} } }, true],
	['keeps one beside a code of every object', { verification: { error: [] } }, true],
	['keeps one beside null', { verification: { error: null } }, true],
	['keeps one beside a text', { verification: 'error' }, true],
	['keeps one beside another field', { check: { error: { code: 'TIMEOUT' } } }, true],
])('A verified item %s', (_what, json, keeps) => {
	const before = { json: { name: 'Ada', error: 'It failed', ...json } };
	expect(Object.hasOwn(itemOf(before, before).json, 'error')).toBe(keeps);
});

test('A verified item has the verification under the field that the builder chose, and keeps others', () => {
	const { json } = itemOf(item, item, { outputField: 'check.of me' });
	expect(json['check.of me']).toMatchObject({ decision: 'approve' });
	expect(json.verification).toEqual({ decision: 'reject' });
});

test('A verified item has the whole response where it was asked for', () => {
	expect(
		itemOf(item, item, {}, { response: { ...response, raw } }).json.verification,
	).toMatchObject({ response: raw });
	expect(itemOf(item, item).json.verification).not.toHaveProperty('response');
});

test('A verified item loses its images, and only these, where Keep Images is off', () => {
	const { json, binary } = itemOf(item, item, { keepImages: false });
	expect(json.name).toBe('Ada');
	expect(binary).toEqual({ rest: REST });
});

test('A verified item has of two inputs the data and files of both', () => {
	const [selfie, photo] = [
		{ json: { id: 1 }, binary: { data: SELFIE } },
		{ json: { id: 2 }, binary: { data: PHOTO } },
	];
	expect(itemOf(selfie, photo)).toMatchObject({
		json: { id: 1, photo_id: 2 },
		binary: { data: SELFIE, photo_data: PHOTO },
	});
});

const error = itemError(nodeWith(), 3, new Error('Kairos is down'));
const { kairos } = error.context;
const FIELDS = { error: kairos.message, verification: { error: kairos } };
const pairAt3 = (selfieItem: INodeExecutionData, photoItem = selfieItem) =>
	pairOf(selfieItem, photoItem, { itemIndex: 3, pairedItem: { item: 3 } });

test('A failed item has its data and files, so that it can be verified again', () => {
	const item = { json: { name: 'Ada' }, binary: { selfie: SELFIE, photo: PHOTO } };
	expect(failedItem(pairAt3(item), 'verification', error)).toStrictEqual({
		json: { name: 'Ada', ...FIELDS },
		binary: { selfie: SELFIE, photo: PHOTO },
		pairedItem: { item: 3 },
	});
});

test('A failed item has of two inputs the data and files of both', () => {
	const selfie = { json: { id: 1 }, binary: { data: SELFIE } };
	const photo = { json: { id: 2 }, binary: { data: PHOTO } };
	expect(failedItem(pairAt3(selfie, photo), 'verification', error)).toMatchObject({
		json: { id: 1, photo_id: 2, ...FIELDS },
		binary: { data: SELFIE, photo_data: PHOTO },
	});
});

test.each(['verification', 'check', 'constructor'])(
	'A failed item has no older verification, and a decision nowhere, under the field %s',
	(field) => {
		const json = { name: 'Ada', error: 'older', [field]: { decision: 'approve' } };
		expect(failedItem(pairAt3({ json }), field, error).json).toEqual({
			...{ name: 'Ada', error: kairos.message, [field]: { error: kairos } },
		});
	},
);

test('A failed item has the error by which n8n knows it, and does not hand that on', () => {
	const item = markAsError(failedItem(pairAt3({ json: {} }), 'verification', error), error);
	expect(item.error).toBe(error);
	expect(Object.keys(item)).not.toContain('error');
});

test('A failed item has nothing but the error where there is no Error output', () => {
	expect(errorItem(pairAt3({ json: { name: 'Ada' } }), 'check', error)).toStrictEqual({
		json: { error: kairos.message, check: { error: kairos } },
		pairedItem: { item: 3 },
	});
});
