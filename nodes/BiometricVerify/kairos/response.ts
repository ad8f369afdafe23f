import type { IDataObject } from 'n8n-workflow';

import { cutOff, errorInResponse, notJson, invalidResponse } from './failures/KairosError';
import { hasRepeatedField, isCutOffJson, isTooDeep, parseJson } from './json';
import type { ReportedFailure } from './reportedFailures';
import type { SentDigests } from './request';
import { reportedFailures } from './reportedFailures';
import { readServerMessage } from './serverMessage';

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
	/** Null if missing or unreadable. */
	faces: Face[] | null;
	/** Null if missing, `invalid` if no image can have this size. */
	size: ImageSize | 'invalid' | null;
}

/** The thresholds in a description of Kairos's; both 0..1. */
export interface Thresholds {
	reviewBelow: number;
	rejectBelow: number;
}

/** One entry of Kairos's decision; null stands for a missing or unreadable value. */
export interface Detail {
	code: string | null;
	/** `review` and `reject` are documented; expect others. */
	decision: string | null;
	/** 0..1 */
	confidence: number | null;
	/** Empty if missing. */
	description: string;
	/** Null if the description has none. */
	thresholds: Thresholds | null;
}

/** Kairos's decision block. The scale of the scores is not documented; higher is worse. */
export interface DecisionBlock {
	/** Null if missing or unreadable. */
	details: Detail[] | null;
	rejectScore: number | null;
	reviewScore: number | null;
	warningScore: number | null;
}

/** What is known of a response besides its body. */
export interface Exchange extends SentDigests {
	/** The request ID in a header of the response. */
	headerRequestId: string | null;
}

/**
 * Kairos's response to two images, read field by field. A value that is missing or that contradicts
 * the documentation is null: nothing is assumed.
 */
export interface KairosResponse {
	/** Of the bytes that were sent, in hexadecimal. */
	selfieSha256: string;
	photoSha256: string;
	/** 0..1, higher is a stronger match. */
	faceMatchScore: number | null;
	/** 0..1, higher is more likely a live person. */
	livenessScore: number | null;
	selfie: ImageReport;
	photo: ImageReport;
	decision: DecisionBlock | null;
	/** Whether `response_code` is one of those that come with complete data. */
	hasExpectedCode: boolean;
	/** The fields that say that something failed. */
	reportedFailures: ReportedFailure[];
	/** Unique for each verification. */
	requestId: string | null;
	/** Identifies the request, too, but a gateway may give several the same one. */
	headerRequestId: string | null;
	/** `YYYY-MM-DD HH:MM:SS`; Kairos gives no time zone. */
	requestedAt: string | null;
	processedAt: string | null;
	/** The whole body; kept only if the builder asks for it. */
	raw?: IDataObject;
}

/** The longest text of Kairos's that goes into an item, in characters. */
const MAX_TEXT_LENGTH = 500;

/** No real response has more details, or faces in an image; they would fill n8n's memory. */
const MAX_ENTRIES = 100;

/** The lengths are bounded, so that the search takes linear time for any text. */
const NUMBER = '(\\d{1,3}(?:\\.\\d{1,17})?)';
const THRESHOLDS = new RegExp(`\\b${NUMBER} < \\S{1,30} \\(actual\\) < ${NUMBER}`);

/** 1 is documented; a sister endpoint of the same API answers 0 and 2 with complete data. */
const EXPECTED_CODES: ReadonlySet<unknown> = new Set([0, 1, 2]);

/**
 * Reads the body of a successful response; null stands for one that is too large.
 *
 * @throws {KairosError} when the body is not a JSON object with `response_data`, has a field
 *   twice or too many details or faces, or came before both images were sent.
 */
export function readResponse(body: string | null, exchange: Exchange): KairosResponse {
	if (body === null) throw invalidResponse('it is too large');
	const raw = readObject(body);
	const data = readData(raw);
	const { selfieSha256, photoSha256, headerRequestId } = exchange;
	if (selfieSha256 === undefined || photoSha256 === undefined) {
		throw invalidResponse('it came before both images were sent');
	}
	const biometric = objectOrEmpty(data.biometric);
	const selfie = objectOrEmpty(biometric.selfie);
	const photo = objectOrEmpty(biometric.image);
	const { details } = objectOrEmpty(data.decision);
	const lists = [details, selfie.faces_predicted, photo.faces_predicted];
	if (lists.some((list) => Array.isArray(list) && list.length > MAX_ENTRIES)) {
		throw invalidResponse(`it has more than ${MAX_ENTRIES} details or faces`);
	}
	return {
		selfieSha256,
		photoSha256,
		faceMatchScore: confidence(biometric.face_match_confidence),
		livenessScore: confidence(selfie.faces_liveness),
		selfie: readImageReport(selfie),
		photo: readImageReport(photo),
		decision: readDecision(data.decision),
		hasExpectedCode: EXPECTED_CODES.has(raw.response_code),
		reportedFailures: reportedFailures(raw, new Set(lists)),
		requestId: requestIdIn(raw) ?? null,
		headerRequestId,
		requestedAt: text(raw.requested_at),
		processedAt: text(raw.processed_at),
		raw,
	};
}

/** The request ID in a body; undefined if it has none. */
export function requestIdIn(raw: unknown): string | undefined {
	const { api_req_uid: id, api_req_uuid: otherId } = objectOrEmpty(raw);
	return text(id) ?? text(otherId) ?? undefined;
}

/** The size of an image; null if missing or invalid. */
export function validSize({ size }: ImageReport): ImageSize | null {
	return size === 'invalid' ? null : size;
}

function readObject(body: string): IDataObject {
	const raw = parseJson(body);
	if (raw === undefined) {
		if (isCutOffJson(body)) throw cutOff();
		throw notJson(body.trim() === '' ? 'its answer is empty' : 'its answer is not JSON');
	}
	if (isTooDeep(raw)) throw invalidResponse('it is nested deeper than any response');
	if (!isObject(raw)) throw invalidResponse('it is not a JSON object');
	if (hasRepeatedField(body, raw)) throw invalidResponse('it has a field twice');
	return raw;
}

function readData(raw: IDataObject): IDataObject {
	if (isObject(raw.response_data)) return raw.response_data;
	const serverMessage = readServerMessage(raw);
	if (serverMessage !== '' || reportedFailures(raw, new Set()).length > 0) {
		throw errorInResponse(serverMessage);
	}
	throw invalidResponse('it has no response data');
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
	const scores = {
		rejectScore: score(decision.reject_score),
		reviewScore: score(decision.review_score),
		warningScore: score(decision.warning_score),
	};
	return { details: readDetails(decision.details, Object.values(scores)), ...scores };
}

/** The list may be missing if nothing speaks against the person: then all scores are 0. */
function readDetails(details: unknown, scores: Array<number | null>): Detail[] | null {
	if (Array.isArray(details)) return details.map(readDetail);
	const isLeftOut = details === undefined || details === null;
	return isLeftOut && scores.every((value) => value === 0) ? [] : null;
}

function readDetail(detail: unknown): Detail {
	const fields = objectOrEmpty(detail);
	const description = text(fields.description) ?? '';
	return {
		code: text(fields.code),
		decision: text(fields.decision),
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
	// Without thresholds these are NaN, which is on no scale.
	const isOnScale = thresholds.rejectBelow <= thresholds.reviewBelow && thresholds.reviewBelow <= 1;
	return isOnScale ? thresholds : null;
}

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOrEmpty(value: unknown): IDataObject {
	return isObject(value) ? value : {};
}

function text(value: unknown): string | null {
	if (typeof value !== 'string') return null;
	const trimmed = value.slice(0, MAX_TEXT_LENGTH).trim();
	return trimmed === '' ? null : trimmed;
}

function finite(value: unknown): number | null {
	return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function score(value: unknown): number | null {
	const number = finite(value);
	return number !== null && number >= 0 ? number : null;
}

function confidence(value: unknown): number | null {
	const number = score(value);
	return number !== null && number <= 1 ? number : null;
}
