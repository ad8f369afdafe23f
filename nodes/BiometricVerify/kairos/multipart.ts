/** A file to send as one part of a form. */
export interface FilePart {
	name: string;
	fileName: string;
	mimeType: string;
	bytes: Buffer | StoredBytes;
}

/** A text field of a form. */
export interface TextPart {
	name: string;
	text: string;
}

/** Bytes that are not in memory: they are read while they are sent. */
export interface StoredBytes {
	/** How many there are. */
	length: number;
	open: () => Promise<OpenFile>;
}

/** What is used of the stream that n8n opens for a file. */
export interface OpenFile extends AsyncIterable<Uint8Array> {
	destroy: () => void;
}

const LINE = '\r\n';

/**
 * A `multipart/form-data` body (RFC 7578) for one try. File names are escaped as browsers escape
 * them: UTF-8, with quotes and line breaks percent-encoded.
 *
 * It takes the place of the global FormData and Blob, which copy each picture more than once. For
 * n8n's HTTP layer it is a Blob all the same: a body of known length, so that it is sent unchunked,
 * of which one chunk after the other is asked for, so that no picture has to be in memory.
 */
export class MultipartBody {
	readonly [Symbol.toStringTag] = 'Blob';

	/** The value of the request's Content-Type header. */
	readonly type: string;

	/** In bytes. */
	readonly size: number;

	private readonly pieces: ReadonlyArray<Buffer | StoredBytes>;

	private file?: OpenFile;

	private isClosed = false;

	constructor(parts: ReadonlyArray<FilePart | TextPart>, boundary: string) {
		this.type = `multipart/form-data; boundary=${boundary}`;
		this.pieces = [
			...parts.flatMap((part) => [
				Buffer.from(`--${boundary}${LINE}${headersOf(part)}${LINE}${LINE}`),
				'bytes' in part ? part.bytes : Buffer.from(part.text),
				Buffer.from(LINE),
			]),
			Buffer.from(`--${boundary}--${LINE}`),
		];
		this.size = this.pieces.reduce((size, { length }) => size + length, 0);
	}

	async *stream(): AsyncGenerator<Uint8Array> {
		for (const piece of this.pieces) {
			if ('open' in piece) {
				this.file = await piece.open();
				if (this.isClosed) this.file.destroy();
				yield* this.file;
			} else {
				yield piece;
			}
		}
	}

	/**
	 * Closes the file of a try that ended before all was sent; nobody else does. Should more be asked
	 * for, the body breaks: it must not look as if it had come to its end.
	 */
	close(): void {
		this.isClosed = true;
		this.file?.destroy();
	}
}

function headersOf(part: FilePart | TextPart): string {
	const disposition = `Content-Disposition: form-data; name="${escaped(part.name)}"`;
	if ('text' in part) return disposition;
	return `${disposition}; filename="${escaped(part.fileName)}"${LINE}Content-Type: ${part.mimeType}`;
}

function escaped(name: string): string {
	return name.replace(/"/g, '%22').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}
