import type { IDataObject } from 'n8n-workflow';

import { unreadableResponse } from './failures/KairosError';
import { parseJson } from './json';

/** A face that Kairos found: the box in pixels of the image, the confidence in 0..1. */
export interface Face {
	x: number;
	y: number;
	width: number;
	height: number;
	confidence: number;
}

/** The size of an image as Kairos saw it, in pixels. */
export interface ImageSize {
	width: number;
	height: number;
}

/** What Kairos says about one of the two images. */
export interface ImageReport {
	/** Null where Kairos did not say, or not in a way that can be read. */
	faces: Face[] | null;
	/** Null where Kairos gave none, `invalid` where it gave one that no image can have. */
	size: ImageSize | 'invalid' | null;
}

/** The thresholds of a score as Kairos writes them into a description; both 0..1. */
export interface Thresholds {
	reviewBelow: number;
	rejectBelow: number;
}

/** One entry of Kairos's decision, as it was given; null where it was not. */
export interface Detail {
	code: string | null;
	/** The score that the code is about; null for every other code. */
	score: 'faceMatch' | 'liveness' | null;
	/** Lower case; documented are `review` and `reject`, others must be expected. */
	decision: string | null;
	/** 0..1 */
	confidence: number | null;
	/** Empty where there is none. */
	description: string;
	/** Null where the description gives none. */
	thresholds: Thresholds | null;
}

/** Kairos's decision block. The scale of the scores is not documented; higher is worse. */
export interface DecisionBlock {
	details: Detail[] | null;
	rejectScore: number | null;
	reviewScore: number | null;
	warningScore: number | null;
}

/**
 * What Kairos responded, read field by field. A value that is missing or that cannot be what the
 * API documents is null: nothing here is assumed.
 */
export interface KairosResponse {
	/** 0..1, higher is a stronger match. */
	faceMatchScore: number | null;
	/** 0..1, higher is more likely a live person. */
	livenessScore: number | null;
	selfie: ImageReport;
	photo: ImageReport;
	decision: DecisionBlock | null;
	/** Whether `response_code` is the documented 1. */
	hasDocumentedCode: boolean;
	/** Whether the response reports an error, in a field of that name that is not empty. */
	reportsError: boolean;
	requestId: string | null;
	/** `YYYY-MM-DD HH:MM:SS`; Kairos gives no time zone. */
	requestedAt: string | null;
	processedAt: string | null;
}

/** A response together with the whole of it as it came. */
export interface ReceivedResponse extends KairosResponse {
	raw: IDataObject;
}

/** The longest text that is taken over from Kairos into a field of the item, in characters. */
const LONGEST_TEXT = 500;

const SCORE_OF_CODE: ReadonlyMap<string | null, Detail['score']> = new Map([
	['FAILED_FACE_MATCH', 'faceMatch'],
	['FAILED_SELFIE_LIVENESS', 'liveness'],
]);

/** Numbers are bounded, so that looking for them takes linear time whatever the text. */
const NUMBER = '(\\d{1,3}(?:\\.\\d{1,17})?)';
const THRESHOLDS = new RegExp(`\\b${NUMBER} < \\S{1,30} \\(actual\\) < ${NUMBER}`);

const DOCUMENTED_RESPONSE_CODE = 1;

/** Seen at a sister API of the same vendor: `Errors`, with the status 200. */
const ERROR_FIELD = /^errors?(?:[_-]?(?:codes?|messages?|descriptions?|details?))?$/i;

/**
 * Reads the body of a response with the status 200.
 *
 * @throws {KairosError} when the body is not a JSON object that has `response_data`.
 */
export function readResponse(body: string): ReceivedResponse {
	if (body.trim() === '') throw unreadableResponse('it is empty');
	const raw = parseJson(body);
	if (raw === undefined) throw unreadableResponse('it is not JSON');
	if (!isObject(raw)) throw unreadableResponse('it is not a JSON object');
	const data = raw.response_data;
	if (!isObject(data)) throw unreadableResponse('it has no response data');

	const biometric = objectOrEmpty(data.biometric);
	const selfie = objectOrEmpty(biometric.selfie);
	const photo = objectOrEmpty(biometric.image);
	return {
		faceMatchScore: confidence(biometric.face_match_confidence),
		livenessScore: confidence(selfie.faces_liveness),
		selfie: readImageReport(selfie),
		photo: readImageReport(photo),
		decision: readDecision(data.decision),
		hasDocumentedCode: raw.response_code === DOCUMENTED_RESPONSE_CODE,
		reportsError: [raw, data, biometric, selfie, photo, objectOrEmpty(data.decision)].some(
			hasError,
		),
		requestId: text(raw.api_req_uid),
		requestedAt: text(raw.requested_at),
		processedAt: text(raw.processed_at),
		raw,
	};
}

/** The size of an image, when Kairos gave one that an image can have. */
export function knownSize({ size }: ImageReport): ImageSize | null {
	return size === 'invalid' ? null : size;
}

function readImageReport({ faces_predicted: faces, img }: IDataObject): ImageReport {
	return { faces: readFaces(faces), size: readSize(img) };
}

function readFaces(faces: unknown): Face[] | null {
	if (!Array.isArray(faces)) return null;
	const read = faces.map(readFace);
	return read.every((face) => face !== null) ? read : null;
}

function readFace(face: unknown): Face | null {
	const { confidence: certainty, top_left: corner, delta } = objectOrEmpty(face);
	const x = finite(objectOrEmpty(corner).x);
	const y = finite(objectOrEmpty(corner).y);
	const width = finite(objectOrEmpty(delta).x);
	const height = finite(objectOrEmpty(delta).y);
	const score = confidence(certainty);
	if (x === null || y === null || width === null || height === null || score === null) return null;
	return { x, y, width, height, confidence: score };
}

function readSize(img: unknown): ImageReport['size'] {
	if (img === undefined || img === null) return null;
	const { width, height } = objectOrEmpty(img);
	const size = { width: finite(width) ?? 0, height: finite(height) ?? 0 };
	return size.width >= 1 && size.height >= 1 ? size : 'invalid';
}

function readDecision(decision: unknown): DecisionBlock | null {
	if (!isObject(decision)) return null;
	return {
		details: Array.isArray(decision.details) ? decision.details.map(readDetail) : null,
		rejectScore: score(decision.reject_score),
		reviewScore: score(decision.review_score),
		warningScore: score(decision.warning_score),
	};
}

function readDetail(detail: unknown): Detail {
	const fields = objectOrEmpty(detail);
	const code = text(fields.code);
	const description = text(fields.description) ?? '';
	return {
		code,
		score: SCORE_OF_CODE.get(code) ?? null,
		decision: text(fields.decision)?.toLowerCase() ?? null,
		confidence: confidence(fields.confidence),
		description,
		thresholds: readThresholds(description),
	};
}

/**
 * Reads the thresholds out of a description such as `Selfie liveness threshold failed:
 * 0.4 < 0.0026 (actual) < 0.6` (from the documented response).
 */
function readThresholds(description: string): Thresholds | null {
	const [, rejectBelow, reviewBelow] = THRESHOLDS.exec(description) ?? [];
	const thresholds = { reviewBelow: Number(reviewBelow), rejectBelow: Number(rejectBelow) };
	// NaN, where there are none, is on no scale.
	const isOnScale = thresholds.rejectBelow <= thresholds.reviewBelow && thresholds.reviewBelow <= 1;
	return isOnScale ? thresholds : null;
}

function hasError(fields: IDataObject): boolean {
	return Object.entries(fields).some(([name, value]) => ERROR_FIELD.test(name) && !isEmpty(value));
}

function isEmpty(value: unknown): boolean {
	if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
	return value === null || value === '' || value === false;
}

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOrEmpty(value: unknown): IDataObject {
	return isObject(value) ? value : {};
}

function text(value: unknown): string | null {
	if (typeof value !== 'string') return null;
	const trimmed = value.slice(0, LONGEST_TEXT).trim();
	return trimmed === '' ? null : trimmed;
}

function finite(value: unknown): number | null {
	return within(value, -Number.MAX_VALUE, Number.MAX_VALUE);
}

function score(value: unknown): number | null {
	return within(value, 0, Number.MAX_VALUE);
}

function confidence(value: unknown): number | null {
	return within(value, 0, 1);
}

function within(value: unknown, least: number, most: number): number | null {
	return typeof value === 'number' && value >= least && value <= most ? value : null;
}
