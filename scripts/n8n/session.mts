/** n8n ties a login to the browser that made it. */
const BROWSER_ID = 'n8n-nodes-kairos-scripts';
const MOST_WORDS = 300;

/** Calls to n8n's REST interface, with the cookie that a login gave. */
export class N8nSession {
	/** Where n8n is: `http://127.0.0.1:5678` */
	readonly url: string;
	#cookie = '';

	constructor(url: string) {
		this.url = url;
	}

	/**
	 * @param path from the root: `/rest/settings`
	 * @param body is sent as JSON
	 * @returns what stands under `data` in the answer
	 * @throws {Error} when the status is not one of success
	 */
	async call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await fetch(`${this.url}${path}`, {
			method,
			headers: {
				'browser-id': BROWSER_ID,
				cookie: this.#cookie,
				'content-type': 'application/json',
			},
			body: JSON.stringify(body),
		});
		const text = await response.text();
		if (!response.ok) {
			const words = text.slice(0, MOST_WORDS);
			throw new Error(`n8n answered ${response.status} to ${method} ${path}: ${words}`);
		}
		const cookie = response.headers.getSetCookie().find((line) => line.startsWith('n8n-auth='));
		if (cookie !== undefined) this.#cookie = cookie.split(';', 1)[0] as string;
		return (JSON.parse(text) as { data: T }).data;
	}
}
