/** A file to send as one part of a form. */
export interface FilePart {
	name: string;
	fileName: string;
	mimeType: string;
	bytes: Buffer;
}

/** A text field of a form. */
export interface TextPart {
	name: string;
	text: string;
}

export interface MultipartBody {
	/** The value of the request's Content-Type header. */
	contentType: string;
	bytes: Buffer;
}

const LINE = '\r\n';

/**
 * Writes a `multipart/form-data` body (RFC 7578). File names are escaped as browsers escape them:
 * UTF-8, with quotes and line breaks percent-encoded.
 *
 * The global FormData and Blob would do the same at several times the processor time, because they
 * copy each picture more than once; a buffer of known length is also sent unchunked.
 */
export function multipartBody(
	parts: ReadonlyArray<FilePart | TextPart>,
	boundary: string,
): MultipartBody {
	const pieces = parts.flatMap((part) => [
		Buffer.from(`--${boundary}${LINE}${headersOf(part)}${LINE}${LINE}`),
		'bytes' in part ? part.bytes : Buffer.from(part.text),
		Buffer.from(LINE),
	]);
	return {
		contentType: `multipart/form-data; boundary=${boundary}`,
		bytes: Buffer.concat([...pieces, Buffer.from(`--${boundary}--${LINE}`)]),
	};
}

function headersOf(part: FilePart | TextPart): string {
	const disposition = `Content-Disposition: form-data; name="${escaped(part.name)}"`;
	if ('text' in part) return disposition;
	return `${disposition}; filename="${escaped(part.fileName)}"${LINE}Content-Type: ${part.mimeType}`;
}

function escaped(name: string): string {
	return name.replace(/"/g, '%22').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}
