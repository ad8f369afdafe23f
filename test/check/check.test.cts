import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makePairs, type Pair } from '../../scripts/checkKairos/pairs.mts';
import { redact } from '../../scripts/checkKairos/redact.mts';
import { outcomeOf, verify } from '../../scripts/checkKairos/verify.mts';
import { Engine } from '../../scripts/n8n/engine.mts';
import { startSandbox } from '../support/sandbox.cts';

/** A response, and what the node is to make of it. */
interface Fixture extends Pick<Pair, 'matchAny'> {
	status: number;
	/** JSON, or a text that is none. */
	body: unknown;
	expected?: unknown;
}

const root = join(__dirname, '..', '..');
const keys = { KAIROS_APP_ID: 'app-4711', KAIROS_APP_KEY: 'hush-4712' };
const engine = new Engine({ packages: root, dist: join(root, 'dist') });

/** What the server answers to every request. */
let answer: Fixture = { status: 500, body: '' };
let requests = 0;
const server = createServer((request, response) => {
	requests++;
	const { status, body } = answer;
	request.resume().on('end', () => {
		response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
	});
});
let url: string;
let pair: Pair | undefined;

beforeAll(async () => {
	await once(server.listen(0, '127.0.0.1'), 'listening');
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	[pair] = await makePairs();
});
beforeEach(() => (requests = 0));
afterAll(async () => {
	server.close();
	await engine.dispose();
});

function readFixtures(folder: string): Array<[file: string, fixture: Fixture]> {
	return readdirSync(folder).map((file) => [
		file,
		JSON.parse(readFileSync(join(folder, file), 'utf8')) as Fixture,
	]);
}

async function judge(fixture: Fixture): Promise<unknown> {
	answer = fixture;
	const credential = { appId: 'any', appSecretKey: 'any', baseUrl: url, apiVersion: 'v0.1' };
	const { matchAny } = fixture;
	return outcomeOf((await verify({ ...pair!, matchAny }, credential, engine)).verification);
}

/** Runs the command to its end, with no terminal. */
async function check(...args: string[]) {
	const env = { ...process.env, NODE_OPTIONS: '', ...keys };
	const command = [join(root, 'scripts', 'checkKairos.mts'), ...args];
	const { code, stdout, stderr } = await promisify(execFile)(process.execPath, command, {
		env,
	}).then(
		(ended) => ({ ...ended, code: 0 }),
		(failed: { code: number; stdout: string; stderr: string }) => failed,
	);
	return { code, report: stdout, said: stderr };
}

test.each(readFixtures(join(root, 'test', 'fixtures', 'responses')))(
	'%s is judged as it says',
	async (_file, fixture) => expect(await judge(fixture)).toEqual(fixture.expected),
);

test('a sandbox passes the check, and what is recorded of it is judged as it says', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'kairos-check-'));
	const [id, key] = Object.values(keys) as [string, string];
	const sandbox = await startSandbox(['--app-id', id, '--app-key', key, '--workers', '1']);
	try {
		const { code, report, said } = await check(
			...['--yes', '--base-url', sandbox.url, '--record', folder],
		);
		expect(report).not.toContain('✗');
		expect(code).toBe(0);
		const recorded = readFixtures(folder);
		expect(recorded).toHaveLength(9);
		for (const [, fixture] of recorded) expect(await judge(fixture)).toEqual(fixture.expected);
		const all = [report, said, JSON.stringify(recorded)].join();
		expect(all).not.toMatch(/4711|4712|[\da-f]{8}-[\da-f]{4}|\d{4}-\d\d-\d\d|Faces do/);
	} finally {
		await sandbox.stop();
		rmSync(folder, { recursive: true });
	}
});

test('the check ends with 1 when a response differs, and says how', async () => {
	const differing = { api_req_uid: 'id', Errors: [{ ErrCode: 5002, Message: 'no faces' }] };
	answer = { status: 200, body: differing };
	const { code, report } = await check('--yes', '--base-url', url);
	expect(report).toContain('✗ same person: HTTP 200');
	expect(report).toContain(
		'{"api_req_uid":"[text]","Errors":[{"ErrCode":5002,"Message":"[text]"}]}',
	);
	expect(code).toBe(1);
});

test('the check ends with 2 at the first refusal', async () => {
	answer = { status: 403, body: 'No' };
	const { code, said } = await check('--yes', '--base-url', url);
	expect(said).toContain('Kairos refuses the keys');
	expect({ code, requests }).toEqual({ code: 2, requests: 1 });
});

test('the check says what it costs, and sends nothing without a yes', async () => {
	const { code, said } = await check('--base-url', url);
	expect(said).toContain('bill, up to 9');
	expect({ code, requests }).toEqual({ code: 2, requests: 0 });
});

test('redacted responses keep numbers, field names, and codes, but nothing of an account', () => {
	const kept = { decision: 'review', code: 'FAILED_FACE_MATCH', score: 0.5, match: null };
	const account = { code: 'my_acme', status: 'a@example.com', id: 123456, acme: ['me'] };
	expect(redact(JSON.stringify({ kept, account }), ['acme'])).toEqual({
		kept,
		account: { code: '[text]', status: '[text]', id: 0, '[text]': ['[text]'] },
	});
});
