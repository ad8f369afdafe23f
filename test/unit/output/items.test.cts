import Ajv from 'ajv';
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { version } from '../../../package.json';
import outputSchema from '../../../nodes/BiometricVerify/__schema__/v1.0.0.json';
import * as answers from '../../support/answers.cts';
import type { StandIn } from '../../support/context.cts';
import { Execution, image, person } from '../../support/execution.cts';

const { bodyWith, documentedBody, MISSING } = answers;

/** What leaves when Kairos's response to an item has this body. */
async function leaving(
	body: string,
	options: IDataObject = {},
	item: INodeExecutionData = person('ada'),
	{ parameters = {}, ...standIn }: StandIn & { parameters?: INodeParameters } = {},
): Promise<INodeExecutionData> {
	const execution = new Execution();
	execution.bodyOf = () => body;
	const settings = { branches: 'single', options: options as INodeParameters, ...parameters };
	const [items] = await execution.run([item], { ...standIn, node: { parameters: settings } });
	return items![0]!;
}

const resultIn = ({ json }: INodeExecutionData) => json.verification as IDataObject;

const SHA256: unknown = expect.stringMatching(/^[0-9a-f]{64}$/);

test('A verified item has the verdict, what it rests on, who gave it, and by which rules', async () => {
	const { json, pairedItem } = await leaving(documentedBody);
	const { decision, summary, codes, retake, faceMatch, liveness, faceDetection, findings } =
		answers.verdictOn(JSON.parse(documentedBody) as answers.Changes);
	expect(pairedItem).toEqual({ item: 0 });
	expect(json).toStrictEqual({
		name: 'ada',
		verification: {
			decision,
			summary,
			codes,
			retake,
			faceMatch,
			liveness,
			faceDetection,
			findings,
			selfie: {
				width: 500,
				height: 666,
				sha256: SHA256,
				faces: [{ x: 153.1597, y: 169.8101, width: 235.0864, height: 290.2446, confidence: 1 }],
			},
			photo: {
				width: 150,
				height: 200,
				sha256: SHA256,
				faces: [{ x: 40.3778, y: 42.5628, width: 63.2991, height: 86.6425, confidence: 0.9999 }],
			},
			scores: { reject: 1, review: 1, warning: 0 },
			requestId: '601d8377-03be-481e-a314-d61675154d3e',
			requestedAt: '2024-04-22 06:36:50',
			processedAt: '2024-04-22 06:36:50',
			attempts: 1,
			service: 'idv-eu.kairos.com/v0.1',
			rules: answers.defaultRules,
			nodeVersion: version,
		},
	});
});

/** A response with hardly anything in it. */
const NOTHING = bodyWith({
	[answers.MATCH]: null,
	[answers.LIVENESS]: MISSING,
	[answers.DECISION]: MISSING,
	[answers.SELFIE_FACES]: null,
	[answers.SELFIE_SIZE]: MISSING,
	[answers.PHOTO_FACES]: null,
	[answers.PHOTO_SIZE]: MISSING,
	[answers.REQUEST_ID]: null,
	requested_at: MISSING,
	processed_at: MISSING,
});

test('A verified item has null for what Kairos did not say, and the request ID of the header', async () => {
	const image = { width: null, height: null, faces: [], sha256: SHA256 };
	expect(resultIn(await leaving(NOTHING))).toMatchObject({
		selfie: image,
		photo: image,
		scores: { reject: null, review: null, warning: null },
		requestId: 'id-of-the-header',
		requestedAt: null,
		processedAt: null,
	});
});

test('A verified item has the whole response where it was asked for', async () => {
	const { response } = resultIn(await leaving(documentedBody, { includeRawResponse: true }));
	expect(response).toEqual(JSON.parse(documentedBody));
	expect(resultIn(await leaving(documentedBody))).not.toHaveProperty('response');
});

test('A verified item has the verification under the field that the builder chose, and keeps others', async () => {
	const older = { decision: 'reject' };
	const item = { ...person('ada'), json: { verification: older } };
	const { json } = await leaving(bodyWith(), { outputField: 'check of me' }, item);
	expect(json['check of me']).toMatchObject({ decision: 'approve' });
	expect(json.verification).toEqual(older);
	expect(resultIn(await leaving(bodyWith(), {}, item)).decision).toBe('approve');
});

const message = 'It failed';
const facts = { code: 'TIMEOUT', message };

test.each<[what: string, json: IDataObject, keeps: boolean]>([
	['loses an error of an earlier try', { verification: { error: facts } }, false],
	['loses one that has another Output Field', { check: { error: facts } }, false],
	['keeps one of the builder', {}, true],
	['keeps one beside an older verification', { verification: { decision: 'reject' } }, true],
	['keeps one beside another error', { verification: { error: 'x' } }, true],
	['keeps one beside an error without a code', { verification: { error: { message } } }, true],
	[
		'keeps one that it did not put there',
		{ verification: { error: { ...facts, message: 'x' } } },
		true,
	],
	['keeps one beside an empty error', { verification: { error: {} } }, true],
	['keeps one beside null', { verification: null }, true],
	['keeps one beside a text', { verification: 'error' }, true],
])('A verified item %s', async (_what, json, keeps) => {
	const item = { ...person('ada'), json: { error: message, ...json } };
	expect(Object.hasOwn((await leaving(bodyWith(), {}, item)).json, 'error')).toBe(keeps);
});

test('A verified item loses its images, and only these, where Keep Images is off', async () => {
	const { binary } = person('ada');
	const item = { json: { name: 'Ada' }, binary: { ...binary, rest: image('rest') } };
	expect((await leaving(bodyWith(), {}, item)).binary).toEqual(item.binary);
	const without = await leaving(bodyWith(), { keepImages: false }, item);
	expect(without).toMatchObject({ json: { name: 'Ada' }, binary: { rest: image('rest') } });
	expect(Object.keys(without.binary ?? {})).toEqual(['rest']);
});

test('A verified item has of two inputs the data and files of both', async () => {
	const selfies = { json: { id: 1, of: 'a' }, binary: { selfie: image('a'), data: image('b') } };
	const photos = { json: { id: '1', at: 2 }, binary: { photo: image('c'), data: image('d') } };
	const parameters = { inputMode: 'twoInputs', pairField: 'id' };
	const { json, binary } = await leaving(bodyWith(), { keepImages: false }, selfies, {
		parameters,
		inputs: [[selfies], [photos]],
	});
	expect(json).toMatchObject({ id: 1, photo_id: '1', of: 'a', at: 2 });
	expect(binary).toEqual({ data: image('b'), photo_data: image('d') });
});

test.each<[what: string, parameters: INodeParameters, selfies: string[], photos: string[]]>([
	['no partner', { pairField: 'id' }, ['selfie', 'selfie_photo'], ['photo_selfie', 'photo']],
	['invalid settings', { pairField: '' }, ['selfie', 'selfie_photo'], ['photo_selfie', 'photo']],
	['another layout', { inputMode: 'none' }, ['selfie', 'photo'], ['selfie', 'photo']],
])(
	'An item with %s leaves with no file under the name of the image of the other side',
	async (_what, parameters, ...names) => {
		const files = { selfie: image('a'), photo: image('b') };
		const given = {
			separate: (id: number) => ({ json: { id }, binary: files }),
			combined: (id: number) => ({ json: { id, _files: files as never } }),
		};
		for (const binaryMode of ['separate', 'combined'] as const) {
			const prefix = binaryMode === 'combined' ? '_files.' : '';
			const fields = { selfieField: `${prefix}selfie`, photoField: `${prefix}photo` };
			const inputs = [[given[binaryMode](1)], [given[binaryMode](2)]];
			const outputs = await new Execution().run([], {
				binaryMode,
				inputs,
				node: {
					onError: 'continueErrorOutput',
					parameters: { inputMode: 'twoInputs', ...fields, ...parameters },
				},
			});
			const left = outputs.flat().map(({ json, binary }) => binary ?? json._files);
			expect(left.map((held) => Object.keys(held as object))).toEqual(names);
		}
	},
);

/** The schema, with every object closed: it must name all that the node adds to an item. */
const validate = new Ajv({ allErrors: true }).compile(closed(outputSchema) as object);

function closed(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(closed);
	if (typeof schema !== 'object' || schema === null) return schema;
	const entries = Object.entries(schema).map(([key, value]) => [key, closed(value)]);
	const isObjectSchema = 'properties' in schema && 'type' in schema;
	return {
		...(Object.fromEntries(entries) as object),
		...(isObjectSchema && { additionalProperties: false }),
	};
}

const FACES_AND_A_WARNING = bodyWith({
	[answers.SELFIE_FACES]: [answers.face(), answers.face(50)],
	[answers.PHOTO_FACES]: [],
	[answers.WARNING_SCORE]: 1,
	[answers.DETAILS]: [answers.detail('BLURRED', 'warning', '', null)],
});

test.each<[what: string, body: string, options?: IDataObject]>([
	['the documented response', documentedBody],
	['the documented response with the whole of it', documentedBody, { includeRawResponse: true }],
	['a response that approves', bodyWith()],
	['several faces and a warning', FACES_AND_A_WARNING, { kairosWarning: 'approve' }],
	['a response with hardly anything in it', NOTHING],
	['an item that could not be verified', 'no JSON', { limits: { values: { maxAttempts: 1 } } }],
])('The output schema describes what leaves for %s', async (...row) => {
	const [, body, options] = row;
	validate({ verification: resultIn(await leaving(body, options)) });
	expect(validate.errors).toBeNull();
});

test.each([
	{ decision: 'maybe' },
	{ another: 1 },
	{ selfie: { width: 1, height: 1, faces: [] } },
	{ attempts: undefined },
	{ error: {} },
])('The output schema refuses what the node does not add: %p', async (change) => {
	const output = resultIn(await leaving(documentedBody));
	const verification = JSON.parse(JSON.stringify({ ...output, ...change })) as object;
	expect(validate({ verification })).toBe(false);
});
