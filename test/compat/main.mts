/**
 * `npm run test:compat`: the engine tests in the engine of the oldest n8n that the node supports. What
 * stands behind `--` goes to jest.
 */
import { spawnSync } from 'node:child_process';
import { installFromLock, SetupError, say } from '../../scripts/bootstrap.mjs';
import { runAll } from '../../scripts/lint.mts';
import { ROOT } from '../../scripts/paths.mts';

/** The release that the README names as the oldest; locks/ has its engine. */
const OLDEST = '2.11.2';

/** How a run is paced has nothing to do with the engine, but takes long. */
const WITHOUT = ['test/engine/ridesOut', 'test/engine/load'];

try {
	const packages = await installFromLock(`engine-${OLDEST}`, {
		name: `the engine of n8n ${OLDEST}`,
		usual: 'about 15 s, 0.3 GB',
	});
	const isBuilt = await runAll(['gulp build']);
	process.exitCode = isBuilt && runTests(packages) ? 0 : 1;
} catch (error) {
	if (!(error instanceof SetupError)) throw error;
	say(error.message);
	process.exitCode = 1;
}

function runTests(packages: string): boolean {
	const env = {
		...process.env,
		NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
		ENGINE_PACKAGES: packages,
	};
	// Older engines go on waiting for work.
	const args = ['--forceExit', '--testPathIgnorePatterns', ...WITHOUT, '--', 'test/engine'];
	const jest = spawnSync('jest', [...args, ...process.argv.slice(2)], {
		cwd: ROOT,
		env,
		stdio: 'inherit',
	});
	return jest.status === 0;
}
