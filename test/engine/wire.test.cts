import { createHash } from 'node:crypto';
import DocumentedForm from 'form-data';
import { NodeConnectionTypes } from 'n8n-workflow';
import { request } from 'undici';
import { documentedBody } from '../support/answers.cts';
import {
	BIOMETRIC_VERIFY,
	ITEMS,
	type TestFile,
	outputsOf,
	runWorkflow,
} from '../support/engine.cts';
import { sampleImage } from '../support/sampleImages.cts';
import { type Recorded, type Recorder, startRecorder } from '../support/recorder.cts';

const APP_ID = 'id of the test';
const APP_KEY = 'key-of-the-test-0123456789';

interface Asked {
	apiVersion: string;
	severalFaces: boolean;
	selfie: TestFile & { fileName: string };
	photo: TestFile & { fileName: string };
}

let recorder: Recorder;
let selfieBytes: Buffer;
let photoBytes: Buffer;

beforeAll(async () => {
	recorder = await startRecorder(documentedBody);
	selfieBytes = await sampleImage('portrait-man.jpg');
	photoBytes = await sampleImage('astronaut.png');
});

afterAll(async () => {
	await recorder.stop();
});

function onlyOne(recorded: Recorded[]): Recorded {
	const [first, ...more] = recorded;
	if (first === undefined || more.length > 0) throw new Error(`${recorded.length} requests came`);
	return first;
}

/** The request as Kairos documents it, made by a form and a client that know nothing of the node. */
async function asDocumented({ apiVersion, severalFaces, selfie, photo }: Asked): Promise<Recorded> {
	const form = new DocumentedForm();
	form.append('selfie', selfie.bytes, { filename: 'selfie.jpeg', contentType: selfie.mimeType });
	form.append('image', photo.bytes, { filename: 'photo.png', contentType: photo.mimeType });
	if (severalFaces) form.append('image_multiface', 'true');
	const { body, statusCode } = await request(
		`${recorder.url}/${apiVersion}/biometric-verification`,
		{
			method: 'POST',
			headers: { ...form.getHeaders(), app_id: APP_ID, app_key: APP_KEY },
			body: form.getBuffer(),
		},
	);
	await body.dump();
	expect(statusCode).toBe(200);
	return onlyOne(recorder.take());
}

/** The request of the node, in n8n's own engine. */
async function asTheNodeSends(
	{ apiVersion, severalFaces, selfie, photo }: Asked,
	baseUrl = recorder.url,
): Promise<Recorded> {
	const run = await runWorkflow(
		{
			nodes: [
				{ name: 'Items', type: ITEMS },
				{
					name: 'Verify',
					type: BIOMETRIC_VERIFY,
					parameters: {
						options: {
							multipleFaces: { values: { inPhoto: severalFaces ? 'matchAny' : 'review' } },
						},
					},
				},
			],
			connections: {
				Items: { main: [[{ node: 'Verify', type: NodeConnectionTypes.Main, index: 0 }]] },
			},
		},
		{
			items: [{ files: { selfie, photo } }],
			credential: { appId: APP_ID, appSecretKey: APP_KEY, baseUrl, apiVersion },
		},
	);
	expect(run.data.resultData.error).toBeUndefined();
	expect(outputsOf(run, 'Verify').flat()).not.toHaveLength(0);
	return onlyOne(recorder.take());
}

/** Bytes in a form in which many of them are quickly compared, and told when they differ. */
function inShort(bytes: Buffer): string {
	return `${bytes.length} bytes, ${createHash('sha256').update(bytes).digest('hex')}`;
}

/** What must be the same, however a client writes it down. */
function meaningOf({ method, path, headers, parts }: Recorded) {
	return {
		method,
		path,
		appId: headers.get('app_id'),
		appKey: headers.get('app_key'),
		parts: parts.map(({ name, fileName, mimeType, bytes }) => ({
			name,
			fileName,
			mimeType,
			bytes: inShort(bytes),
		})),
	};
}

function asked(facts: Partial<Asked> = {}, [selfieName, photoName] = ['me.jpg', 'id.png']): Asked {
	return {
		apiVersion: 'v0.1',
		severalFaces: false,
		selfie: { bytes: selfieBytes, fileName: selfieName ?? '', mimeType: 'image/jpeg' },
		photo: { bytes: photoBytes, fileName: photoName ?? '', mimeType: 'image/png' },
		...facts,
	};
}

const FILE_NAMES: Array<[what: string, names: [selfie: string, photo: string]]> = [
	['plain file names', ['me.jpg', 'id.png']],
	['spaces and signs in the file names', ["It's me (1) 100%.jpg", 'a; name="x.png']],
	['umlauts in the file names', ['Größe.jpg', 'Führerschein – Jürgen.png']],
	['quotes in the file names', ['the "best" of me.jpg', '"id".png']],
	['line breaks in the file names', ['two\r\nlines.jpg', 'two\nlines.png']],
	['other scripts and emoji in the file names', ['自撮り🤳.jpg', 'паспорт.png']],
];

describe.each(['v0.1', 'v0.2'])('the request to %s', (apiVersion) => {
	describe.each([
		['with Match All Faces in Photo', true],
		['without Match All Faces in Photo', false],
	])('%s', (_how, severalFaces) => {
		// Compared as a server reads it. The bytes on the wire may differ: each client draws its own
		// boundary. The files' own names never reach the server.
		test.each(FILE_NAMES)('is the documented one, part by part, with %s', async (_what, names) => {
			const question = asked({ apiVersion, severalFaces }, names);
			const documented = await asDocumented(question);
			const sent = await asTheNodeSends(question);
			expect(meaningOf(sent)).toEqual(meaningOf(documented));
			expect(meaningOf(sent)).toEqual({
				method: 'POST',
				path: `/${apiVersion}/biometric-verification`,
				appId: [APP_ID],
				appKey: [APP_KEY],
				parts: [
					{
						name: 'selfie',
						fileName: 'selfie.jpeg',
						mimeType: 'image/jpeg',
						bytes: inShort(selfieBytes),
					},
					{
						name: 'image',
						fileName: 'photo.png',
						mimeType: 'image/png',
						bytes: inShort(photoBytes),
					},
					...(severalFaces
						? [
								{
									name: 'image_multiface',
									fileName: undefined,
									mimeType: undefined,
									bytes: inShort(Buffer.from('true')),
								},
							]
						: []),
				],
			});
		});
	});

	test('has the same headers in each part as the documented one, in the same order', async () => {
		const question = asked({ apiVersion, severalFaces: true });
		const documented = await asDocumented(question);
		const sent = await asTheNodeSends(question);
		expect(sent.parts.map(({ headers }) => headers)).toEqual(
			documented.parts.map(({ headers }) => headers),
		);
	});

	test('has its length and is not sent in chunks', async () => {
		const { headers, length } = await asTheNodeSends(asked({ apiVersion }));
		expect(headers.get('content-length')).toEqual([String(length)]);
		expect(length).toBeGreaterThan(selfieBytes.length + photoBytes.length);
		expect(headers.has('transfer-encoding')).toBe(false);
	});

	test('has one content type, of a form', async () => {
		const { headers } = await asTheNodeSends(asked({ apiVersion }));
		expect(headers.get('content-type')).toEqual([
			expect.stringMatching(/^multipart\/form-data; boundary=\S+$/),
		]);
	});

	test('names its keys in the spellings of its version, once each', async () => {
		const { headers } = await asTheNodeSends(asked({ apiVersion }));
		const hyphens = apiVersion === 'v0.2';
		expect(headers.get('app_id')).toEqual([APP_ID]);
		expect(headers.get('app_key')).toEqual([APP_KEY]);
		expect(headers.get('app-id')).toEqual(hyphens ? [APP_ID] : undefined);
		expect(headers.get('app-key')).toEqual(hyphens ? [APP_KEY] : undefined);
	});
});

test('a file without a name is sent with one, because some servers ignore a part without', async () => {
	const question = asked();
	const unnamed = {
		...question,
		selfie: { bytes: selfieBytes } as Asked['selfie'],
		photo: { bytes: photoBytes } as Asked['photo'],
	};
	const { parts } = await asTheNodeSends(unnamed);
	expect(parts.map(({ name, fileName, mimeType }) => [name, fileName, mimeType])).toEqual([
		['selfie', 'selfie.jpeg', 'image/jpeg'],
		['image', 'photo.png', 'image/png'],
	]);
});

test('an image is sent with the type that it has, not with the one that n8n was told', async () => {
	const question = asked();
	const { parts } = await asTheNodeSends({
		...question,
		photo: { ...question.photo, mimeType: 'application/octet-stream' },
	});
	expect(parts[1]?.mimeType).toBe('image/png');
});

test.each([
	['a slash at its end', '/', '/v0.1/biometric-verification'],
	['a path', '/kairos/eu', '/kairos/eu/v0.1/biometric-verification'],
	['a path and a slash', '/kairos/eu/', '/kairos/eu/v0.1/biometric-verification'],
])('a base URL may have %s', async (_what, end, path) => {
	expect((await asTheNodeSends(asked(), `${recorder.url}${end}`)).path).toBe(path);
});
