import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { END_WITH_US, startProcess } from '../scripts/processes.mts';
import type { Cell, CellResults, Entrant } from './cells.mts';
import { type Assignment, type Figure, type Figures, type Job, RESULT_PREFIX } from './jobs.mts';
import { spreadOf } from './statistics.mts';

const JOB_MS = 240_000;

/** What every measurement of a run of the benchmark shares. */
export interface Setting {
	/** The folder of the built package. */
	dist: string;
	stubUrl: string;
	/** Where compiled code is kept between the processes; it makes their start quicker. */
	compileCache: string;
}

/**
 * Measures a cell: every entrant once, then every entrant again, so that what changes on the machine
 * meets all of them.
 *
 * @throws when a worker fails
 */
export async function measureCell(
	entrants: Entrant[],
	runs: number,
	setting: Setting,
): Promise<CellResults> {
	const runsOf = new Map<string, Figures[][]>(entrants.map(({ name }) => [name, []]));
	const apart = entrants.filter(({ runsTogether }) => !runsTogether);
	for (let run = 0; run < runs; run++) {
		for (const { name, job } of apart) runsOf.get(name)?.push(await runJob(job, setting));
	}
	for (const { name, job, runsTogether } of entrants) {
		if (!runsTogether) continue;
		const together = Array.from({ length: runs }, () => runJob(job, setting));
		runsOf.set(name, await Promise.all(together));
	}
	return Object.fromEntries([...runsOf].map(([name, figures]) => [name, combined(figures)]));
}

/** How often a cell's entrants run. */
export function runsOf({ runs }: Cell, isQuick: boolean): number {
	return isQuick ? 1 : runs;
}

async function runJob(job: Job, { dist, stubUrl, compileCache }: Setting): Promise<Figures[]> {
	const userFolder = mkdtempSync(join(tmpdir(), 'kairos-benchmark-'));
	const assignment: Assignment = { job, dist, stubUrl };
	let figures: Figures[] | undefined;
	const worker = await startProcess(
		process.execPath,
		[
			'--expose-gc',
			...END_WITH_US,
			join(import.meta.dirname, 'worker', 'main.mts'),
			JSON.stringify(assignment),
		],
		{
			env: {
				PATH: process.env.PATH,
				// n8n does not use one either, so what is measured is the load without it.
				...(job.kind === 'rounds' && { NODE_COMPILE_CACHE: compileCache }),
				N8N_USER_FOLDER: userFolder,
				N8N_ENCRYPTION_KEY: 'the key of an engine that keeps nothing',
				N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
				N8N_EXPRESSION_ENGINE: 'vm',
				N8N_LOG_LEVEL: 'error',
				N8N_DIAGNOSTICS_ENABLED: 'false',
			},
			onLine: (line) => {
				if (!line.startsWith(RESULT_PREFIX)) return;
				figures = JSON.parse(line.slice(RESULT_PREFIX.length)) as Figures[];
			},
		},
	);
	const timer = setTimeout(() => void worker.stop(0), JOB_MS);
	const end = await worker.exited;
	clearTimeout(timer);
	rmSync(userFolder, { recursive: true, force: true });
	if (figures !== undefined) return figures;
	throw new Error(`A measurement failed (${end}). Its last lines:\n${worker.lastLines(30)}`);
}

/** From the figures of each run to the spread of each figure, round by round. */
function combined(runs: Figures[][]): CellResults[string] {
	return (runs[0] ?? []).map((first, round) =>
		Object.fromEntries(
			(Object.keys(first) as Figure[]).map((figure) => [
				figure,
				spreadOf(runs.map((figures) => figures[round]?.[figure] ?? NaN)),
			]),
		),
	);
}
