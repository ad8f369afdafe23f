/**
 * `npm test`: lint, types, the gate, then the unit and engine tests on the built node. What stands behind
 * `npm test --` goes to jest, e.g. `npm test -- test/unit`; then nothing else is run.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { BUILD, type Check, runChecks } from './checks.mts';
import { lintChecks } from './lint.mts';
import { ROOT } from './paths.mts';

const GATE: Check = {
	name: "n8n's verification gate",
	usual: 'about 15 s',
	command: ['node', 'scripts/gate.mts'],
};

const jestArguments = process.argv.slice(2);
const checks = jestArguments.length === 0 ? [GATE, ...lintChecks] : [];
// The gate builds, too: one after the other.
const results = [await runChecks(checks), await runChecks([BUILD]), await runJest()];
process.exitCode = results.every((code) => code === 0) ? 0 : 1;

async function runJest(): Promise<number | null> {
	// n8n's production engine for expressions needs the flag under jest.
	const env = { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };
	const jest = spawn('jest', jestArguments, { cwd: ROOT, env, stdio: 'inherit' });
	const [code] = (await once(jest, 'exit')) as [number | null];
	return code;
}
