import { once } from 'node:events';
import { request } from 'undici';
import { sampleImage } from '../support/sampleImages.cts';
import { runSandbox, startSandbox } from '../support/sandbox.cts';
import { verify } from './client.cts';

jest.setTimeout(30_000);

describe('a call that cannot be meant so ends with one sentence and exit code 1', () => {
	test.each([
		[['--host', '0.0.0.0'], '--allow-remote'],
		[['--host', '192.168.1.4'], 'not a real identity check'],
		[['--host', 'example.com'], 'not a real identity check'],
		[['--port', 'http'], '--port must be a whole number from 0 to 65535, not "http"'],
		[['--port', '65536'], '--port must be'],
		[['--workers', '0'], '--workers must be a whole number from 1 to 16'],
		[['--app-key', ''], '--app-key must be'],
		[['--app-id', 'a b'], '--app-id must be'],
		[['--prot', '1'], "Unknown option '--prot'"],
		[['7411'], "'7411'"],
	])('%j', async (args, sentence) => {
		const { code, stdout, stderr } = await runSandbox(args);
		expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
		expect(stderr).toContain(sentence);
		expect(stderr.trim().split('\n')).toHaveLength(1);
	});

	test('a taken port', async () => {
		const first = await startSandbox(['--workers', '1']);
		const { port } = new URL(first.url);
		const { code, stderr } = await runSandbox(['--port', port, '--workers', '1']);
		expect(code).toBe(1);
		expect(stderr).toBe(
			`Port ${port} on 127.0.0.1 is taken, perhaps by another sandbox: ` +
				'choose another by --port, or any free one by --port 0.\n',
		);
		await first.stop();
	});
});

test('--help prints every option', async () => {
	const { code, stdout } = await runSandbox(['--help']);
	expect(code).toBe(0);
	for (const option of ['port', 'host', 'allow-remote', 'app-id', 'app-key', 'workers', 'quiet']) {
		expect(stdout).toContain(`--${option}`);
	}
});

test('all addresses are listened on when that is allowed, and one that works here is named', async () => {
	const sandbox = await startSandbox(['--host', '0.0.0.0', '--allow-remote', '--workers', '1']);
	expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
	expect((await request(`${sandbox.url}/health`)).statusCode).toBe(200);
	await sandbox.stop();
});

test('when ready it says where, with what keys, and that it is not a real identity check', async () => {
	const sandbox = await startSandbox(['--workers', '1']);
	expect(sandbox.output()).toBe(
		`Sandbox ready at ${sandbox.url}\n` +
			'App ID: sandbox, App Key: sandbox (the default)\n' +
			'Liveness is a placeholder: this is not a real identity check.\n',
	);
	await sandbox.stop();
});

describe('it stops quickly and cleanly', () => {
	test.each(['SIGINT', 'SIGTERM'] as const)('on %s, amid requests', async (signal) => {
		const sandbox = await startSandbox();
		const bytes = await sampleImage('portrait-man.jpg');
		const file = (name: string) => ({ bytes, name });
		const pending = ['me.jpg', 'me.jpg', 'me.delay-60000.jpg'].map((name) =>
			verify(sandbox.url, { selfie: file(name), image: file('id.jpg') }).catch(() => 'cut off'),
		);
		await new Promise((resolve) => setTimeout(resolve, 100));
		const started = performance.now();
		sandbox.process.kill(signal);
		const [code] = (await once(sandbox.process, 'exit')) as [number];
		expect(code).toBe(0);
		expect(performance.now() - started).toBeLessThan(1800);
		expect(sandbox.output()).not.toContain('Error');
		await Promise.all(pending);
	});

	test('when the script that started it is gone', async () => {
		const sandbox = await startSandbox(['--workers', '1']);
		sandbox.process.disconnect();
		const [code] = (await once(sandbox.process, 'exit')) as [number];
		expect(code).toBe(0);
	});
});

describe('the log', () => {
	const keys = ['--app-id', 'my-app-4711', '--app-key', 'hush-hush-4712', '--workers', '1'];
	const headers = { app_id: 'my-app-4711', app_key: 'hush-hush-4712' };

	test('tells of each request in one line, without keys, image bytes or control characters', async () => {
		const sandbox = await startSandbox(keys);
		const bytes = await sampleImage('portrait-man.jpg');
		const selfie = { bytes, name: `me\u0007\u202e.match-0.5.${'x'.repeat(200)}.jpg` };
		const image = { bytes, name: 'id.jpg' };
		const send = (given: Record<string, string>) =>
			verify(sandbox.url, { selfie, image, headers: given });
		expect((await send(headers)).status).toBe(200);
		expect((await send({ ...headers, app_key: 'wrong-4713' })).status).toBe(401);
		await request(`${sandbox.url}/health?app_key=hush-hush-4712`);
		await sandbox.stop();

		const [, , , ...lines] = sandbox.output().trimEnd().split('\n');
		expect(lines).toHaveLength(3);
		expect(lines[0]).toMatch(
			/^\d{4}-\d\d-\d\dT[\d:.]+Z POST \/v0\.1\/biometric-verification 200 \d+ ms \| selfie "me\?+\.match-0\.5\.x{1,80}" 35687 bytes 400x400 px faces 1 \| image "id\.jpg" 35687 bytes 400x400 px faces 1 \| face match 0\.5 \| liveness [\d.]+ \(liveness is a placeholder\) \| steered by match-0\.5$/,
		);
		expect(lines[1]).toContain(' 401 ');
		expect(lines[2]).toContain('GET /health 200');
		for (const secret of ['hush-hush-4712', 'wrong-4713']) {
			expect(sandbox.output()).not.toContain(secret);
		}
		expect(lines.join('')).not.toContain('my-app-4711');
		expect(sandbox.output()).not.toContain(bytes.toString('base64', 0, 30));
		expect(sandbox.output()).toMatch(/^[\x20-\x7e\n]*$/);
	});

	test('is silent with --quiet', async () => {
		const sandbox = await startSandbox(['--quiet', '--workers', '1']);
		await request(`${sandbox.url}/health`);
		await sandbox.stop();
		expect(sandbox.output().trimEnd().split('\n')).toHaveLength(3);
	});
});
