import { randomUUID } from 'node:crypto';

/** A face's box in an image, as fractions 0..1 of the image's width and height. */
export interface Box {
	left: number;
	top: number;
	width: number;
	height: number;
}

export interface PredictedFace {
	box: Box;
	/** 0..1 */
	confidence: number;
}

export interface AnalyzedImage {
	/** Pixels, upright (after the EXIF orientation). */
	width: number;
	height: number;
	faces: PredictedFace[];
}

export interface Verification {
	/** 0..1, or null when there is nothing to compare. */
	faceMatch: number | null;
	/** 0..1, or null when the selfie shows no face. A placeholder: it tells nothing about life. */
	liveness: number | null;
	selfie: AnalyzedImage;
	photo: AnalyzedImage;
}

/** Kairos's own, as the descriptions in its documentation give them. */
const THRESHOLDS = {
	FAILED_FACE_MATCH: {
		rejectBelow: 0.4,
		reviewBelow: 0.56,
		sentence: 'Faces do not match; threshold failed',
	},
	FAILED_SELFIE_LIVENESS: {
		rejectBelow: 0.4,
		reviewBelow: 0.6,
		sentence: 'Selfie liveness threshold failed',
	},
};

const round = (value: number) => Math.round(value * 10_000) / 10_000;
const roundOrNull = (value: number | null) => (value === null ? null : round(value));

/** Kairos gives no time zone; the sandbox writes UTC, `YYYY-MM-DD HH:MM:SS`. */
const timestamp = (date: Date) => date.toISOString().slice(0, 19).replace('T', ' ');

function toDetail(code: keyof typeof THRESHOLDS, score: number | null) {
	const { rejectBelow, reviewBelow, sentence } = THRESHOLDS[code];
	if (score === null || score >= reviewBelow) return [];
	const decision = score < rejectBelow ? 'reject' : 'review';
	const description = `${sentence}: ${rejectBelow} < ${score} (actual) < ${reviewBelow}`;
	return [{ code, confidence: 1, decision, description }];
}

function toDecision(faceMatch: number | null, liveness: number | null) {
	const details = [
		...toDetail('FAILED_FACE_MATCH', faceMatch),
		...toDetail('FAILED_SELFIE_LIVENESS', liveness),
	];
	const scoreOf = (decision: string) => Number(details.some((one) => one.decision === decision));
	return {
		details,
		reject_score: scoreOf('reject'),
		review_score: scoreOf('review'),
		warning_score: 0,
	};
}

function toImage({ width, height, faces }: AnalyzedImage) {
	return {
		faces_predicted: faces.map(({ box, confidence }) => ({
			confidence: round(confidence),
			delta: { x: round(box.width * width), y: round(box.height * height) },
			top_left: { x: round(box.left * width), y: round(box.top * height) },
		})),
		img: { height, width },
	};
}

/**
 * Writes a verification as Kairos responds: the keys, nesting and order of the documented
 * example, numbers to 4 decimals, boxes in pixels of the upright image. The decision is made on
 * the rounded scores, so that it never contradicts the numbers beside it.
 */
export function toResponse(verification: Verification, requestedAt: Date) {
	const faceMatch = roundOrNull(verification.faceMatch);
	const liveness = roundOrNull(verification.liveness);
	return {
		api_req_uid: randomUUID(),
		processed_at: timestamp(new Date()),
		requested_at: timestamp(requestedAt),
		response_code: 1,
		response_data: {
			biometric: {
				face_match_confidence: faceMatch,
				image: toImage(verification.photo),
				selfie: { faces_liveness: liveness, ...toImage(verification.selfie) },
			},
			decision: toDecision(faceMatch, liveness),
		},
	};
}

export type VerificationResponse = ReturnType<typeof toResponse>;
