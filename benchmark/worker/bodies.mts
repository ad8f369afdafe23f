import type { IBinaryData, IExecuteFunctions, IHttpRequestOptions, INodeType } from 'n8n-workflow';

/** A way to build the body of a request and hand it to n8n's HTTP layer. */
type BuildBody = (
	context: IExecuteFunctions,
	itemIndex: number,
	files: FilesOfItem,
) => Promise<Pick<IHttpRequestOptions, 'body' | 'headers'>>;

interface FilesOfItem {
	selfie: IBinaryData;
	photo: IBinaryData;
}

/** Bytes in memory, or a file that is read while it is sent. */
type Piece = Buffer | { size: number; id: string };

const BOUNDARY = '----benchmark';
const headers = { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` };
const CHUNK_BYTES = 256 * 1024;

/** The ways that the rules for community nodes allow, by name. */
const WAYS: Record<string, BuildBody> = {
	formData: async (context, itemIndex, { selfie, photo }) => {
		const form = new FormData();
		for (const [name, file] of Object.entries({ selfie, image: photo })) {
			const bytes = await context.helpers.getBinaryDataBuffer(itemIndex, file);
			const blob = new Blob([new Uint8Array(bytes)], { type: file.mimeType });
			form.append(name, blob, file.fileName);
		}
		// n8n's type knows only the form-data package; its HTTP layer takes the global one too.
		return { body: form as object };
	},
	concat: async (context, itemIndex, files) => {
		const pieces = await readPieces(context, itemIndex, files);
		return { headers, body: Buffer.concat(pieces) };
	},
	pieces: async (context, itemIndex, files) => {
		const pieces = await readPieces(context, itemIndex, files);
		return { headers, body: blobOf(context, pieces) };
	},
	stream: async (context, _itemIndex, { selfie, photo }) => {
		const pieces = framed(selfie, await stored(context, selfie), await stored(context, photo));
		return { headers, body: blobOf(context, pieces) };
	},
};

/** Node types that do nothing but send two images, each with a body built in another way. */
export function bodyNodeTypes(): Record<string, INodeType> {
	return Object.fromEntries(
		Object.entries(WAYS).map(([name, build]) => [`benchmark.body:${name}`, nodeOf(build)]),
	);
}

function nodeOf(build: BuildBody): INodeType {
	return {
		description: {
			displayName: 'Body',
			name: 'body',
			group: ['transform'],
			version: 1,
			description: 'Sends two images',
			defaults: { name: 'Body' },
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: 'kairosApi', required: true }],
			properties: [
				{ displayName: 'URL', name: 'url', type: 'string', default: '' },
				{ displayName: 'Concurrency', name: 'concurrency', type: 'number', default: 5 },
			],
		},
		async execute(this: IExecuteFunctions) {
			const items = this.getInputData();
			const queue = items.entries();
			const work = async () => {
				for (const [itemIndex, item] of queue) {
					const { selfie, photo } = item.binary ?? {};
					if (!selfie || !photo) throw new Error('The item has no images');
					const response: unknown = await this.helpers.httpRequestWithAuthentication.call(
						this,
						'kairosApi',
						{
							method: 'POST',
							url: this.getNodeParameter('url', itemIndex) as string,
							...(await build(this, itemIndex, { selfie, photo })),
							disableFollowRedirect: true,
							json: true,
						},
					);
					items[itemIndex] = {
						json: { response: response as object },
						pairedItem: { item: itemIndex },
					};
				}
			};
			const concurrency = this.getNodeParameter('concurrency', 0) as number;
			await Promise.all(Array.from({ length: concurrency }, work));
			return [items];
		},
	};
}

function framed<Content>(
	{ fileName }: IBinaryData,
	selfie: Content,
	photo: Content,
): Array<Buffer | Content> {
	const head = (name: string, file?: string) =>
		Buffer.from(
			`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${file}"\r\n` +
				'Content-Type: image/jpeg\r\n\r\n',
		);
	const line = Buffer.from('\r\n');
	const end = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
	return [head('selfie', fileName), selfie, line, head('image', 'id.jpg'), photo, end];
}

async function readPieces(
	{ helpers }: IExecuteFunctions,
	itemIndex: number,
	{ selfie, photo }: FilesOfItem,
): Promise<Buffer[]> {
	return framed(
		selfie,
		await helpers.getBinaryDataBuffer(itemIndex, selfie),
		await helpers.getBinaryDataBuffer(itemIndex, photo),
	);
}

async function stored({ helpers }: IExecuteFunctions, { id = '' }: IBinaryData): Promise<Piece> {
	const { fileSize } = await helpers.getBinaryMetadata(id);
	return { id, size: fileSize };
}

/** What the HTTP layer takes for a Blob: of known length, and read piece by piece. */
function blobOf({ helpers }: IExecuteFunctions, pieces: Piece[]): object {
	return {
		[Symbol.toStringTag]: 'Blob',
		type: headers['Content-Type'],
		size: pieces.reduce((sum, piece) => sum + ('id' in piece ? piece.size : piece.length), 0),
		async *stream() {
			for (const piece of pieces) {
				if ('id' in piece) yield* await helpers.getBinaryStream(piece.id, CHUNK_BYTES);
				else yield piece;
			}
		},
	};
}
