import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Execution, Workflow } from '../../scripts/n8n/rest.mts';
import { node, to } from '../../scripts/n8n/workflow.mts';
import { sandboxCredential } from '../../scripts/sandbox.mts';
import { expect, type N8n, test } from './fixtures.mts';

const TRIGGER = 'When someone clicks';
const HTTP_REQUEST = 'HTTP Request';

test.describe('An HTTP Request node with the Kairos credential', () => {
	let kairos: Awaited<ReturnType<typeof listen>>;
	let stranger: typeof kairos;

	test.beforeEach(async () => {
		stranger = await listen((_request, response) => response.end('{}'));
		kairos = await listen((request, response) => {
			if (request.url !== '/elsewhere') response.end('{}');
			else response.writeHead(302, { location: `${stranger.url}/taken` }).end();
		});
	});
	test.afterEach(() => {
		kairos.close();
		stranger.close();
	});

	test('it sends the keys nowhere, as the credential is when it is new', async ({ n8n }) => {
		for (const url of [stranger.url, kairos.url]) {
			const { status, data } = await request(n8n, { baseUrl: kairos.url, url });
			expect(status).toBe('error');
			expect(data.resultData.error?.message).toContain(
				'configured to prevent use within an HTTP Request',
			);
		}
		expect(stranger.received).toEqual([]);
		expect(kairos.received).toEqual([]);
	});

	for (const domains of ['all', 'domains']) {
		const allowed = { allowedHttpRequestDomains: domains };
		const credential = domains === 'all' ? allowed : { ...allowed, allowedDomains: '127.0.0.1' };

		test(`with "${domains}" it sends the keys to the host in Base URL, and by a redirect to no other`, async ({
			n8n,
		}) => {
			const options = { baseUrl: kairos.url, credential };
			const { status } = await request(n8n, { ...options, url: `${kairos.url}/own` });
			expect(status).toBe('success');
			await request(n8n, { ...options, url: `${kairos.url}/elsewhere` });
			const keys = { app_id: 'sandbox', app_key: 'sandbox' };
			expect(kairos.received).toMatchObject([keys, keys]);
			expect(stranger.received).toEqual([]);
		});

		test(`with "${domains}" it sends no other host anything`, async ({ n8n }) => {
			const options = { baseUrl: kairos.url, url: stranger.url, credential };
			const { status, data } = await request(n8n, options);
			expect(status).toBe('error');
			expect(data.resultData.error?.message).toContain(
				`The Kairos credential cannot be used for ${new URL(stranger.url).host}`,
			);
			expect(stranger.received).toEqual([]);
		});
	}
});

interface Request {
	baseUrl: string;
	url: string;
	/** What a builder set in the credential. */
	credential?: { allowedHttpRequestDomains: string; allowedDomains?: string };
}

/** Sends a request from an HTTP Request node that signs it with a Kairos credential. */
async function request(n8n: N8n, { baseUrl, url, credential }: Request): Promise<Execution> {
	const { type, data } = sandboxCredential(baseUrl);
	const name = 'Kairos API of the HTTP Request node';
	const id = await n8n.client.saveCredential({ name, type, data: { ...data, ...credential } });
	const workflow: Workflow = {
		id: 'keysInHttpRequest',
		name: 'An HTTP Request node with the Kairos credential',
		nodes: [
			node(TRIGGER, 'n8n-nodes-base.manualTrigger', 1),
			{
				...node(HTTP_REQUEST, 'n8n-nodes-base.httpRequest', 4.3, {
					url,
					authentication: 'predefinedCredentialType',
					nodeCredentialType: type,
					options: {},
				}),
				credentials: { [type]: { id, name } },
			},
		],
		connections: { [TRIGGER]: { main: [[to(HTTP_REQUEST)]] } },
		settings: { executionOrder: 'v1' },
	};
	await n8n.client.saveWorkflow(workflow);
	return await n8n.client.runManually(workflow.id, TRIGGER);
}

/** A server that keeps the headers of what it is asked. */
async function listen(answer: RequestListener) {
	const received: IncomingHttpHeaders[] = [];
	const server = createServer((request, response) => {
		received.push(request.headers);
		answer(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return { url: `http://127.0.0.1:${port}`, received, close: () => server.close() };
}
