import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../nodes/BiometricVerify/limiter/clock';
import { runBatch } from '../../../nodes/BiometricVerify/run/batch';
import type { Job } from '../../../nodes/BiometricVerify/run/jobs';
import type { Outcome } from '../../../nodes/BiometricVerify/run/outcome';
import { responseWith } from '../../support/answers.cts';
import { pairOf } from '../../support/outcomes.cts';

const PAIRS = Array.from({ length: 50 }, (_, itemIndex) =>
	pairOf({ json: {} }, undefined, { itemIndex }),
);
const JOBS = PAIRS.map((pair) => ({ pair }) as Job);

const RESPONSE = responseWith();

const verified = (job: Job): Outcome => ({
	...{ pair: job.pair, status: 'verified', job, response: RESPONSE, attempts: 1 },
});
const failed = ({ pair }: Job, isFatal: boolean): Outcome => ({
	...{ pair, status: 'failed', error: `error of item ${pair.itemIndex}`, isFatal },
});
const skipped = ({ pair }: Job, reason: string): Outcome => ({ pair, status: 'skipped', reason });

interface Given {
	stopsOnError?: boolean;
	outcomeOf?: (job: Job, item: number) => Outcome;
	/** How long an item takes, in milliseconds. */
	takes?: (item: number) => number;
}

async function run({ stopsOnError = false, outcomeOf = verified, takes = () => 0 }: Given) {
	const started: number[] = [];
	const end = new AbortController();
	const verify = async (job: Job) => {
		const { itemIndex } = job.pair;
		started.push(itemIndex);
		await sleep(takes(itemIndex));
		return outcomeOf(job, itemIndex);
	};
	const outcomes = await runBatch(JOBS, { stopsOnError, verify, clock: systemClock, end });
	return { outcomes, started, end: end.signal };
}

test('A batch has one outcome for each job, in the order of the jobs', async () => {
	const { outcomes } = await run({ takes: (item) => 10 - (item % 10) });
	expect(outcomes).toEqual(JOBS.map(verified));
});

test('A batch lets other executions run after every twenty jobs', async () => {
	let turns = 0;
	const turn = setInterval(() => turns++, 0);
	const startedAt: number[] = [];
	const verify = (job: Job) => {
		startedAt.push(turns);
		return Promise.resolve(verified(job));
	};
	const clock = { ...systemClock, sleep: async () => await sleep(10) };
	await runBatch(JOBS, { stopsOnError: false, verify, clock });
	clearInterval(turn);
	expect(new Set(startedAt.slice(0, 20)).size).toBe(1);
	expect(startedAt[20]).toBeGreaterThan(startedAt[19] ?? 0);
	expect(startedAt[40]).toBeGreaterThan(startedAt[39] ?? 0);
});

test.each([
	['a fatal error', false, true],
	['any error in a run that stops on errors', true, false],
])('After %s no job starts, and this error is the reason', async (_what, stops, isFatal) => {
	const { outcomes, started, end } = await run({
		stopsOnError: stops,
		outcomeOf: (job, item) => (item === 3 || item === 4 ? failed(job, isFatal) : verified(job)),
		takes: (item) => (item === 3 ? 0 : 20),
	});
	expect(started.length).toBeLessThan(50);
	expect(outcomes.slice(0, 5)).toEqual(
		JOBS.slice(0, 5).map((job, item) => (item < 3 ? verified(job) : failed(job, isFatal))),
	);
	expect(outcomes.at(-1)).toEqual(skipped(JOBS[49] as Job, 'error of item 3'));
	expect(end.reason).toBe('error of item 3');
});

test.each([
	['an error that is not fatal', false, (job: Job) => failed(job, false)],
	['a job that was skipped', true, (job: Job) => skipped(job, 'refused keys')],
])('After %s all other jobs start', async (_what, stopsOnError, outcomeOf) => {
	const { started, end } = await run({ stopsOnError, outcomeOf });
	expect(started).toHaveLength(50);
	expect(end.aborted).toBe(false);
});
