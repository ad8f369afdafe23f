/**
 * `npm run test:faults`: tries every fault of test/faults in every setting of On Error, in n8n's
 * own engine, and prints what came of it. It ends with counts, and fails on what must not be.
 */
import './commonjs.mjs';
import { isDeepStrictEqual } from 'node:util';
import type { Tried } from '../test/faults/tryFault.cts';
import { BUILD, runChecks } from './checks.mts';

process.exitCode = await runChecks([BUILD]);
if (process.exitCode === 0) await report();

async function report(): Promise<void> {
	await import('../test/support/environment.cts');
	const { disposeEngine } = await import('../test/support/engine.cts');
	const { recordLog } = await import('../test/support/recordedLog.cts');
	const { expected, found } = await import('../test/faults/expectation.cts');
	const { tryAll } = await import('../test/faults/matrix.cts');
	recordLog();
	const results = await tryAll();
	const wrong = results.filter((tried) => !isDeepStrictEqual(found(tried), expected(tried)));

	console.log(['FAULT', 'ON ERROR', 'REQUESTS', 'LEAVES BY', 'WHAT MACHINES READ'].join(' | '));
	for (const tried of results) console.log(rowOf(tried).join(' | '));
	for (const tried of wrong) {
		console.log(`\nNOT AS IT MUST BE: ${tried.fault.name}, ${tried.setting}`);
		console.log({ found: found(tried), expected: expected(tried) });
	}
	console.log(`\n${countsOf(results)}`);
	if (wrong.length > 0) process.exitCode = 1;
	await disposeEngine();
}

function rowOf({ fault, setting, requests, left, stopped }: Tried): unknown[] {
	const [first] = left;
	const read = stopped ?? first?.error ?? { decision: first?.decision };
	const leavesBy = stopped ? 'the run stops' : first?.outputs.join(' + ');
	return [fault.name, setting, requests, leavesBy, JSON.stringify(read)];
}

function countsOf(results: Tried[]): string {
	const sum = (count: (tried: Tried) => number) =>
		results.reduce((total, tried) => total + count(tried), 0);
	const faults = new Set(results.map(({ fault }) => fault)).size;
	const keptBack = sum(({ stopped, itemsIn }) => (stopped ? itemsIn : 0));
	return [
		`faults tried: ${faults}, each in ${results.length / faults} settings`,
		`items in: ${sum(({ itemsIn }) => itemsIn)}`,
		`items out: ${sum(({ left }) => left.length)} (and ${keptBack} in runs that stopped with an error)`,
		`approvals among them: ${sum(({ approvals }) => approvals)}`,
		`keys found: ${sum(({ leaks }) => leaks.length)}`,
	].join(', ');
}
