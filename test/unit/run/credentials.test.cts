import { NodeOperationError, type ICredentialDataDecryptedObject } from 'n8n-workflow';
import { nodeWith } from '../../support/context.cts';
import { CREDENTIAL, Execution, person, results } from '../../support/execution.cts';

const NAMES = ['ada', 'bob', 'cleo'];
const people = () => NAMES.map((name) => person(name));
const OTHER_KEYS: unknown = expect.stringMatching(
	/^The Kairos credential has other keys or another address for this item .*Loop Over Items with a batch size of 1/,
);

/** Runs three people, whose credentials differ by these changes. */
async function runWith(changes: Array<Partial<ICredentialDataDecryptedObject>>) {
	const execution = new Execution();
	const credentialOf = (item: number) => ({ ...CREDENTIAL, ...changes[item] });
	return { execution, outcome: results(await execution.run(people(), { credentialOf })) };
}

test.each<[what: string, change: ICredentialDataDecryptedObject]>([
	['App ID', { appId: 'another' }],
	['App Key', { appSecretKey: 'another' }],
	['address', { baseUrl: 'https://kairos.example' }],
	['version', { apiVersion: 'v0.2' }],
])('An item with another %s than the first is an error, and is not sent', async (_what, change) => {
	const { execution, outcome } = await runWith([{}, change, {}]);
	expect(outcome).toEqual([OTHER_KEYS, 'approve', 'approve']);
	expect(execution.names.toSorted()).toEqual(['ada', 'cleo']);
});

test('Keys that only differ in white space, or are a number, are the same', async () => {
	const { outcome } = await runWith([{ appId: 7 }, { appId: ' 7\n' }, { appId: '7' }]);
	expect(outcome).toEqual(['approve', 'approve', 'approve']);
});

test('The first item whose keys can be used decides, and errors name the field', async () => {
	const { execution, outcome } = await runWith([{ appId: '' }, { appId: 'b' }, { appId: 'c' }]);
	expect(outcome).toEqual([
		expect.stringMatching(/^App ID in the Kairos credential is empty \[item 0\]/),
		OTHER_KEYS,
		'approve',
	]);
	expect(execution.sent.map(({ credential }) => credential?.appId)).toEqual(['b']);
});

test('In runs of one item, each is sent with its own keys', async () => {
	const execution = new Execution();
	for (const appId of NAMES) {
		const credential = { ...CREDENTIAL, appId };
		expect(results(await execution.run([person(appId)], { credential }))).toEqual(['approve']);
	}
	for (const { name, credential } of execution.sent) {
		expect(credential).toEqual({ ...CREDENTIAL, appId: name });
	}
	expect(execution.names).toEqual(NAMES);
});

test('Keys that were refused in an earlier run stop no run with other keys', async () => {
	const execution = new Execution();
	const cleo = person('cleo');
	execution.statusOf = (name) => (name === 'ada' ? 401 : 200);
	await execution.run([person('ada')]);
	expect(results(await execution.run([person('bob')]))).toEqual([
		expect.stringMatching(/^Not sent to Kairos/),
	]);
	for (const changed of [
		{ appId: 'another' },
		{ appSecretKey: 'another' },
		{ apiVersion: 'v0.2' },
	]) {
		const credential = { ...CREDENTIAL, ...changed };
		expect(results(await execution.run([cleo], { credential }))).toEqual(['approve']);
	}
});

test('A credential that n8n cannot read is an error of the item, in the words of n8n', async () => {
	const execution = new Execution();
	const credentialOf = () => {
		throw new NodeOperationError(nodeWith(), 'Node does not have any credentials set');
	};
	const outcome = results(await execution.run(people(), { credentialOf }));
	expect(outcome).toEqual(
		NAMES.map((_name, item): unknown =>
			expect.stringMatching(`^Node does not have any credentials set \\[item ${item}\\]. Select a`),
		),
	);
	expect(execution.sent).toEqual([]);
});
