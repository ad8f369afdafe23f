import { setTimeout as sleep } from 'node:timers/promises';
import { isOldest, outputsOf, runWorkflow } from '../support/engine.cts';
import { useBinaryMode } from '../support/binaryMode.cts';
import {
	credentialFor,
	imageOf,
	limits,
	onErrorSettings,
	person,
	VERIFY,
	verifyWorkflow,
	whoLeft,
} from '../support/people.cts';
import type { Answer } from '../support/hostileServer.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

let kairos: StandInKairos;

beforeAll(recordLog);
afterEach(() => kairos.stop());

const twenty = Array.from({ length: 20 }, (_, count) => person(`person ${count}`));
const isNotSent = (error: unknown) =>
	typeof error === 'string' && error.startsWith('Not sent to Kairos. ');

/** Waits until something is so; the test's own time limit ends it. */
async function until(isSo: () => boolean): Promise<void> {
	while (!isSo()) await sleep(5);
}

describe.each(onErrorSettings)('With On Error %s, an execution that is canceled', (onError) => {
	/** Cancels a run of twenty items, four of them in flight, when `isTime` is over. */
	async function cancel(answer: Answer | undefined, isTime = () => Promise.resolve()) {
		kairos = await startStandIn(() => answer);
		let stop = () => {};
		const running = runWorkflow(
			verifyWorkflow({ options: limits({ maxConcurrentRequests: 4 }) }, { onError }),
			{
				items: twenty,
				credential: credentialFor(kairos.url),
				onStart: (cancelRun) => (stop = cancelRun),
			},
		);
		await until(() => kairos.asked.length >= 4);
		await isTime();
		stop();
		const run = await running;
		await Promise.all(kairos.asked.map(({ closed }) => closed));
		await sleep(300);
		expect(kairos.visits).toHaveLength(4);
		return run;
	}

	// Without a response, only canceling ends these requests before Timeout, which is 60 s.
	test('drops the requests that are open and starts no other', async () => {
		expect((await cancel(undefined)).status).toBe('canceled');
	}, 20_000);

	test('ends its waits and sends nothing more', async () => {
		const refusal = { status: 503, headers: { 'Retry-After': '40' } };
		await cancel(refusal, async () => {
			await Promise.all(kairos.asked.map(({ closed }) => closed));
			await sleep(100);
		});
	}, 20_000);
});

test.each([401, 402])(
	'After a %d no further item is sent, and those in flight come to their end',
	async (status) => {
		kairos = await startStandIn(async ({ person: name }) => {
			await until(() => kairos.asked.length >= 5);
			if (name === 'person 2') return { status };
			await sleep(300);
			return approves;
		});
		const run = await runWorkflow(
			verifyWorkflow(
				{ branches: 'decision', options: limits({ maxConcurrentRequests: 5 }) },
				{ onError: 'continueErrorOutput' },
			),
			{ items: twenty, credential: credentialFor(kairos.url) },
		);
		const { Approved = [], Error = [] } = whoLeft(run, 'decision');
		expect(kairos.visits.length).toBeLessThanOrEqual(5);
		expect(Approved).toEqual(['person 0', 'person 1', 'person 3', 'person 4']);
		expect(Error).toHaveLength(16);
		const errors = outputsOf(run, VERIFY)[3]?.map(({ json }) => json.error);
		expect(errors?.filter(isNotSent)).toHaveLength(15);
	},
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

// The oldest release keeps files in a database in another way, which needs one.
(isOldest ? describe.skip : describe).each(['stopWorkflow', 'continueRegularOutput'] as const)(
	'an item whose images are still being read when another ends the run, with On Error %s',
	(onError) => {
		afterAll(() => useBinaryMode('filesystem'));

		test('is not sent, and says so', async () => {
			const slow = imageOf('slow');
			await useBinaryMode('database', (bytes) => (bytes.equals(slow) ? 400 : 0));
			kairos = await startStandIn(() => ({ status: 401 }));
			const run = await runWorkflow(verifyWorkflow({}, { onError }), {
				items: [person('quick'), person('slow')],
				credential: credentialFor(kairos.url),
			});
			expect(kairos.asked.map(({ person: name }) => name)).toEqual(['quick']);
			if (onError === 'stopWorkflow') {
				expect(run.data.resultData.error?.message).toMatch(/\[item 0\]$/);
			} else {
				expect(outputsOf(run, VERIFY)[0]?.map(({ json }) => json.error)).toEqual([
					expect.stringMatching(/^Kairos rejected the App ID or App Key \[item 0\]\. /),
					expect.stringMatching(
						/^Not sent to Kairos\. Kairos rejected the App ID or App Key \[item 1\]\. /,
					),
				]);
			}
		});
	},
);
