import type { INodeParameters } from 'n8n-workflow';
import { Execution, person, results } from '../../support/execution.cts';

/** A node with Retry On Fail, and these options. */
const retrying = (options: INodeParameters = {}) => ({
	node: { retryOnFail: true, parameters: { options } },
});

test('With Retry On Fail, only items that failed are sent again; the others keep their result', async () => {
	const execution = new Execution();
	execution.statusOf = (name) => (name === 'ada' ? 400 : 200);
	const items = [person('ada'), person('bob')];
	const first = await execution.run(items, retrying());
	execution.statusOf = () => 200;
	const second = await execution.run(items, retrying());
	expect(results(second)).toEqual(['approve', 'approve']);
	expect(execution.names.toSorted()).toEqual(['ada', 'ada', 'bob']);
	expect(second[2]?.[1]?.json).toEqual(first[2]?.[0]?.json);
});

test('With Retry On Fail, an item that may have been billed as often as allowed is not sent again', async () => {
	const execution = new Execution();
	execution.statusOf = () => 500;
	const items = [person('ada')];
	const limited = retrying({ limits: { values: { maxAttempts: 2, maxWait: 0 } } });
	const first = results(await execution.run(items, limited));
	execution.statusOf = () => 200;
	expect(results(await execution.run(items, limited))).toEqual(first);
	expect(execution.names.length).toBeLessThanOrEqual(2);
});

test('With Retry On Fail, an item that was sent stays one when the keys are refused meanwhile', async () => {
	const execution = new Execution();
	execution.statusOf = (name) => (name === 'ada' ? 500 : 401);
	const items = [person('ada'), person('bob')];
	const first = await execution.run(items, retrying());
	expect(first[0]?.map(({ json }) => json.verification)).toMatchObject([
		{ error: { code: 'SERVER_ERROR', attempts: 1, mayBeBilled: true } },
		{ error: { code: 'INVALID_KEYS', attempts: 1 } },
	]);
	expect(await execution.run(items, retrying())).toEqual(first);
	expect(execution.names.toSorted()).toEqual(['ada', 'bob']);
});

test('With Retry On Fail, an item is sent again when its rules for the request are others', async () => {
	const execution = new Execution();
	const items = [person('ada')];
	await execution.run(items, retrying());
	await execution.run(items, retrying({ multipleFaces: { values: { inPhoto: 'matchAny' } } }));
	expect(execution.names).toEqual(['ada', 'ada']);
});

test('Without Retry On Fail, nothing is kept: the same item is sent each time', async () => {
	const execution = new Execution();
	const items = [person('ada')];
	await execution.run(items);
	await execution.run(items);
	expect(execution.names).toEqual(['ada', 'ada']);
});
