/**
 * Whether a response may approve, told a second time: from Kairos's documentation and from what this
 * package promises, and without the node's code. It decides from what the values mean, so that a
 * response which is complete and absurd approves nobody either.
 */

type Check = 'faceMatch' | 'liveness';
type SeveralFaces = 'review' | 'reject' | 'ignore';

/** What a builder set about judging, as the node's parameter holds it. */
export interface Options {
	kairosWarning?: 'approve' | 'review';
	multipleFaces?: { values: { inSelfie?: SeveralFaces; inPhoto?: SeveralFaces | 'matchAny' } };
	/** Each 0..1. */
	thresholds?: { values: Partial<Record<`${Check}${'Reject' | 'Review'}Below`, number>> };
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

type Json = Record<string, unknown>;

interface Size {
	width: number;
	height: number;
}

interface Face extends Size {
	x: number;
	y: number;
	confidence: number;
}

type Side = ReturnType<typeof sideOf>;
type Known = NonNullable<ReturnType<typeof knownOf>>;

/** Everything that can speak against an approval. */
const RULES: Record<string, (known: Known) => boolean> = {
	'response code': ({ response }) => ![0, 1, 2].some((code) => code === response.response_code),
	'reported failure': ({ response, lists }) => reportsFailure(response, lists),
	'repeated request ID': ({ isRequestIdRepeated }) => isRequestIdRepeated,
	'repeated pair': ({ isPairRepeated }) => isPairRepeated,
	'same bytes': ({ selfieSha256, photoSha256 }) => selfieSha256 === photoSha256,
	// Stored anew, an image has other bytes, but Kairos sees the same faces in it, to the digit.
	'same image': ({ sides: [selfie, photo] }) => {
		const [size, otherSize] = [selfie.size ?? photo.size, photo.size ?? selfie.size];
		const isOneSize = size?.width === otherSize?.width && size?.height === otherSize?.height;
		return isOneSize && areAlike(boxesIn(selfie), boxesIn(photo), 0);
	},
	'same image in another size': ({ match, sides: [selfie, photo] }) =>
		isBetween(match, 0.95, 1) &&
		selfie.size !== undefined &&
		photo.size !== undefined &&
		areAlike(boxesIn(selfie, selfie.size), boxesIn(photo, photo.size), 0.02),

	'no face match score': ({ match }) => !isBetween(match, 0, 1),
	'face match too low': ({ match, options }) => isTooLow('faceMatch', match, options),
	'no liveness score': ({ liveness }) => !isBetween(liveness, 0, 1),
	'liveness too low': ({ liveness, options }) => isTooLow('liveness', liveness, options),

	'no list of faces': ({ sides }) => sides.some(({ faces }) => faces === undefined),
	'no face': ({ sides }) => sides.some(({ faces }) => faces?.length === 0),
	// Less than a pixel has nothing to see.
	'face without area': someFace(({ width, height }) => width < 1 || height < 1),
	'face without confidence': someFace(({ confidence }) => confidence === 0),
	'face outside its image': someFace(
		({ x, y, width, height }, size) =>
			x + width <= 0 ||
			y + height <= 0 ||
			(size !== undefined && (x >= size.width || y >= size.height)),
	),
	'face larger than its image': someFace(
		({ width, height }, size) =>
			size !== undefined && (width > 2 * size.width || height > 2 * size.height),
	),
	'image without a size': ({ sides }) =>
		sides.some(({ size, isSizeGiven }) => isSizeGiven && size === undefined),
	'multiple faces in selfie': ({ sides: [selfie], options: { multipleFaces } }) =>
		listOf(selfie.faces).length > 1 && multipleFaces?.values.inSelfie !== 'ignore',
	'multiple faces in photo': ({ sides: [, photo], options: { multipleFaces } }) =>
		listOf(photo.faces).length > 1 &&
		!['ignore', 'matchAny'].includes(multipleFaces?.values.inPhoto ?? ''),

	'no list of details': ({ decision }) => {
		const { details, reject_score, review_score, warning_score } = decision;
		const isAllZero = [reject_score, review_score, warning_score].every((score) => score === 0);
		return !Array.isArray(details) && !(isAllZero && isLeftOut(details));
	},
	detail: ({ decision }) => listOf(decision.details).some((detail) => !isWarning(detail)),
	warning: ({ decision, options: { kairosWarning } }) =>
		kairosWarning !== 'approve' && listOf(decision.details).some(isWarning),
	'reject score': ({ decision }) => decision.reject_score !== 0,
	'review score': ({ decision }) => decision.review_score !== 0,
	'warning score': ({ decision, options: { kairosWarning } }) =>
		!isBetween(decision.warning_score, 0, kairosWarning === 'approve' ? Number.MAX_VALUE : 0),
};

const NOTHING = 'nothing to judge by';

export const OBJECTIONS: readonly string[] = [NOTHING, ...Object.keys(RULES)];

/** What speaks against approving; it may approve when there is nothing. */
export function reasonsNotToApprove(evidence: Evidence, options: Options): string[] {
	const known = knownOf(evidence, options);
	return known ? OBJECTIONS.filter((objection) => RULES[objection]?.(known)) : [NOTHING];
}

/** Undefined when there is nothing to judge by. */
function knownOf(evidence: Evidence, options: Options) {
	const response = at(parsed(evidence.body));
	const { biometric, decision } = at(response.response_data);
	const { face_match_confidence: match, selfie, image: photo } = at(biometric);
	const lists = [at(decision).details, at(selfie).faces_predicted, at(photo).faces_predicted];
	// No response has more levels, details or faces.
	const isTooMuch = isDeeperThan(50, response) || lists.some((list) => listOf(list).length > 100);
	if (!isObject(response.response_data) || isTooMuch) return undefined;
	const sides = [sideOf(selfie), sideOf(photo)] as const;
	const judged = { match, liveness: at(selfie).faces_liveness, decision: at(decision) };
	return { ...evidence, ...judged, response, lists, sides, options };
}

function isTooLow(check: Check, score: unknown, { thresholds }: Options): boolean {
	const { [`${check}RejectBelow` as const]: rejectBelow = 0 } = thresholds?.values ?? {};
	const { [`${check}ReviewBelow` as const]: reviewBelow = 0.4 } = thresholds?.values ?? {};
	return isBetween(score, 0, 1) && score < Math.max(rejectBelow, reviewBelow);
}

/** An image as Kairos saw it, with no faces where one of them cannot be read. */
function sideOf(report: unknown) {
	const { faces_predicted: list, img } = at(report);
	const faces = Array.isArray(list) ? list.map(faceOf) : [undefined];
	const { width, height } = at(img);
	const size = isAtLeastOne(width) && isAtLeastOne(height) ? { width, height } : undefined;
	const isReadable = faces.every((face) => face !== undefined);
	return { faces: isReadable ? faces : undefined, size, isSizeGiven: !isLeftOut(img) };
}

function faceOf(value: unknown): Face | undefined {
	const { confidence, top_left, delta } = at(value);
	const [{ x, y }, { x: width, y: height }] = [at(top_left), at(delta)];
	if (!(isNumber(x) && isNumber(y) && isNumber(width) && isNumber(height))) return undefined;
	return isBetween(confidence, 0, 1) ? { x, y, width, height, confidence } : undefined;
}

/** Also where several faces are ignored, each must be one that can be. */
function someFace(isOdd: (face: Face, size: Size | undefined) => boolean) {
	return ({ sides }: Known) =>
		sides.some(({ faces = [], size }) => faces.some((face) => isOdd(face, size)));
}

/** The boxes of the faces, as parts of that size; how sure Kairos is of them does not matter. */
function boxesIn({ faces = [] }: Side, size: Size = { width: 1, height: 1 }): number[][] {
	return faces.map(({ x, y, width, height }) => [
		...[x / size.width, y / size.height],
		...[width / size.width, height / size.height],
	]);
}

/** Whether each box has its like among the others, in any order. */
function areAlike(boxes: number[][], others: number[][], tolerance: number): boolean {
	const isLike = (box: number[], other: number[]) =>
		box.every((side, index) => Math.abs(side - (other[index] ?? NaN)) <= tolerance);
	return (
		boxes.length > 0 &&
		boxes.length === others.length &&
		boxes.every((box) => others.some((other) => isLike(box, other))) &&
		others.every((other) => boxes.some((box) => isLike(box, other)))
	);
}

/** The table of the design, by names in lower case without `_` and `-`. */
const ERROR_NAME =
	/^(exceptions?|failures?|fault|err(ors?)?((code|message|msg|description|detail)s?)?)$/;
const MUST_HOLD =
	/^(success|succeeded|ok|passed|accepted|matched|genuine|(is)?(valid|verified|approved|match|live))$/;
const MUST_NOT_HOLD =
	/^(spoofed|tampered|manipulated|blocked|black-?listed|blocklisted|suspicious|denied|declined|(spoof|deepfake|fraud)detected|(is)?(spoof|(deep)?fake|fraud|duplicate|failed|rejected))$/;
const SAYS_HOW_IT_ENDED = /^(status|result|decision|outcome|verdict|recommendation|conclusion)$/;
const ENDED_WELL = [
	/^(|ok|success(ful)?|succeeded|completed?|done|finished|processed|none|200_ok)$/,
	/^(approved?|accept(ed)?|pass(ed)?|match(ed)?|verified|valid|clear)$/,
	/^(live|real|genuine|no_spoof|not_spoofed)$/,
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
	const name = rawName.toLowerCase().replace(/[-_]/g, '');
	const words = [value].flat(Infinity).map(wordOf);
	const isOneOf = (...values: unknown[]) => words.some((word) => values.includes(word));
	if (ERROR_NAME.test(name)) return !isHarmless(value);
	if (MUST_HOLD.test(name)) return isOneOf(false, 0, 'false', 'no', '0');
	if (MUST_NOT_HOLD.test(name)) return isOneOf(true, 1, 'true', 'yes', '1');
	return SAYS_HOW_IT_ENDED.test(name) && endedBadly(value);
}

function isHarmless(value: unknown): boolean {
	if (typeof value === 'object' && value !== null) return Object.values(value).every(isHarmless);
	const harmless: unknown[] = [null, false, 0, '0', '', 'none', 'null', 'ok', 'success'];
	return harmless.includes(wordOf(value));
}

function endedBadly(value: unknown): boolean {
	if (Array.isArray(value)) return value.some(endedBadly);
	const word = wordOf(value);
	if (typeof word !== 'string') return word === false;
	return !ENDED_WELL.some((words) => words.test(word.replace(/[\s-]/g, '_')));
}

function isWarning(detail: unknown): boolean {
	return wordOf(at(detail).decision) === 'warning';
}

function wordOf(value: unknown): unknown {
	return typeof value === 'string' ? value.trim().toLowerCase() : value;
}

function isBetween(value: unknown, least: number, most: number): value is number {
	return typeof value === 'number' && value >= least && value <= most;
}

function isNumber(value: unknown): value is number {
	return Number.isFinite(value);
}

function isAtLeastOne(value: unknown): value is number {
	return isBetween(value, 1, Number.MAX_VALUE);
}

function isLeftOut(value: unknown): boolean {
	return value === undefined || value === null;
}

/** JSON, or what Python calls so: it writes NaN and Infinity, which are no numbers. */
function parsed(body: string): unknown {
	const plain = body
		.replace(/^\uFEFF/, '')
		.replace(/"(?:\\.|[^"\\])*"|-?\b(NaN|Infinity)\b/g, (part, word) => (word ? 'null' : part));
	try {
		return JSON.parse(plain);
	} catch {
		return undefined;
	}
}

function isDeeperThan(levels: number, value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(value: unknown): Json {
	return isObject(value) ? value : {};
}

function listOf(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}
