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
async function asTheNodeSends({
	apiVersion,
	severalFaces,
	selfie,
	photo,
}: Asked): Promise<Recorded> {
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
			credential: { appId: APP_ID, appSecretKey: APP_KEY, baseUrl: recorder.url, apiVersion },
		},
	);
	expect(run.data.resultData.error).toBeUndefined();
	expect(outputsOf(run, 'Verify').flat()).not.toHaveLength(0);
	return onlyOne(recorder.take());
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
			length: bytes.length,
			sha256: createHash('sha256').update(bytes).digest('hex'),
		})),
	};
}

function asked(facts: Partial<Asked> = {}): Asked {
	return {
		apiVersion: 'v0.1',
		severalFaces: false,
		selfie: { bytes: selfieBytes, fileName: 'me.jpg', mimeType: 'image/jpeg' },
		photo: { bytes: photoBytes, fileName: 'id.png', mimeType: 'image/png' },
		...facts,
	};
}

describe.each(['v0.1', 'v0.2'])('The request to %s', (apiVersion) => {
	// Compared as a server reads it: on the wire, each client draws its own boundary.
	test.each([
		['with Match Any', true],
		['without Match Any', false],
	])('equals the documented request part by part %s', async (_how, severalFaces) => {
		const question = asked({ apiVersion, severalFaces });
		const documented = await asDocumented(question);
		const sent = await asTheNodeSends(question);
		expect(meaningOf(sent)).toEqual(meaningOf(documented));
		expect(sent.parts.map(({ headers }) => headers)).toEqual(
			documented.parts.map(({ headers }) => headers),
		);
	});

	test('has its length, is not sent in chunks, and names its keys in the spellings of its version', async () => {
		const { headers, length } = await asTheNodeSends(asked({ apiVersion }));
		expect(headers.get('content-length')).toEqual([String(length)]);
		expect(length).toBeGreaterThan(selfieBytes.length + photoBytes.length);
		expect(headers.has('transfer-encoding')).toBe(false);
		expect(headers.get('content-type')).toEqual([
			expect.stringMatching(/^multipart\/form-data; boundary=\S+$/),
		]);
		const hyphens = apiVersion === 'v0.2';
		expect(headers.get('app_id')).toEqual([APP_ID]);
		expect(headers.get('app_key')).toEqual([APP_KEY]);
		expect(headers.get('app-id')).toEqual(hyphens ? [APP_ID] : undefined);
		expect(headers.get('app-key')).toEqual(hyphens ? [APP_KEY] : undefined);
	});
});

test('Neither the name nor the type that n8n was told of a file is sent: both follow from its bytes', async () => {
	const { selfie, photo } = asked();
	const { parts } = await asTheNodeSends({
		...asked(),
		selfie: { ...selfie, fileName: 'a; name="x\r\nÜmläut 🤳.png' },
		photo: { bytes: photo.bytes, mimeType: 'application/octet-stream' } as Asked['photo'],
	});
	expect(parts.map(({ name, fileName, mimeType }) => [name, fileName, mimeType])).toEqual([
		['selfie', 'selfie.jpeg', 'image/jpeg'],
		['image', 'photo.png', 'image/png'],
	]);
});
