/**
 * `npm run test:fuzz`: the properties of test/properties on a million random cases. The seed of
 * each is printed; `FUZZ_SEED=... npm run test:fuzz` runs the same cases again.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from './paths.mts';

const jest = spawn('jest', ['test/properties'], {
	cwd: ROOT,
	env: { ...process.env, FUZZ_CASES: process.env.FUZZ_CASES ?? '1000000' },
	stdio: 'inherit',
});
const [code] = (await once(jest, 'exit')) as [number | null];
process.exitCode = code ?? 1;
