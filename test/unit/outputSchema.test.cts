import Ajv from 'ajv';
import outputSchema from '../../nodes/BiometricVerify/__schema__/v1.0.0.json';
import {
	DECISION,
	DETAILS,
	LIVENESS,
	MATCH,
	MISSING,
	PHOTO_FACES,
	SELFIE_FACES,
	detail,
	documentedBody,
	face,
	defaultRules,
	differentImages,
	verdictOn,
} from '../support/answers.cts';
import { readResponse } from '../../nodes/BiometricVerify/kairos/response';
import { judge } from '../../nodes/BiometricVerify/verdict/judge';

/** The schema, with every object closed: it must name all that a verdict holds. */
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

const documented = { response: readResponse(documentedBody), ...differentImages };

const VERDICTS = {
	'the documented response': judge(documented, defaultRules),
	'a response that speaks against nobody': verdictOn(),
	'several faces and a warning': verdictOn({
		[SELFIE_FACES]: [face(), face(50)],
		[PHOTO_FACES]: [],
		[DETAILS]: [detail('BLURRED', 'warning', '', null)],
	}),
	'a response with hardly anything in it': verdictOn({
		[MATCH]: null,
		[LIVENESS]: MISSING,
		[DECISION]: MISSING,
		[SELFIE_FACES]: null,
		api_req_uid: null,
		requested_at: MISSING,
		processed_at: MISSING,
	}),
};

test.each(Object.entries(VERDICTS))(
	'the output schema that the editor suggests fields from describes %s',
	(_, verdict) => {
		validate({ verification: { ...verdict, attempts: 1 } });
		expect(validate.errors).toBeNull();
	},
);

test('the output schema refuses what no verdict is', () => {
	const verification = { ...verdictOn(), attempts: 1 };
	expect(validate({ verification })).toBe(true);
	expect(validate({ verification: { ...verification, decision: 'maybe' } })).toBe(false);
	expect(validate({ verification: { ...verification, another: 1 } })).toBe(false);
	expect(validate({ verification: verdictOn() })).toBe(false);
});

test('the output schema describes the raw response, which may hold anything', () => {
	const verification = { ...verdictOn(), attempts: 1, response: documented.response.raw };
	expect(validate({ verification })).toBe(true);
});
