import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { StandIn } from '../../support/context.cts';
import { Execution, person, results } from '../../support/execution.cts';
import { FakeClock } from '../../support/fakeClock.cts';
import { OK, simulate } from '../../support/simulatedService.cts';

const STOPS: StandIn = { continuesOnFail: false };
const ONE_AT_ONCE = { maxConcurrentRequests: 1 };

/** Runs ada, bob, and cleo, whose requests get these statuses, or 200. */
async function run(
	statuses: Record<string, number>,
	standIn: StandIn = {},
	limits: INodeParameters = {},
	items: INodeExecutionData[] = ['ada', 'bob', 'cleo'].map((name) => person(name)),
) {
	const execution = new Execution();
	execution.statusOf = (name) => statuses[name] ?? 200;
	const parameters = { options: { limits: { values: limits } } };
	const running = execution.run(items, { ...standIn, node: { parameters } });
	const left = await running.catch((error: Error) => error.message);
	return { execution, left: typeof left === 'string' ? left : results(left) };
}

test('After keys are refused, the items that were not sent say so', async () => {
	const { execution, left } = await run({ ada: 401 }, {}, ONE_AT_ONCE);
	expect(left).toEqual([
		expect.stringMatching(/^Kairos rejected the App ID or App Key \[item 0\]/),
		expect.stringMatching(/^Not sent to Kairos\. Kairos rejected .* \[item 1\]/),
		expect.stringMatching(/^Not sent to Kairos\. Kairos rejected .* \[item 2\]/),
	]);
	expect(execution.names).toEqual(['ada']);
});

test('With Stop Workflow, the error is that of the first item that failed, by its position', async () => {
	const { left } = await run({ bob: 400, cleo: 400 }, STOPS);
	expect(left).toMatch(/\(HTTP 400\) \[item 1\]$/);
	expect((await run({}, STOPS)).left).toEqual(['approve', 'approve', 'approve']);
});

test('With Stop Workflow, nothing is sent after an error, which Continue would go past', async () => {
	const stopped = await run({ ada: 400 }, STOPS, ONE_AT_ONCE);
	expect(stopped.execution.names).toEqual(['ada']);
	const { left } = await run({ ada: 400 }, {}, ONE_AT_ONCE);
	expect(left).toEqual([expect.stringContaining('(HTTP 400)'), 'approve', 'approve']);
});

test('With Stop Workflow, a later run in the execution stops, too, after keys were refused', async () => {
	const { execution } = await run({ ada: 401 }, STOPS, ONE_AT_ONCE);
	const running = execution.run([person('dan')], STOPS);
	await expect(running).rejects.toThrow(/^Not sent to Kairos\. Kairos rejected .* \[item 0\]$/);
	expect(execution.names).toEqual(['ada']);
});

test('If one of three items has no file, Stop Workflow stops before anything is sent', async () => {
	const incomplete = [person('ada'), { json: {} }, person('cleo')];
	const { execution, left } = await run({}, STOPS, ONE_AT_ONCE, incomplete);
	expect(left).toMatch(/^The item has no file .* \[item 1\]$/);
	expect(execution.sent).toEqual([]);
	const { left: continued } = await run({}, {}, {}, incomplete);
	expect(continued).toEqual([expect.stringMatching(/^The item has no file/), 'approve', 'approve']);
});

test('With an invalid setting, every item has the error and nothing is sent', async () => {
	const message = "The option 'Limits > Timeout (Seconds)' has an invalid value";
	const { execution, left } = await run({}, {}, { timeout: -1 });
	expect(left).toEqual(
		[0, 1, 2].map((item): unknown => expect.stringContaining(`${message} [item ${item}]`)),
	);
	expect(execution.sent).toEqual([]);
	expect((await run({}, STOPS, { timeout: -1 })).left).toBe(`${message} [item 0]`);
});

test('Other executions get their turn after every twenty items that are prepared or sent', async () => {
	const clock = new FakeClock();
	const sleep = jest.spyOn(clock, 'sleep');
	await simulate({ items: 50, clock, respond: () => OK });
	expect(sleep.mock.calls.filter(([ms]) => ms === 0)).toHaveLength(4);
});
