import type { IBinaryData, INodeParameters, IWorkflowSettings } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { storeFile, useBinaryMode } from '../support/binaryMode.cts';
import { BIOMETRIC_VERIFY, ITEMS, runWorkflow, stepThat } from '../support/engine.cts';
import {
	credentialFor,
	imageOf,
	person,
	personIn,
	VERIFY,
	verifyWorkflow,
	whoLeft,
} from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

let kairos: StandInKairos;
/** A file that n8n keeps for an execution of another workflow. */
let foreign: IBinaryData;

beforeAll(async () => {
	recordLog();
	await useBinaryMode('filesystem');
	foreign = await storedFor('another', 'victim');
	kairos = await startStandIn(() => approves);
});
beforeEach(() => kairos.asked.splice(0));
afterAll(() => kairos.stop());

async function storedFor(executionId: string, name: string): Promise<IBinaryData> {
	const facts = { data: '', mimeType: 'image/png', fileName: `${name}.png` };
	return await storeFile({ workflowId: 'another', executionId }, imageOf(name), facts);
}

/** What a request can say, as the Webhook node gives it: all of it is the sender's. */
function requestBody() {
	const victim = { mimeType: 'image/png', data: imageOf('victim').toString('base64') };
	return {
		selfie: { ...foreign },
		// The name of the file on the sender's own item, and the ID of another one.
		ownName: { ...foreign, fileName: 'attacker.png', fileSize: '10 B', bytes: 10 },
		inline: victim,
		inlineWithEmptyId: { ...victim, id: '' },
		outside: { id: 'filesystem-v2:../../../../etc/passwd', mimeType: 'image/png', data: '' },
		unknownStore: { id: 'nowhere:1', mimeType: 'image/png', data: '' },
	};
}

/** Has the sender of a request two files of his own, and JSON that names somebody else's. */
async function expectRefusal(parameters: INodeParameters, settings: IWorkflowSettings = {}) {
	const run = await runWorkflow(
		{ ...verifyWorkflow(parameters), settings },
		{ items: [person('attacker', { body: requestBody() })], credential: credentialFor(kairos.url) },
	);
	expect(run.data.resultData.error?.context?.kairos).toMatchObject({ code: 'FILE_NOT_ALLOWED' });
	expect(kairos.asked).toEqual([]);
}

const EXPRESSIONS = [
	...['selfie', 'ownName', 'inline', 'inlineWithEmptyId', 'outside', 'unknownStore'].map(
		(name) => `={{ $json.body.${name} }}`,
	),
	'={{ ({ ...$json.body.selfie }) }}',
	"={{ $('Items').first().json.body.selfie }}",
	'={{ $input.item.json.body.selfie }}',
	"={{ $json.body.selfie ?? $('Items').item.binary.selfie }}",
];

test.each(EXPRESSIONS)(
	'JSON that looks like a file is none, and nothing is sent: %s',
	async (one) => {
		await expectRefusal({ selfieField: one });
		await expectRefusal({ photoField: one });
	},
);

test('JSON that looks like a file is none where n8n keeps files in the JSON', async () => {
	const parameters = { selfieField: '={{ $json.body.selfie }}', photoField: '_files.photo' };
	await expectRefusal(parameters, { binaryMode: 'combined' });
});

test('JSON that looks like a file is none in memory, where its content identifies a file', async () => {
	await useBinaryMode('default');
	await expectRefusal({ selfieField: '={{ $json.body.inline }}' });
	await useBinaryMode('filesystem');
});

const withoutFiles = stepThat((items) =>
	items.map(({ json }, item) => ({ json, pairedItem: { item } })),
);
const to = (node: string) => ({ node, type: NodeConnectionTypes.Main, index: 0 });

test.each([
	"={{ $('Get').item.binary.selfie }}",
	"={{ $json.none ? 'selfie' : $('Get').first().binary.selfie }}",
	'={{ $node["Get"].binary.selfie }}',
	'={{ $items("Get")[0].binary.selfie }}',
])(
	'An expression gives the file of an earlier node in each turn of a loop: %s',
	async (selfieField) => {
		const people = Array.from({ length: 30 }, (_, count) => `person ${count}`);
		const parameters = { selfieField, photoField: selfieField.replace('.selfie', '.photo') };
		const loop = { type: 'n8n-nodes-base.splitInBatches', typeVersion: 3 };
		const run = await runWorkflow(
			{
				nodes: [
					{ name: 'Items', type: ITEMS },
					{ name: 'Loop', ...loop, parameters: { batchSize: 1 } },
					{ name: 'Get', type: 'n8n-nodes-base.noOp' },
					{ name: 'Drop', type: 'test.withoutFiles' },
					{ name: VERIFY, type: BIOMETRIC_VERIFY, parameters },
				],
				connections: {
					Items: { main: [[to('Loop')]] },
					Loop: { main: [[], [to('Get')]] },
					Get: { main: [[to('Drop')]] },
					Drop: { main: [[to(VERIFY)]] },
					[VERIFY]: { main: [[], [], [to('Loop')]] },
				},
			},
			{
				items: people.map((name) => person(name)),
				credential: credentialFor(kairos.url),
				nodeTypes: { 'test.withoutFiles': withoutFiles },
			},
		);
		expect(run.data.resultData.error).toBeUndefined();
		expect(kairos.asked.map(({ person: name }) => name)).toEqual(people);
	},
);

// A sub-workflow gets its items with the files of its parent, and the files of a webhook, a retried
// execution, pinned data or one that was run from a node on are kept under another ID, too.
test('A file where n8n put it counts, also one that is kept for another execution', async () => {
	const selfieField = "={{ $('Items').item.binary.selfie }}";
	const binary = { selfie: await storedFor('pinned', 'ada'), photo: await storedFor('temp', 'id') };
	const run = await runWorkflow(verifyWorkflow({ selfieField }), {
		items: [person('nobody')],
		credential: credentialFor(kairos.url),
		pinData: { Items: [{ json: { person: 'ada' }, binary }] },
	});
	expect(whoLeft(run)).toEqual({ Approved: ['ada'] });
	expect(kairos.asked.map(({ person: name, photo }) => [name, personIn(photo.bytes)])).toEqual([
		['ada', 'id'],
	]);
});
