const BOUNDARY = '----benchmark';

/** A multipart form of two images in memory, unjoined: its type and its pieces. */
export function framed(
	selfieName: string,
	selfie: Buffer,
	photo: Buffer,
): { contentType: string; pieces: Buffer[] } {
	const head = (name: string, file: string) =>
		Buffer.from(
			`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${file}"\r\n` +
				'Content-Type: image/jpeg\r\n\r\n',
		);
	const line = Buffer.from('\r\n');
	const end = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
	return {
		contentType: `multipart/form-data; boundary=${BOUNDARY}`,
		pieces: [head('selfie', selfieName), selfie, line, head('image', 'id.jpg'), photo, end],
	};
}
