import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { KairosError } from './failures/KairosError';

/** Which Kairos service to call, from the credential. */
export interface KairosService {
	/** Where verifications are requested. */
	url: string;
	/** Who answers, in a result: host, port unless it is the default, and API version. */
	name: string;
	/** Whether the host is on the builder's own network, as the sandbox is. */
	isPrivateHost: boolean;
}

/** The contents of a credential: whom to ask, and with which keys. */
export interface Access {
	service: KairosService;
	appId: string;
	appKey: string;
	/** The credential as n8n decrypted it, which signs the requests. */
	credential: ICredentialDataDecryptedObject;
}

/**
 * Names that are never on the public internet (RFC 6762, RFC 6761, RFC 8375, ICANN's `.internal`),
 * and names of one part, e.g. of a container. With a dot at its end, one part is a top-level
 * domain.
 */
const PRIVATE_NAMES = /^[^.]+$|^localhost\.$|\.(?:local|internal|localhost|lan|home\.arpa)\.?$/;

/** Loopback and private addresses (RFC 1122, RFC 1918). */
const PRIVATE_IPV4 = /^(?:127\.\d+|10\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+$/;

/** Loopback and unique local addresses (RFC 4291, RFC 4193), as `URL` writes them. */
const PRIVATE_IPV6 = /^::1$|^f[cd][\da-f]{2}:/;

/**
 * Link-local addresses (RFC 3927, RFC 4291), and the addresses and names under which cloud services
 * hand out the credentials of the machine that asks.
 */
const REFUSED_IPV4 = /^(?:169\.254\.\d+\.\d+|100\.100\.100\.200|168\.63\.129\.16|192\.0\.0\.192)$/;
const REFUSED_IPV6 = /^fe[89ab][\da-f]:|^fd(?:00:ec2|20:ce)::254$|^fd00:c1::a9fe:a9fe$/;
const REFUSED_NAMES =
	/^(?:metadata|metadata\.goog|metadata\.google\.internal|instance-data|instance-data\.ec2\.internal|metadata\.azure\.internal)\.?$/;

/** An IPv4 address mapped into IPv6, as `URL` writes it: `::ffff:7f00:1`. */
const MAPPED_IPV4 = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/;

/**
 * The other ways to write IPv4 within IPv6: translated, compatible, by NAT64 and by 6to4 (RFC 2765,
 * RFC 4291, RFC 6052, RFC 8215, RFC 3056).
 */
const EMBEDDED_IPV4 = [
	MAPPED_IPV4,
	/^::(?:ffff:0:)?([\da-f]{1,4}):([\da-f]{1,4})$/,
	/^64:ff9b:[\da-f:]*:([\da-f]{1,4}):([\da-f]{1,4})$/,
	/^2002:([\da-f]{1,4}):([\da-f]{1,4}):/,
];

/** A header has no line breaks, and other letters arrive changed or not at all. */
const HEADER_VALUE = /^[\x20-\x7e]+$/;

/**
 * Reads a credential.
 *
 * @throws {KairosError} when one of its fields is invalid, or when keys and images would travel
 *   unencrypted.
 */
export function readAccess(credential: ICredentialDataDecryptedObject): Access {
	const baseUrl = readBaseUrl(credential.baseUrl);
	const apiVersion = trimText(credential.apiVersion);
	if (!/^v\d+(\.\d+)*$/.test(apiVersion)) {
		throw invalidCredential(
			'API Version in the Kairos credential is not a version',
			'Choose one of the versions in the list, for example v0.1.',
		);
	}
	const service = {
		url: verificationUrl(baseUrl, apiVersion),
		name: `${baseUrl.host}/${apiVersion}`,
		isPrivateHost: isPrivateHost(baseUrl),
	};
	return { service, ...readKeys(credential), credential };
}

/** @throws {KairosError} when a key is empty, or has a character that cannot be sent. */
export function readKeys({ appId, appSecretKey }: ICredentialDataDecryptedObject) {
	return { appId: readKey(appId, 'App ID'), appKey: readKey(appSecretKey, 'App Key') };
}

/** Where verifications are requested. */
export function verificationUrl({ origin, pathname }: URL, apiVersion: unknown): string {
	return `${origin}${pathname.replace(/\/+$/, '')}/${trimText(apiVersion)}/biometric-verification`;
}

/**
 * @throws {KairosError} when the Base URL is not a web address, or is not safe to send keys and
 *   images to.
 */
export function readBaseUrl(value: unknown): URL {
	const text = trimText(value);
	if (!/^https?:\/\/[^\s/?#\\][^\s?#\\]*$/i.test(text) || !URL.canParse(text)) {
		throw invalidCredential(
			'Base URL in the Kairos credential is not a web address',
			'Enter an address that starts with https://, e.g. https://idv-eu.kairos.com.',
		);
	}
	const url = new URL(text);
	if (url.username !== '' || url.password !== '') {
		throw invalidCredential(
			'Base URL in the Kairos credential contains a username or password',
			'Remove everything between // and @. App ID and App Key have their own fields.',
		);
	}
	if (isRefusedHost(url)) {
		throw invalidCredential(
			'Base URL in the Kairos credential is a link-local address or the metadata service of a cloud',
			'Keys and images never go to such an address. Enter the address of the Kairos service, e.g. https://idv-eu.kairos.com.',
		);
	}
	if (url.protocol !== 'https:' && !isPrivateHost(url)) {
		throw invalidCredential(
			'Base URL in the Kairos credential does not start with https://',
			'Enter an address that starts with https://. With http://, anyone between n8n and the server could read your keys and see the images. The node accepts http:// only for your own network, e.g. http://localhost.',
		);
	}
	return url;
}

/** A field of the credential as trimmed text. */
export function trimText(value: unknown): string {
	// An expression can return an ID as a number.
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

function readKey(value: unknown, label: string): string {
	const key = trimText(value);
	if (key === '') {
		throw invalidCredential(
			`${label} in the Kairos credential is empty`,
			`Copy the ${label} from the Kairos dashboard. If it is an expression, check what it returns for this item.`,
		);
	}
	if (!HEADER_VALUE.test(key)) {
		throw invalidCredential(
			`${label} in the Kairos credential has a line break or another character that cannot be sent`,
			`Copy the ${label} from the Kairos dashboard again: it has only letters and digits.`,
		);
	}
	return key;
}

function isPrivateHost(url: URL): boolean {
	const { name, ipv6 } = hostOf(url);
	if (ipv6 === undefined) return PRIVATE_IPV4.test(name) || PRIVATE_NAMES.test(name);
	const mapped = embeddedIpv4(ipv6, [MAPPED_IPV4]);
	return mapped === undefined ? PRIVATE_IPV6.test(ipv6) : PRIVATE_IPV4.test(mapped);
}

function isRefusedHost(url: URL): boolean {
	const { name, ipv6 } = hostOf(url);
	if (ipv6 === undefined) return REFUSED_IPV4.test(name) || REFUSED_NAMES.test(name);
	return REFUSED_IPV6.test(ipv6) || REFUSED_IPV4.test(embeddedIpv4(ipv6, EMBEDDED_IPV4) ?? '');
}

function hostOf({ hostname }: URL): { name: string; ipv6?: string } {
	const name = hostname.toLowerCase();
	return name.startsWith('[') ? { name, ipv6: name.slice(1, -1) } : { name };
}

function embeddedIpv4(ipv6: string, forms: readonly RegExp[]): string | undefined {
	for (const form of forms) {
		const words = form.exec(ipv6)?.slice(1);
		if (words) return words.flatMap(bytesOf).join('.');
	}
	return undefined;
}

function bytesOf(word: string): [high: number, low: number] {
	const number = parseInt(word, 16);
	return [number >> 8, number & 0xff];
}

/** Ends only its item: with expressions, the credential of the next item can be valid. */
export function invalidCredential(message: string, description: string): KairosError {
	return new KairosError({ code: 'INVALID_CREDENTIAL', message, description });
}
