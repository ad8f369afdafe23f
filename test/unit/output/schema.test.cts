import Ajv from 'ajv';
import type { IDataObject } from 'n8n-workflow';
import outputSchema from '../../../nodes/BiometricVerify/__schema__/v1.0.0.json';
import { WorkflowFiles } from '../../../nodes/BiometricVerify/input/files';
import { readItemSettings } from '../../../nodes/BiometricVerify/panel/settings';
import { errorItem, verifiedItem } from '../../../nodes/BiometricVerify/output/items';
import { itemError } from '../../../nodes/BiometricVerify/run/itemError';
import { judge } from '../../../nodes/BiometricVerify/verdict/verdict';
import {
	DECISION,
	DETAILS,
	LIVENESS,
	MATCH,
	MISSING,
	PHOTO_FACES,
	PHOTO_SIZE,
	SELFIE_FACES,
	anywhere,
	bodyWith,
	detail,
	documentedBody,
	face,
	noRepeats,
	responseWith,
} from '../../support/answers.cts';
import { contextWith, nodeWith } from '../../support/context.cts';

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

const ITEM = { json: {} };
const ENTRY = {
	...{ item: ITEM, itemIndex: 0, pairedItem: { item: 0 } },
	pair: { selfieItem: ITEM, photoItem: ITEM },
};

/** The json of an item that left the node, when Kairos's response had this body. */
function outputOf(body: string, options: IDataObject = {}): IDataObject {
	const context = contextWith({ parameters: { options } });
	const settings = readItemSettings(context, 0);
	const { raw, ...response } = responseWith(body);
	const verified = {
		...{ pair: ENTRY.pair, settings, response, attempts: 1 },
		...anywhere,
		...(settings.includeRawResponse && { raw }),
	};
	const verdict = judge(response, noRepeats, settings.rules);
	return verifiedItem(new WorkflowFiles(context), ENTRY, verified, verdict).json;
}

const OUTPUTS = {
	'the documented response': outputOf(documentedBody),
	'the documented response with the whole of it': outputOf(documentedBody, {
		includeRawResponse: true,
	}),
	'a response that approves': outputOf(bodyWith()),
	'several faces and a warning': outputOf(
		bodyWith({
			[SELFIE_FACES]: [face(), face(50)],
			[PHOTO_FACES]: [],
			[DETAILS]: [detail('BLURRED', 'warning', '', null)],
		}),
		{ kairosWarning: 'approve' },
	),
	'a response with hardly anything in it': outputOf(
		bodyWith({
			[MATCH]: null,
			[LIVENESS]: MISSING,
			[DECISION]: MISSING,
			[SELFIE_FACES]: null,
			[PHOTO_SIZE]: MISSING,
			api_req_uid: null,
			requested_at: MISSING,
			processed_at: MISSING,
		}),
	),
	'an item that could not be verified': errorItem(
		ENTRY,
		'verification',
		itemError(nodeWith(), 0, new Error('x')),
	).json,
};

test.each(Object.entries(OUTPUTS))(
	'the output schema that the editor suggests fields from describes what leaves for %s',
	(_, { verification }) => {
		validate({ verification });
		expect(validate.errors).toBeNull();
	},
);

test('the whole response is there only when it was asked for', () => {
	const has = (output: IDataObject) => Object.hasOwn(output.verification as object, 'response');
	expect(has(OUTPUTS['the documented response with the whole of it'])).toBe(true);
	expect(has(OUTPUTS['the documented response'])).toBe(false);
});

test.each([
	['another decision', { decision: 'maybe' }],
	['a field that it does not name', { another: 1 }],
	['a selfie without its hash', { selfie: { width: 1, height: 1, faces: [] } }],
	['no number of attempts', { attempts: undefined }],
	['an error without a code', { error: {} }],
])('the output schema refuses %s', (_, change) => {
	const output = outputOf(documentedBody).verification as IDataObject;
	const verification = JSON.parse(JSON.stringify({ ...output, ...change })) as object;
	expect(validate({ verification })).toBe(false);
});
