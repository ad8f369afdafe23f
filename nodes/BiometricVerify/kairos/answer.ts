import type { IDataObject } from 'n8n-workflow';

import { unreadableAnswer } from './failure';
import { parseJson } from './json';

/** A face that Kairos found: the box in pixels of the picture, the confidence in 0..1. */
export interface Face {
	x: number;
	y: number;
	width: number;
	height: number;
	confidence: number;
}

/** One entry of Kairos's decision, as it was given; null where it was not. */
export interface Detail {
	code: string | null;
	/** Lower case; documented are `review` and `reject`, others must be expected. */
	decision: string | null;
	/** 0..1 */
	confidence: number | null;
	description: string;
}

/** Kairos's decision block. The scale of the scores is not documented; higher is worse. */
export interface DecisionBlock {
	details: Detail[] | null;
	rejectScore: number | null;
	reviewScore: number | null;
	warningScore: number | null;
}

/**
 * What Kairos answered, read field by field. A value that is missing or that cannot be what the
 * API documents is null: nothing here is assumed.
 */
export interface KairosAnswer {
	/** 0..1, higher is a stronger match. */
	faceMatchScore: number | null;
	/** 0..1, higher is more likely a live person. */
	livenessScore: number | null;
	selfieFaces: Face[] | null;
	photoFaces: Face[] | null;
	decision: DecisionBlock | null;
	requestId: string | null;
	/** `YYYY-MM-DD HH:MM:SS`; Kairos gives no time zone. */
	requestedAt: string | null;
	processedAt: string | null;
	/** The whole answer, as it came. */
	response: IDataObject;
}

/** The longest text that is taken over from Kairos into a field of the item, in characters. */
const LONGEST_TEXT = 500;

/**
 * Reads the body of a 200 answer.
 *
 * @throws {KairosFailure} when the body is not a JSON object that holds `response_data`.
 */
export function readAnswer(body: string): KairosAnswer {
	if (body.trim() === '') throw unreadableAnswer('the answer is empty.');
	const response = parseJson(body);
	if (response === undefined) throw unreadableAnswer('the answer is not JSON.');
	if (!isObject(response)) throw unreadableAnswer('the answer is not a JSON object.');
	if (!isObject(response.response_data)) {
		throw unreadableAnswer('the answer holds no response data.');
	}

	const biometric = objectOrEmpty(response.response_data.biometric);
	const selfie = objectOrEmpty(biometric.selfie);
	const photo = objectOrEmpty(biometric.image);
	return {
		faceMatchScore: confidence(biometric.face_match_confidence),
		livenessScore: confidence(selfie.faces_liveness),
		selfieFaces: readFaces(selfie.faces_predicted),
		photoFaces: readFaces(photo.faces_predicted),
		decision: readDecision(response.response_data.decision),
		requestId: text(response.api_req_uid),
		requestedAt: text(response.requested_at),
		processedAt: text(response.processed_at),
		response,
	};
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
	return {
		code: text(fields.code),
		decision: text(fields.decision)?.toLowerCase() ?? null,
		confidence: confidence(fields.confidence),
		description: text(fields.description) ?? '',
	};
}

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOrEmpty(value: unknown): IDataObject {
	return isObject(value) ? value : {};
}

function text(value: unknown): string | null {
	if (typeof value !== 'string') return null;
	const trimmed = value.trim().slice(0, LONGEST_TEXT);
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
