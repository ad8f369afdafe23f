/** `node benchmark/worker/main.mts ASSIGNMENT`: one measurement, in a fresh process. */
import { type Assignment, type Figures, RESULT_PREFIX } from '../jobs.mts';
import { measureLoad, measureVerdict } from './micro.mts';
import { runRounds } from './rounds.mts';

const { job, dist, stubUrl } = JSON.parse(process.argv[2] ?? '') as Assignment;
// A wait of the node keeps no process alive; n8n's server does.
setInterval(() => undefined, 60_000);
const figures = await measure();
process.stdout.write(`${RESULT_PREFIX}${JSON.stringify(figures)}\n`, () => process.exit());

async function measure(): Promise<Figures[]> {
	switch (job.kind) {
		case 'load':
			return [measureLoad(dist)];
		case 'verdict':
			return [measureVerdict(dist)];
		case 'rounds':
			return await runRounds(job, dist, stubUrl);
	}
}
