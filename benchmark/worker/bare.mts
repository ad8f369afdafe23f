import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import pMap from 'p-map';
import { type Round, selfieName } from '../jobs.mts';
import { framed } from './form.mts';

/**
 * Sends images with nothing but node:http and keep-alive: what no client on Node.js undercuts.
 *
 * @returns how many items got a 200
 */
export async function sendBare(
	image: Buffer,
	{ items, concurrency }: Round,
	url: string,
): Promise<number> {
	const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
	const send = async (_: unknown, item: number) => {
		const { contentType, pieces } = framed(selfieName(item), image, image);
		const sending = request(url, {
			method: 'POST',
			agent,
			headers: {
				'Content-Type': contentType,
				'Content-Length': pieces.reduce((sum, { length }) => sum + length, 0),
			},
		});
		for (const piece of pieces) sending.write(piece);
		sending.end();
		const [response] = (await once(sending, 'response')) as [IncomingMessage];
		JSON.parse((await buffer(response)).toString('utf8'));
		return response.statusCode;
	};
	const statuses = await pMap(Array.from({ length: items }), send, { concurrency });
	return statuses.filter((status) => status === 200).length;
}
