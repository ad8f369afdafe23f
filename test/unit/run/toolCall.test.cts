import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { Execution, person } from '../../support/execution.cts';

const ADA = person('ada');
const [selfie, photo] = [ADA.binary?.selfie, ADA.binary?.photo];
const NOTE =
	'This is the result of an earlier call in this execution. Nothing was sent to Kairos again.';

/** What an agent reads of a call, whose item carries this json, after a form gave out these items. */
async function call(
	execution: Execution,
	json: IDataObject,
	form: INodeExecutionData[] = [ADA],
): Promise<IDataObject> {
	const field = (name: string) => `={{ $('Form').item.binary.${name} }}`;
	const options = { limits: { values: { maxAttempts: 1, maxWait: 0 } } };
	const images = { selfieField: field('selfie'), photoField: field('photo') };
	const [items = []] = await execution.run([{ json }], {
		node: {
			type: 'n8n-nodes-kairos.biometricVerifyTool',
			parameters: { ...images, options },
		},
		parameters: { selfieField: { ...selfie }, photoField: { ...photo } },
		nodes: { Form: [form] },
	});
	return (items as [INodeExecutionData])[0].json;
}

test('A further call of an agent gets the result of the first one, and is told so', async () => {
	const execution = new Execution();
	const first = await call(execution, { name: 'Ada', age: 36, toolCallId: '1' });
	expect(first.verification).toMatchObject({ decision: 'approve' });
	expect(first.verification).not.toHaveProperty('note');
	const further = await call(execution, { age: 36, name: 'Ada', toolCallId: '2' });
	expect(further).toEqual({
		...first,
		verification: { ...(first.verification as IDataObject), note: NOTE },
	});
	expect(execution.names).toEqual(['ada']);
});

test('A further call is an error once there are the images of several people', async () => {
	const execution = new Execution();
	await call(execution, {});
	const { error, verification } = await call(execution, {}, [ADA, person('bob')]);
	expect(error).toMatch(/^The node "Form" has output more than one item/);
	expect(verification).toMatchObject({ error: { code: 'NOT_ONE_PERSON', attempts: 0 } });
	expect(await call(execution, {})).toMatchObject({ verification: { note: NOTE } });
	expect(execution.names).toEqual(['ada']);
});

test('Calls at the same time are sent once', async () => {
	const execution = new Execution();
	const calls = await Promise.all([1, 2, 3].map(() => call(execution, {})));
	expect(calls.map(({ verification }) => verification)).toEqual(
		calls.map((): unknown => expect.objectContaining({ decision: 'approve' })),
	);
	expect(execution.names).toEqual(['ada']);
});

test.each([{ name: 'Bob' }, { name: 'Ada', id: 1 }, {}])(
	'A call about another item than Ada is an error: %j',
	async (json: IDataObject) => {
		const execution = new Execution();
		await call(execution, { name: 'Ada' });
		const { error } = await call(execution, json);
		expect(error).toMatch(/^The agent has called this tool about another item before/);
		expect(execution.names).toEqual(['ada']);
	},
);

test('Only a call that cost nothing is sent again', async () => {
	const execution = new Execution();
	execution.statusOf = () => 503;
	const refused = await call(execution, { name: 'Ada' });
	expect(refused.error).toMatch(/HTTP 503/);
	execution.statusOf = () => 500;
	const failed = await call(execution, { name: 'Ada' });
	expect(failed.error).toMatch(/HTTP 500/);
	execution.statusOf = () => 200;
	expect((await call(execution, { name: 'Ada' })).error).toMatch(/HTTP 500/);
	expect((await call(execution, { name: 'Bob' })).error).toMatch(/about another item before/);
	expect(execution.names).toEqual(['ada', 'ada']);
});
