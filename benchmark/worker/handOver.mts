import type { IExecuteFunctions, INodeType } from 'n8n-workflow';
import pMap from 'p-map';
import { framed } from './form.mts';

/** The type of the step, as workflows name it. */
export const HAND_OVER = 'benchmark.handOver';

/**
 * A step that only reads two images and hands them over, unjoined, to n8n's HTTP layer, so many
 * items at once: what every community node that sends two images has to do.
 */
export const handOverNode: INodeType = {
	description: {
		displayName: 'Hand Over',
		name: 'handOver',
		group: ['transform'],
		version: 1,
		description: 'Sends two images',
		defaults: { name: 'Hand Over' },
		inputs: ['main'],
		outputs: ['main'],
		credentials: [{ name: 'kairosApi', required: true }],
		properties: [
			{ displayName: 'URL', name: 'url', type: 'string', default: '' },
			{ displayName: 'Concurrency', name: 'concurrency', type: 'number', default: 5 },
		],
	},
	async execute(this: IExecuteFunctions) {
		const send = async (_: unknown, itemIndex: number) => {
			const response: unknown = await this.helpers.httpRequestWithAuthentication.call(
				this,
				'kairosApi',
				{
					method: 'POST',
					url: this.getNodeParameter('url', itemIndex) as string,
					...(await bodyOf(this, itemIndex)),
					disableFollowRedirect: true,
					json: true,
				},
			);
			return { json: { response: response as object }, pairedItem: { item: itemIndex } };
		};
		const concurrency = this.getNodeParameter('concurrency', 0) as number;
		return [await pMap(this.getInputData(), send, { concurrency })];
	},
};

/** What the HTTP layer takes for a Blob: of known length, and read piece by piece. */
async function bodyOf(context: IExecuteFunctions, itemIndex: number) {
	const selfie = await context.helpers.getBinaryDataBuffer(itemIndex, 'selfie');
	const photo = await context.helpers.getBinaryDataBuffer(itemIndex, 'photo');
	const fileName = context.getInputData()[itemIndex]?.binary?.selfie?.fileName ?? '';
	const { contentType, pieces } = framed(fileName, selfie, photo);
	return {
		headers: { 'Content-Type': contentType },
		body: {
			[Symbol.toStringTag]: 'Blob',
			type: contentType,
			size: pieces.reduce((sum, { length }) => sum + length, 0),
			*stream() {
				yield* pieces;
			},
		},
	};
}
