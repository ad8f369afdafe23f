import { setTimeout as sleep } from 'node:timers/promises';
import { outputsOf, runWorkflow } from '../support/engine.cts';
import {
	credentialFor,
	limits,
	onErrorSettings,
	person,
	VERIFY,
	verifyWorkflow,
} from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

let kairos: StandInKairos;

beforeAll(recordLog);
afterEach(() => kairos.stop());

const twenty = Array.from({ length: 20 }, (_, count) => person(`person ${count}`));

/** Waits until something is so; the test's own time limit ends it. */
async function until(isSo: () => boolean): Promise<void> {
	while (!isSo()) await sleep(5);
}

// Only canceling ends these requests, and this wait, before their 60 s and 40 s are over.
test.each(onErrorSettings)(
	'A canceled execution drops open requests, ends waits, and sends nothing more, with On Error %s',
	async (onError) => {
		const refusal = { status: 503, headers: { 'Retry-After': '40' } };
		kairos = await startStandIn(({ person: name }) => (name === 'person 0' ? refusal : undefined));
		let cancel = () => {};
		const running = runWorkflow(
			verifyWorkflow({ options: limits({ maxConcurrentRequests: 4 }) }, { onError }),
			{
				items: twenty,
				credential: credentialFor(kairos.url),
				onStart: (cancelRun) => (cancel = cancelRun),
			},
		);
		// The place of the one that waits is taken by another.
		await until(() => kairos.asked.length >= 5);
		cancel();
		expect((await running).status).toBe('canceled');
		await Promise.all(kairos.asked.map(({ closed }) => closed));
		await sleep(300);
		expect(kairos.visits).toHaveLength(5);
	},
	20_000,
);

test('With Stop Workflow, the error names the first item that failed, and nobody is sent after it', async () => {
	let failedAt = Infinity;
	kairos = await startStandIn(async ({ person: name }) => {
		if (name === 'person 3') {
			await until(() => kairos.asked.length >= 5);
			failedAt = Date.now();
			return { status: 422 };
		}
		await sleep(200);
		return name === 'person 1' ? { status: 400 } : approves;
	});
	const run = await runWorkflow(verifyWorkflow({ options: limits({ maxConcurrentRequests: 5 }) }), {
		items: twenty,
		credential: credentialFor(kairos.url),
	});
	const { error } = run.data.resultData;
	expect(error?.message).toBe('Kairos rejected the request (HTTP 400) [item 1]');
	expect(kairos.visits.filter(({ openedAt }) => openedAt > failedAt)).toEqual([]);
	expect(outputsOf(run, VERIFY)).toEqual([]);
});
