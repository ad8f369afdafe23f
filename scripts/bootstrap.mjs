/**
 * node scripts/bootstrap.mjs COMMAND ARGS...
 *
 * Installs what is missing, then runs COMMAND with the project's own tools, and its own Node 24,
 * first on the PATH. Every npm script goes through here, so each works on a fresh clone. It needs
 * Node 18 or newer and npm, and writes nothing to stdout.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const FILE = fileURLToPath(import.meta.url);
const ROOT = path.resolve(FILE, '..', '..');
const RUNTIME = path.join(ROOT, '.runtime');
const OLDEST_NODE = 24;
const POLL_MS = 500;
const REPORT_EVERY_MS = 10_000;

/** What a failure says, and the sentence that tells a person what to do about it. */
const REASONS = [
	[/ENOSPC/, 'The disk is full. Free some space and start again.'],
	[
		/EACCES|EPERM|EROFS/,
		'This folder cannot be written to. Make it yours, or move it to one that is.',
	],
	[
		/OUTDATED_LOCKFILE|LOCKFILE_CONFIG_MISMATCH|NO_LOCKFILE|BROKEN_LOCKFILE|INTEGRITY|EUSAGE/,
		'A lock file fits neither its package.json nor the registry. Get both back with git; after a change of yours, run `node scripts/bootstrap.mjs pnpm install --lockfile-only`.',
	],
	[
		/ENOMEM|out of memory|SIGKILL|Killed/,
		'The machine ran out of memory. Close other programs and start again.',
	],
	[
		/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EIDLETIMEOUT|network/i,
		'The npm registry cannot be reached. Check the connection and the proxy (`npm config get registry`, `npm config get proxy`), then start again.',
	],
];

/** A failure that a sentence explains: it is shown without a stack. */
export class SetupError extends Error {
	name = 'SetupError';
}

/** Installs the project, then runs a command in it. */
async function main([command, ...args]) {
	if (command === undefined) throw new SetupError('Usage: bootstrap.mjs COMMAND ARGS...');
	if (process.platform === 'win32') {
		throw new SetupError('This runs on Linux and macOS. On Windows, use it inside WSL 2.');
	}
	const allowSignals = stopOnSignals();
	const tools = await installTools();
	// The project's pnpm runs without the project, as it also mends what keeps it from installing.
	if (command !== 'pnpm') {
		await installFromLock('project', {
			name: "the project's packages",
			usual: 'about 1 min, 1.5 GB',
		});
	}
	allowSignals();
	const bins = [path.join(tools, '.bin'), path.join(ROOT, 'node_modules', '.bin')];
	const PATH = [...bins, process.env.PATH].join(path.delimiter);
	const env = { ...process.env, PATH };
	// The project's .npmrc silences pnpm, too.
	if (command === 'pnpm') env.npm_config_loglevel = 'info';
	const child = spawn(command, args, { stdio: 'inherit', env });
	passSignals(child);
	child.on('error', (error) => fail(new SetupError(`${command} does not start: ${error.message}`)));
	child.on('exit', (code, signal) => {
		process.exitCode = code ?? 128 + os.constants.signals[signal];
	});
}

/** pnpm, and Node 24: npm takes the one package of it that is for this machine. */
async function installTools() {
	return await installFromLock('tools', {
		name: 'pnpm and Node 24',
		usual: 'about 10 s, 0.2 GB',
		finish: async (modules) => {
			const node = path.join(modules, '.bin', 'node');
			if (spawnSync(node, ['--version']).status === 0) return;
			fs.rmSync(node, { force: true });
			if (Number.parseInt(process.versions.node) >= OLDEST_NODE) return;
			// npm passes over an optional package that it cannot install, without a word.
			throw new SetupError(
				`Node.js ${OLDEST_NODE} could not be installed: the disk is full, the download broke ` +
					`off, or npm has none for this machine (${process.platform}, ${process.arch}). Start ` +
					`again, or install Node.js ${OLDEST_NODE} yourself.`,
			);
		},
	});
}

/**
 * Installs what a folder of locks/ names under .runtime, exactly as its lock file says, unless it
 * is there already.
 *
 * @param {string} tree the folder's name: `n8n`; or `project`, for the project itself
 * @param {{ name: string; usual: string; finish?: (modules: string) => Promise<unknown> }} options
 *   what people are told, and what remains to be done before it counts as installed
 * @returns {Promise<string>} its node_modules
 * @throws {SetupError} what went wrong, and what to do about it
 */
export async function installFromLock(tree, { name, usual, finish }) {
	const isProject = tree === 'project';
	const source = isProject ? ROOT : path.join(ROOT, 'locks', tree);
	const folder = isProject ? ROOT : path.join(RUNTIME, 'node_modules', tree);
	const lockFile = tree === 'tools' ? 'package-lock.json' : 'pnpm-lock.yaml';
	const modules = path.join(folder, 'node_modules');
	const stamp = path.join(modules, '.installed');
	const isInstalled = () =>
		fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === describe(source, lockFile);
	if (isInstalled()) return modules;
	const release = await lock(path.join(RUNTIME, `${tree}.lock`), name);
	try {
		if (isInstalled()) return modules;
		await step(`Install ${name}, once`, usual, async () => {
			// From an empty folder, since nobody can tell what an interrupted installation lacks.
			await fs.promises.rm(modules, { recursive: true, force: true, maxRetries: 3 });
			fs.mkdirSync(folder, { recursive: true });
			for (const file of isProject ? [] : ['package.json', lockFile]) {
				fs.copyFileSync(path.join(source, file), path.join(folder, file));
			}
			await (tree === 'tools' ? runNpm(['ci', '--ignore-scripts'], folder) : runPnpm(folder));
			await finish?.(modules);
		});
		fs.writeFileSync(stamp, describe(source, lockFile));
		return modules;
	} finally {
		release();
	}
}

/** What makes an installation unfit when it changes. */
function describe(source, lockFile) {
	const read = (file) => fs.readFileSync(path.join(source, file), 'utf8');
	const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json'));
	return createHash('sha256')
		.update(JSON.stringify([dependencies, devDependencies, optionalDependencies]))
		.update(read(lockFile))
		.update(`${process.platform} ${process.arch}`)
		.digest('hex');
}

async function runPnpm(folder) {
	const pnpm = path.join(await installTools(), '.bin', 'pnpm');
	const store = `--store-dir=${path.join(RUNTIME, 'store')}`;
	// The project's .npmrc silences it, and the words of a pnpm that fails are needed.
	const flags = [store, '--loglevel=warn', '--reporter=append-only'];
	// What pnpm-workspace.yaml says for the project, for what is installed besides.
	const besides = ['--ignore-workspace', '--config.node-linker=hoisted', '--ignore-scripts'];
	if (folder !== ROOT) flags.push(...besides);
	await runTool('pnpm', pnpm, ['install', '--frozen-lockfile', ...flags], folder);
}

/**
 * Runs npm without reading stdin, and gives what it writes to stdout.
 *
 * @param {string[]} args
 * @param {string} folder to run in
 * @param {NodeJS.ProcessEnv} [env] beside our own environment
 * @returns {Promise<string>}
 * @throws {SetupError} why it failed, what to do, and its words
 */
export async function runNpm(args, folder, env) {
	// The project's .npmrc silences npm, and the words of an npm that fails are needed.
	return await runTool('npm', 'npm', [...args, '--loglevel=error', '--no-audit'], folder, env);
}

async function runTool(name, command, args, cwd, more) {
	const env = { ...process.env, ...more };
	const running = promisify(execFile)(command, args, { cwd, env, maxBuffer: Infinity });
	running.child.stdin?.end();
	const end = () => running.child.kill();
	process.once('exit', end);
	try {
		return (await running).stdout;
	} catch (error) {
		if (error.code === 'ENOENT') throw new SetupError(`${name} was not found. Install Node.js.`);
		const said = `${error.stderr}${error.stdout}`.trim();
		const how = explain(`${said}\n${error.signal}`) ?? `It ended with ${error.code}.`;
		throw new SetupError(`${name} ${args[0]} failed. ${how}\n${said.replaceAll(/^/gm, '    ')}`);
	} finally {
		process.off('exit', end);
	}
}

/**
 * Takes the lock at `file`, which names its holder, or says which process has it. A lock whose
 * holder is gone is free.
 *
 * @param {string} file
 * @returns {{ release: () => void } | { heldBy: number }}
 */
export function tryLock(file) {
	fs.mkdirSync(path.dirname(file), { recursive: true });
	for (;;) {
		try {
			fs.closeSync(fs.openSync(file, 'wx'));
		} catch (error) {
			if (error.code !== 'EEXIST') throw error;
			const heldBy = readPid(file);
			if (isRunning(heldBy)) return { heldBy };
			freeLock(file, heldBy);
			continue;
		}
		const release = () => {
			process.off('exit', release);
			fs.rmSync(file, { force: true });
		};
		process.on('exit', release);
		fs.writeFileSync(file, String(process.pid));
		return { release };
	}
}

async function lock(file, name) {
	for (let isFirst = true; ; isFirst = false) {
		const { release, heldBy } = tryLock(file);
		if (release) return release;
		if (isFirst) say(`Another command (process ${heldBy}) is installing ${name}: waiting for it.`);
		await new Promise((resolve) => setTimeout(resolve, POLL_MS));
	}
}

/** Removes the lock of a process that is gone, unless somebody else was quicker to take it. */
function freeLock(file, heldBy) {
	const aside = `${file}.${process.pid}`;
	try {
		fs.renameSync(file, aside);
		if (readPid(aside) !== heldBy) fs.linkSync(aside, file);
		fs.rmSync(aside);
	} catch (error) {
		if (error.code !== 'ENOENT') throw error;
	}
}

/** 0, as if held by this process, for a lock that is being made, or gone in the meantime. */
function readPid(file) {
	return fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0;
}

function isRunning(pid) {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		return error.code === 'EPERM';
	}
}

/**
 * Runs `work` under progress lines on stderr: one at its start, one every 10 s, one at its end.
 *
 * @template T
 * @param {string} name what is being done
 * @param {string} usual how long it usually takes, for people: `about 4 min`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} what `work` gives; what it throws is thrown on, after a line that says so
 */
export async function step(name, usual, work) {
	const startedAt = Date.now();
	const seconds = () => ((Date.now() - startedAt) / 1000).toFixed(1);
	say(`  ${name} (${usual})`);
	const timer = setInterval(() => say(`    ${name}: ${seconds()} s`), REPORT_EVERY_MS);
	try {
		const result = await work();
		say(`✓ ${name}: ${seconds()} s`);
		return result;
	} catch (error) {
		say(`✗ ${name}: failed after ${seconds()} s`);
		throw error;
	} finally {
		clearInterval(timer);
	}
}

/**
 * Writes a line to stderr.
 *
 * @param {string} text
 */
export function say(text) {
	process.stderr.write(`${text}\n`);
}

/** Ends at once on a signal, until the returned function is called. */
function stopOnSignals() {
	const stop = (signal) => {
		say('\nStopped before the installation was complete. Start again to go on.');
		process.exit(128 + os.constants.signals[signal]);
	};
	const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
	for (const signal of signals) process.on(signal, stop);
	return () => signals.forEach((signal) => process.off(signal, stop));
}

/** From now on a signal is the command's: we wait, so that it can clean up. */
function passSignals(child) {
	for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
	// Ctrl-C in a terminal reaches the child by itself.
	process.on('SIGINT', () => {
		if (!process.stdin.isTTY) child.kill('SIGINT');
	});
}

function explain(text) {
	return REASONS.find(([pattern]) => pattern.test(text))?.[1];
}

function fail(error) {
	const sentence = error instanceof SetupError ? error.message : explain(String(error.code));
	say(sentence ?? error.stack);
	process.exitCode = 1;
}

// The project's scripts import what installs, too.
if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === FILE) {
	await main(process.argv.slice(2)).catch(fail);
}
