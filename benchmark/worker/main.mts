/** `node benchmark/worker/main.mts ASSIGNMENT`: one measurement, in a fresh process. */
import { type Assignment, RESULT_PREFIX, type RoundResult } from '../jobs.mts';
import { measureHash, measureLoad } from './micro.mts';
import { runRounds } from './rounds.mts';

const { job, dist, stubUrl } = JSON.parse(process.argv[2] ?? '') as Assignment;
// A wait of the node keeps no process alive; n8n's server does.
setInterval(() => undefined, 60_000);
const results = await measure();
process.stdout.write(`${RESULT_PREFIX}${JSON.stringify(results)}\n`, () => process.exit());

async function measure(): Promise<RoundResult[]> {
	switch (job.kind) {
		case 'load':
			return [{ figures: measureLoad(job.node, dist), requests: [] }];
		case 'hash':
			return [{ figures: measureHash(job.imageBytes), requests: [] }];
		case 'rounds':
			return await runRounds(job, dist, stubUrl);
	}
}
