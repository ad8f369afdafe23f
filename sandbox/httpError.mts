/** Makes the response to a request an error with this status. */
export class HttpError extends Error {
	readonly statusCode: number;

	/**
	 * @param statusCode 400..599
	 * @param message goes to the client as it is: it must hold no key and no image bytes
	 */
	constructor(statusCode: number, message: string) {
		super(message);
		this.statusCode = statusCode;
	}
}
