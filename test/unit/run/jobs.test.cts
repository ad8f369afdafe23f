import type { INodeExecutionData } from 'n8n-workflow';
import { Execution, image, person, results } from '../../support/execution.cts';

const REPEATED: unknown = expect.stringMatching(
	/^Another item of this execution has the very same two files/,
);

const stored = (id: string) => ({ ...image(id), id: `database:${id}` });
const storedPerson = (selfie: string, photo: string): INodeExecutionData => ({
	json: {},
	binary: { selfie: stored(selfie), photo: stored(photo) },
});

test.each<[what: string, items: () => INodeExecutionData[]]>([
	['in memory', () => [person('ada'), person('bob'), person('ada')]],
	['in a store', () => [storedPerson('1', '2'), person('bob'), storedPerson('1', '2')]],
])(
	'Two items of a run that mean the very same two files are an error each, and nothing is sent for them: %s',
	async (_what, items) => {
		const execution = new Execution();
		const outputs = await execution.run(items());
		expect(results(outputs)).toEqual([REPEATED, REPEATED, 'approve']);
		expect(execution.names).toEqual(['bob']);
	},
);

test.each<[what: string, items: INodeExecutionData[]]>([
	['only the photo', [person('ada', 'same'), person('bob', 'same')]],
	['only the selfie', [person('ada', 'one'), person('ada', 'other')]],
	['both, but the other way around', [storedPerson('1', '2'), storedPerson('2', '1')]],
	['the id and the content of another', [storedPerson('1', '2'), person('ada')]],
])('Two items that share %s are not rejected', async (_what, items) => {
	const execution = new Execution();
	expect(results(await execution.run(items))).toEqual(['approve', 'approve']);
});

test('A later item with the files of an earlier one is an error where that one was verified', async () => {
	const execution = new Execution();
	expect(results(await execution.run([person('ada')]))).toEqual(['approve']);
	expect(results(await execution.run([person('ada'), person('bob')]))).toEqual([
		REPEATED,
		'approve',
	]);
	expect(execution.names).toEqual(['ada', 'bob']);
});

test('Files that several items pointed to are sent for nobody later, not even by another node', async () => {
	const execution = new Execution();
	const other = { node: { name: 'Another' } };
	await execution.run([person('ada'), person('ada'), person('bob')]);
	await execution.run([person('bob')]);
	for (const name of ['ada', 'bob']) {
		expect(results(await execution.run([person(name)]))).toEqual([REPEATED]);
		expect(results(await execution.run([person(name)], other))).toEqual([REPEATED]);
	}
	expect(execution.names).toEqual(['bob']);
});

test('A later item with the files of an earlier one is sent where that one failed, or is this one, or where the node or the execution is another', async () => {
	const same = person('ada');
	const execution = new Execution();
	execution.statusOf = () => 400;
	await execution.run([person('ada')]);
	execution.statusOf = () => 200;
	expect(results(await execution.run([same]))).toEqual(['approve']);
	expect(results(await execution.run([same]))).toEqual(['approve']);
	const other = { node: { name: 'Another' } };
	expect(results(await execution.run([person('ada')], other))).toEqual(['approve']);
	expect(results(await new Execution().run([person('ada')]))).toEqual(['approve']);
	const unsignaled = { cancelSignal: undefined };
	expect(results(await execution.run([person('ada')], unsignaled))).toEqual(['approve']);
});
