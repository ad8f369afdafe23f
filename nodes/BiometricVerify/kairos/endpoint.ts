import type { IDataObject } from 'n8n-workflow';

import { KairosError } from './failures/KairosError';

/** Which Kairos service to call, from the credential. */
export interface KairosService {
	/** Where verifications are requested. */
	url: string;
	/** Host and port, for people to read. */
	host: string;
	/** Host, port where it is not the default, and API version: who answers, in a result. */
	name: string;
	/** Whether the host is on one's own network, as the sandbox is. */
	isOnOwnNetwork: boolean;
}

/**
 * Names that are never on the public internet (RFC 6762, RFC 6761, RFC 8375, ICANN's `.internal`),
 * and those of one part, as a container has. With a dot behind it, a part is a top-level domain.
 */
const OWN_NETWORK_NAMES = /^[^.]+$|^localhost\.$|\.(?:local|internal|localhost|lan|home\.arpa)\.?$/;

/** Loopback, private and link-local addresses (RFC 1122, RFC 1918, RFC 3927). */
const OWN_NETWORK_IPV4 =
	/^(?:127\.\d+|10\.\d+|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+$/;

/** Loopback, unique local and link-local addresses (RFC 4291, RFC 4193), as `URL` writes them. */
const OWN_NETWORK_IPV6 = /^::1$|^f[cd][\da-f]{2}:|^fe[89ab][\da-f]:/;

/** An IPv4 address within IPv6, as `URL` writes it: `::ffff:7f00:1`. */
const MAPPED_IPV4 = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/;

/**
 * Reads which service a credential is for.
 *
 * @throws {KairosError} when its Base URL or its API Version cannot be used, or when keys and
 * images would travel unencrypted.
 */
export function readService(credential: IDataObject): KairosService {
	const baseUrl = readBaseUrl(credential.baseUrl);
	const apiVersion = trimmed(credential.apiVersion);
	if (!/^v\d+(\.\d+)*$/.test(apiVersion)) {
		throw unusable(
			'API Version in the Kairos credential is not a version',
			'Choose one of the versions in the list, for example v0.1.',
		);
	}
	const path = baseUrl.pathname.replace(/\/+$/, '');
	return {
		url: `${baseUrl.origin}${path}/${apiVersion}/biometric-verification`,
		host: baseUrl.host,
		name: `${baseUrl.host}/${apiVersion}`,
		isOnOwnNetwork: isOnOwnNetwork(baseUrl),
	};
}

/**
 * Reads a Base URL.
 *
 * @throws {KairosError} when it is not a web address, or not one that is safe to send keys and
 * images to.
 */
export function readBaseUrl(value: unknown): URL {
	const text = trimmed(value);
	if (!/^https?:\/\/[^\s/?#\\][^\s?#\\]*$/i.test(text) || !URL.canParse(text)) {
		throw unusable(
			'Base URL in the Kairos credential is not a web address',
			'Enter an address that starts with https://, e.g. https://idv-eu.kairos.com.',
		);
	}
	const url = new URL(text);
	if (url.username !== '' || url.password !== '') {
		throw unusable(
			'Base URL in the Kairos credential contains a username or password',
			'Remove everything between // and @. App ID and App Key have their own fields.',
		);
	}
	if (url.protocol !== 'https:' && !isOnOwnNetwork(url)) {
		throw unusable(
			'Base URL in the Kairos credential does not start with https://',
			'Enter an address that starts with https://. With http://, anyone between n8n and the server could read your keys and see the images. The node accepts http:// only for your own network, e.g. http://localhost.',
		);
	}
	return url;
}

/** A field of the credential, without the white space that was copied along. */
export function trimmed(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}

function isOnOwnNetwork({ hostname }: URL): boolean {
	const host = hostname.toLowerCase();
	if (!host.startsWith('[')) {
		return OWN_NETWORK_IPV4.test(host) || OWN_NETWORK_NAMES.test(host);
	}
	const address = host.slice(1, -1);
	const words = MAPPED_IPV4.exec(address)?.slice(1);
	return words
		? OWN_NETWORK_IPV4.test(words.flatMap(bytesOf).join('.'))
		: OWN_NETWORK_IPV6.test(address);
}

function bytesOf(word: string): [high: number, low: number] {
	const number = parseInt(word, 16);
	return [number >> 8, number & 0xff];
}

function unusable(message: string, description: string): KairosError {
	return new KairosError({
		code: 'INVALID_CREDENTIAL',
		message,
		description,
		endsRun: true,
	});
}
