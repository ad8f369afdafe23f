import { createHash } from 'crypto';

/** A file to send as one part of a form. */
export interface FilePart {
	name: string;
	/** Without quotes and line breaks. */
	fileName: string;
	mimeType: string;
	bytes: Buffer | StoredBytes;
}

/** A text field of a form. */
export interface TextPart {
	name: string;
	text: string;
}

/** Bytes that are not in memory, and are read while they are sent. */
export interface StoredBytes {
	/** How many there are. */
	length: number;
	open: () => Promise<OpenFile>;
	/** Set when an open file turns out to have another length. */
	readError?: Error;
}

/** The part of n8n's file stream that is used here. */
export interface OpenFile extends AsyncIterable<Uint8Array> {
	destroy: () => void;
}

const LINE = '\r\n';

/**
 * A `multipart/form-data` body (RFC 7578) for one attempt.
 *
 * It replaces the global FormData and Blob, which copy each image more than once.
 *
 * n8n quirk (all releases): its HTTP layer sends a Blob-like body unchunked, with its length, and
 * pulls it chunk by chunk, so no image has to be in memory; goes when it streams a body with a
 * length.
 */
export class MultipartBody {
	readonly [Symbol.toStringTag] = 'Blob';

	/** The value of the request's Content-Type header. */
	readonly type: string;

	/** In bytes. */
	readonly size: number;

	private readonly pieces: ReadonlyArray<{ bytes: Buffer | StoredBytes; fileOf?: string }>;
	private readonly digests = new Map<string, string>();
	private file?: OpenFile;
	private isClosed = false;

	constructor(parts: ReadonlyArray<FilePart | TextPart>, boundary: string) {
		this.type = `multipart/form-data; boundary=${boundary}`;
		this.pieces = [
			...parts.flatMap((part) => [
				{ bytes: Buffer.from(`--${boundary}${LINE}${headersOf(part)}${LINE}${LINE}`) },
				'bytes' in part
					? { bytes: part.bytes, fileOf: part.name }
					: { bytes: Buffer.from(part.text) },
				{ bytes: Buffer.from(LINE) },
			]),
			{ bytes: Buffer.from(`--${boundary}--${LINE}`) },
		];
		this.size = this.pieces.reduce((size, { bytes: { length } }) => size + length, 0);
	}

	async *stream(): AsyncGenerator<Uint8Array> {
		for (const { bytes, fileOf } of this.pieces) {
			// The bytes are hashed as they pass, so that nothing is read twice.
			const hash = createHash('sha256');
			for await (const chunk of this.chunksOf(bytes)) {
				hash.update(chunk);
				yield chunk;
			}
			if (fileOf !== undefined) this.digests.set(fileOf, hash.digest('hex'));
		}
	}

	/**
	 * The SHA-256 of a file's bytes as they were sent, in hexadecimal; undefined if not all were
	 * sent.
	 */
	sha256Of(name: string): string | undefined {
		return this.digests.get(name);
	}

	/** Why a file could not be read to its end while it was sent. */
	get readError(): Error | undefined {
		const errors = this.pieces.map(({ bytes }) => ('open' in bytes ? bytes.readError : undefined));
		return errors.find((error) => error !== undefined);
	}

	/**
	 * Closes the file of an attempt that ended before everything was sent; nothing else does. A
	 * later read fails, so that the body cannot look complete.
	 */
	close(): void {
		this.isClosed = true;
		this.file?.destroy();
	}

	private async *chunksOf(bytes: Buffer | StoredBytes): AsyncGenerator<Uint8Array> {
		if (!('open' in bytes)) {
			yield bytes;
			return;
		}
		this.file = await bytes.open();
		if (this.isClosed) this.file.destroy();
		yield* this.file;
	}
}

function headersOf(part: FilePart | TextPart): string {
	const disposition = `Content-Disposition: form-data; name="${part.name}"`;
	if ('text' in part) return disposition;
	return `${disposition}; filename="${part.fileName}"${LINE}Content-Type: ${part.mimeType}`;
}
