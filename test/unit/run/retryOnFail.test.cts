import { Execution, person, results } from '../../support/execution.cts';

const RETRYING = { node: { retryOnFail: true } };
const LIMITS = { limits: { values: { maxAttempts: 2, maxWait: 0 } } };
const limited = {
	parameters: { options: LIMITS },
	node: { ...RETRYING.node, parameters: { options: LIMITS } },
};

test('With Retry On Fail, only items that failed are sent again; the others keep their result', async () => {
	const execution = new Execution();
	execution.statusOf = (name) => (name === 'ada' ? 400 : 200);
	const items = [person('ada'), person('bob')];
	const first = await execution.run(items, RETRYING);
	execution.statusOf = () => 200;
	const second = await execution.run(items, RETRYING);
	expect(results(second)).toEqual(['approve', 'approve']);
	expect(execution.names.toSorted()).toEqual(['ada', 'ada', 'bob']);
	expect(second[2]?.[1]?.json).toEqual(first[2]?.[0]?.json);
});

test('With Retry On Fail, an item that may have been billed as often as allowed is not sent again', async () => {
	const execution = new Execution();
	execution.statusOf = () => 500;
	const items = [person('ada')];
	const first = results(await execution.run(items, limited));
	execution.statusOf = () => 200;
	expect(results(await execution.run(items, limited))).toEqual(first);
	expect(execution.names.length).toBeLessThanOrEqual(2);
});

test('With Retry On Fail, an item is sent again when its rules for the request are others', async () => {
	const execution = new Execution();
	const items = [person('ada')];
	await execution.run(items, RETRYING);
	const parameters = { options: { multipleFaces: { values: { inPhoto: 'matchAny' } } } };
	await execution.run(items, { ...RETRYING, parameters });
	expect(execution.names).toEqual(['ada', 'ada']);
});

test('Without Retry On Fail, nothing is kept: the same item is sent each time', async () => {
	const execution = new Execution();
	const items = [person('ada')];
	await execution.run(items);
	await execution.run(items);
	expect(execution.names).toEqual(['ada', 'ada']);
});
