import type { KairosErrorFacts } from './KairosError';
import { IMAGE_ADVICE, KairosError, inMegabytes, withServerMessage } from './KairosError';

/** An HTTP response whose status is not that of a success. */
export interface HttpFailure {
	status: number;
	/** The service's message; empty if there is none. */
	serverMessage: string;
	/** Whether its body is JSON, as an API's is. */
	isJson: boolean;
	/** The size of the request's body, in bytes. */
	requestBytes: number;
	/** How long the service asks to wait before the next request, in milliseconds. */
	retryAfterMs?: number;
}

/** What a status means for the builder of a workflow. */
interface StatusMeaning extends KairosErrorFacts {
	/** The response may come from another server, whose message must not be shown as Kairos's. */
	isNotFromKairos?: true;
}

const CHECK_ADDRESS = 'Check Base URL and API Version in the Kairos credential.';

/** Kairos documents 4xx, 403, and 5xx; the rest is plain HTTP. */
function meaningOf({ status, isJson, requestBytes }: HttpFailure): StatusMeaning {
	const unavailable = {
		message: `Kairos is temporarily unavailable (HTTP ${status})`,
		description: 'Try again in a few minutes. If it keeps happening, contact Kairos support.',
	};
	if (status >= 300 && status <= 399) {
		return {
			code: 'WRONG_ADDRESS',
			message: `The Base URL redirects to another address (HTTP ${status})`,
			description:
				'Enter the final address as Base URL in the Kairos credential. The node does not follow redirects, so your keys and images are not sent anywhere else.',
			isNotFromKairos: true,
		};
	}
	switch (status) {
		case 401:
			return {
				code: 'INVALID_KEYS',
				message: 'Kairos rejected the App ID or App Key',
				description: 'Check App ID and App Key in the Kairos credential.',
				isFatal: true,
			};
		case 402:
			return {
				code: 'PAYMENT_REQUIRED',
				message: 'Kairos requires payment',
				description: 'Check the plan and the invoices of your Kairos account.',
				isFatal: true,
			};
		case 403:
			return {
				code: 'FORBIDDEN',
				message: isJson
					? 'Kairos refused the request: usage limit reached, or App ID or App Key rejected'
					: 'Kairos, or a proxy or firewall on the way, refused the request (HTTP 403)',
				description: isJson
					? 'Check the usage of your Kairos account, then App ID and App Key in the Kairos credential.'
					: 'Check whether a proxy or firewall blocks the address, then the usage of your Kairos account and the keys in the Kairos credential.',
				// Without JSON it may be a firewall's reaction to one image.
				isFatal: isJson,
			};
		case 404:
		case 405:
		case 410:
		case 421:
			return {
				code: 'WRONG_ADDRESS',
				message: `There is no Kairos API at this address (HTTP ${status})`,
				description: CHECK_ADDRESS,
			};
		case 407:
			return {
				code: 'PROXY_AUTHENTICATION',
				message: 'The proxy between n8n and Kairos asks for a username and password (HTTP 407)',
				description: 'Nothing was sent to Kairos. Check the proxy settings of n8n.',
				isFatal: true,
				wasSent: false,
				isNotFromKairos: true,
			};
		case 408:
			return {
				code: 'TIMEOUT',
				message: 'The server did not receive the whole request in time (HTTP 408)',
				description: 'Try again later, or use smaller images.',
				retry: 'withinMaxAttempts',
			};
		case 413:
			return {
				code: 'REFUSED_REQUEST',
				message: `The two images are too large for Kairos or a gateway in front of it: ${inMegabytes(requestBytes)} (HTTP 413)`,
				description: IMAGE_ADVICE,
			};
		case 400:
		case 415:
		case 422:
			return {
				code: 'REFUSED_REQUEST',
				message: `Kairos rejected the request (HTTP ${status})`,
				description: `Check that both files are JPEG or PNG images with 480 to 5,000 pixels per side. ${IMAGE_ADVICE}`,
			};
		case 429:
			return {
				code: 'RATE_LIMITED',
				message: 'Kairos is rate limiting your account',
				description:
					"Raise 'Max Wait (Seconds)' in Options, or verify fewer people at the same time.",
				retry: 'withinMaxWait',
			};
		case 503:
			return { ...unavailable, code: 'UNAVAILABLE', retry: 'withinMaxWait' };
	}
	if (status >= 400 && status <= 499) {
		return {
			code: 'REFUSED_REQUEST',
			message: `Kairos, or a server on the way, refused the request (HTTP ${status})`,
			description: 'It is not about the images. If it keeps happening, contact Kairos support.',
		};
	}
	if (status >= 500 && status <= 599) {
		return { ...unavailable, code: 'SERVER_ERROR', retry: 'withinMaxAttempts' };
	}
	return {
		code: 'UNREADABLE_RESPONSE',
		message: `The server sent a response that HTTP does not know (HTTP ${status})`,
		description: CHECK_ADDRESS,
	};
}

/** Explains a status other than 2xx, and whether to send again. */
export function httpError(failure: HttpFailure): KairosError {
	const { status, serverMessage, retryAfterMs } = failure;
	const { isNotFromKairos, ...facts } = meaningOf(failure);
	const said = isNotFromKairos ? '' : serverMessage;
	const description = withServerMessage(facts.description, said);
	return new KairosError({ ...facts, description, httpCode: status, retryAfterMs });
}
