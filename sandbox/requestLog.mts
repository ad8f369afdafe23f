import type { VerificationResponse } from './response.mts';
import type { Upload } from './upload.mts';

const longestText = 80;

/** Makes text from a request fit for a log line: no control characters, 80 characters at most. */
export function sanitize(text: string): string {
	const printable = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
	return Array.from(printable).slice(0, longestText).join('');
}

export interface LoggedRequest {
	method: string;
	/** The address with no query: a query may hold a key. */
	path: string;
	/** Milliseconds from the request's arrival to the end of its response. */
	duration: number;
	/** HTTP status, or undefined when the client went away before it had a response. */
	status: number | undefined;
	upload?: Upload;
	response?: VerificationResponse;
	steered?: string[];
	/** Why the request was refused. */
	problem?: string;
}

function images({ upload, response }: LoggedRequest): string[] {
	if (!upload) return [];
	const biometric = response?.response_data.biometric;
	return (['selfie', 'image'] as const).map((part) => {
		const { fileName, bytes } = upload[part];
		const words = [part, JSON.stringify(sanitize(fileName)), `${bytes.length} bytes`];
		if (biometric) {
			const { img, faces_predicted: faces } = biometric[part];
			words.push(`${img.width}x${img.height} px`, `faces ${faces.length}`);
		}
		return words.join(' ');
	});
}

function scores({ response, upload }: LoggedRequest): string[] {
	if (!response) return [];
	const { face_match_confidence: match, selfie } = response.response_data.biometric;
	return [
		...(upload?.multiface ? ['image_multiface'] : []),
		`face match ${match}`,
		`liveness ${selfie.faces_liveness} (liveness is a placeholder)`,
	];
}

/** One line about one request: never its keys, its query or its images' bytes. */
export function toLogLine(request: LoggedRequest, at: Date): string {
	const { method, path, duration, status, steered = [], problem } = request;
	const outcome = status ?? 'client went away';
	return [
		`${at.toISOString()} ${method} ${sanitize(path)} ${outcome} ${Math.round(duration)} ms`,
		...images(request),
		...scores(request),
		...(steered.length > 0 ? [`steered by ${steered.join(', ')}`] : []),
		...(problem ? [problem.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')] : []),
	].join(' | ');
}
