import type { INodeExecutionData } from 'n8n-workflow';
import { runWorkflow, stepThat } from '../support/engine.cts';
import { credentialFor, person, VERIFY, verifyWorkflow, whoLeft } from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

const PEOPLE = ['ada', 'bob', 'cleo'];

let kairos: StandInKairos;

beforeAll(async () => {
	recordLog();
	kairos = await startStandIn(() => approves);
});
afterAll(() => kairos.stop());

const LINKS: Array<[what: string, link: unknown]> = [
	['none, of more items than came in', undefined],
	['null', null],
	['a text', '0'],
	['a list of everybody', [{ item: 0 }, { item: 1 }, { item: 2 }]],
	['an item after the last one', { item: 99 }],
	['an object without an item', {}],
	['an input that is not there', { item: 0, input: 4 }],
	['the same item for everybody', { item: 1 }],
];

test.each(LINKS)(
	'Nobody is sent with the images that a broken link names: %s',
	async (_what, link) => {
		/** Makes new items without files, and links them to earlier ones as it is told. */
		const newItems = stepThat((items) => {
			const made = items.map(({ json }): INodeExecutionData => ({ json }));
			if (link === undefined) return [...made, ...made.slice(0, 1)];
			const pairedItem = link as INodeExecutionData['pairedItem'];
			return made.map((item) => ({ ...item, pairedItem }));
		});
		const { nodes } = verifyWorkflow(
			{
				selfieField: "={{ $('Items').item.binary.selfie }}",
				photoField: "={{ $('Items').item.binary.photo }}",
			},
			{ onError: 'continueErrorOutput' },
		);
		const run = await runWorkflow(
			{
				nodes: [...nodes, { name: 'New', type: 'test.newItems' }],
				connections: {
					Items: { main: [[{ node: 'New', type: 'main', index: 0 }]] },
					New: { main: [[{ node: VERIFY, type: 'main', index: 0 }]] },
				},
			},
			{
				items: PEOPLE.map((name) => person(name)),
				credential: credentialFor(kairos.url),
				nodeTypes: { 'test.newItems': newItems },
			},
		);
		expect(Object.keys(whoLeft(run))).toEqual(['Error']);
		expect(whoLeft(run).Error).toEqual(expect.arrayContaining(PEOPLE));
		expect(kairos.asked).toEqual([]);
	},
);
