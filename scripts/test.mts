/**
 * `npm test`: lint, types, the gate, then all tests under jest on the built node. What stands behind
 * `npm test --` goes to jest, e.g. `npm test -- test/unit`; then nothing else is run.
 */
import { spawnSync } from 'node:child_process';
import { LINT, runAll } from './lint.mts';
import { ROOT } from './paths.mts';

const jestArguments = process.argv.slice(2);
const checks = jestArguments.length === 0 ? ['node scripts/gate.mts', ...LINT] : [];
// The gate builds, too: one after the other.
const isGood = [await runAll(checks), await runAll(['gulp build']), runJest()];
process.exitCode = isGood.includes(false) ? 1 : 0;

function runJest(): boolean {
	// n8n's production engine for expressions needs the flag under jest.
	const env = { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };
	return spawnSync('jest', jestArguments, { cwd: ROOT, env, stdio: 'inherit' }).status === 0;
}
