import { execFileSync, spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { confirm, readKeys, type Terminal } from '../../scripts/checkKairos/keys.mts';
import { readOptions } from '../../scripts/checkKairos/options.mts';
import { run } from '../../scripts/checkKairos/run.mts';
import { outcomeOf, readFixtures } from '../support/responseFixtures.cts';
import { type Sandbox, startSandbox } from '../support/sandbox.cts';

const ENV = { KAIROS_APP_ID: 'app-4711', KAIROS_APP_KEY: 'hush-4712' };
const KEYS = Object.values(ENV);
const root = join(__dirname, '..', '..');

/** A terminal on which someone types, one text whenever it is asked for something. */
function terminalWith(...typed: string[]) {
	const events = new EventEmitter();
	const shown: string[] = [];
	const rawModes: boolean[] = [];
	const input = {
		isTTY: true,
		setRawMode: (isRaw: boolean) => rawModes.push(isRaw),
		on: (event: string, listener: (data: Buffer) => void) => {
			events.on(event, listener);
			const text = typed.shift();
			if (text !== undefined) setImmediate(() => events.emit('data', Buffer.from(text)));
		},
		off: (event: string, listener: () => void) => events.off(event, listener),
		resume: () => undefined,
		pause: () => undefined,
	};
	const output = { write: (text: string) => shown.push(text) };
	return { terminal: { input, output } as unknown as Terminal, shown, rawModes };
}

const noTerminal = { input: { isTTY: false }, output: {} } as unknown as Terminal;

describe('the keys', () => {
	test('are asked for on the terminal, which shows nothing of them', async () => {
		const { terminal, shown, rawModes } = terminalWith('my-ix\u007fd\r', ' my-key\n');
		expect(await readKeys({}, terminal)).toEqual({ appId: 'my-id', appKey: 'my-key' });
		expect(shown).toEqual(['App ID: ', '\n', 'App Key: ', '\n']);
		expect(rawModes).toEqual([true, false, true, false]);
	});

	test('come from the environment, without a question', async () => {
		const keys = await readKeys(ENV, noTerminal);
		expect(keys).toEqual({ appId: ENV.KAIROS_APP_ID, appKey: ENV.KAIROS_APP_KEY });
	});

	test.each(['\u0003', 'half\u0003', '\u0004'])('are given up by %j', async (typed) => {
		const { terminal, rawModes } = terminalWith(typed);
		await expect(readKeys({}, terminal)).rejects.toThrow('Nothing was sent.');
		expect(rawModes).toEqual([true, false]);
	});

	test('are needed', async () => {
		await expect(readKeys({}, noTerminal)).rejects.toThrow('Set KAIROS_APP_ID');
		await expect(readKeys({ ...ENV, KAIROS_APP_KEY: ' ' }, noTerminal)).rejects.toThrow('is empty');
	});

	test.each(['--app-key=hush-4712', '--key', '--app-id'])(
		'are refused as the argument %s, and not repeated',
		(option) => {
			expect(() => readOptions([option, 'hush-4712'])).toThrow(/^Keys are not taken as arguments/);
		},
	);
});

test.each([
	['yes\r', true],
	['Y\r', true],
	['no\r', false],
	['\r', false],
	['yesterday\r', false],
])('%j is a yes: %s', async (typed, isYes) => {
	expect(await confirm('Go on?', terminalWith(typed).terminal)).toBe(isYes);
});

test('--help tells every option', () => {
	const main = join(root, 'scripts', 'checkKairos.mts');
	const text = execFileSync(process.execPath, [main, '--help']).toString();
	const options = ['quick', 'yes', 'base-url', 'api-version', 'report', 'json', 'record'];
	for (const option of [...options, 'write-docs']) expect(text).toContain(`--${option}`);
});

test('an unknown option ends with a sentence', () => {
	const main = join(root, 'scripts', 'checkKairos.mts');
	const { status, stderr } = spawnSync(process.execPath, [main, '--fast']);
	expect(status).toBe(2);
	expect(stderr.toString().trim()).toMatch(/^Unknown option '--fast'.*See --help\.$/);
});

describe('the command', () => {
	let sandbox: Sandbox;
	let folder: string;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'kairos-check-'));
		sandbox = await startSandbox([
			...['--app-id', ENV.KAIROS_APP_ID, '--app-key', ENV.KAIROS_APP_KEY],
			...['--workers', '1', '--deviate', 'missing-part'],
		]);
	});
	afterAll(async () => {
		await sandbox.stop();
		rmSync(folder, { recursive: true });
	});

	async function runWith(args: string[], terminal = noTerminal, env: NodeJS.ProcessEnv = ENV) {
		const printed: string[] = [];
		const said: string[] = [];
		const code = await run(readOptions(['--base-url', sandbox.url, '--quick', ...args]), {
			env,
			terminal,
			signal: new AbortController().signal,
			print: (text) => printed.push(text),
			say: (text) => said.push(text),
		}).catch((error: Error) => error.message);
		return { code, printed: printed.join('\n'), said: said.join('\n') };
	}

	test('says what it costs, and sends nothing without a yes', async () => {
		const before = sandbox.output();
		const { terminal } = terminalWith('no\r');
		const { code, said, printed } = await runWith([], terminal);
		expect(said).toContain('may count, and bill, 3 of them as verifications: Same person;');
		expect({ code, printed }).toEqual({ code: 'Nothing was sent.', printed: '' });
		expect(sandbox.output()).toBe(before);
		expect((await runWith([])).code).toContain('add --yes');
		expect(sandbox.output()).toBe(before);
	});

	test('reports, and records responses that the tests take as they are', async () => {
		const report = join(folder, 'report.md');
		const responses = join(folder, 'responses');
		const files = ['--report', report, '--record', responses];
		const { code, printed, said } = await runWith(['--yes', '--json', ...files]);

		expect(code).toBe(1);
		const { assumptions } = JSON.parse(printed) as {
			assumptions: { id: string; outcome: string }[];
		};
		const differing = assumptions.filter(({ outcome }) => outcome === 'differs');
		expect(differing.map(({ id }) => id)).toEqual(['missing-part']);

		const fixtures = readFixtures(responses);
		expect(fixtures.map(([file]) => file)).toEqual([
			'v0.1-credential-test.json',
			'v0.1-different-people.json',
			'v0.1-missing-part.json',
			'v0.1-no-face.json',
			'v0.1-same-person.json',
			'v0.1-wrong-key.json',
		]);
		for (const [, fixture] of fixtures) expect(outcomeOf(fixture)).toEqual(fixture.expected);

		const written = readdirSync(responses).map((file) =>
			readFileSync(join(responses, file), 'utf8'),
		);
		const all = [printed, said, readFileSync(report, 'utf8'), ...written].join('\n');
		for (const key of KEYS) expect(all).not.toContain(key);
		expect(all).not.toMatch(/(?!0{8})[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-/);
		expect(written.join('')).not.toMatch(/20[1-9]\d-\d\d-\d\d/);
	});

	test('ends with 2 when the keys are refused', async () => {
		const { code, printed } = await runWith(['--yes'], noTerminal, {
			...ENV,
			KAIROS_APP_KEY: 'not-the-key-1',
		});
		expect(code).toBe(2);
		expect(printed).toContain('Kairos refused App ID or App Key');
	});

	test('refuses an address to which keys would travel in the clear', async () => {
		const { code } = await runWith(['--yes', '--base-url', 'http://kairos.example']);
		expect(code).toContain('Base URL in the Kairos credential does not start with https://');
	});
});
