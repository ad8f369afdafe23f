import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const QUOTED_LINES = 8;
const MODULES = path.resolve(fileURLToPath(import.meta.url), '..', '..', '..', 'node_modules');

/** Where we run on the project's own Node, that of the machine, as ours may be installed anew. */
export const NODE = process.execPath.startsWith(MODULES) ? 'node' : process.execPath;

/** A failure that a sentence explains: it is shown without a stack. */
export class SetupError extends Error {
	name = 'SetupError';
}

const REASONS = [
	[/ENOSPC/, 'the disk is full. Free some space and start again.'],
	[
		/EACCES|EPERM|EROFS/,
		'it may not write to the project folder. Make the folder yours (or move it to one that is) and start again.',
	],
	[
		/ERR_PNPM_OUTDATED_LOCKFILE|ERR_PNPM_LOCKFILE_CONFIG_MISMATCH|ERR_PNPM_NO_LOCKFILE|EUSAGE/,
		'a package.json and the lock file beside it do not fit together. After a change of yours, `npm run pnpm -- install --lockfile-only` in that folder makes them fit; else get them back with git.',
	],
	[
		/ERR_PNPM_(BROKEN_LOCKFILE|TARBALL_INTEGRITY)|EINTEGRITY/,
		'what came from the registry is not what the lock file says. Get the lock file back with git, check `npm config get registry`, and start again.',
	],
	[
		/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ESOCKETTIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EIDLETIMEOUT|network/i,
		'the npm registry cannot be reached. Check the connection and the proxy (`npm config get registry`, `npm config get proxy`), then start again.',
	],
	[
		/E401|E403|ERR_PNPM_FETCH_40[13]/,
		'the npm registry refuses access. Check `npm config get registry` and your login.',
	],
	[
		/E404|ETARGET|ERR_PNPM_FETCH_404|ERR_PNPM_NO_MATCHING_VERSION/,
		'the npm registry does not have a package that is needed.',
	],
	[/EBADPLATFORM/, 'a package that is needed does not exist for this kind of machine.'],
];

/**
 * Runs npm without a word on stdout and without reading stdin.
 *
 * The log level is set here because the project's .npmrc silences npm, and the words of a failing
 * npm are needed.
 *
 * @param {string[]} args
 * @param {string} cwd the folder to run in
 * @returns {Promise<string>} what npm wrote to its stdout
 * @throws {SetupError} when npm is missing or fails: what went wrong, what to do, and npm's words
 */
export async function runNpm(args, cwd) {
	const quiet = ['--loglevel=error', '--no-audit', '--no-fund', '--no-update-notifier'];
	const [command, ...before] = npmCommand();
	return await runTool(`npm ${args[0]}`, command, [...before, ...args, ...quiet], cwd);
}

/**
 * Runs a tool that installs something, without a word on stdout and without reading stdin.
 *
 * @param {string} name for people: `pnpm install`
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd the folder to run in
 * @returns {Promise<string>} what it wrote to its stdout
 * @throws {SetupError} when it is missing or fails: what went wrong, what to do, and its words
 */
export async function runTool(name, command, args, cwd) {
	const { code, signal, stdout, all } = await collect(command, args, cwd);
	if (code === 0) return stdout;
	const reason = REASONS.find(([pattern]) => pattern.test(all))?.[1] ?? endOf(code, signal);
	throw new SetupError(`\`${name}\` failed: ${reason}\n  It says:\n${quote(all)}`);
}

/**
 * Makes sure that the disk of `folder` has room, where this Node can tell.
 *
 * @param {string} folder an existing folder
 * @param {number} gigabytes
 * @param {string} what what the room is for: `n8n`
 * @throws {SetupError} when there is less
 */
export async function needDiskSpace(folder, gigabytes, what) {
	// fs.statfs came with Node 18.15.
	if (fs.promises.statfs === undefined) return;
	const disk = await fs.promises.statfs(folder);
	const free = (disk.bavail * disk.bsize) / 1e9;
	if (free >= gigabytes) return;
	throw new SetupError(
		`The disk has ${free.toFixed(1)} GB free; ${what} needs about ${gigabytes} GB. ` +
			'Free some space, or move the project to another disk, and start again.',
	);
}

/** The reason comes first and how to go on last; between them there may be a page of usage. */
function quote(text) {
	const lines = text
		.trim()
		.split('\n')
		.map((line) => `    ${line}`);
	const left = lines.length - 2 * QUOTED_LINES;
	if (left > 0) lines.splice(QUOTED_LINES, left, `    ... ${left} lines ...`);
	return lines.join('\n');
}

/** The npm that runs us, when one does, so that the choice of npm stays with the person. */
function npmCommand() {
	const running = process.env.npm_execpath;
	const isNpm = running !== undefined && path.basename(running) === 'npm-cli.js';
	return isNpm ? [NODE, running] : ['npm'];
}

function endOf(code, signal) {
	if (signal === 'SIGKILL' || code === 137) {
		return 'the system ended it, most likely for lack of memory. Close other programs and start again.';
	}
	if (signal !== null) return `it was stopped (${signal}).`;
	return `it ended with code ${code}.`;
}

function collect(command, args, cwd) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
		const end = () => child.kill();
		process.once('exit', end);
		let stdout = '';
		let all = '';
		child.stdout.setEncoding('utf8').on('data', (text) => {
			stdout += text;
			all += text;
		});
		child.stderr.setEncoding('utf8').on('data', (text) => {
			all += text;
		});
		child.on('error', (error) => reject(explainSpawn(error)));
		child.on('close', (code, signal) => {
			process.off('exit', end);
			resolve({ code, signal, stdout, all });
		});
	});
}

function explainSpawn(error) {
	if (error.code !== 'ENOENT') return error;
	return new SetupError(
		'npm was not found. It comes with Node.js: install Node.js 20 or newer from nodejs.org ' +
			'(or your package manager) and start again.',
	);
}
