/**
 * Whether a response may approve, told a second time: from Kairos's documentation and from what this
 * package promises, and without the node's code. It decides from what the values mean, so that a
 * response which is complete and absurd approves nobody either.
 */

/** What a builder set about judging; what was left alone is missing. */
export interface Options {
	multipleFacesInSelfie?: 'review' | 'reject' | 'ignore';
	multipleFacesInPhoto?: 'review' | 'reject' | 'ignore';
	matchAllFacesInPhoto?: boolean;
	kairosWarning?: 'approve' | 'review';
	/** Thresholds, each 0..1. */
	faceMatchReviewBelow?: number;
	faceMatchRejectBelow?: number;
	livenessReviewBelow?: number;
	livenessRejectBelow?: number;
}

/** All that is known of one verification when it is judged. */
export interface Evidence {
	/** The text of the response. */
	body: string;
	/** Of the bytes that were sent. */
	selfieSha256: string;
	photoSha256: string;
	/** Whether another item of the run was answered with the same request ID. */
	isRequestIdRepeated: boolean;
}

/** Everything that can speak against an approval. */
export const OBJECTIONS = [
	'nothing to judge by',
	'response code',
	'error field',
	'repeated request ID',
	'same bytes',
	'same image',
	'no face match score',
	'face match too low',
	'no liveness score',
	'liveness too low',
	'no list of faces',
	'no face',
	'face without area',
	'face without confidence',
	'face outside its image',
	'face larger than its image',
	'image without a size',
	'multiple faces in selfie',
	'multiple faces in photo',
	'no list of details',
	'detail',
	'warning',
	'reject score',
	'review score',
	'warning score',
] as const;

export type Objection = (typeof OBJECTIONS)[number];

/** What the design sets for options that were left alone. */
const DEFAULTS: Required<Options> = {
	multipleFacesInSelfie: 'review',
	multipleFacesInPhoto: 'review',
	matchAllFacesInPhoto: false,
	kairosWarning: 'review',
	faceMatchReviewBelow: 0.4,
	faceMatchRejectBelow: 0,
	livenessReviewBelow: 0.4,
	livenessRejectBelow: 0,
};

/** More levels than any response has; such a one could not be copied from item to item. */
const DEEPEST_LEVEL = 50;

/** What speaks against approving; it may approve when there is nothing. */
export function objectionsTo(evidence: Evidence, options: Options): Objection[] {
	const response = parsed(evidence.body);
	if (
		!isObject(response) ||
		!isObject(response.response_data) ||
		depthOf(response) > DEEPEST_LEVEL
	) {
		return ['nothing to judge by'];
	}
	const rules = { ...DEFAULTS, ...options };
	const { biometric, decision } = response.response_data;
	const { face_match_confidence: match, selfie, image: photo } = at(biometric);
	const objections = new Objections();

	objections.addIf(response.response_code !== 1, 'response code');
	const holders = [response, response.response_data, biometric, selfie, photo, decision];
	objections.addIf(holders.map(at).some(hasErrorField), 'error field');
	objections.addIf(evidence.isRequestIdRepeated, 'repeated request ID');
	objections.addIf(evidence.selfieSha256 === evidence.photoSha256, 'same bytes');
	objections.addIf(areSameImage(at(selfie), at(photo)), 'same image');

	const { faces_liveness: liveness } = at(selfie);
	const { faceMatchReviewBelow, faceMatchRejectBelow } = rules;
	const { livenessReviewBelow, livenessRejectBelow } = rules;
	objections.addIf(!isBetween(match, 0, 1), 'no face match score');
	objections.addIf(
		isBelow(match, Math.max(faceMatchReviewBelow, faceMatchRejectBelow)),
		'face match too low',
	);
	objections.addIf(!isBetween(liveness, 0, 1), 'no liveness score');
	objections.addIf(
		isBelow(liveness, Math.max(livenessReviewBelow, livenessRejectBelow)),
		'liveness too low',
	);

	addFaces(objections, at(selfie));
	addFaces(objections, at(photo));
	objections.addIf(
		rules.multipleFacesInSelfie !== 'ignore' && countOfFaces(selfie) > 1,
		'multiple faces in selfie',
	);
	objections.addIf(
		rules.multipleFacesInPhoto !== 'ignore' &&
			!rules.matchAllFacesInPhoto &&
			countOfFaces(photo) > 1,
		'multiple faces in photo',
	);

	addDecision(objections, at(decision), rules.kairosWarning);
	return objections.all;
}

type Json = Record<string, unknown>;

class Objections {
	readonly all: Objection[] = [];

	addIf(speaksAgainst: boolean, objection: Objection): void {
		if (speaksAgainst && !this.all.includes(objection)) this.all.push(objection);
	}
}

/** Every face must be one that can be, also where several are ignored. */
function addFaces(objections: Objections, { faces_predicted: faces, img }: Json): void {
	const isGiven = img !== undefined && img !== null;
	const { width, height } = at(img);
	const hasSize = isAtLeastOne(width) && isAtLeastOne(height);
	objections.addIf(isGiven && !hasSize, 'image without a size');

	objections.addIf(!Array.isArray(faces) || !faces.every(isReadable), 'no list of faces');
	if (!Array.isArray(faces)) return;
	objections.addIf(faces.length === 0, 'no face');
	for (const face of faces.filter(isReadable)) {
		const { confidence, top_left: corner, delta } = face;
		// Positions are pixels: less than one has nothing to see.
		objections.addIf(delta.x < 1 || delta.y < 1, 'face without area');
		objections.addIf(confidence <= 0, 'face without confidence');
		objections.addIf(
			hasSize &&
				(corner.x >= width ||
					corner.y >= height ||
					corner.x + delta.x <= 0 ||
					corner.y + delta.y <= 0),
			'face outside its image',
		);
		objections.addIf(
			hasSize && (delta.x > 2 * width || delta.y > 2 * height),
			'face larger than its image',
		);
	}
}

function addDecision(objections: Objections, decision: Json, onWarning: string): void {
	const { details, reject_score, review_score, warning_score } = decision;
	objections.addIf(!Array.isArray(details), 'no list of details');
	const warnings = Array.isArray(details) ? details.filter(isWarning) : [];
	objections.addIf(Array.isArray(details) && warnings.length < details.length, 'detail');
	objections.addIf(warnings.length > 0 && onWarning !== 'approve', 'warning');
	objections.addIf(reject_score !== 0, 'reject score');
	objections.addIf(review_score !== 0, 'review score');
	objections.addIf(
		!isBetween(warning_score, 0, onWarning === 'approve' ? Number.MAX_VALUE : 0),
		'warning score',
	);
}

/**
 * An image that was stored anew has other bytes, but Kairos sees the same faces in it, to the digit,
 * and the same size; where it gives no size of one or both, there are still the faces, in any order.
 * How sure it is of them does not matter.
 */
function areSameImage(one: Json, other: Json): boolean {
	const [faces, otherFaces] = [one.faces_predicted, other.faces_predicted];
	if (!Array.isArray(faces) || !Array.isArray(otherFaces)) return false;
	return (
		faces.length > 0 &&
		faces.length === otherFaces.length &&
		haveSameBoxes(faces, otherFaces) &&
		!areDifferentSizes(at(one.img), at(other.img))
	);
}

/** Takes away for each box its like. */
function haveSameBoxes(faces: unknown[], others: unknown[]): boolean {
	const left = [...others];
	for (const face of faces) {
		const found = left.findIndex((other) => areSameBox(face, other));
		if (found === -1) return false;
		left.splice(found, 1);
	}
	return true;
}

function areDifferentSizes(one: Json, other: Json): boolean {
	const areGiven = [one.width, one.height, other.width, other.height].every(isAtLeastOne);
	return areGiven && (one.width !== other.width || one.height !== other.height);
}

function areSameBox(one: unknown, other: unknown): boolean {
	return (
		isReadable(one) &&
		isReadable(other) &&
		one.top_left.x === other.top_left.x &&
		one.top_left.y === other.top_left.y &&
		one.delta.x === other.delta.x &&
		one.delta.y === other.delta.y
	);
}

/** A documented response has no such field, so whatever is in one speaks against it. */
function hasErrorField(holder: Json): boolean {
	return Object.entries(holder).some(([key, value]) => /^errors?$/i.test(key) && !isEmpty(value));
}

function isEmpty(value: unknown): boolean {
	if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
	return value === null || value === false || value === '';
}

function isWarning(detail: unknown): boolean {
	const { decision: word } = at(detail);
	return typeof word === 'string' && word.trim().toLowerCase() === 'warning';
}

interface Point {
	x: number;
	y: number;
}

function isReadable(face: unknown): face is { confidence: number; top_left: Point; delta: Point } {
	const { confidence, top_left: corner, delta } = at(face);
	return isBetween(confidence, 0, 1) && isPoint(corner) && isPoint(delta);
}

function isPoint(value: unknown): value is Point {
	return Number.isFinite(at(value).x) && Number.isFinite(at(value).y);
}

function countOfFaces(side: unknown): number {
	const { faces_predicted: faces } = at(side);
	return Array.isArray(faces) ? faces.length : 0;
}

function isBetween(value: unknown, least: number, most: number): value is number {
	return typeof value === 'number' && value >= least && value <= most;
}

function isBelow(value: unknown, threshold: number): boolean {
	return typeof value === 'number' && value < threshold;
}

function isAtLeastOne(value: unknown): value is number {
	return isBetween(value, 1, Number.MAX_VALUE);
}

function parsed(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

/** How many objects and lists are in one another; counts no further than it must. */
function depthOf(value: unknown, deepest = DEEPEST_LEVEL + 1): number {
	if (typeof value !== 'object' || value === null || deepest === 0) return 0;
	let most = 0;
	for (const inner of Object.values(value)) most = Math.max(most, depthOf(inner, deepest - 1));
	return most + 1;
}

function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(value: unknown): Json {
	return isObject(value) ? value : {};
}
