import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type DeviationId, deviations } from './assumptions.mts';
import { toResponse, type VerificationResponse } from './response.mts';

/** A response on its way out. */
interface Reply {
	status: number;
	body: object;
}

interface ErrorFacts {
	status: number;
	message: string;
	hasForm: boolean;
}

type Headers = (headers: IncomingHttpHeaders, version: string) => void;
type ErrorStatus = (error: ErrorFacts) => number;
type Verification = (response: VerificationResponse, request: FastifyRequest) => Reply | object;

const pairs = [
	['app_id', 'app-id'],
	['app_key', 'app-key'],
] as const;

const onlyHyphens = (headers: IncomingHttpHeaders) => {
	for (const [underscore, hyphen] of pairs) headers[underscore] = headers[hyphen];
};

/** What becomes of the keys before they are looked at. */
const headerDeviations: Partial<Record<DeviationId, Headers>> = {
	'v0.1-headers': (headers, version) => {
		if (version === 'v0.1') onlyHyphens(headers);
	},
	'v0.2-both-spellings': (headers, version) => {
		if (version !== 'v0.2') return;
		for (const [underscore, hyphen] of pairs) {
			if (headers[underscore] !== undefined && headers[hyphen] !== undefined) {
				headers[underscore] = 'refused';
			}
		}
	},
	'v0.2-either-spelling': (headers, version) => {
		if (version === 'v0.2') for (const [underscore] of pairs) delete headers[underscore];
	},
};

/** What status an error gets; its own where the deviation is not about it. */
const errorDeviations: Partial<Record<DeviationId, ErrorStatus>> = {
	'wrong-key-status': ({ status }) => (status === 401 ? 400 : status),
	'keys-before-images': ({ status, hasForm }) => (status === 401 && !hasForm ? 400 : status),
	'credential-test': ({ status, hasForm }) => (status === 400 && !hasForm ? 500 : status),
	'missing-part': ({ status, message }) =>
		status === 400 && message.includes('is missing: send') ? 422 : status,
	'broken-image': ({ status, message }) =>
		status === 400 && message.includes('is not an image') ? 500 : status,
};

const sizesIn = ({ response_data: { biometric } }: VerificationResponse) =>
	[biometric.selfie.img, biometric.image.img].flatMap(({ width, height }) => [width, height]);

const serverError: Reply = { status: 500, body: { message: 'Internal server error' } };

/** The response with other contents in some of its parts. */
function changed(
	response: VerificationResponse,
	{ top, biometric, selfie, image, decision }: Partial<Record<string, object>>,
) {
	const data = response.response_data;
	return {
		...response,
		...top,
		response_data: {
			biometric: {
				...data.biometric,
				image: { ...data.biometric.image, ...image },
				selfie: { ...data.biometric.selfie, ...selfie },
				...biometric,
			},
			decision: { ...data.decision, ...decision },
		},
	};
}

type ImageReport = VerificationResponse['response_data']['biometric']['image'];
type ReportedFace = ImageReport['faces_predicted'][number];

function withFaces(
	response: VerificationResponse,
	toFace: (face: ReportedFace, img: ImageReport['img']) => object,
) {
	const { selfie, image } = response.response_data.biometric;
	const facesOf = ({ faces_predicted: faces, img }: ImageReport) => ({
		faces_predicted: faces.map((face) => toFace(face, img)),
	});
	return changed(response, { selfie: facesOf(selfie), image: facesOf(image) });
}

function withDetails(response: VerificationResponse, toDetail: (detail: Detail) => object): object {
	const details = response.response_data.decision.details.map(toDetail);
	return changed(response, { decision: { details } });
}

type Detail = VerificationResponse['response_data']['decision']['details'][number];

/** The response to other scores with the decision that belongs to them. */
function withMatch(response: VerificationResponse, faceMatch: number | null) {
	const noImage = { width: 1, height: 1, faces: [] };
	const liveness = response.response_data.biometric.selfie.faces_liveness;
	const at = { requestId: '', requestedAt: new Date(), processedAt: new Date() };
	const scored = toResponse({ faceMatch, liveness, selfie: noImage, photo: noImage }, at);
	return changed(response, {
		biometric: {
			face_match_confidence: scored.response_data.biometric.face_match_confidence,
		},
		decision: scored.response_data.decision,
	});
}

const isoTime = (time: string) => `${time.replace(' ', 'T')}Z`;
const asPercentage = (score: number | null) =>
	score === null ? null : `${(score * 100).toFixed(2)} %`;

/** What becomes of a verification. */
const verificationDeviations: Partial<Record<DeviationId, Verification>> = {
	'small-image': (response) => (Math.min(...sizesIn(response)) < 480 ? serverError : response),
	'large-image': (response) => (Math.max(...sizesIn(response)) > 5000 ? serverError : response),
	'no-face': (response) =>
		response.response_data.biometric.selfie.faces_predicted.length === 0
			? { status: 422, body: { message: 'No face was found in the selfie.' } }
			: response,
	'success-status': (response) => ({ status: 201, body: response }),
	'response-code': (response) => changed(response, { top: { response_code: 2 } }),
	'request-id': (response) =>
		changed(response, { top: { api_req_uid: '00000000-0000-4000-8000-000000000000' } }),
	times: (response) =>
		changed(response, {
			top: {
				requested_at: isoTime(response.requested_at),
				processed_at: isoTime(response.processed_at),
			},
		}),
	'score-range': (response) => {
		const { face_match_confidence: match, selfie } = response.response_data.biometric;
		return changed(response, {
			biometric: {
				face_match_confidence: asPercentage(match),
				selfie: { ...selfie, faces_liveness: asPercentage(selfie.faces_liveness) },
			},
		});
	},
	'higher-is-better': (response) => {
		const match = response.response_data.biometric.face_match_confidence;
		return withMatch(response, match === null ? null : 1 - match);
	},
	'image-size': (response) =>
		changed(response, { selfie: { img: undefined }, image: { img: undefined } }),
	'face-fields': (response) =>
		withFaces(response, ({ confidence, top_left, delta }) => ({
			confidence,
			top_left,
			bottom_right: { x: top_left.x + delta.x, y: top_left.y + delta.y },
		})),
	'boxes-in-pixels': (response) =>
		withFaces(response, ({ confidence, top_left, delta }, { width, height }) => ({
			confidence,
			top_left: { x: top_left.x / width, y: top_left.y / height },
			delta: { x: delta.x / width, y: delta.y / height },
		})),
	'decision-fields': (response) => changed(response, { decision: { warning_score: undefined } }),
	'detail-codes': (response) =>
		withDetails(response, (detail) => ({
			...detail,
			code: detail.code === 'FAILED_FACE_MATCH' ? 'FACE_MISMATCH' : 'NOT_LIVE',
		})),
	'detail-decisions': (response) =>
		withDetails(response, (detail) => ({
			...detail,
			decision: detail.decision === 'review' ? 'refer' : 'deny',
		})),
	'thresholds-in-text': (response) =>
		withDetails(response, (detail) => ({
			...detail,
			description: detail.description.replace(/:.*/, ''),
		})),
	'threshold-values': (response) =>
		withDetails(response, (detail) => ({
			...detail,
			description: detail.description.replace(': 0.4 <', ': 0.3 <'),
		})),
	'scores-explained': (response) => {
		const score = response.response_data.decision.review_score;
		return changed(response, { decision: { review_score: Math.max(0.1, score) } });
	},
	'low-scores-explained': (response) => {
		const match = response.response_data.biometric.face_match_confidence;
		return match !== null && match < 0.4
			? changed(withMatch(response, 1), { biometric: { face_match_confidence: match } })
			: response;
	},
	'no-error-with-200': (response) =>
		changed(response, { top: { errors: [{ message: 'The model is deprecated.' }] } }),
	'all-faces-listed': (response, { logged }) => {
		const [first] = response.response_data.biometric.image.faces_predicted;
		const isAsked = logged.upload?.multiface ?? false;
		return isAsked || first === undefined
			? response
			: changed(response, { image: { faces_predicted: [first] } });
	},
	'multiface-matches-any': (response, { logged }) =>
		logged.upload?.multiface ? withMatch(response, 0.2) : response,
	'other-version': (response, { url }) => {
		if (!url.startsWith('/v0.2/')) return response;
		const { face_match_confidence: faceMatch, selfie } = response.response_data.biometric;
		const moved = changed(response, {
			biometric: {
				face_match_confidence: undefined,
				selfie: { ...selfie, faces_liveness: undefined },
			},
		});
		const scores = { face_match: faceMatch, liveness: selfie.faces_liveness };
		return { ...moved, response_data: { ...moved.response_data, scores } };
	},
};

/** Someone whose images were not told apart, because their parts have no file name. */
function verifiedWithoutNames(): object {
	const image = (left: number) => ({
		width: 800,
		height: 800,
		faces: [{ box: { left, top: 0.2, width: 0.5, height: 0.6 }, confidence: 1 }],
	});
	return toResponse(
		{ faceMatch: 0.9, liveness: 0.9, selfie: image(0.2), photo: image(0.3) },
		{ requestId: crypto.randomUUID(), requestedAt: new Date(), processedAt: new Date() },
	);
}

function deviateError(error: ErrorFacts, told: ReadonlySet<DeviationId>): Reply {
	const { message } = error;
	if (told.has('part-file-name') && message.includes('came without a file name')) {
		return { status: 200, body: verifiedWithoutNames() };
	}
	const status = [...told].reduce(
		(current, id) => errorDeviations[id]?.({ ...error, status: current }) ?? current,
		error.status,
	);
	const body = told.has('error-message')
		? { Errors: [{ Message: message, ErrCode: 5002 }] }
		: { message };
	return { status, body };
}

function deviateVerification(
	response: VerificationResponse,
	request: FastifyRequest,
	told: ReadonlySet<DeviationId>,
): Reply {
	let reply: Reply = { status: 200, body: response };
	for (const { id } of deviations.filter(({ id }) => told.has(id))) {
		const after = verificationDeviations[id]?.(reply.body as VerificationResponse, request);
		if (after === undefined) continue;
		reply = 'body' in after ? after : { ...reply, body: after };
		if (reply.status >= 400) break;
	}
	return reply;
}

/**
 * Lets the sandbox break assumptions about Kairos, so that it can be shown what becomes of them:
 * it changes the headers of requests before they are looked at, and responses before they leave.
 * @param told the assumptions that it shall break
 */
export function deviate(app: FastifyInstance, told: ReadonlySet<DeviationId>): void {
	app.addHook('onRequest', (request, _reply, done) => {
		const [, version = ''] = request.url.split('/');
		for (const id of told) headerDeviations[id]?.(request.headers, version);
		done();
	});
	app.addHook('onSend', async (request, reply, payload) => {
		if (typeof payload !== 'string' || request.method !== 'POST') return payload;
		const { response } = request.logged;
		const { message = '' } = JSON.parse(payload) as { message?: string };
		// Not isMultipart(): a request whose keys are refused is not looked at that far.
		const hasForm = request.headers['content-type']?.startsWith('multipart/') ?? false;
		const after = response
			? deviateVerification(response, request, told)
			: deviateError({ status: reply.statusCode, message, hasForm }, told);
		void reply.code(after.status);
		return JSON.stringify(after.body);
	});
}
