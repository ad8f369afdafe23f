/** A request that gets an error as its response, and the sentence that tells its sender why. */
export class Refusal extends Error {
	readonly status: number;
	readonly headers: Record<string, string>;

	/**
	 * @param status the HTTP status of the response, 200..599 (a steered one may be a success)
	 * @param message goes to the client as it is: it must hold no key and no image bytes
	 * @param headers sent with the response
	 */
	constructor(status: number, message: string, headers: Record<string, string> = {}) {
		super(message);
		this.status = status;
		this.headers = headers;
	}
}
