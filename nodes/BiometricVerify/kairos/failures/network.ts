import type { Retry } from './KairosError';
import { IMAGE_ADVICE, KairosError, inMegabytes, inSeconds } from './KairosError';

/** A request without a complete response. */
export interface BrokenRequest {
	/** Host and port of the service, for people. */
	host: string;
	/** The size of the body, in bytes. */
	requestBytes: number;
	/** Whether all bytes of both images were handed to the connection. */
	isSentWhole: boolean;
}

/** Codes of Node.js for a connection that was never made, so nothing was sent. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH']);
const NAME_NOT_FOUND = new Set(['ENOTFOUND', 'EAI_AGAIN']);

/** Codes of Node.js and OpenSSL for a certificate that cannot be trusted. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

/** The code of Node.js for a failed TLS handshake: the server does not speak TLS, or refuses. */
const NO_TLS = 'EPROTO';

/** In the name of n8n's error for an address that its SSRF protection blocks: nothing was sent. */
const BLOCKED = /^SsrfBlocked/;

const CHECK_SERVER = 'Check that n8n can reach this server and that it is up, then try again.';

const NO_REASON = { code: '', isConnecting: false };

/**
 * A person or n8n's own timeout stopped the execution.
 *
 * n8n quirk (all releases): by the word "canceled", in this spelling, it tells such an execution
 * from one that failed; goes never.
 */
export function canceled(): KairosError {
	return new KairosError({
		code: 'CANCELED',
		message: 'Not verified: the execution was canceled',
		description: 'Run the workflow again to verify this item.',
		isFatal: true,
	});
}

/** The request took longer than Timeout allows. */
export function timedOut(timeoutMs: number): KairosError {
	return new KairosError({
		code: 'TIMEOUT',
		message: `Kairos did not respond within ${inSeconds(timeoutMs)}`,
		description: "Try again later, use smaller images, or raise 'Timeout (Seconds)' in Options.",
		retry: 'withinMaxAttempts',
	});
}

/** Explains why a request got no response, by the error of Node.js or n8n in its causes. */
export function networkError(error: unknown, request: BrokenRequest): KairosError {
	const { host } = request;
	const { code, isConnecting } = reasonIn(error);
	if (NAME_NOT_FOUND.has(code)) {
		return notConnected(
			`Could not find the server ${host}`,
			'Check Base URL in the Kairos credential, and that n8n can reach the internet.',
		);
	}
	if (BLOCKED.test(code)) {
		return new KairosError({
			code: 'WRONG_ADDRESS',
			message: `n8n does not allow requests to ${host}`,
			description:
				"n8n's SSRF protection blocks this address, so nothing was sent. Check Base URL in the Kairos credential, or ask whoever runs n8n to allow the host in N8N_SSRF_ALLOWED_HOSTNAMES or N8N_SSRF_ALLOWED_IP_RANGES.",
			isFatal: true,
			wasSent: false,
		});
	}
	if (UNTRUSTED.test(code)) {
		return notConnected(
			`The connection to ${host} is not secure: its certificate is not trusted`,
			'Check Base URL in the Kairos credential. Nothing was sent.',
		).having({ retry: 'never', isFatal: true });
	}
	if (code === NO_TLS) {
		return notConnected(
			`Could not make a secure connection to ${host}`,
			'Check Base URL in the Kairos credential: the server may not use https, or not on this port.',
		);
	}
	if (NOT_CONNECTED.has(code) || isConnecting) {
		return notConnected(`Could not connect to ${host}`, CHECK_SERVER);
	}
	return lostConnection(request, code === '' ? 'never' : 'withinMaxAttempts');
}

function notConnected(message: string, description: string): KairosError {
	const facts = { retry: 'withinMaxWait', wasSent: false } as const;
	return new KairosError({ code: 'UNAVAILABLE', message, description, ...facts });
}

function lostConnection({ host, requestBytes, isSentWhole }: BrokenRequest, retry: Retry) {
	const message = `The connection to ${host} was interrupted`;
	const code = 'CONNECTION_LOST';
	if (isSentWhole) return new KairosError({ code, message, description: CHECK_SERVER, retry });
	return new KairosError({
		code,
		message: `${message} before the two images (${inMegabytes(requestBytes)}) were sent`,
		description: `A gateway may have refused them for their size. ${IMAGE_ADVICE}`,
		retry,
	});
}

/**
 * The error code of Node.js, or the name of n8n's error, in an error or its causes, and whether it
 * came while connecting.
 */
function reasonIn(error: unknown, depth = 0): { code: string; isConnecting: boolean } {
	if (typeof error !== 'object' || error === null || depth > 5) return NO_REASON;
	if ('name' in error && BLOCKED.test(String(error.name))) {
		return { code: String(error.name), isConnecting: false };
	}
	if ('code' in error && typeof error.code === 'string') {
		const isConnecting = 'syscall' in error && error.syscall === 'connect';
		// An error with `errors` means that none of a host's several addresses could be connected.
		return { code: error.code, isConnecting: isConnecting || 'errors' in error };
	}
	const inCause = 'cause' in error ? reasonIn(error.cause, depth + 1) : NO_REASON;
	if (inCause.code !== '' || !('httpCode' in error)) return inCause;
	// n8n quirk (up to 2.30): it keeps no cause, and puts the code in the place of the status; goes
	// when the oldest supported release is newer.
	return { code: String(error.httpCode ?? ''), isConnecting: false };
}
