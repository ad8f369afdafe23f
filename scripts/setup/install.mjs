import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lock } from './lock.mjs';
import { needDiskSpace, NODE, runNpm, runTool } from './npm.mjs';
import { say, step } from './progress.mjs';

const ROOT = path.resolve(fileURLToPath(import.meta.url), '..', '..', '..');
const LOCKS = path.join(ROOT, 'locks');
const RUNTIME = path.join(ROOT, '.runtime');
/** What pnpm-workspace.yaml says for the project, for what is installed besides. */
const TREE_FLAGS = ['--ignore-workspace', '--config.node-linker=hoisted', '--ignore-scripts'];

/**
 * Makes sure that the project itself is installed as its lock file says.
 *
 * @param {(modules: string) => Promise<void>} finish what remains to be done before it counts
 */
export async function installProject(finish) {
	const [usual, gigabytes] = ['about 1 min, 1.5 GB', 2];
	await ensureInstalled(ROOT, ROOT, { name: "the project's packages", usual, gigabytes, finish });
}

/**
 * Makes sure that what a folder of locks/ names is installed under .runtime, as its lock file
 * says.
 *
 * @param {string} tree the folder's name: `n8n`
 * @param {{ name: string; usual: string; gigabytes: number;
 *   finish?: (modules: string) => Promise<void> }} options what people are told, and what remains
 *   to be done before it counts as installed
 * @returns {Promise<string>} its node_modules
 */
export async function ensureTree(tree, options) {
	const folder = path.join(RUNTIME, 'node_modules', tree);
	await ensureInstalled(folder, path.join(LOCKS, tree), options);
	return path.join(folder, 'node_modules');
}

/**
 * Runs the project's own pnpm.
 *
 * @param {string[]} args
 * @param {string} folder the project's, or one with a manifest and a lock file of its own
 * @throws {SetupError} when it fails: what went wrong, what to do, and its words
 */
export async function runPnpm(args, folder) {
	const flags = folder === ROOT ? [] : TREE_FLAGS;
	const [command, ...pnpm] = await pnpmCommand();
	await runTool(`pnpm ${args[0]}`, command, [...pnpm, ...args, ...flags], folder);
}

/** @returns {Promise<string[]>} what runs pnpm with the store that all installations share */
export async function pnpmCommand() {
	const modules = await ensureTree('pnpm', { name: 'pnpm', usual: 'about 3 s', gigabytes: 0.1 });
	const cli = path.join(modules, 'pnpm', 'bin', 'pnpm.cjs');
	const store = `--store-dir=${path.join(RUNTIME, 'store')}`;
	return [NODE, cli, store, '--loglevel=warn', '--reporter=append-only'];
}

async function ensureInstalled(folder, source, { name, usual, gigabytes, finish }) {
	if (isInstalled(folder, source)) return;
	// Outside the folder, which may be removed; beside the others, whose lock this may be.
	const release = await lock(path.join(RUNTIME, `${path.basename(folder)}.lock`), (pid) => {
		say(`Another command (process ${pid}) is installing ${name}: waiting for it.`);
	});
	try {
		if (isInstalled(folder, source)) return;
		await needDiskSpace(RUNTIME, gigabytes, name);
		const modules = path.join(folder, 'node_modules');
		const isPnpm = lockFileOf(source) === 'package-lock.json';
		if (!isPnpm) await pnpmCommand();
		await step(`Install ${name}, once`, usual, async () => {
			// From an empty folder, since nobody can tell what a half-removed one lacks.
			await fs.promises.rm(modules, { recursive: true, force: true, maxRetries: 3 });
			if (folder !== source) copyManifest(source, folder);
			await (isPnpm
				? runNpm(['ci', '--ignore-scripts'], folder)
				: runPnpm(['install', '--frozen-lockfile'], folder));
		});
		await finish?.(modules);
		const stamp = { wanted: describe(source), packages: listPackages(modules) };
		fs.writeFileSync(stampOf(folder), JSON.stringify(stamp));
	} finally {
		release();
	}
}

function copyManifest(source, folder) {
	fs.mkdirSync(folder, { recursive: true });
	for (const file of ['package.json', lockFileOf(source)]) {
		fs.copyFileSync(path.join(source, file), path.join(folder, file));
	}
}

/** Whether it is installed as it is wanted now, and no package has been removed since. */
function isInstalled(folder, source) {
	try {
		const stamp = JSON.parse(fs.readFileSync(stampOf(folder), 'utf8'));
		if (stamp.wanted !== describe(source)) return false;
		const packages = new Set(listPackages(path.join(folder, 'node_modules')));
		return stamp.packages.every((name) => packages.has(name));
	} catch (error) {
		if (error.code === 'ENOENT' || error instanceof SyntaxError) return false;
		throw error;
	}
}

/** Everything that makes an installation unfit when it changes. */
function describe(source) {
	const { dependencies, devDependencies } = JSON.parse(
		fs.readFileSync(path.join(source, 'package.json'), 'utf8'),
	);
	const hash = createHash('sha256')
		.update(JSON.stringify({ dependencies, devDependencies }))
		.update(fs.readFileSync(path.join(source, lockFileOf(source))))
		.digest('hex');
	return `${hash} ${process.platform}-${process.arch}`;
}

function listPackages(modules) {
	const list = (folder) => fs.readdirSync(folder).filter((name) => !name.startsWith('.'));
	return list(modules).flatMap((name) =>
		name.startsWith('@') ? list(path.join(modules, name)).map((part) => `${name}/${part}`) : [name],
	);
}

/** pnpm itself comes by npm, which every Node.js brings. */
function lockFileOf(source) {
	return path.basename(source) === 'pnpm' ? 'package-lock.json' : 'pnpm-lock.yaml';
}

function stampOf(folder) {
	return path.join(folder, 'node_modules', '.installed.json');
}
