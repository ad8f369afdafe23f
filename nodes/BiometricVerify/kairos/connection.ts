import { KairosFailure } from './failure';

/** Codes of Node.js for a name that does not resolve. */
const NAME_NOT_FOUND = new Set(['ENOTFOUND', 'EAI_AGAIN']);

/** Codes of Node.js and OpenSSL for a certificate that cannot be trusted. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/;

/** Codes of Node.js and axios for a connection that could not be made or that broke. */
const BROKEN = new Set([
	'ECONNABORTED',
	'ECONNREFUSED',
	'ECONNRESET',
	'EHOSTUNREACH',
	'ENETDOWN',
	'ENETUNREACH',
	'EPIPE',
	'ERR_BAD_RESPONSE',
	'ERR_STREAM_PREMATURE_CLOSE',
	'ETIMEDOUT',
]);

/**
 * The execution was stopped by a person or by n8n's own timeout. By the word "canceled", in its
 * spelling, n8n tells such an execution from one that failed.
 */
export function cancelled(): KairosFailure {
	return new KairosFailure({
		message: 'Not verified: the execution was canceled',
		wayOut: 'Run the workflow again to verify this item.',
		haltsRun: true,
	});
}

/** The request took longer than the option Timeout allows. */
export function timedOut(timeoutMs: number): KairosFailure {
	return new KairosFailure({
		message: `Kairos did not answer within ${timeoutMs / 1000} s`,
		wayOut: 'Try again later, send smaller pictures, or raise Timeout in the options.',
		cause: 'temporarily-unavailable',
		mayPass: true,
	});
}

/** Tells why a request came to no HTTP answer, from the error code of Node.js in its causes. */
export function failureOfConnection(error: unknown, host: string): KairosFailure {
	const code = codeOf(error);
	if (code !== undefined && NAME_NOT_FOUND.has(code)) {
		return new KairosFailure({
			message: `The address of Kairos is not known: ${host}`,
			wayOut: 'Check Base URL in the Kairos credential, and that n8n reaches the internet.',
			cause: 'temporarily-unavailable',
			mayPass: true,
		});
	}
	if (code !== undefined && UNTRUSTED.test(code)) {
		return new KairosFailure({
			message: `The connection to ${host} is not secure: its certificate cannot be trusted`,
			wayOut: 'Check Base URL in the Kairos credential. Nothing was sent.',
			cause: 'configuration-invalid',
			haltsRun: true,
		});
	}
	return new KairosFailure({
		message: `The connection to ${host} failed`,
		wayOut: 'Check that n8n reaches this address and that the service is up, then try again.',
		cause: 'temporarily-unavailable',
		mayPass: code !== undefined && BROKEN.has(code),
	});
}

function codeOf(error: unknown, depth = 0): string | undefined {
	if (typeof error !== 'object' || error === null || depth > 5) return undefined;
	if ('code' in error && typeof error.code === 'string') return error.code;
	return 'cause' in error ? codeOf(error.cause, depth + 1) : undefined;
}
