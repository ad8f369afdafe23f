/**
 * `npm run test:compat`: runs the engine tests in the engines of older releases of n8n, and prints a
 * table. With versions behind it, only in those: `-- 2.0.3`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks } from '../../scripts/checks.mts';
import { ROOT, RUNTIME } from '../../scripts/paths.mts';
import { ensureTree } from '../../scripts/setup/install.mjs';
import { SetupError } from '../../scripts/setup/npm.mjs';
import { say } from '../../scripts/setup/progress.mjs';

/** Before the release in the names of the folders in locks/ that hold an engine. */
const ENGINE = 'engine-';

/** What of the tests meets n8n's engine. How a run is paced has nothing to do with it, but takes long. */
const TESTS = ['test/engine', 'test/unit/branches', 'test/unit/inputs'];
const WITHOUT = ['test/engine/ridesOut', 'test/engine/load'];

/** What of jest's report is shown. */
interface Counts {
	numPassedTests: number;
	numFailedTests: number;
	/** Of what the release cannot do yet. */
	numPendingTests: number;
}

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
	const built = await runChecks([{ name: 'Build', usual: '5 s', command: ['gulp', 'build'] }]);
	if (built !== 0) return built;
	const rows = ['| n8n | passed | failed | not there yet |', '| --- | --- | --- | --- |'];
	let failures = 0;
	for (const release of chosen) {
		const packages = await ensureTree(`${ENGINE}${release}`, {
			name: `the engine of n8n ${release}`,
			usual: 'about 15 s, 0.3 GB',
			gigabytes: 0.5,
		});
		say(`\nn8n ${release}`);
		const { numPassedTests, numFailedTests, numPendingTests } = await runTests(release, packages);
		rows.push(`| ${release} | ${numPassedTests} | ${numFailedTests} | ${numPendingTests} |`);
		// Tests that could not even be loaded have no number.
		failures += numPassedTests === 0 ? 1 : numFailedTests;
	}
	console.log(rows.join('\n'));
	return failures === 0 ? 0 : 1;
}

async function runTests(release: string, packages: string): Promise<Counts> {
	const report = join(RUNTIME, `${ENGINE}${release}`, 'report.json');
	const output = ['--json', '--outputFile', report, '--reporters', 'summary'];
	const jest = spawn(
		'jest',
		// Older engines go on waiting for work.
		['--forceExit', ...output, '--testPathIgnorePatterns', ...WITHOUT, '--', ...TESTS],
		{
			cwd: ROOT,
			env: {
				...process.env,
				NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
				ENGINE_RELEASE: release,
				ENGINE_PACKAGES: packages,
			},
			// What it prints as JSON is in the file, too.
			stdio: ['ignore', 'ignore', 'inherit'],
		},
	);
	await once(jest, 'exit');
	return JSON.parse(readFileSync(report, 'utf8')) as Counts;
}
