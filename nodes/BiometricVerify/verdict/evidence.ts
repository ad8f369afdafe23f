import type { KairosResponse } from '../kairos/response';

/** All that a verdict rests on. */
export interface Evidence {
	response: KairosResponse;
	/** Of the bytes that were sent, in hexadecimal. */
	selfieSha256: string;
	photoSha256: string;
	/** Whether another item of the run got a response with the same request ID. */
	isRequestIdRepeated: boolean;
}
