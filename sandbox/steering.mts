import Ajv from 'ajv';
import { HttpError } from './httpError.mts';

/** What the sandbox must respond; what it does not mention is left to the face engine. */
export interface Steering {
	/** Face match 0..1, or null for a response without one. */
	match?: number | null;
	/** Liveness 0..1, or null for a response without one. */
	liveness?: number | null;
	/** How many faces the image that carries this shows, 0..20. */
	faces?: number;
	/** HTTP status 200..599 to respond with instead of a verification. */
	status?: number;
	/** Only this many requests get the status, 0..1000; later ones are verified. */
	times?: number;
	/** Seconds for the Retry-After header beside the status, 0..3600. */
	retryAfter?: number;
	/** Milliseconds to wait before the response, 0..120000. */
	delay?: number;
	/**
	 * Changes nothing but the bytes, so that two images with one steering differ, and shows up in the
	 * log: 1 to 64 letters, digits, `.`, `_` or `-`.
	 */
	id?: string;
}

const score = { type: ['number', 'null'], minimum: 0, maximum: 1 };
const wholeNumber = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum });
const properties = {
	match: score,
	liveness: score,
	faces: wholeNumber(0, 20),
	status: wholeNumber(200, 599),
	times: wholeNumber(0, 1000),
	retryAfter: wholeNumber(0, 3600),
	delay: wholeNumber(0, 120_000),
	id: { type: 'string', pattern: '^[\\w.-]{1,64}$' },
};
const propertyNames = { enum: Object.keys(properties) };
const ajv = new Ajv();
const isSteering = ajv.compile({ type: 'object', properties, propertyNames });

/** What comes before the JSON in an image. Decoders ignore it, as it follows the image's end. */
const MARKER = 'kairos-sandbox:';

/**
 * Checks what came from outside.
 * @throws HttpError 400 that says what cannot be used
 */
export function parseSteering(json: string): Steering {
	let steering: unknown;
	try {
		steering = JSON.parse(json);
	} catch {
		throw new HttpError(400, 'The steering is not JSON.');
	}
	if (isSteering(steering) === true) return steering as Steering;
	throw new HttpError(400, ajv.errorsText(isSteering.errors, { dataVar: 'steering' }));
}

/**
 * The same image, with a text behind its end that steers the sandbox. Whoever decodes the image
 * sees no difference; whoever saves it anew loses the text. An earlier steering is replaced.
 * @param image a JPEG, PNG or WebP file
 */
export function steered(image: Buffer, steering: Steering): Buffer {
	const start = image.lastIndexOf(MARKER);
	const unsteered = start < 0 ? image : image.subarray(0, start);
	return Buffer.concat([unsteered, Buffer.from(MARKER + JSON.stringify(steering))]);
}

/**
 * Reads what an image says to the sandbox; empty where it says nothing.
 * @throws HttpError 400 when it says something that cannot be understood
 */
export function readSteering(image: Buffer): Steering {
	const start = image.lastIndexOf(MARKER);
	if (start < 0) return {};
	const json = image.subarray(start + MARKER.length);
	// Something else may follow. No value holds a brace.
	return parseSteering(json.toString('latin1', 0, json.indexOf('}') + 1));
}
