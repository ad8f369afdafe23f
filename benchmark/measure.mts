import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pMap from 'p-map';
import { EXIT_WITH_PARENT, startProcess } from '../scripts/processes.mts';
import type { Cell, CellRequests, CellResults, Entrant } from './cell.mts';
import {
	type Assignment,
	type Figure,
	type Job,
	RESULT_PREFIX,
	type RoundResult,
} from './jobs.mts';
import { spreadOf } from './statistics.mts';

const JOB_MS = 240_000;

/** How many of those that mostly wait run side by side. */
const PATIENT_AT_ONCE = 6;

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
): Promise<{ results: CellResults; requests: CellRequests }> {
	const found = new Map<string, RoundResult[][]>(entrants.map(({ name }) => [name, []]));
	const measureEach = async (some: Entrant[], concurrency: number) => {
		const all = Array.from({ length: runs }, (_, run) => some.map((one) => ({ ...one, run })));
		const measure = async ({ name, job, run }: Entrant & { run: number }) => {
			(found.get(name) ?? [])[run] = await runJob(job, setting);
		};
		await pMap(all.flat(), measure, { concurrency });
	};
	await measureEach(
		entrants.filter(({ isPatient }) => !isPatient),
		1,
	);
	await measureEach(
		entrants.filter(({ isPatient }) => isPatient),
		PATIENT_AT_ONCE,
	);
	const byName = [...found];
	return {
		results: Object.fromEntries(byName.map(([name, each]) => [name, combined(each)])),
		requests: Object.fromEntries(
			byName.map(([name, each]) => [name, each[0]?.[0]?.requests ?? []]),
		),
	};
}

/** How often a cell's entrants run. */
export function runsOf({ runs }: Cell, isQuick: boolean): number {
	return isQuick ? 1 : runs;
}

async function runJob(job: Job, { dist, stubUrl, compileCache }: Setting): Promise<RoundResult[]> {
	const userFolder = mkdtempSync(join(tmpdir(), 'kairos-benchmark-'));
	const assignment: Assignment = { job, dist, stubUrl };
	let results: RoundResult[] | undefined;
	const worker = await startProcess(
		process.execPath,
		[
			'--expose-gc',
			...EXIT_WITH_PARENT,
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
				results = JSON.parse(line.slice(RESULT_PREFIX.length)) as RoundResult[];
			},
		},
	);
	const timer = setTimeout(() => void worker.stop(), JOB_MS);
	const end = await worker.exited;
	clearTimeout(timer);
	rmSync(userFolder, { recursive: true, force: true });
	if (results !== undefined) return results;
	throw new Error(`A measurement failed (${end}). Its last lines:\n${worker.lastLines(30)}`);
}

/** From the results of each run to the spread of each figure, round by round. */
function combined(runs: RoundResult[][]): CellResults[string] {
	return (runs[0] ?? []).map(({ figures }, round) =>
		Object.fromEntries(
			(Object.keys(figures) as Figure[]).map((figure) => [
				figure,
				spreadOf(runs.map((results) => results[round]?.figures[figure] ?? NaN)),
			]),
		),
	);
}
