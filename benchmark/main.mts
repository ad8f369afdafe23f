/** `npm run bench`: Biometric Verify side by side with HTTP Request and Switch. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { ROOT } from '../scripts/paths.mts';
import { measureAll } from './runner.mts';
import { scenarios } from './scenarios.mts';
import { linesOf, tableOf } from './table.mts';

const RUNS = 3;

const names = [...new Set(scenarios.map(({ name }) => name))];
const options = { only: { type: 'string', multiple: true } } as const;
const { only = names } = parseArgs({ options }).values;
const chosen = scenarios.filter(({ name }) => only.includes(name));
if (chosen.length === 0) throw new Error(`--only takes one of: ${names.join(', ')}`);

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

execFileSync('gulp', ['build'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
const load = loadavg()[0] ?? 0;
try {
	const lines = linesOf(await measureAll(chosen, RUNS, stop.signal));
	const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, Node.js ${process.versions.node}`;
	console.log(`${machine}, load ${load.toFixed(1)} at the start\n\n${tableOf(lines)}`);
	process.exitCode = lines.every(({ isMet }) => isMet) ? 0 : 1;
} catch (error) {
	if (!stop.signal.aborted) throw error;
	process.exitCode = 1;
}
