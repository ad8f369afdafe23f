import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { BranchMode } from '../../../nodes/BiometricVerify/output/outputs';
import { OUTPUTS } from '../../../nodes/BiometricVerify/output/outputs';
import type { StandIn } from '../../support/context.cts';
import { Execution, person } from '../../support/execution.cts';

/** Runs ada, whom Kairos refuses, bob, whom it approves, and cleo, who has no files. */
async function route(standIn: StandIn = {}, ada = person('ada')): Promise<INodeExecutionData[][]> {
	const execution = new Execution();
	execution.statusOf = (name) => (name === 'ada' ? 400 : 200);
	return await execution.run([ada, person('bob'), { json: { name: 'cleo' } }], standIn);
}

/** Settings of the node: On Error, and parameters. */
const nodeOf = (onError: INode['onError'], parameters: INodeParameters = {}) => ({
	node: { onError, parameters },
});

const positionsOf = (outputs: INodeExecutionData[][]) =>
	outputs.map((items) =>
		items.map(({ pairedItem }) => ([pairedItem].flat() as [{ item: number }])[0].item),
	);

const errorOf = (code: string) => ({ error: expect.objectContaining({ code }) as unknown });
const REFUSED = errorOf('REFUSED_REQUEST');
const ERROR_FIELDS = { error: expect.any(String) as unknown, verification: REFUSED };

test.each<[mode: BranchMode, approving: string]>([
	['decisionAndChecks', 'Approved'],
	['decision', 'Approved'],
	['checks', 'All Passed'],
	['single', 'Result'],
])('A failed item leaves by the first output, in the order of the items (%s)', async (...row) => {
	const [branches, approving] = row;
	const outputs = await route(nodeOf('continueRegularOutput', { branches }));
	const expected = OUTPUTS[branches].map((name, at) => [
		...(at === 0 ? [0] : []),
		...(name === approving ? [1] : []),
		...(at === 0 ? [2] : []),
	]);
	expect(positionsOf(outputs)).toEqual(expected);
});

test('A failed item has its data only where there is an Error output', async () => {
	const [[ada]] = (await route(nodeOf('continueRegularOutput'))) as [[INodeExecutionData]];
	expect(ada).toEqual({ json: ERROR_FIELDS, pairedItem: { item: 0 } });
	const given = person('ada');
	const [[whole]] = (await route(nodeOf('continueErrorOutput'), given)) as [[INodeExecutionData]];
	expect(whole.json).toEqual({ name: 'ada', ...ERROR_FIELDS });
	expect(whole.binary).toEqual(given.binary);
});

test('A failed item that was not sent says so, and who would have been asked', async () => {
	const [[, cleo]] = (await route(nodeOf('continueErrorOutput'))) as [INodeExecutionData[]];
	const facts = { attempts: 0, mayBeBilled: false, service: 'idv-eu.kairos.com/v0.1' };
	expect(cleo?.json.verification).toMatchObject({ error: { code: 'FILE_NOT_FOUND', ...facts } });
});

test.each<[binaryMode: 'separate' | 'combined', knownOutputs: number, left: number[][]]>([
	['separate', 2, [[0, 2], [], [1]]],
	['combined', 4, [[0, 2], [], [1]]],
	['combined', 8, [[], [], [1], [0, 2]]],
])('n8n moves failed items to Error, or the node does (%s, %i outputs)', async (...row) => {
	const [binaryMode, knownOutputs, left] = row;
	const standIn = { ...nodeOf('continueErrorOutput'), binaryMode, knownOutputs };
	const outputs = await route(standIn);
	expect(positionsOf(outputs)).toEqual(left);
	const failed = outputs.flat().filter(({ json }) => json.error !== undefined);
	for (const item of failed) {
		expect(item.error !== undefined).toBe(outputs.length === 3);
		expect(Object.keys(item)).not.toContain('error');
	}
});

test.each<[OnError: INode['onError'], binaryMode: 'separate' | 'combined']>([
	['continueRegularOutput', 'separate'],
	['continueErrorOutput', 'separate'],
	['continueErrorOutput', 'combined'],
])(
	'A failed item leaves by the first output where Branches cannot be used, and n8n does not know it for an error (%s, %s)',
	async (onError, binaryMode) => {
		const branches = '={{ "decision" }}';
		const outputs = await route({ ...nodeOf(onError, { branches }), binaryMode, knownOutputs: 2 });
		expect(positionsOf(outputs)).toEqual([[0, 1, 2]]);
		for (const item of outputs.flat()) {
			expect(item.error).toBeUndefined();
			expect(item.json.verification).toEqual(errorOf('INVALID_SETTING'));
			expect('name' in item.json).toBe(onError === 'continueErrorOutput');
		}
	},
);

test.each<[what: string, options: Record<string, unknown>, field: string]>([
	['of the default', {}, 'verification'],
	['that the builder chose', { outputField: ' check ' }, 'check'],
	['where another option has an invalid value', { outputField: 'check', keepImages: 7 }, 'check'],
	['where it is forbidden', { outputField: 'error' }, 'verification'],
	['where it is no text', { outputField: 7 }, 'verification'],
])('A failed item brings no older verification along, under the field %s', async (...row) => {
	const [, options, field] = row;
	const ada = person('ada');
	ada.json[field] = { decision: 'approve' };
	const outputs = await route({ ...nodeOf('continueErrorOutput'), parameters: { options } }, ada);
	expect(outputs[0]?.[0]?.json[field]).toEqual({ error: expect.any(Object) as unknown });
});
