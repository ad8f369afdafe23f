/**
 * node scripts/bootstrap.mjs COMMAND ARGS...
 *
 * Makes sure that the project is installed, then runs COMMAND with the project's own tools, and
 * its own Node 24, first on the PATH. Every npm script goes through here, so that each works on a
 * fresh clone. It runs on any Node from 18 on, and writes nothing to stdout.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const MODULES = path.join(ROOT, 'node_modules');
const BIN = path.join(MODULES, '.bin');
const STAMP = path.join(MODULES, '.installed.json');
const PROJECT_GIGABYTES = 2;
const OLDEST_NODE = 24;
const PARENT_CHECK_MS = 500;

const [command, ...args] = process.argv.slice(2);

try {
	if (command === undefined) throw new Error('Usage: node scripts/bootstrap.mjs COMMAND ARGS...');
	const wanted = describeInstallation();
	if (!isInstalled(wanted)) await install(wanted);
	run(command, args);
} catch (error) {
	const isExplained = error.name === 'SetupError';
	process.stderr.write(`${isExplained ? error.message : (error.stack ?? error)}\n`);
	process.exitCode = 1;
}

/** Everything that makes an installation unfit when it changes. */
function describeInstallation() {
	const lockFile = path.join(ROOT, 'package-lock.json');
	if (!fs.existsSync(lockFile)) {
		throw explained('package-lock.json is missing. Get it back: git checkout package-lock.json');
	}
	const hash = createHash('sha256').update(fs.readFileSync(lockFile)).digest('hex');
	return `${hash} ${process.platform}-${process.arch}`;
}

function readStamp() {
	try {
		return JSON.parse(fs.readFileSync(STAMP, 'utf8'));
	} catch {
		return undefined;
	}
}

function isInstalled(wanted) {
	const stamp = readStamp();
	if (stamp?.installation !== wanted) return false;
	return stamp.node === 'own' ? fs.existsSync(path.join(BIN, 'node')) : hasMachineNode();
}

function hasMachineNode() {
	return Number(process.versions.node.split('.')[0]) >= OLDEST_NODE;
}

async function install(wanted) {
	if (process.platform === 'win32') {
		throw explained('This runs on Linux and macOS. On Windows, use it inside WSL 2.');
	}
	const { lock } = await import('./setup/lock.mjs');
	const { say } = await import('./setup/progress.mjs');
	const allowSignals = stopOnSignals();

	// Outside node_modules, which `npm ci` removes.
	const release = await lock(path.join(ROOT, '.runtime', 'install.lock'), (pid) => {
		say(`Another command (process ${pid}) is installing the project: waiting for it.`);
	}).catch(explainFileError);
	try {
		if (isInstalled(wanted)) return;
		if (!hasAllPackages()) await installPackages();
		if (!ownNodeWorks()) await installNode();
		const stamp = { installation: wanted, node: ownNodeWorks() ? 'own' : 'machine' };
		fs.writeFileSync(STAMP, JSON.stringify(stamp));
	} finally {
		release();
		allowSignals();
	}
}

/** Whether someone ran `npm ci` or `npm install` by hand: npm leaves a list when it is through. */
function hasAllPackages() {
	const installedFile = path.join(MODULES, '.package-lock.json');
	if (!fs.existsSync(installedFile)) return false;
	const { packages: installed } = JSON.parse(fs.readFileSync(installedFile, 'utf8'));
	const { packages } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));
	return Object.entries(packages).every(
		([folder, { version, optional, devOptional }]) =>
			folder === '' || optional || devOptional || installed[folder]?.version === version,
	);
}

async function installPackages() {
	const { needDiskSpace, runNpm } = await import('./setup/npm.mjs');
	const { step } = await import('./setup/progress.mjs');
	await needDiskSpace(ROOT, PROJECT_GIGABYTES, 'the project');
	await step('Install what the project needs, once', 'about 3 min, 1.7 GB', () =>
		runNpm(['ci', '--ignore-scripts'], ROOT),
	);
}

function ownNodeWorks() {
	return spawnSync(path.join(BIN, 'node'), ['--version'], { stdio: 'ignore' }).status === 0;
}

async function installNode() {
	const { runNpm } = await import('./setup/npm.mjs');
	const { step } = await import('./setup/progress.mjs');
	let failure = '';
	await step('Get Node 24 for the project, once', 'about 5 s', () =>
		runNpm(['rebuild', 'node', '--ignore-scripts=false'], ROOT).catch((error) => {
			failure = `\n${error.message}`;
		}),
	);
	if (ownNodeWorks() || hasMachineNode()) return;
	throw explained(
		`The project needs Node.js ${OLDEST_NODE}; its own copy could not be installed, and the ` +
			`machine has ${process.versions.node}. Install Node.js ${OLDEST_NODE} and start ` +
			`again.${failure}`,
	);
}

function run(command, args) {
	// A copy of Node that does not run on this machine must not hide the one that does.
	const first = readStamp().node === 'own' ? [BIN] : [path.dirname(process.execPath), BIN];
	const PATH = [...first, process.env.PATH ?? ''].join(path.delimiter);
	const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, PATH } });
	passSignals(child);
	child.on('error', (error) => {
		process.stderr.write(`${command} could not be started: ${error.message}\n`);
		process.exitCode = 1;
	});
	child.on('exit', (code, signal) => {
		process.exitCode = code ?? 128 + os.constants.signals[signal];
	});
}

function passSignals(child) {
	for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
	// Ctrl-C reaches the child by itself, as it goes to all that the terminal runs; without a
	// terminal only we may have been meant. Either way we wait, so that the child can clean up.
	process.on('SIGINT', () => {
		if (!process.stdin.isTTY) child.kill('SIGINT');
	});
	// npm runs us through a shell that dies of SIGTERM without a word to us.
	if (process.env.npm_lifecycle_event === undefined) return;
	const parent = process.ppid;
	const watch = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(watch);
		child.kill('SIGTERM');
	}, PARENT_CHECK_MS);
	watch.unref();
}

/** Ends at once on a signal, which ends npm too, until the returned function is called. */
function stopOnSignals() {
	const stop = (signal) => {
		process.stderr.write('\nStopped before the installation was complete.\n');
		process.exit(128 + os.constants.signals[signal]);
	};
	const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
	for (const signal of signals) process.on(signal, stop);
	return () => signals.forEach((signal) => process.off(signal, stop));
}

function explained(message) {
	return Object.assign(new Error(message), { name: 'SetupError' });
}

function explainFileError(error) {
	if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
	throw explained('This folder cannot be written to. Make it yours, or move it to one that is.');
}
