import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { selfieName } from '../jobs.mts';

const BOUNDARY = '----benchmark';

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
		let delivered = 0;
		const work = async () => {
			while (next < items) {
				const { status } = await this.send(url, next++);
				if (status === 200) delivered++;
			}
		};
		await Promise.all(Array.from({ length: concurrency }, work));
		return delivered;
	}

	private async send(url: string, item: number): Promise<{ status: number | undefined }> {
		const pieces = [
			headOf('selfie', selfieName(item)),
			this.image,
			Buffer.from(`\r\n${headOf('image', 'id.jpg').toString()}`),
			this.image,
			Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
		];
		const sending = request(url, {
			method: 'POST',
			agent: this.agent,
			headers: {
				'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
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

function headOf(name: string, fileName: string): Buffer {
	return Buffer.from(
		`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\n` +
			'Content-Type: image/jpeg\r\n\r\n',
	);
}
