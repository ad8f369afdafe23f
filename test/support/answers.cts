import {
	type Exchange,
	readResponse,
	type KairosResponse,
} from '../../nodes/BiometricVerify/kairos/response';
import type { Repeats } from '../../nodes/BiometricVerify/verdict/decision';
import type { Rules } from '../../nodes/BiometricVerify/verdict/findings';
import { judge, type Verdict } from '../../nodes/BiometricVerify/verdict/verdict';
import documented from '../fixtures/responses/documented.json';

/** The body of the response in Kairos's documentation, as JSON. */
export const documentedBody = JSON.stringify(documented.body);

/** Stands for a field that the answer does not have. */
export const MISSING = Symbol('missing');

/** Stands for JSON that JavaScript cannot write itself, e.g. a number that is too large. */
export function rawJson(text: string): string {
	return `raw:${text}`;
}

/** Puts that JSON in its places, once all the rest is written. */
function withRawJson(text: string): string {
	return text.includes('"raw:') ? text.replace(/"raw:([^"]*)"/g, '$1') : text;
}

/** Values by their path in an answer, e.g. `response_data.biometric.face_match_confidence`. */
export type Changes = Readonly<Record<string, unknown>>;

export const MATCH = 'response_data.biometric.face_match_confidence';
export const LIVENESS = 'response_data.biometric.selfie.faces_liveness';
export const RESPONSE_CODE = 'response_code';
export const REQUEST_ID = 'api_req_uid';
export const SELFIE_FACES = 'response_data.biometric.selfie.faces_predicted';
export const PHOTO_FACES = 'response_data.biometric.image.faces_predicted';
export const SELFIE_SIZE = 'response_data.biometric.selfie.img';
export const PHOTO_SIZE = 'response_data.biometric.image.img';
export const DECISION = 'response_data.decision';
export const DETAILS = 'response_data.decision.details';
export const REJECT_SCORE = 'response_data.decision.reject_score';
export const REVIEW_SCORE = 'response_data.decision.review_score';
export const WARNING_SCORE = 'response_data.decision.warning_score';

/** What turns the documented answer into one that speaks against nobody. */
const PASSING: Changes = {
	[MATCH]: 0.93,
	[LIVENESS]: 0.97,
	[DETAILS]: [],
	[REJECT_SCORE]: 0,
	[REVIEW_SCORE]: 0,
	[WARNING_SCORE]: 0,
};

/** The body of a complete answer that speaks against nobody, but for the changes. */
export function bodyWith(changes: Changes = {}): string {
	const answer: unknown = JSON.parse(documentedBody);
	for (const [path, value] of Object.entries({ ...PASSING, ...changes })) {
		change(answer, path.split('.'), value);
	}
	return withRawJson(JSON.stringify(answer));
}

/** One entry of Kairos's details. */
export function detail(
	code: unknown,
	decision: unknown,
	description: unknown = 'Something is wrong',
	confidence: unknown = 1,
) {
	return { code, confidence, decision, description };
}

export function face(x = 10) {
	return { confidence: 0.99, top_left: { x, y: 20 }, delta: { x: 30, y: 40 } };
}

/** The rules of a node whose options were left alone. */
export const defaultRules: Rules = {
	faceMatchRejectBelow: 0,
	faceMatchReviewBelow: 0.4,
	livenessRejectBelow: 0,
	livenessReviewBelow: 0.4,
	multipleFacesInSelfie: 'review',
	multipleFacesInPhoto: 'review',
	kairosWarning: 'review',
};

/** Two different images were sent, and the header of the response has no request ID. */
export const exchange = {
	selfieSha256: 'a'.repeat(64),
	photoSha256: 'b'.repeat(64),
	headerRequestId: null,
} satisfies Exchange;

/** An item that shares nothing with another one. */
export const noRepeats: Repeats = { isRequestIdRepeated: false, isPairRepeated: false };

/** A response with this body to two different images. */
export function responseWith(body = bodyWith()): KairosResponse {
	return readResponse(body, exchange);
}

/** The verdict on a response that speaks against nobody, but for the changes. */
export function verdictOn(changes: Changes = {}, rules: Partial<Rules> = {}): Verdict {
	return judge(responseWith(bodyWith(changes)), noRepeats, { ...defaultRules, ...rules });
}

function change(target: unknown, [key, ...rest]: string[], value: unknown): void {
	if (key === undefined || typeof target !== 'object' || target === null) {
		throw new Error('The change names no field of the answer');
	}
	if (rest.length > 0 && Reflect.get(target, key) === undefined) Reflect.set(target, key, {});
	if (rest.length > 0) change(Reflect.get(target, key), rest, value);
	else if (value === MISSING) Reflect.deleteProperty(target, key);
	else Reflect.set(target, key, value);
}
