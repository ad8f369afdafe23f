/**
 * `npm run test:compat`: runs the engine tests in the engines of older releases of n8n, and prints a
 * table. With versions behind it, only in those: `-- 2.0.3`.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from 'markdown-table';
import { BUILD, runChecks } from '../../scripts/checks.mts';
import { ROOT, RUNTIME } from '../../scripts/paths.mts';
import { startProcess } from '../../scripts/processes.mts';
import { ensureTree } from '../../scripts/setup/install.mjs';
import { SetupError } from '../../scripts/setup/npm.mjs';
import { say, step } from '../../scripts/setup/progress.mjs';
import { stopOnSignals } from '../../scripts/signals.mts';

/** Before the release in the names of the folders in locks/ that hold an engine. */
const ENGINE = 'engine-';

/** What of the tests meets n8n's engine. How a run is paced has nothing to do with it, but takes long. */
const TESTS = ['test/engine', 'test/unit/branches', 'test/unit/inputs'];
const WITHOUT = ['test/engine/ridesOut', 'test/engine/load'];

/** What of jest's report is shown. */
interface Report {
	success: boolean;
	numPassedTests: number;
	numFailedTests: number;
	/** Of what the release cannot do yet. */
	numPendingTests: number;
	/** Of each file. */
	testResults: { message: string }[];
}

stopOnSignals();
try {
	process.exitCode = await testReleases(process.argv.slice(2));
} catch (error) {
	if (!(error instanceof SetupError)) throw error;
	say(error.message);
	process.exitCode = 1;
}

/** @returns the exit code */
async function testReleases(wanted: string[]): Promise<number> {
	const releases = readdirSync(join(ROOT, 'locks'))
		.flatMap((name) => name.split(ENGINE)[1] ?? [])
		.sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
	const chosen = releases.filter((release) => wanted.length === 0 || wanted.includes(release));
	if (chosen.length === 0) throw new SetupError(`There are: ${releases.join(', ')}`);
	const built = await runChecks([BUILD]);
	if (built !== 0) return built;
	const rows = [['n8n', 'passed', 'failed', 'not there yet']];
	let isGood = true;
	for (const release of chosen) {
		const packages = await ensureTree(`${ENGINE}${release}`, {
			name: `the engine of n8n ${release}`,
			usual: 'about 15 s, 0.3 GB',
			gigabytes: 0.5,
		});
		const report = await step(`The tests in n8n ${release}`, 'about 50 s', () =>
			runTests(release, packages),
		);
		for (const { message } of report.testResults) if (message !== '') say(message);
		const { numPassedTests, numFailedTests, numPendingTests } = report;
		rows.push([release, ...[numPassedTests, numFailedTests, numPendingTests].map(String)]);
		isGood &&= report.success;
	}
	console.log(markdownTable(rows));
	return isGood ? 0 : 1;
}

async function runTests(release: string, packages: string): Promise<Report> {
	const file = join(RUNTIME, `${ENGINE}${release}`, 'report.json');
	rmSync(file, { force: true });
	const jest = await startProcess(
		'jest',
		// Older engines go on waiting for work.
		[
			...['--forceExit', '--json', '--outputFile', file],
			...['--testPathIgnorePatterns', ...WITHOUT, '--', ...TESTS],
		],
		{
			cwd: ROOT,
			env: {
				...process.env,
				NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
				ENGINE_RELEASE: release,
				ENGINE_PACKAGES: packages,
			},
		},
	);
	const end = await jest.exited;
	if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Report;
	throw new SetupError(`The tests did not run (${end}):\n${jest.lastLines(20)}`);
}
