import type { IDataObject } from 'n8n-workflow';
import { outputsOf, runWorkflow } from '../support/engine.cts';
import { type HostileServer, startHostileServer } from '../support/hostileServer.cts';
import { credentialFor, limits, person, VERIFY, verifyWorkflow } from '../support/people.cts';

let proxy: HostileServer;
afterEach(() => delete process.env.HTTPS_PROXY);

/** What machines read of the errors of two items, sent by a proxy. */
async function errorsByProxy(): Promise<unknown[]> {
	process.env.HTTPS_PROXY = proxy.url;
	const options = limits({ maxConcurrentRequests: 1, maxWait: 1 });
	const run = await runWorkflow(verifyWorkflow({ options }, { onError: 'continueErrorOutput' }), {
		items: [person('ada'), person('bob')],
		credential: credentialFor('https://kairos.invalid'),
	});
	const errors = outputsOf(run, VERIFY).at(-1) ?? [];
	return errors.map(({ json }) => (json.verification as IDataObject).error);
}

const service = 'kairos.invalid/v0.1';

test('A proxy that asks for a password is named, ends the run, and counts as not sent', async () => {
	proxy = await startHostileServer(({ socket }) => {
		socket.end('HTTP/1.1 407 Authenticate\r\nContent-Length: 0\r\n\r\n');
	});
	expect(await errorsByProxy()).toMatchObject([
		{
			message: expect.stringMatching(/^The proxy between n8n and Kairos asks/) as unknown,
			code: 'PROXY_AUTHENTICATION',
			attempts: 0,
			mayBeBilled: false,
			httpCode: 407,
			service,
		},
		{ code: 'NOT_SENT', service },
	]);
	expect(proxy.visits).toHaveLength(1);
	await proxy.stop();
});

test('A proxy that is dead is no connection, and nothing counts as sent', async () => {
	proxy = await startHostileServer(() => {});
	await proxy.stop();
	const [error] = await errorsByProxy();
	expect(error).toMatchObject({
		message: expect.not.stringContaining('was sent') as unknown,
		code: 'UNAVAILABLE',
		attempts: 0,
		mayBeBilled: false,
		service,
	});
});
