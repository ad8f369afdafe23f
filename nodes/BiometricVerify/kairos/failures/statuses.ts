import type { ErrorCode, FailureCause } from '../../errors/codes';
import type { Retry } from './KairosError';
import { KairosError } from './KairosError';

/** An HTTP response that is not a verification. */
export interface HttpFailure {
	status: number;
	/** What the service says about it, at most a sentence; empty when it says nothing. */
	serverMessage: string;
	/** How long the service asks to wait before the next request, in milliseconds. */
	retryAfterMs?: number;
	/** Whether the body is JSON, as Kairos's own answers are. */
	isJson?: boolean;
}

/** What a range of statuses means for the builder of a workflow. */
interface StatusMeaning {
	from: number;
	to: number;
	code: ErrorCode;
	message: (status: number) => string;
	description: string;
	cause: FailureCause;
	retry?: Retry;
	endsRun?: true;
	/** Whether the response may come from somebody else, so that its words are not passed on. */
	isForeign?: true;
}

const RETRY_LATER = 'Try again in a few minutes. If it keeps happening, contact Kairos support.';

const unavailable = (status: number) => `Kairos is temporarily unavailable (HTTP ${status})`;

/** The first that fits counts. The API documents 4xx, 403 and 5xx; the rest is HTTP's own. */
const MEANINGS: readonly StatusMeaning[] = [
	{
		from: 300,
		to: 399,
		code: 'WRONG_ADDRESS',
		message: (status) => `The Base URL redirects to another address (HTTP ${status})`,
		description:
			'Enter the final address as Base URL in the Kairos credential. The node does not follow redirects, so your keys and images are not sent anywhere else.',
		cause: 'configuration-invalid',
		isForeign: true,
	},
	{
		from: 401,
		to: 401,
		code: 'INVALID_KEYS',
		message: () => 'Kairos rejected the App ID or App Key',
		description: 'Check App ID and App Key in the Kairos credential.',
		cause: 'credential-invalid',
		endsRun: true,
	},
	{
		from: 402,
		to: 402,
		code: 'PAYMENT_REQUIRED',
		message: () => 'Kairos requires payment',
		description: 'Check the plan and the invoices of your Kairos account.',
		cause: 'quota-exhausted',
		endsRun: true,
	},
	{
		from: 403,
		to: 403,
		code: 'FORBIDDEN',
		message: () => 'Kairos refused the request: usage limit reached, or App ID or App Key rejected',
		description:
			'Check the usage of your Kairos account, then App ID and App Key in the Kairos credential.',
		cause: 'quota-exhausted',
		endsRun: true,
	},
	{
		from: 404,
		to: 405,
		code: 'WRONG_ADDRESS',
		message: (status) => `There is no Kairos API at this address (HTTP ${status})`,
		description: 'Check Base URL and API Version in the Kairos credential.',
		cause: 'configuration-invalid',
	},
	{
		from: 407,
		to: 407,
		code: 'PROXY_AUTHENTICATION',
		message: () => 'A proxy between n8n and Kairos asks for authentication (HTTP 407)',
		description:
			'Nothing was verified. Ask whoever runs this n8n for the username and password of its proxy.',
		cause: 'configuration-invalid',
		endsRun: true,
		isForeign: true,
	},
	{
		from: 413,
		to: 413,
		code: 'REFUSED_REQUEST',
		message: () => 'The images are too large for Kairos',
		description: 'Resize them before this node, for example with the Edit Image node.',
		cause: 'configuration-invalid',
	},
	{
		from: 429,
		to: 429,
		code: 'RATE_LIMITED',
		message: () => 'Kairos is rate limiting your account',
		description: 'Raise Max Wait in Options, or verify fewer people at the same time.',
		cause: 'rate-limited',
		retry: 'notTaken',
	},
	{
		from: 400,
		to: 499,
		code: 'REFUSED_REQUEST',
		message: (status) => `Kairos rejected the request (HTTP ${status})`,
		description: 'Check that both files are JPEG or PNG images with 480 to 5,000 pixels per side.',
		cause: 'configuration-invalid',
	},
	{
		from: 503,
		to: 503,
		code: 'UNAVAILABLE',
		message: unavailable,
		description: RETRY_LATER,
		cause: 'temporarily-unavailable',
		retry: 'notTaken',
	},
	{
		from: 500,
		to: 599,
		code: 'SERVER_ERROR',
		message: unavailable,
		description: RETRY_LATER,
		cause: 'temporarily-unavailable',
		retry: 'uncertain',
	},
];

const UNEXPECTED: Omit<StatusMeaning, 'from' | 'to'> = {
	code: 'REFUSED_REQUEST',
	message: (status) => `Kairos sent an unexpected response (HTTP ${status})`,
	description: 'Check Base URL and API Version in the Kairos credential.',
	cause: 'configuration-invalid',
};

/** Tells what a status other than 200 means for the builder, and whether to send again. */
export function httpError(failure: HttpFailure): KairosError {
	const { status, serverMessage, retryAfterMs, isJson } = failure;
	const { code, message, description, cause, retry, endsRun, isForeign } =
		MEANINGS.find(({ from, to }) => status >= from && status <= to) ?? UNEXPECTED;
	return new KairosError({
		code,
		message: message(status),
		description:
			serverMessage === '' || isForeign
				? description
				: `${description} Kairos says: ${serverMessage}`,
		cause,
		retry,
		// A 403 without JSON may be a firewall's word on one image.
		endsRun: endsRun && (status !== 403 || isJson),
		httpCode: status,
		retryAfterMs,
	});
}
