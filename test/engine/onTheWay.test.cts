import type { IDataObject } from 'n8n-workflow';
import { approving } from '../faults/fault.cts';
import { outputsOf, runWorkflow } from '../support/engine.cts';
import {
	answering,
	type HostileServer,
	startHostileServer,
	type Treatment,
} from '../support/hostileServer.cts';
import {
	credentialFor,
	person,
	sampleImage,
	VERIFY,
	verifyWorkflow,
	whoLeft,
} from '../support/people.cts';

const PEOPLE = Array.from({ length: 40 }, (_, index) => `person ${index}`);

let server: HostileServer | undefined;
afterEach(async () => {
	delete process.env.HTTPS_PROXY;
	await server?.stop();
	server = undefined;
});

async function start(treatment: Treatment): Promise<HostileServer> {
	server = await startHostileServer(treatment);
	return server;
}

/** What machines read of the errors of some items. */
async function errorsOf(baseUrl: string, items = [person('ada')], limits = {}): Promise<unknown[]> {
	const run = await runWorkflow(
		verifyWorkflow(
			{ branches: 'decision', options: { limits: { values: limits } } },
			{ onError: 'continueErrorOutput' },
		),
		{ items, credential: credentialFor(baseUrl) },
	);
	const [, , , errors = []] = outputsOf(run, VERIFY);
	return errors.map(({ json }) => (json.verification as IDataObject).error);
}

test('a maintenance page of 3 seconds costs nobody, and each of its attempts counts', async () => {
	const opensAt = Date.now() + 3000;
	const { url, heads } = await start(async (visit) => {
		const isOpen = Date.now() > opensAt;
		await answering({ body: isOpen ? approving : '<p>Back soon</p>' })(visit);
	});
	const run = await runWorkflow(
		verifyWorkflow({ branches: 'decision' }, { onError: 'continueErrorOutput' }),
		{
			items: PEOPLE.map((name) => person(name)),
			credential: credentialFor(url),
		},
	);
	expect(whoLeft(run, 'decision')).toEqual({ Approved: PEOPLE });
	const attempts = outputsOf(run, VERIFY)
		.flat()
		.map(({ json }) => Number((json.verification as IDataObject).attempts));
	expect(attempts.reduce((sum, count) => sum + count)).toBe(heads.length);
	expect(heads.length).toBeLessThan(60);
});

test('A proxy that asks for a password is named, ends the run, and counts as not sent', async () => {
	const { url, heads } = await start(async (visit) => {
		await visit.head;
		visit.socket.end('HTTP/1.1 407 Authenticate\r\nContent-Length: 0\r\n\r\n');
	});
	process.env.HTTPS_PROXY = url;
	const items = PEOPLE.map((name) => person(name));
	const errors = await errorsOf('https://kairos.invalid', items, { maxConcurrentRequests: 1 });
	expect(errors).toHaveLength(40);
	expect(errors[0]).toMatchObject({
		message: expect.stringMatching(/^The proxy between n8n and Kairos asks/) as unknown,
		...{ code: 'PROXY_AUTHENTICATION', attempts: 0, mayBeBilled: false, httpCode: 407 },
		service: 'kairos.invalid/v0.1',
	});
	expect(errors[39]).toMatchObject({ code: 'NOT_SENT', service: 'kairos.invalid/v0.1' });
	expect(heads).toHaveLength(1);
});

test('A proxy that is dead is no connection, and nothing counts as sent', async () => {
	const dead = await start(() => {});
	await dead.stop();
	server = undefined;
	process.env.HTTPS_PROXY = dead.url;
	expect(await errorsOf('https://kairos.invalid', undefined, { maxWait: 1 })).toMatchObject([
		{
			message: expect.not.stringContaining('was sent') as unknown,
			...{ code: 'UNAVAILABLE', attempts: 0, mayBeBilled: false },
		},
	]);
});

test('a gateway that refuses 30 MB from the head of the request is told from what may be billed', async () => {
	const { url } = await start(async (visit) => {
		await visit.head;
		visit.socket.end('HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\n');
		visit.socket.destroySoon();
	});
	const bytes = Buffer.concat([sampleImage, Buffer.alloc(15e6)]);
	const photo = Buffer.concat([bytes, Buffer.from('photo')]);
	const items = [{ files: { selfie: { bytes }, photo: { bytes: photo } } }];
	const [error] = await errorsOf(url, items, { maxAttempts: 2 });
	// Which of the two is chance: the client may see the answer, or only that nobody listens.
	expect(error).toMatchObject({
		code: expect.stringMatching(/^(?:REFUSED_REQUEST|CONNECTION_LOST)$/) as unknown,
		message: expect.stringMatching(/(?=.*30\.0 MB)(?=.*gateway)/i) as unknown,
		mayBeBilled: false,
	});
});
