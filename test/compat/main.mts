/**
 * `npm run test:compat`: runs the package, as it would be published, in the engines of several
 * releases of n8n, and prints a table. With versions behind it, only those: `-- 2.0.3`.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { copyProject, packCopy } from '../../scripts/copy.mts';
import { stopAll } from '../../scripts/processes.mts';
import { startSandbox } from '../../scripts/sandbox.mts';
import { SetupError } from '../../scripts/setup/npm.mjs';
import { say, step } from '../../scripts/setup/progress.mjs';
import { stopOnSignals } from '../../scripts/signals.mts';
import { ensureEngine, type Release, releases } from './releases.mts';

const CASES = join(import.meta.dirname, 'cases.mts');

interface Counts {
	passed: number;
	failed: number;
}

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
	const chosen = releases.filter(({ n8n }) => wanted.length === 0 || wanted.includes(n8n));
	if (chosen.length === 0) {
		throw new SetupError(`There are: ${releases.map(({ n8n }) => n8n).join(', ')}`);
	}
	const unpacked = await step('Build and pack the node', 'about 10 s', unpackPackage);
	const sandbox = await step('Start the sandbox', 'about 2 s', startSandbox);
	const rows: (Release & Counts)[] = [];
	for (const release of chosen) {
		const modules = await ensureEngine(release);
		say(`\nn8n ${release.n8n}`);
		rows.push({ ...release, ...(await runCases(unpacked, modules, sandbox.url)) });
	}
	console.log('| n8n | n8n-core | n8n-workflow | passed | failed |');
	console.log('| --- | --- | --- | --- | --- |');
	for (const { n8n, core, workflow, passed, failed } of rows) {
		console.log(`| ${n8n} | ${core} | ${workflow} | ${passed} | ${failed} |`);
	}
	return rows.every(({ failed }) => failed === 0) ? 0 : 1;
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
async function runCases(unpacked: string, modules: string, sandboxUrl: string): Promise<Counts> {
	const tests = run({
		files: [CASES],
		argv: [unpacked, modules, sandboxUrl],
		execArgv: ['--no-warnings'],
		cwd: folder,
		env: {
			...process.env,
			// As n8n does, so that the package finds the n8n-workflow of its host.
			NODE_PATH: modules,
			N8N_USER_FOLDER: mkdtempSync(join(folder, 'user-')),
			N8N_ENCRYPTION_KEY: 'the key of an engine that keeps nothing',
			N8N_LOG_LEVEL: 'error',
		},
		// The engine goes on waiting for work.
		forceExit: true,
	});
	const counts = { passed: 0, failed: 0 };
	tests.on('test:pass', () => counts.passed++);
	tests.on('test:fail', () => counts.failed++);
	const report = tests.compose(spec);
	report.pipe(process.stdout, { end: false });
	await once(report, 'end');
	return counts;
}
