/**
 * node scripts/bootstrap.mjs COMMAND ARGS...
 *
 * Makes sure that the project is installed, then runs COMMAND with the project's own tools, and
 * its own Node 24, first on the PATH. Every npm script goes through here, so that each works on a
 * fresh clone. It runs on any Node from 18 on, and writes nothing to stdout.
 */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installProject, pnpmCommand } from './setup/install.mjs';
import { NODE, runTool, SetupError } from './setup/npm.mjs';
import { step } from './setup/progress.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const BIN = path.join(ROOT, 'node_modules', '.bin');
const OLDEST_NODE = 24;
const PARENT_CHECK_MS = 500;

const [command, ...args] = process.argv.slice(2);

try {
	if (command === undefined) throw new Error('Usage: node scripts/bootstrap.mjs COMMAND ARGS...');
	const allowSignals = stopOnSignals();
	const toRun = command === 'pnpm' ? await pnpmCommand() : await projectCommand(command);
	allowSignals();
	run([...toRun, ...args]);
} catch (error) {
	const message = error instanceof SetupError ? error.message : fileError(error);
	process.stderr.write(`${message ?? error.stack ?? error}\n`);
	process.exitCode = 1;
}

/** The pnpm of the project runs without it, as it also mends what keeps it from being installed. */
async function projectCommand(command) {
	if (process.platform === 'win32') {
		throw new SetupError('This runs on Linux and macOS. On Windows, use it inside WSL 2.');
	}
	await installProject(installNode);
	return [command];
}

function ownNodeWorks() {
	return spawnSync(path.join(BIN, 'node'), ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Runs the install script of the package `node`, which gets the binary for this machine. */
async function installNode(modules) {
	const folder = path.join(modules, 'node');
	let failure = '';
	await step('Get Node 24 for the project, once', 'about 5 s', () =>
		runTool('the install script of node', NODE, ['installArchSpecificPackage.js'], folder).catch(
			(error) => {
				failure = `\n${error.message}`;
			},
		),
	);
	fs.rmSync(path.join(BIN, 'node'), { force: true });
	fs.symlinkSync('../node/bin/node', path.join(BIN, 'node'));
	if (ownNodeWorks() || hasMachineNode()) return;
	throw new SetupError(
		`The project needs Node.js ${OLDEST_NODE}; its own copy could not be installed, and the ` +
			`machine has ${process.versions.node}. Install Node.js ${OLDEST_NODE} and start ` +
			`again.${failure}`,
	);
}

function hasMachineNode() {
	return Number(process.versions.node.split('.')[0]) >= OLDEST_NODE;
}

function run([command, ...args]) {
	// A copy of Node that does not run on this machine must not hide the one that does.
	const first = hasMachineNode() && !ownNodeWorks() ? [path.dirname(process.execPath)] : [];
	const PATH = [...first, BIN, process.env.PATH ?? ''].join(path.delimiter);
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

function fileError(error) {
	if (error.code === 'ENOENT' && /package\.json|lock/.test(error.path)) {
		return `${path.relative(ROOT, error.path)} is missing. Get it back with git.`;
	}
	if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) return undefined;
	return 'This folder cannot be written to. Make it yours, or move it to one that is.';
}
