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
	/** Whether another item of the execution was answered with the same request ID. */
	isRequestIdRepeated: boolean;
	/** Whether another item of the execution has the same two images. */
	isPairRepeated: boolean;
}

/** Everything that can speak against an approval. */
export const OBJECTIONS = [
	'nothing to judge by',
	'response code',
	'reported failure',
	'repeated request ID',
	'repeated pair',
	'same bytes',
	'same image',
	'same image in another size',
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

/** More levels, details or faces than any response has. */
const DEEPEST_LEVEL = 50;
const MOST_ENTRIES = 100;

/** What speaks against approving; it may approve when there is nothing. */
export function reasonsNotToApprove(evidence: Evidence, options: Options): Objection[] {
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
	const lists = [at(decision).details, at(selfie).faces_predicted, at(photo).faces_predicted];
	if (lists.some((list) => Array.isArray(list) && list.length > MOST_ENTRIES)) {
		return ['nothing to judge by'];
	}
	const objections = new Objections();

	objections.addIf(![0, 1, 2].some((code) => code === response.response_code), 'response code');
	objections.addIf(reportsFailure(response, lists), 'reported failure');
	objections.addIf(evidence.isRequestIdRepeated, 'repeated request ID');
	objections.addIf(evidence.isPairRepeated, 'repeated pair');
	objections.addIf(evidence.selfieSha256 === evidence.photoSha256, 'same bytes');
	objections.addIf(areSameImage(at(selfie), at(photo)), 'same image');
	objections.addIf(
		isBetween(match, 0.95, 1) && areSameInAnotherSize(at(selfie), at(photo)),
		'same image in another size',
	);

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
	const isLeftOut = details === undefined || details === null;
	const isAllZero = [reject_score, review_score, warning_score].every((score) => score === 0);
	objections.addIf(!Array.isArray(details) && !(isLeftOut && isAllZero), 'no list of details');
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

/** Each box has its like among the others. */
function haveSameBoxes(faces: unknown[], others: unknown[], areAlike = areSameBox): boolean {
	return (
		faces.every((face) => others.some((other) => areAlike(face, other))) &&
		others.every((other) => faces.some((face) => areAlike(face, other)))
	);
}

/** Saved anew in another size, an image shows its faces in the same place, to 2 % of its sides. */
function areSameInAnotherSize(one: Json, other: Json): boolean {
	const [faces, others] = [one.faces_predicted, other.faces_predicted];
	const [size, otherSize] = [at(one.img), at(other.img)];
	const sides = [size.width, size.height, otherSize.width, otherSize.height];
	if (!sides.every(isAtLeastOne) || !Array.isArray(faces) || !Array.isArray(others)) return false;
	const [width, height, otherWidth, otherHeight] = sides as [number, number, number, number];
	const isNear = (a: number, b: number) => Math.abs(a - b) <= 0.02;
	return (
		faces.length > 0 &&
		faces.length === others.length &&
		haveSameBoxes(
			faces,
			others,
			(face, like) =>
				isReadable(face) &&
				isReadable(like) &&
				isNear(face.top_left.x / width, like.top_left.x / otherWidth) &&
				isNear(face.top_left.y / height, like.top_left.y / otherHeight) &&
				isNear(face.delta.x / width, like.delta.x / otherWidth) &&
				isNear(face.delta.y / height, like.delta.y / otherHeight),
		)
	);
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

/** The table of the design: names in lower case without `_` and `-`, and what speaks against. */
const ERROR_NAME =
	/^(exceptions?|failures?|fault|errcode|errmsg|errors?((code|message|description|detail)s?)?)$/;
const MUST_HOLD =
	'success succeeded ok passed valid isvalid verified isverified approved isapproved accepted match ismatch matched live islive genuine'.split(
		' ',
	);
const MUST_NOT_HOLD =
	'spoof isspoof spoofed fake isfake deepfake isdeepfake tampered manipulated blocked blacklisted blocklisted fraud isfraud suspicious duplicate isduplicate'.split(
		' ',
	);
const SAYS_HOW_IT_ENDED = 'status result decision outcome verdict recommendation conclusion'.split(
	' ',
);
const ENDED_WELL = [
	'',
	...'ok success successful succeeded complete completed done finished processed approve approved accept accepted pass passed live real genuine match matched verified valid clear none no_spoof not_spoofed 200_ok'.split(
		' ',
	),
];

/** Looks at every field but those of details and faces. */
function reportsFailure(value: unknown, except: unknown[]): boolean {
	if (typeof value !== 'object' || value === null || except.includes(value)) return false;
	if (Array.isArray(value)) return value.some((element) => reportsFailure(element, except));
	return Object.entries(value).some(
		([name, inner]) => isFailure(name, inner) || reportsFailure(inner, except),
	);
}

function isFailure(rawName: string, value: unknown): boolean {
	const name = rawName.toLowerCase().split(/[-_]/).join('');
	const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
	const isOneOf = (...values: unknown[]) => values.some((one) => one === word);
	if (ERROR_NAME.test(name)) return !isHarmless(value);
	if (MUST_HOLD.includes(name)) return isOneOf(false, 0, 'false', 'no', '0');
	if (MUST_NOT_HOLD.includes(name)) return isOneOf(true, 1, 'true', 'yes', '1');
	return SAYS_HOW_IT_ENDED.includes(name) && endedBadly(value);
}

function isHarmless(value: unknown): boolean {
	if (typeof value === 'object' && value !== null) return Object.values(value).every(isHarmless);
	if (typeof value !== 'string') return value === null || value === false || value === 0;
	return ['0', '', 'none', 'null', 'ok', 'success'].includes(value.trim().toLowerCase());
}

function endedBadly(value: unknown): boolean {
	if (Array.isArray(value)) return value.some(endedBadly);
	if (typeof value === 'string') {
		return !ENDED_WELL.includes(value.trim().toLowerCase().replace(/[\s-]/g, '_'));
	}
	return value === false;
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

/** JSON, or what Python calls so: it writes NaN and Infinity, which are no numbers. */
function parsed(body: string): unknown {
	const parts = body.replace(/^\uFEFF/, '').split(/("(?:\\.|[^"\\])*")/);
	const plain = parts.map((part, index) =>
		index % 2 === 1 ? part : part.replace(/-?(?<![\w.])(NaN|Infinity)(?!\w)/g, 'null'),
	);
	try {
		return JSON.parse(plain.join(''));
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
