import { randomUUID } from 'crypto';
import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import { KairosFailure } from './failure';
import type { ImagePair } from '../images';
import { MultipartBody } from './multipart';

/** The exchange ends a request itself: n8n's timeout only sees a connection that is idle. */
const NO_TIMEOUT = 0;

/** Which Kairos service to ask, from the credential. */
export interface Service {
	/** Without a slash at its end; may hold a port and a path. */
	baseUrl: string;
	apiVersion: string;
}

/**
 * Reads which service a credential is for.
 *
 * @throws {KairosFailure} when its base URL or its API version is none.
 */
export function serviceOf(credential: IDataObject): Service {
	const baseUrl = textOf(credential.baseUrl).replace(/\/+$/, '');
	if (!/^https?:\/\/[^\s/?#]+[^\s?#]*$/i.test(baseUrl) || !URL.canParse(baseUrl)) {
		throw invalidCredential(
			'Base URL in the Kairos credential is not a web address',
			'Enter an address that starts with https://, e.g. https://idv-eu.kairos.com.',
		);
	}
	const apiVersion = textOf(credential.apiVersion);
	if (!/^v\d+(\.\d+)*$/.test(apiVersion)) {
		throw invalidCredential(
			'API Version in the Kairos credential is not a version',
			'Choose one of the versions in the list, e.g. v0.1.',
		);
	}
	return { baseUrl, apiVersion };
}

function invalidCredential(message: string, wayOut: string): KairosFailure {
	return new KairosFailure({ message, wayOut, cause: 'configuration-invalid', haltsRun: true });
}

/** A field of the credential, without the white space that was copied along. */
export function textOf(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}

/** The request of one try: its body is read once, and has to be closed after it. */
export type VerificationRequest = IHttpRequestOptions & { body: MultipartBody };

/**
 * The documented request: one POST of a form with the two pictures.
 *
 * The answer comes as a stream, so that one without an end fills no memory; redirects are not
 * followed, because they would carry the keys and the pictures to another address.
 *
 * @param photoMayShowSeveralFaces whether all faces of the photo are compared, not one of them.
 */
export function verificationRequest(
	{ baseUrl, apiVersion }: Service,
	{ selfie, photo }: ImagePair,
	photoMayShowSeveralFaces: boolean,
): VerificationRequest {
	const body = new MultipartBody(
		[
			{ name: 'selfie', ...selfie },
			{ name: 'image', ...photo },
			...(photoMayShowSeveralFaces ? [{ name: 'image_multiface', text: 'true' }] : []),
		],
		`----kairos-${randomUUID()}`,
	);
	return {
		method: 'POST',
		url: `${baseUrl}/${apiVersion}/biometric-verification`,
		headers: { 'Content-Type': body.type, Accept: 'application/json' },
		body,
		timeout: NO_TIMEOUT,
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
	};
}
