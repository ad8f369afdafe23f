import DocumentedForm from 'form-data';
import { request } from 'undici';
import { documentedBody } from '../support/answers.cts';
import { outputsOf, runWorkflow, type TestFile } from '../support/engine.cts';
import { answering, type HostileServer, startHostileServer } from '../support/hostileServer.cts';
import { imageOf, VERIFY, verifyWorkflow } from '../support/people.cts';

const APP_ID = 'id of the test';
const APP_KEY = 'key-of-the-test-0123456789';
const JPEG = Buffer.from('\xff\xd8\xff\xe0\r\n--\r\n\0selfie', 'latin1');
const PNG = imageOf('photo');

let server: HostileServer;

beforeAll(async () => (server = await startHostileServer(answering({ body: documentedBody }))));
afterAll(() => server.stop());

/** The one request that arrived, as it came, except that each client draws its own boundary. */
async function sent() {
	const [visit, ...more] = server.visits.splice(0);
	if (!visit || more.length > 0) throw new Error(`${more.length} requests too many came`);
	const { method, url, headersDistinct: headers } = visit.request;
	const body = (await visit.body).toString('latin1');
	const [, boundary = ''] =
		/^multipart\/form-data; boundary=(\S+)$/.exec(String(headers['content-type'])) ?? [];
	expect(boundary).toMatch(/^[\w-]{20,70}$/);
	return { method, url, headers, length: body.length, form: body.replaceAll(boundary, 'BOUNDARY') };
}

/** The request as Kairos documents it, made by a form and a client that know nothing of the node. */
async function asDocumented(apiVersion: string, matchAny: boolean) {
	const form = new DocumentedForm();
	form.append('selfie', JPEG, { filename: 'selfie.jpeg', contentType: 'image/jpeg' });
	form.append('image', PNG, { filename: 'photo.png', contentType: 'image/png' });
	if (matchAny) form.append('image_multiface', 'true');
	const { body } = await request(`${server.url}/${apiVersion}/biometric-verification`, {
		method: 'POST',
		headers: { ...form.getHeaders(), app_id: APP_ID, app_key: APP_KEY },
		body: form.getBuffer(),
	});
	await body.dump();
	return await sent();
}

/** The request of the node, in n8n's own engine. */
async function asTheNodeSends(apiVersion: string, matchAny: boolean, facts: Partial<TestFile>) {
	const multipleFaces = { values: { inPhoto: matchAny ? 'matchAny' : 'review' } };
	const run = await runWorkflow(verifyWorkflow({ options: { multipleFaces } }), {
		items: [{ files: { selfie: { bytes: JPEG, ...facts }, photo: { bytes: PNG, ...facts } } }],
		credential: { appId: APP_ID, appSecretKey: APP_KEY, baseUrl: server.url, apiVersion },
	});
	expect(outputsOf(run, VERIFY).flat()).not.toHaveLength(0);
	return await sent();
}

// Whatever n8n was told of the files: their names and types follow from their bytes.
const told = { fileName: 'a; name="x\r\nÜmläut 🤳.png', mimeType: 'application/octet-stream' };

test.each([
	['v0.1', false, {}],
	['v0.1', true, told],
	['v0.2', false, told],
	['v0.2', true, {}],
])(
	'The request to %s equals the documented one, byte for byte (with Match Any: %p; n8n says of the files: %j)',
	async (apiVersion, matchAny, facts) => {
		const documented = await asDocumented(apiVersion, matchAny);
		const { headers, length, ...rest } = await asTheNodeSends(apiVersion, matchAny, facts);
		expect(rest).toEqual({ method: 'POST', url: documented.url, form: documented.form });
		expect(headers).toMatchObject({ 'content-length': [String(length)] });
		expect(headers).not.toHaveProperty('transfer-encoding');
		expect([headers.app_id, headers.app_key]).toEqual([[APP_ID], [APP_KEY]]);
		const hyphens = apiVersion === 'v0.2' ? [[APP_ID], [APP_KEY]] : [undefined, undefined];
		expect([headers['app-id'], headers['app-key']]).toEqual(hyphens);
	},
);
