import { answering, startHostileServer } from './hostileServer.cts';

/** A request as it arrived. */
export interface Recorded {
	method: string;
	/** With the query, as it was sent. */
	path: string;
	/** Values by name, in lower case; each as often as it was sent. */
	headers: Map<string, string[]>;
	parts: RecordedPart[];
	/** The length of the body in bytes. */
	length: number;
}

export interface RecordedPart {
	/** The part's headers as they stand in it, in their order. */
	headers: Array<[name: string, value: string]>;
	name: string | undefined;
	fileName: string | undefined;
	mimeType: string | undefined;
	bytes: Buffer;
}

export interface Recorder {
	/** Base address, with no slash at its end. */
	url: string;
	/** Gives what was recorded since the last call. */
	take(): Recorded[];
	stop(): Promise<void>;
}

/** Starts a server on 127.0.0.1 that records each request and answers it with one body. */
export async function startRecorder(body: string): Promise<Recorder> {
	const recorded: Recorded[] = [];
	const server = await startHostileServer(async (visit) => {
		recorded.push(recordOf(await visit.head, await visit.body));
		await answering({ body })(visit);
	});
	return { ...server, take: () => recorded.splice(0) };
}

function recordOf(head: string, body: Buffer): Recorded {
	const [firstLine = '', ...lines] = head.split('\r\n');
	const [method = '', path = ''] = firstLine.split(' ');
	const headers = new Map<string, string[]>();
	for (const [name, value] of lines.map(headerIn)) {
		headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), value]);
	}
	const parts = partsOf(body, headers.get('content-type')?.[0] ?? '');
	return { method, path, headers, parts, length: body.length };
}

function headerIn(line: string): [name: string, value: string] {
	const colon = line.indexOf(': ');
	return [line.slice(0, colon), line.slice(colon + 2)];
}

/**
 * Takes a form apart (RFC 2046, section 5.1): strictly, so that nothing a lenient parser would
 * forgive goes unseen.
 *
 * @throws Error when the body is not a form that begins and ends with its boundary.
 */
function partsOf(body: Buffer, contentType: string): RecordedPart[] {
	const boundary = /^multipart\/form-data; boundary=("?)([^";]+)\1$/.exec(contentType)?.[2];
	if (boundary === undefined) throw new Error(`No form: ${contentType}`);
	const text = `\r\n${body.toString('latin1')}`;
	const [preamble, ...sections] = text.split(`\r\n--${boundary}`);
	const end = sections.pop();
	if (preamble !== '' || end !== '--\r\n') throw new Error('The form has no clear ends');
	return sections.map((section) => partOf(section));
}

function partOf(section: string): RecordedPart {
	const endOfHead = section.indexOf('\r\n\r\n');
	if (!section.startsWith('\r\n') || endOfHead < 0) throw new Error('The part has no head');
	const head = Buffer.from(section.slice(2, endOfHead), 'latin1').toString('utf8');
	const headers = head.split('\r\n').map(headerIn);
	const valueOf = (wanted: string) =>
		headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
	const disposition = valueOf('content-disposition');
	return {
		headers,
		name: parameterOf(disposition, 'name'),
		fileName: parameterOf(disposition, 'filename'),
		mimeType: valueOf('content-type') || undefined,
		bytes: Buffer.from(section.slice(endOfHead + 4), 'latin1'),
	};
}

/**
 * A parameter of a Content-Disposition, decoded: browsers percent-encode quotes and line breaks
 * (WHATWG), other clients put a backslash before a quote (RFC 7578 by way of RFC 2183).
 */
function parameterOf(disposition: string, name: string): string | undefined {
	const written = new RegExp(`; ${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(disposition)?.[1];
	return written
		?.replace(/\\(["\\])/g, '$1')
		.replace(/%22/g, '"')
		.replace(/%0D/gi, '\r')
		.replace(/%0A/gi, '\n');
}
