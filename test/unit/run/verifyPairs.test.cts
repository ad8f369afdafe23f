import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { Execution, person, results } from '../../support/execution.cts';
import type { StandIn } from '../../support/context.cts';

const STOPS: StandIn = { continuesOnFail: false };

/** Runs ada, bob, and cleo, whose requests get a 400, a 401, or a success. */
async function run(
	{ status400 = [], status401 = [] }: { status400?: string[]; status401?: string[] },
	{ node = {}, ...standIn }: StandIn = {},
	limits: INodeParameters = {},
	items: INodeExecutionData[] = ['ada', 'bob', 'cleo'].map((name) => person(name)),
) {
	const execution = new Execution();
	execution.statusOf = (name) =>
		status400.includes(name) ? 400 : status401.includes(name) ? 401 : 200;
	const options = { limits: { values: limits } };
	const parameters = { options, ...node.parameters };
	const running = execution.run(items, { ...standIn, node: { ...node, parameters } });
	const left = await running.catch((error: Error) => error);
	return { execution, left: left instanceof Error ? left.message : results(left) };
}

test('After keys are refused, the items that were not sent say so', async () => {
	const { execution, left } = await run({ status401: ['ada'] }, {}, { maxConcurrentRequests: 1 });
	expect(left).toEqual([
		expect.stringMatching(/^Kairos rejected the App ID or App Key \[item 0\]/),
		expect.stringMatching(/^Not sent to Kairos\. Kairos rejected .* \[item 1\]/),
		expect.stringMatching(/^Not sent to Kairos\. Kairos rejected .* \[item 2\]/),
	]);
	expect(execution.names).toEqual(['ada']);
});

test('With Stop Workflow, the error is that of the first item that failed, by its position', async () => {
	const { left } = await run({ status400: ['bob', 'cleo'] }, STOPS);
	expect(left).toMatch(/\(HTTP 400\) \[item 1\]$/);
	expect((await run({}, STOPS)).left).toEqual(['approve', 'approve', 'approve']);
});

test('With Stop Workflow, a later run in the execution stops, too, after keys were refused', async () => {
	const { execution } = await run({ status401: ['ada'] }, STOPS, { maxConcurrentRequests: 1 });
	const running = execution.run([person('dan')], STOPS);
	await expect(running).rejects.toThrow(/^Not sent to Kairos\. Kairos rejected .* \[item 0\]$/);
	expect(execution.names).toEqual(['ada']);
});

const incomplete = [person('ada'), { json: {} }, person('cleo')];

test('If one of three items has no file, Stop Workflow stops before anything is sent', async () => {
	const { execution, left } = await run({}, STOPS, { maxConcurrentRequests: 1 }, incomplete);
	expect(left).toMatch(/^The item has no file .* \[item 1\]$/);
	expect(execution.sent).toEqual([]);
});

test('If one of three items has no file, Continue verifies the others', async () => {
	const { execution, left } = await run({}, {}, {}, incomplete);
	expect(left).toEqual([expect.stringMatching(/^The item has no file/), 'approve', 'approve']);
	expect(execution.names.toSorted()).toEqual(['ada', 'cleo']);
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
