import type { INodeExecutionData, INodeType } from 'n8n-workflow';
import { BIOMETRIC_VERIFY, ITEMS, runWorkflow, stepThat } from '../support/engine.cts';
import { credentialFor, imageOf, VERIFY, whoLeft } from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

const PEOPLE = ['ada', 'bob', 'cleo'];
const NEW_ITEMS = 'test.newItems';

let kairos: StandInKairos;

beforeAll(async () => {
	recordLog();
	kairos = await startStandIn(() => approves);
});
beforeEach(() => kairos.asked.splice(0));
afterAll(() => kairos.stop());

/** Makes new items without files, and links them to earlier ones as it is told. */
function newItemsLinked(link: unknown): INodeType {
	return stepThat((items) => {
		const made = items.map(({ json }): INodeExecutionData => ({ json }));
		if (link === undefined) return [...made, ...made.slice(0, 1)];
		const pairedItem = link as INodeExecutionData['pairedItem'];
		return made.map((item) => ({ ...item, pairedItem }));
	});
}

const LINKS: Array<[what: string, link: unknown]> = [
	['none, of more items than came in', undefined],
	['null', null],
	['a text', '0'],
	['an empty list', []],
	['a list of everybody', [{ item: 0 }, { item: 1 }, { item: 2 }]],
	['an item after the last one', { item: 99 }],
	['an item before the first one', { item: -1 }],
	['half an item', 0.5],
	['no number', { item: NaN }],
	['an object without an item', {}],
	['an input that is not there', { item: 0, input: 4 }],
	['the same item for everybody', { item: 1 }],
];

const file = (name: string) => ({ bytes: imageOf(name), fileName: 'image.png' });

test.each(LINKS)(
	'Nobody is sent with the images that a broken link names: %s',
	async (_what, link) => {
		const run = await runWorkflow(
			{
				nodes: [
					{ name: 'Items', type: ITEMS },
					{ name: 'New', type: NEW_ITEMS },
					{
						name: VERIFY,
						type: BIOMETRIC_VERIFY,
						onError: 'continueErrorOutput',
						parameters: {
							selfieField: "={{ $('Items').item.binary.selfie }}",
							photoField: "={{ $('Items').item.binary.photo }}",
						},
					},
				],
				connections: {
					Items: { main: [[{ node: 'New', type: 'main', index: 0 }]] },
					New: { main: [[{ node: VERIFY, type: 'main', index: 0 }]] },
				},
			},
			{
				items: PEOPLE.map((name) => ({
					json: { person: name },
					files: { selfie: file(name), photo: file(`passport of ${name}`) },
				})),
				credential: credentialFor(kairos.url),
				nodeTypes: { [NEW_ITEMS]: newItemsLinked(link) },
			},
		);
		expect(run.data.resultData.error).toBeUndefined();
		expect(Object.keys(whoLeft(run))).toEqual(['Error']);
		expect(whoLeft(run).Error).toEqual(expect.arrayContaining(PEOPLE));
		expect(kairos.asked).toEqual([]);
	},
);
