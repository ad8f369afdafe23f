/**
 * `npm run test:compat`: runs the package, as it would be published, in the engines of several
 * releases of n8n, and prints a table. With versions behind it, only those: `-- 2.0.3`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyProject, packCopy } from '../../scripts/copy.mts';
import { startProcess, stopAll } from '../../scripts/processes.mts';
import { startSandbox } from '../../scripts/sandbox.mts';
import { SetupError } from '../../scripts/setup/npm.mjs';
import { say, step } from '../../scripts/setup/progress.mjs';
import { stopOnSignals } from '../../scripts/signals.mts';
import { ensureEngine, type Release, releases } from './releases.mts';
import { readResults, type Result } from './results.mts';

const CASES = join(import.meta.dirname, 'cases.mts');

const folder = mkdtempSync(join(tmpdir(), 'kairos-compat-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
stopOnSignals(() => false);

try {
	process.exitCode = await testReleases(process.argv.slice(2));
} catch (error) {
	say(error instanceof SetupError ? error.message : String((error as Error).stack));
	process.exitCode = 1;
}
await stopAll();

/** @returns the exit code */
async function testReleases(wanted: string[]): Promise<number> {
	const unpacked = await step('Build and pack the node', 'about 10 s', unpackPackage);
	const sandbox = await step('Start the sandbox', 'about 2 s', startSandbox);
	const chosen = releases.filter(({ n8n }) => wanted.length === 0 || wanted.includes(n8n));
	const rows: [Release, Result[]][] = [];
	for (const release of chosen) {
		const modules = await ensureEngine(release);
		const results = await step(`n8n ${release.n8n}`, 'about 20 s', () =>
			runCases(unpacked, modules, sandbox.url),
		);
		rows.push([release, results]);
	}
	printTable(rows);
	const all = rows.flatMap(([, results]) => results);
	const failed = all.filter(({ failure }) => failure !== undefined).length;
	console.log(`${all.length - failed} passed, ${failed} failed`);
	return failed === 0 && all.length > 0 ? 0 : 1;
}

/** Outside the project, where `n8n-workflow` can only be that of the release. */
async function unpackPackage(): Promise<string> {
	const copy = join(folder, 'copy');
	copyProject(copy);
	const { tarball } = await packCopy(copy);
	const unpacked = join(folder, 'unpacked');
	mkdirSync(unpacked);
	execFileSync('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1']);
	return unpacked;
}

/** Runs all cases in a process of their own, since one process holds one engine. */
async function runCases(unpacked: string, modules: string, sandboxUrl: string): Promise<Result[]> {
	const lines: string[] = [];
	const userFolder = mkdtempSync(join(folder, 'user-'));
	const cases = await startProcess(
		process.execPath,
		['--no-warnings', CASES, unpacked, modules, sandboxUrl],
		{
			cwd: folder,
			env: {
				...process.env,
				// As n8n does, so that the package finds the n8n-workflow of its host.
				NODE_PATH: modules,
				N8N_USER_FOLDER: userFolder,
				N8N_ENCRYPTION_KEY: 'the key of an engine that keeps nothing',
				N8N_LOG_LEVEL: 'error',
			},
			onLine: (line) => lines.push(line),
		},
	);
	const end = await cases.exited;
	const results = readResults(lines);
	if (results !== undefined) return results;
	return [{ name: 'the engine', failure: `It ended (${end}).\n${cases.lastLines(20)}` }];
}

function printTable(rows: [Release, Result[]][]): void {
	console.log('| n8n | n8n-core | n8n-workflow | result |');
	console.log('| --- | --- | --- | --- |');
	for (const [{ n8n, core, workflow }, results] of rows) {
		const failed = results.filter(({ failure }) => failure !== undefined).length;
		const passed = results.length - failed;
		const result = failed === 0 ? `${passed} passed` : `${passed} passed, ${failed} failed`;
		console.log(`| ${n8n} | ${core} | ${workflow} | ${result} |`);
	}
	for (const [{ n8n }, results] of rows) {
		for (const { name, failure } of results) {
			if (failure !== undefined) console.log(`\nn8n ${n8n}: ${name}\n  ${failure}`);
		}
	}
}
