/** `npm run bench`: Biometric Verify beside what people use today, in the same run. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { buildPackage } from '../scripts/copy.mts';
import { temporaryFolder } from '../scripts/paths.mts';
import { stopAll } from '../scripts/processes.mts';
import { say, SetupError, step } from '../scripts/bootstrap.mjs';
import { isStopping, stopOnSignals } from '../scripts/signals.mts';
import { cells } from './cells.mts';
import { writeDocs } from './docs.mts';
import { type Setting, measureCell, runsOf } from './measure.mts';
import { type Options, readOptions, usage } from './options.mts';
import {
	type CellReport,
	type Report,
	cellReport,
	goalLines,
	loadNow,
	machine,
	summary,
	tableOf,
} from './report.mts';
import { startStub } from './stub/start.mts';

stopOnSignals(() => false);
try {
	process.exitCode = await benchmark(readOptions(process.argv.slice(2)));
} catch (error) {
	if (!isStopping()) {
		await stopAll();
		say(error instanceof SetupError ? error.message : String((error as Error).stack ?? error));
		process.exitCode = 1;
	}
}

/** @returns the exit code: 0 when no goal is missed */
async function benchmark(options: Options): Promise<number> {
	if (options.help) {
		process.stdout.write(`${usage}\n`);
		return 0;
	}
	const report: Report = {
		machine: machine(),
		loadBefore: loadNow(),
		isQuick: options.quick,
		cells: [],
	};
	if (report.loadBefore > availableParallelism() / 2) {
		say(`The machine is busy (load ${report.loadBefore.toFixed(1)}): times will be too long.`);
	}
	const tarball = await step('Build and pack the node', 'about 10 s', buildPackage);
	const dist = join(dirname(tarball), 'dist');
	const stub = await startStub();
	const compileCache = temporaryFolder('benchmark-cache');
	try {
		report.cells = await measureCells(options, { dist, stubUrl: stub.url, compileCache });
	} finally {
		await stub.process.stop();
	}

	if (options.json !== undefined) {
		writeFileSync(options.json, `${JSON.stringify(report, undefined, '\t')}\n`);
	}
	if (options.writeDocs) say(`Written: ${writeDocs(report).join(', ') || 'nothing'}`);
	process.stdout.write(`\n${report.machine}\n${summary(report)}\n`);
	return report.cells.every(({ goals }) => goals.every(({ isMet }) => isMet !== false)) ? 0 : 1;
}

async function measureCells({ only, quick }: Options, setting: Setting): Promise<CellReport[]> {
	const reports: CellReport[] = [];
	for (const cell of cells) {
		if (only.length > 0 && !only.includes(cell.name)) continue;
		const entrants = (quick && cell.quickEntrants) || cell.entrants;
		const runs = runsOf(cell, quick);
		const measured = await step(cell.title, `${runs * entrants.length} measurements`, () =>
			measureCell(entrants, runs, setting),
		);
		const report = cellReport(cell, entrants, measured);
		reports.push(report);
		const goals = goalLines(report.goals)
			.map((line) => `  ${line}\n`)
			.join('');
		process.stdout.write(`\n${cell.title}\n${tableOf(report)}\n${goals}`);
	}
	return reports;
}
