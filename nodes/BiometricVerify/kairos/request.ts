import { randomUUID } from 'crypto';
import type { IHttpRequestOptions } from 'n8n-workflow';

import type { StoredBytes } from './multipart';
import { MultipartBody } from './multipart';
import type { KairosService } from './endpoint';

/** An image ready to be sent. */
export interface Image {
	bytes: Buffer | StoredBytes;
	/** The content type, for example `image/jpeg`. */
	mimeType: string;
}

/** The two images of one verification. */
export interface ImagePair {
	selfie: Image;
	photo: Image;
}

/** The names of the two files in the form, as Kairos documents them. */
const SELFIE_PART = 'selfie';
export const PHOTO_PART = 'image';

/**
 * n8n quirk (all releases): its timeout only ends idle connections, so the node has its own; goes
 * never.
 */
const NO_TIMEOUT = 0;

/** The request of one attempt: its body is read once and must be closed afterwards. */
export type VerificationRequest = IHttpRequestOptions & { body: MultipartBody };

/**
 * The documented request: one POST of a form with the two images.
 *
 * The response is a stream, so that an endless one does not fill memory. Redirects are not
 * followed, because they would carry the keys and the images to another address.
 *
 * @param matchAllFaces whether all faces in the photo are compared with the selfie.
 */
export function verificationRequest(
	service: KairosService,
	{ selfie, photo }: ImagePair,
	matchAllFaces: boolean,
): VerificationRequest {
	const body = new MultipartBody(
		[
			{ ...selfie, name: SELFIE_PART, fileName: neutralName('selfie', selfie) },
			{ ...photo, name: PHOTO_PART, fileName: neutralName('photo', photo) },
			...(matchAllFaces ? [{ name: 'image_multiface', text: 'true' }] : []),
		],
		`----kairos-${randomUUID()}`,
	);
	return {
		method: 'POST',
		url: service.url,
		headers: { 'Content-Type': body.type, Accept: 'application/json' },
		body,
		timeout: NO_TIMEOUT,
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
	};
}

/** The SHA-256 of both images as they were sent, in hexadecimal; undefined if not all was sent. */
export interface SentDigests {
	selfieSha256: string | undefined;
	photoSha256: string | undefined;
}

export function digestsOf({ body }: VerificationRequest): SentDigests {
	return { selfieSha256: body.sha256Of(SELFIE_PART), photoSha256: body.sha256Of(PHOTO_PART) };
}

/** The same for two requests with the same two images; undefined unless both were sent whole. */
export function imagesKey({ selfieSha256, photoSha256 }: SentDigests): string | undefined {
	return selfieSha256 && photoSha256 && `${selfieSha256} ${photoSha256}`;
}

/** A file name that says nothing about the person; some servers ignore a part without a name. */
function neutralName(role: 'selfie' | 'photo', { mimeType }: Image): string {
	return `${role}.${mimeType.replace('image/', '')}`;
}
