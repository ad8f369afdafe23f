import { KairosError, inSeconds } from './KairosError';

/**
 * Codes of Node.js for a connection that was never made: the name does not resolve, or nobody
 * listens there. Nothing was sent.
 */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH']);

const NAME_NOT_FOUND = new Set(['ENOTFOUND', 'EAI_AGAIN']);

/** Codes of Node.js and OpenSSL for a certificate that cannot be trusted. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

/**
 * The code of Node.js where TLS fails before all is sent: what answers is no TLS server, or one
 * that refuses the handshake.
 */
const NO_TLS = 'EPROTO';

/** What OpenSSL says of a connection that was secure and is no more. */
const TLS_BROKEN = /^ERR_SSL_/;

/** Codes of Node.js and axios for a connection that broke; the request may have arrived. */
const BROKEN = new Set([
	'ECONNABORTED',
	'ECONNRESET',
	'EPIPE',
	'ERR_BAD_RESPONSE',
	'ERR_STREAM_PREMATURE_CLOSE',
	'ETIMEDOUT',
]);

/**
 * A person or n8n's own timeout stopped the execution. By the word "canceled", in its spelling,
 * n8n tells such an execution from one that failed.
 */
export function canceled(): KairosError {
	return new KairosError({
		code: 'CANCELED',
		message: 'Not verified: the execution was canceled',
		description: 'Run the workflow again to verify this item.',
		endsRun: true,
	});
}

/** The request took longer than Timeout allows. */
export function timedOut(timeoutMs: number): KairosError {
	return new KairosError({
		code: 'TIMEOUT',
		message: `Kairos did not respond within ${inSeconds(timeoutMs)}`,
		description: 'Try again later, use smaller images, or raise Timeout in Options.',
		cause: 'temporarily-unavailable',
		retry: 'uncertain',
	});
}

/**
 * Tells why a request got no response, from the error code of Node.js in its causes.
 *
 * @param host the host and port of the service, for people to read.
 */
export function networkError(error: unknown, host: string): KairosError {
	const code = codeOf(error) ?? '';
	if (NAME_NOT_FOUND.has(code)) {
		return new KairosError({
			code: 'UNAVAILABLE',
			message: `Could not find the server ${host}`,
			description: 'Check Base URL in the Kairos credential, and that n8n can reach the internet.',
			cause: 'temporarily-unavailable',
			retry: 'notTaken',
		});
	}
	if (UNTRUSTED.test(code)) {
		return new KairosError({
			code: 'UNAVAILABLE',
			message: `The connection to ${host} is not secure: its certificate is not trusted`,
			description: 'Check Base URL in the Kairos credential. Nothing was sent.',
			cause: 'configuration-invalid',
			endsRun: true,
		});
	}
	if (code === NO_TLS) {
		return new KairosError({
			code: 'UNAVAILABLE',
			message: `Could not make a secure connection to ${host}`,
			description:
				'Check Base URL in the Kairos credential: the server may not use https, or not on this port.',
			cause: 'temporarily-unavailable',
			retry: 'notTaken',
		});
	}
	const isBroken = BROKEN.has(code) || TLS_BROKEN.test(code);
	return new KairosError({
		code: NOT_CONNECTED.has(code) ? 'UNAVAILABLE' : 'CONNECTION_LOST',
		message: NOT_CONNECTED.has(code)
			? `Could not connect to ${host}`
			: `The connection to ${host} was interrupted`,
		description: 'Check that n8n can reach this server and that it is up, then try again.',
		cause: 'temporarily-unavailable',
		retry: NOT_CONNECTED.has(code) ? 'notTaken' : isBroken ? 'uncertain' : 'never',
	});
}

function codeOf(error: unknown, depth = 0): string | undefined {
	if (typeof error !== 'object' || error === null || depth > 5) return undefined;
	if ('code' in error && typeof error.code === 'string') return error.code;
	const causeCode = 'cause' in error ? codeOf(error.cause, depth + 1) : undefined;
	// Releases of n8n up to 2.30 keep no cause, and have the code in the place of the status.
	return causeCode ?? ('httpCode' in error ? String(error.httpCode) : undefined);
}
