import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { selfieName } from '../jobs.mts';
import { framed } from './form.mts';

/** Sends images with nothing but node:http and keep-alive: what no client on Node.js undercuts. */
export class BareClient {
	private readonly agent: Agent;

	private readonly image: Buffer;

	constructor(image: Buffer, concurrency: number) {
		this.image = image;
		this.agent = new Agent({ keepAlive: true, maxSockets: concurrency });
	}

	/** @returns how many items got a 200 */
	async run(url: string, items: number, concurrency: number): Promise<number> {
		let next = 0;
		let verified = 0;
		const work = async () => {
			while (next < items) {
				const { status } = await this.send(url, next++);
				if (status === 200) verified++;
			}
		};
		await Promise.all(Array.from({ length: concurrency }, work));
		return verified;
	}

	private async send(url: string, item: number): Promise<{ status: number | undefined }> {
		const { contentType, pieces } = framed(selfieName(item), this.image, this.image);
		const sending = request(url, {
			method: 'POST',
			agent: this.agent,
			headers: {
				'Content-Type': contentType,
				'Content-Length': pieces.reduce((sum, { length }) => sum + length, 0),
			},
		});
		for (const piece of pieces) sending.write(piece);
		sending.end();
		const [response] = (await once(sending, 'response')) as [IncomingMessage];
		JSON.parse((await buffer(response)).toString('utf8'));
		return { status: response.statusCode };
	}
}
