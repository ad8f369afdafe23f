import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import pMap from 'p-map';
import { imageChunks } from '../images.mts';
import type { Send, Workload } from '../scenarios.mts';

const BOUNDARY = '----benchmark';
const LINE_END = Buffer.from('\r\n');
const END = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);

/** Sends images from memory with nothing but node:http and keep-alive. */
export function prepareBare({ items, imageBytes, concurrency }: Workload): Promise<Send> {
	const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
	const send = async (url: string, item: number) => {
		const pieces = [
			...[partHead('selfie'), ...imageChunks('selfie', item, imageBytes), LINE_END],
			...[partHead('image'), ...imageChunks('photo', item, imageBytes), END],
		];
		const sending = request(`${url}/v0.1/biometric-verification`, {
			method: 'POST',
			agent,
			headers: {
				'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
				'Content-Length': pieces.reduce((sum, { length }) => sum + length, 0),
			},
		});
		for (const piece of pieces) sending.write(piece);
		sending.end();
		const [response] = (await once(sending, 'response')) as [IncomingMessage];
		JSON.parse((await buffer(response)).toString('utf8'));
		return response.statusCode;
	};
	return Promise.resolve(async (url) => {
		const all = Array.from({ length: items }, (_, item) => item);
		const statuses = await pMap(all, (item) => send(url, item), { concurrency });
		return statuses.filter((status) => status === 200).length;
	});
}

function partHead(name: string): Buffer {
	return Buffer.from(
		`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.jpg"\r\n` +
			'Content-Type: image/jpeg\r\n\r\n',
	);
}
